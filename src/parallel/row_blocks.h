#pragma once
/// \file
/// A list of rows that is cut into blocks of a fixed size. Whole blocks belong to a rank, so that the place of a row in
/// its block, and with it every bit that a computation for blocks gives, does not depend on the number of ranks.
#include <algorithm>
#include <cstddef>

#include "parallel/communicator.h"

namespace epitaxy::parallel {

/// Rows [first, last) of a list.
struct RowRange {
  std::size_t first = 0;
  std::size_t last = 0;

  std::size_t size() const { return last - first; }
};

/// The rows of a rank's blocks; every row is in the range of one rank, in the order of the ranks.
inline RowRange rows_of_rank(std::size_t rows, std::size_t block, int rank, int ranks) {
  const std::size_t blocks = (rows + block - 1) / block;
  const auto cut = [&](int r) {
    return std::min(rows, block * (blocks * static_cast<std::size_t>(r) / static_cast<std::size_t>(ranks)));
  };
  return {cut(rank), cut(rank + 1)};
}

/// Those of this rank.
inline RowRange my_rows(std::size_t rows, std::size_t block, const Communicator& communicator) {
  return rows_of_rank(rows, block, communicator.rank(), communicator.size());
}

}  // namespace epitaxy::parallel
