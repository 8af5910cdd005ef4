#pragma once
/// \file
/// Rows of a table of texts (formulas, SMILES) as the input of a model, shared by the ranks.
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv.h"
#include "models/kind.h"
#include "parallel/row_blocks.h"

namespace epitaxy::app {

/// What is to be said of a row of the input.
struct RowNote {
  bool readable = false;
  std::string text;     ///< As prepared; empty when it is not readable.
  std::string warning;  ///< Why it is not readable, or why its prediction is doubtful.

  /// What a table says of it; `undone` is what a row that is not readable is not: `predicted`.
  std::string told(const std::string& undone) const { return readable ? warning : "not " + undone + ": " + warning; }
};

/// Reads texts for a model: made alike as by the import of its training data.
class TextReader {
 public:
  /// Throws InputError when the model, which is that of `file`, does not say how its texts were prepared.
  TextReader(const models::ModelDescription& description, const std::string& file);

  /// Appends a row: an absent one where the text is not readable. Warns of features that no training row held.
  RowNote read(std::string_view text, models::RowBlock& rows) const;

 private:
  std::unique_ptr<chem::Preparer> preparer_;
  std::unique_ptr<models::RowReader> reader_;
  const chem::Substance& substance_;
};

/// Rows of an executor's chunk. Ranks work on whole chunks, so that the place of a row in its chunk, and with it every
/// bit of its results, does not depend on their number.
inline constexpr std::size_t kChunkRows = 256;

/// This rank's rows of a table.
struct InputRows {
  parallel::RowRange range;
  models::RowBlock block;      ///< [range]; absent where a row is not readable.
  std::vector<RowNote> notes;  ///< [range]
};

InputRows read_rows(const parallel::Communicator& communicator, const data::CsvTable& table, std::size_t column,
                    const TextReader& reader);
/// Throws InputError when a row cannot be used, as it has not as many fields as the header.
void check_fields(const data::CsvTable& table, std::size_t row);
/// The notes of all rows, on rank 0. Collective.
std::vector<RowNote> gather_notes(const parallel::Communicator& communicator, const std::vector<RowNote>& mine);
/// Throws InputError when no row is readable: none of the `what` (formulas, SMILES) can be `done` (e.g. predicted).
void check_readable(const std::filesystem::path& input, const data::CsvTable& table, std::size_t column,
                    const std::vector<RowNote>& notes, const std::string& what, const std::string& done);
/// The first rows that are not readable, each on a new line: `line 5: 'C1CC': ...`.
std::string unreadable_rows(const data::CsvTable& table, std::size_t column, const std::vector<RowNote>& notes);

}  // namespace epitaxy::app
