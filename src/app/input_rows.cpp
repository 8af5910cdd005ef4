#include "app/input_rows.h"

#include <algorithm>

#include "base/error.h"

namespace epitaxy::app {

TextReader::TextReader(const models::ModelDescription& description, const std::string& file)
    : preparer_(data::preparer_of(description.kind->substance(), file, description.preparation)),
      reader_(description.kind->reader(description)),
      substance_(description.kind->substance()) {}

RowNote TextReader::read(std::string_view text, models::RowBlock& rows) const {
  try {
    RowNote note{true, preparer_->prepare(text).text, ""};
    reader_->read(substance_.write(reader_->notation(), note.text), rows);
    note.warning = reader_->unseen(rows, rows.rows() - 1);
    return note;
  } catch (const std::runtime_error& error) {
    rows.append_absent();
    return {false, "", error.what()};
  }
}

void check_fields(const data::CsvTable& table, std::size_t row) {
  if (const std::string problem = table.row_problem(row); !problem.empty()) {
    fail_input("{}", problem);
  }
}

InputRows read_rows(const parallel::Communicator& communicator, const data::CsvTable& table, std::size_t column,
                    const TextReader& reader) {
  InputRows result{parallel::my_rows(table.rows(), kChunkRows, communicator), {}, {}};
  for (std::size_t row = result.range.first; row < result.range.last; ++row) {
    try {
      check_fields(table, row);
      result.notes.push_back(reader.read(table.field(row, column), result.block));
    } catch (const InputError& error) {
      result.block.append_absent();
      result.notes.push_back({false, "", error.what()});
    }
  }
  return result;
}

std::vector<RowNote> gather_notes(const parallel::Communicator& communicator, const std::vector<RowNote>& mine) {
  std::vector<bool> readable;
  std::vector<std::string> texts;
  for (const RowNote& note : mine) {
    readable.push_back(note.readable);
    texts.insert(texts.end(), {note.text, note.warning});
  }
  readable = communicator.gather(readable);
  texts = communicator.gather(texts);
  std::vector<RowNote> notes;
  for (std::size_t i = 0; i < readable.size(); ++i) {
    notes.push_back({readable[i], std::move(texts[2 * i]), std::move(texts[2 * i + 1])});
  }
  return notes;
}

void check_readable(const std::filesystem::path& input, const data::CsvTable& table, std::size_t column,
                    const std::vector<RowNote>& notes, const std::string& what, const std::string& done) {
  if (std::ranges::none_of(notes, &RowNote::readable)) {
    fail_input("{}: none of the {} {} in column '{}' can be {}:{}", input.string(), notes.size(), what,
               table.columns()[column], done, unreadable_rows(table, column, notes));
  }
}

std::string unreadable_rows(const data::CsvTable& table, std::size_t column, const std::vector<RowNote>& notes) {
  constexpr std::size_t kNamed = 3;
  std::string lines;
  std::size_t found = 0;
  for (std::size_t row = 0; row < notes.size(); ++row) {
    if (!notes[row].readable && ++found <= kNamed) {
      lines += fmt::format("\n  line {}: '{}': {}", table.line(row), table.field(row, column), notes[row].warning);
    }
  }
  if (found > kNamed) {
    lines += fmt::format("\n  and {} more", found - kNamed);
  }
  return lines;
}

}  // namespace epitaxy::app
