#pragma once
/// \file
/// The texts of an import's rows, prepared by all ranks.
#include <map>
#include <string>
#include <vector>

#include "data/csv.h"
#include "data/import.h"

namespace epitaxy::data {

/// What becomes of the text of a row.
struct RowText {
  chem::PreparedText prepared;  ///< Of a text that is rejected its elements alone, as far as they are known.
  std::map<std::string, std::string> notations;  ///< Empty texts where a notation cannot write it.
  std::string reason;                            ///< Why it is rejected; empty: it is not.
};

/// The texts of one rank's rows, or of all, as they are sent.
class RowTexts {
 public:
  explicit RowTexts(const chem::Substance& substance);

  std::size_t size() const { return numbers_.size(); }
  void add(RowText row);
  /// May be asked for once.
  RowText take(std::size_t row);
  /// Those of all ranks on rank 0. Collective.
  RowTexts gather(const parallel::Communicator& communicator) &&;

 private:
  RowTexts() = default;

  /// What rank 0 needs of the rows besides texts.
  struct Numbers {
    chem::Elements elements;
    double atoms;
    std::size_t heavy_atoms;
    bool repaired;
  };

  std::vector<std::string> texts_;
  std::vector<std::string> identities_;
  std::vector<std::string> groups_;
  std::vector<std::string> reasons_;
  std::map<std::string, std::vector<std::string>> notations_;
  std::vector<Numbers> numbers_;
};

/// The texts of this rank's part of the rows. Throws InputError for rules that are not known.
RowTexts prepare_part(const parallel::Communicator& communicator, const CsvTable& table,
                      const ImportSettings& settings);

}  // namespace epitaxy::data
