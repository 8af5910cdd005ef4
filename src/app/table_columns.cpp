#include "app/table_columns.h"

#include <algorithm>
#include <iterator>

#include "app/text_kind.h"
#include "base/error.h"
#include "base/text.h"

namespace epitaxy::app {

namespace {

/// Share of them that must be texts of the substance.
constexpr double kEnough = 0.8;

/// A column as a substance reads it.
struct Possible {
  TextColumn column;
  LookedAt looked;
  Reading reading;

  /// Of fields that people write so.
  double share() const { return static_cast<double>(reading.usual) / static_cast<double>(looked.texts.size()); }
  std::string told() const {
    return fmt::format("{} of {} fields that were looked at are {}", reading.readable, looked.texts.size(),
                       column.substance->texts());
  }
  bool is_called_so() const { return is_called(column.name, *column.substance); }
};

/// Those that hold anything.
std::vector<Possible> readings(const data::CsvTable& table, const chem::Substance* only) {
  std::vector<Possible> result;
  for (const chem::Substance* substance : chem::substances()) {
    for (std::size_t c = 0; c < table.columns().size() && (only == nullptr || only == substance); ++c) {
      Possible possible{{substance, table.columns()[c], ""}, look_at(table, c), {}};
      if (!possible.looked.texts.empty()) {
        possible.reading = reading_of(*substance, possible.looked.texts);
        possible.column.why = possible.told();
        result.push_back(std::move(possible));
      }
    }
  }
  return result;
}

/// What to do where no column is one of texts.
[[noreturn]] void refuse(const std::filesystem::path& file, const data::CsvTable& table,
                         const std::vector<Possible>& all) {
  std::string nearest;
  const auto best = std::ranges::max_element(all, {}, &Possible::share);
  if (best != all.end() && best->reading.readable > 0) {
    nearest = fmt::format("\nNearest comes --{} {}: {}; others are not, such as '{}' in line {}: {}",
                          best->column.substance->text_name(), best->column.name, best->told(),
                          best->looked.texts[best->reading.unread], best->looked.lines[best->reading.unread],
                          best->reading.problem);
  }
  fail_input(
      "{}: no column looks like SMILES or formulas (columns: {}). Name it: --smiles COLUMN or --formula COLUMN{}",
      file.string(), text::join(table.columns(), ", "), nearest);
}

/// Of one column as several substances only the one that reads most fields.
void keep_best_readings(std::vector<Possible>& possible) {
  const auto is_worse = [&](const Possible& p) {
    return std::ranges::any_of(possible, [&](const Possible& other) {
      return other.column.name == p.column.name && other.reading.usual > p.reading.usual;
    });
  };
  std::vector<Possible> kept;
  std::ranges::copy_if(possible, std::back_inserter(kept), [&](const Possible& p) { return !is_worse(p); });
  possible = std::move(kept);
}

}  // namespace

TextColumn guess_text_column(const std::filesystem::path& file, const data::CsvTable& table,
                             const chem::Substance* substance) {
  const auto all = readings(table, substance);
  std::vector<Possible> possible;
  std::ranges::copy_if(all, std::back_inserter(possible), [](const Possible& p) { return p.share() >= kEnough; });
  if (possible.empty()) {
    refuse(file, table, all);
  }
  keep_best_readings(possible);
  if (possible.size() > 1 && std::ranges::count_if(possible, &Possible::is_called_so) == 1) {
    std::erase_if(possible, [](const Possible& p) { return !p.is_called_so(); });
  }
  if (possible.size() > 1) {
    std::vector<std::string> names;
    for (const Possible& p : possible) {
      names.push_back(fmt::format("{} ({})", p.column.name, p.column.substance->texts()));
    }
    fail_input("{}: several columns may be meant: {}. Say which: --smiles COLUMN or --formula COLUMN", file.string(),
               text::join(names, ", "));
  }
  return possible.front().column;
}

std::vector<std::string> number_columns(const data::CsvTable& table) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < table.columns().size(); ++c) {
    const auto rows = look_at(table, c).rows;
    const auto numbers = std::ranges::count_if(
        rows, [&](std::size_t row) { return text::to_double(table.number_text(row, c)).has_value(); });
    if (!rows.empty() && static_cast<double>(numbers) >= kEnough * static_cast<double>(rows.size())) {
      names.push_back(table.columns()[c]);
    }
  }
  return names;
}

}  // namespace epitaxy::app
