#pragma once
/// \file
/// What atoms and elements contribute to a prediction: it minus that without the part, see chem::masked. Of what is
/// given beside the text: it minus that with the training rows' median, or their most frequent category.
#include <filesystem>
#include <string>
#include <vector>

#include "app/row_request.h"

namespace epitaxy::app {

/// Of one row and property.
struct Contribution {
  std::size_t row = 0;  ///< Of the input.
  std::size_t property = 0;
  bool is_given = false;  ///< It is of an input and not of an atom or element.
  std::size_t index = 0;  ///< Of the atom, element or input, from 0.
  int element = 0;        ///< Atomic number; 0 of a dummy or input.
  double value = 0;       ///< In the property's unit (a probability of a class); NaN where nothing can be predicted.
};

/// Of all rows that were predicted, by row, part and property; on rank 0. The ranks share the rows. Collective.
std::vector<Contribution> contributions_of(const parallel::Communicator& communicator, const RowRequest& request);

/// `out.csv`: `out_contributions.csv`.
std::filesystem::path contributions_file(const std::filesystem::path& output);
/// A line for each: line, text, target, part, index, symbol, contribution.
void write_contributions(const std::filesystem::path& path, const RowRequest& request,
                         const std::vector<Contribution>& contributions);
/// For people: a line for each text and property, `C0 +12.3  C1 -3.2`.
void print_contributions(const RowRequest& request, const std::vector<Contribution>& contributions);

}  // namespace epitaxy::app
