#include "app/text_kind.h"

#include <algorithm>
#include <stdexcept>

#include "base/error.h"
#include "base/text.h"
#include "data/target_values.h"

namespace epitaxy::app {

namespace {

constexpr std::size_t kLooks = 200;

}  // namespace

LookedAt look_at(const data::CsvTable& table, std::size_t column) {
  const data::MissingMarkers markers({});
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!markers.holds(table.field(row, column))) {
      rows.push_back(row);
    }
  }
  LookedAt result;
  const std::size_t step = std::max<std::size_t>(1, rows.size() / kLooks);
  for (std::size_t i = 0; i < rows.size(); i += step) {
    result.texts.emplace_back(table.field(rows[i], column));
    result.lines.push_back(table.line(rows[i]));
    result.rows.push_back(rows[i]);
  }
  return result;
}

Reading reading_of(const chem::Substance& substance, std::span<const std::string> texts) {
  const auto preparer = substance.preparer(substance.default_rules());
  Reading reading;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    try {
      preparer->prepare(texts[i]);
      ++reading.readable;
      reading.usual += substance.is_usual(texts[i]) ? 1 : 0;
    } catch (const std::runtime_error& error) {
      if (reading.problem.empty()) {
        reading.unread = i;
        reading.problem = error.what();
      }
    }
  }
  return reading;
}

bool is_called(const std::string& column, const chem::Substance& substance) {
  return text::lower(column).find(substance.text_name()) != std::string::npos;
}

std::string doubt_of_kind(const data::CsvTable& table, std::size_t column, const chem::Substance& read) {
  const LookedAt looked = look_at(table, column);
  const std::string& name = table.columns()[column];
  const Reading own = reading_of(read, looked.texts);
  for (const chem::Substance* other : chem::substances()) {
    if (other == &read) {
      continue;
    }
    const Reading theirs = reading_of(*other, looked.texts);
    if (theirs.usual > own.usual && 2 * theirs.usual > looked.texts.size()) {
      return fmt::format("{} of {} texts, such as '{}', look like {}, but the model reads {}: is it the right model?",
                         theirs.usual, looked.texts.size(), looked.texts.front(), other->texts(), read.texts());
    }
    if (is_called(name, *other) && !is_called(name, read)) {
      return fmt::format(
          "the column is called '{}', but the model reads {}: is it the right model, and the right "
          "column (--column)?",
          name, read.texts());
    }
  }
  return "";
}

}  // namespace epitaxy::app
