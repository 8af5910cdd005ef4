#include "app/table_columns.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::app {

namespace {

/// Fields of a column that are looked at, spread over the table.
constexpr std::size_t kLooks = 200;
/// Share of them that must be texts of the substance.
constexpr double kEnough = 0.8;

/// A column that may be meant.
struct Possible {
  TextColumn column;
  std::size_t readable = 0;
  bool is_called_so = false;
};

/// Fields of a column that are not empty.
std::vector<std::string> look_at(const data::CsvTable& table, std::size_t column) {
  std::vector<std::string> fields;
  const std::size_t step = std::max<std::size_t>(1, table.rows() / kLooks);
  for (std::size_t row = 0; row < table.rows(); row += step) {
    if (const auto field = table.field(row, column); !field.empty()) {
      fields.emplace_back(field);
    }
  }
  return fields;
}

std::size_t count_readable(const chem::Preparer& preparer, const std::vector<std::string>& fields) {
  return static_cast<std::size_t>(std::ranges::count_if(fields, [&](const std::string& field) {
    try {
      preparer.prepare(field);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }));
}

bool is_called(const std::string& column, const chem::Substance& substance) {
  return text::lower(column).find(substance.text_name()) != std::string::npos;
}

std::vector<Possible> possible_columns(const data::CsvTable& table, const chem::Substance* only) {
  std::vector<Possible> result;
  for (const chem::Substance* substance : chem::substances()) {
    if (only != nullptr && substance != only) {
      continue;
    }
    const auto preparer = substance->preparer(substance->default_rules());
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      const auto fields = look_at(table, c);
      const std::size_t readable = count_readable(*preparer, fields);
      if (!fields.empty() && static_cast<double>(readable) >= kEnough * static_cast<double>(fields.size())) {
        const std::string& name = table.columns()[c];
        const std::string why =
            fmt::format("{} of {} fields that were looked at are {}", readable, fields.size(), substance->texts());
        result.push_back({{substance, name, why}, readable, is_called(name, *substance)});
      }
    }
  }
  return result;
}

/// Of one column as several substances only the one that reads most fields.
void keep_best_readings(std::vector<Possible>& possible) {
  const auto is_worse = [&](const Possible& p) {
    return std::ranges::any_of(possible, [&](const Possible& other) {
      return other.column.name == p.column.name && other.readable > p.readable;
    });
  };
  std::vector<Possible> kept;
  std::ranges::copy_if(possible, std::back_inserter(kept), [&](const Possible& p) { return !is_worse(p); });
  possible = std::move(kept);
}

}  // namespace

TextColumn guess_text_column(const std::filesystem::path& file, const data::CsvTable& table,
                             const chem::Substance* substance) {
  auto possible = possible_columns(table, substance);
  if (possible.empty()) {
    fail_input(
        "{}: no column looks like SMILES or formulas (columns: {}). Name it: --smiles COLUMN or --formula COLUMN",
        file.string(), text::join(table.columns(), ", "));
  }
  keep_best_readings(possible);
  if (possible.size() > 1 && std::ranges::count_if(possible, &Possible::is_called_so) == 1) {
    std::erase_if(possible, [](const Possible& p) { return !p.is_called_so; });
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
    const auto fields = look_at(table, c);
    const auto numbers =
        std::ranges::count_if(fields, [](const std::string& field) { return text::to_double(field).has_value(); });
    if (!fields.empty() && static_cast<double>(numbers) >= kEnough * static_cast<double>(fields.size())) {
      names.push_back(table.columns()[c]);
    }
  }
  return names;
}

}  // namespace epitaxy::app
