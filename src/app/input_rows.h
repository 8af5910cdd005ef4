#pragma once
/// \file
/// Rows of a table of formulas or SMILES as the features of a model, shared by the ranks.
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv.h"
#include "models/model.h"
#include "parallel/row_blocks.h"

namespace epitaxy::app {

/// Does a model read SMILES, or formulas?
bool is_molecular(const models::ModelDescription& description);

/// What is to be said of a row of the input.
struct RowNote {
  bool readable = false;
  std::string text;     ///< Formula, or the SMILES that stands for the molecule; empty when it is not readable.
  std::string warning;  ///< Why it is not readable, or why its prediction is doubtful.

  /// What a table says of it; `undone` is what a row that is not readable is not: `predicted`.
  std::string told(const std::string& undone) const { return readable ? warning : "not " + undone + ": " + warning; }
};

/// Reads the text of a row into features [feature_count], which are zero. Throws std::runtime_error when it cannot.
using RowReader = std::function<RowNote(std::string_view text, float* features)>;

/// Of element fractions. Warns of elements that no training row held.
RowReader composition_reader(const models::ModelDescription& description);
/// Of molecules, made alike as by the import of the model's training data. Warns of tokens that no training row held.
/// Throws InputError when the model, which is that of `file`, does not say how these molecules were prepared.
RowReader molecule_reader(const models::ModelDescription& description, const std::string& file);
/// The one that a model needs.
RowReader row_reader(const models::ModelDescription& description, const std::string& file);
/// The column that it reads when neither the user nor the source of its data names another: `formula` or `smiles`.
std::string default_column(const models::ModelDescription& description);

/// Rows of an executor's chunk. Ranks work on whole chunks, so that the place of a row in its chunk, and with it every
/// bit of its results, does not depend on their number.
inline constexpr std::size_t kChunkRows = 256;

/// This rank's rows of a table.
struct InputRows {
  parallel::RowRange range;
  std::vector<float> features;  ///< [range, feature_count]; zeros where a row is not readable.
  std::vector<RowNote> notes;   ///< [range]
};

InputRows read_rows(const parallel::Communicator& communicator, const data::CsvTable& table, std::size_t column,
                    const models::ModelDescription& description, const RowReader& read);
/// Throws InputError when a row has not as many fields as the header.
void check_fields(const data::CsvTable& table, std::size_t row);
/// The notes of all rows, on rank 0. Collective.
std::vector<RowNote> gather_notes(const parallel::Communicator& communicator, const std::vector<RowNote>& mine);
/// Throws InputError when no row is readable: none of the `what` (formulas, SMILES) can be `done` (e.g. predicted).
void check_readable(const std::filesystem::path& input, const data::CsvTable& table, std::size_t column,
                    const std::vector<RowNote>& notes, const std::string& what, const std::string& done);
/// The first rows that are not readable, each on a new line: `line 5: 'C1CC': ...`.
std::string unreadable_rows(const data::CsvTable& table, std::size_t column, const std::vector<RowNote>& notes);

}  // namespace epitaxy::app
