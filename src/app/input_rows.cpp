#include "app/input_rows.h"

#include <algorithm>

#include "base/error.h"
#include "parallel/gather.h"

namespace epitaxy::app {

bool is_molecular(const models::ModelDescription& description) { return description.kind == "molecule_vae"; }

RowReader row_reader(const models::ModelDescription& description) {
  return is_molecular(description) ? molecule_reader(description) : composition_reader(description);
}

std::string default_column(const models::ModelDescription& description) {
  return is_molecular(description) ? "smiles" : "formula";
}

RowRange rows_of_rank(std::size_t rows, int rank, int ranks) {
  const std::size_t chunks = (rows + kChunkRows - 1) / kChunkRows;
  const auto cut = [&](int r) {
    return std::min(rows, kChunkRows * (chunks * static_cast<std::size_t>(r) / static_cast<std::size_t>(ranks)));
  };
  return {cut(rank), cut(rank + 1)};
}

RowRange my_rows(std::size_t rows, const parallel::Communicator& communicator) {
  return rows_of_rank(rows, communicator.rank(), communicator.size());
}

std::vector<float> gather_rows(const parallel::Communicator& communicator, const std::vector<float>& values,
                               std::size_t rows, std::size_t width) {
  std::vector<int> counts;
  for (int rank = 0; rank < communicator.size(); ++rank) {
    counts.push_back(static_cast<int>(rows_of_rank(rows, rank, communicator.size()).size() * width));
  }
  std::vector<float> all(communicator.is_root() ? rows * width : 0);
  communicator.gather_to_root(values.data(), counts, all.data());
  return all;
}

std::vector<std::string> gather_lists(const parallel::Communicator& communicator,
                                      const std::vector<std::string>& mine) {
  std::string message;
  for (const std::string& text : mine) {
    message += text;
    message += '\0';
  }
  std::vector<std::string> all;
  for (const std::string& part : parallel::gather_texts(communicator, std::move(message))) {
    for (std::size_t first = 0; first < part.size(); first = part.find('\0', first) + 1) {
      all.emplace_back(part, first, part.find('\0', first) - first);
    }
  }
  return all;
}

InputRows read_rows(const parallel::Communicator& communicator, const data::CsvTable& table, std::size_t column,
                    const models::ModelDescription& description) {
  const RowReader read = row_reader(description);
  const std::size_t width = description.feature_count();
  InputRows result{my_rows(table.rows(), communicator), {}, {}};
  result.features.resize(result.range.size() * width);
  for (std::size_t row = result.range.first; row < result.range.last; ++row) {
    float* features = result.features.data() + (row - result.range.first) * width;
    try {
      if (table.fields(row) != table.columns().size()) {
        fail_input("has {} fields, the header has {}", table.fields(row), table.columns().size());
      }
      result.notes.push_back(read(table.field(row, column), features));
    } catch (const std::runtime_error& error) {
      std::fill_n(features, width, 0.0f);
      result.notes.push_back({false, "", error.what()});
    }
  }
  return result;
}

std::vector<RowNote> gather_notes(const parallel::Communicator& communicator, const std::vector<RowNote>& mine) {
  std::vector<std::string> texts;
  for (const RowNote& note : mine) {
    texts.insert(texts.end(), {note.readable ? "1" : "0", note.text, note.warning});
  }
  const std::vector<std::string> all = gather_lists(communicator, texts);
  std::vector<RowNote> notes;
  for (std::size_t i = 0; i < all.size(); i += 3) {
    notes.push_back({all[i] == "1", all[i + 1], all[i + 2]});
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
