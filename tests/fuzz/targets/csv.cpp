// Tables as text: separators, encodings, quotes, decimal commas, fields that are no numbers; lists of SMILES.
#include "data/csv.h"

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "base/text.h"
#include "data/target_values.h"
#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

void read_fields(const data::CsvTable& table) {
  const data::MissingMarkers markers({"-999", "none given"});
  for (std::size_t row = 0; row < table.rows(); ++row) {
    expect(row == 0 || table.line(row) > table.line(row - 1), "rows stand on lines of their own");
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      const std::string_view number = table.number_text(row, c);
      if (!text::to_double(number)) {
        const data::UnusualField read = data::read_unusual(number, markers);
        data::reason_of(table.columns()[c], number, read.kind);
      }
      data::number_hint(table.field(row, c));
    }
    table.row_problem(row);
  }
}

/// A row that is written as CSV has the same fields when it is read again.
void write_and_read(const data::CsvTable& table) {
  std::vector<std::string> header;
  std::ranges::transform(table.columns(), std::back_inserter(header), &data::csv_field);
  std::string text = text::join(header, ",");
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.row_problem(row).empty()) {
      text += "\n" + table.row_text(row);
      rows.push_back(row);
    }
  }
  if (rows.empty() || table.columns().size() < 2) {
    return;  // nothing to write; one empty field is a blank line
  }
  const data::CsvTable again = data::CsvTable::read(scratch_file("again.csv", text));
  expect(again.rows() == rows.size(), "rows that were written are read again", text);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      expect(again.field(i, c) == table.field(rows[i], c), "fields that were written are read again", text);
    }
  }
}

void read_csv(std::string_view bytes) {
  using data::CsvTable;
  const std::filesystem::path path = scratch_file("table.csv", bytes);
  for (CsvTable (*const read)(const std::filesystem::path&) :
       {&CsvTable::read, &CsvTable::read_tabs, &CsvTable::read_smiles}) {
    try {
      const CsvTable table = read(path);
      read_fields(table);
      if (read != &CsvTable::read_smiles) {
        write_and_read(table);
      }
    } catch (const InputError&) {
      continue;  // another of them may read it
    }
  }
}

const Target kCsv("csv", read_csv);

}  // namespace

}  // namespace epitaxy::fuzz
