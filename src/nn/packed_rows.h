#pragma once
/// \file
/// Sequences of different lengths without padding, time-major: step t holds only the rows that have not ended yet. The
/// idea is that of PyTorch's PackedSequence; here the rows of a step are rounded up to whole blocks, so that every
/// matrix product has one fixed shape.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace epitaxy::nn {

/// Rows that are always computed together.
inline constexpr std::size_t kRowBlock = 32;

inline constexpr std::size_t round_up(std::size_t size, std::size_t multiple) {
  return (size + multiple - 1) / multiple * multiple;
}

/// The places of the steps in a packed matrix [total, width]. Allocates nothing after it was made.
class PackedRows {
 public:
  PackedRows(std::size_t steps, std::size_t rows);

  /// The lengths of the sequences, longest first, at most `rows` of them, each at most `steps`. Throws Error otherwise.
  void set(std::span<const std::int32_t> lengths);
  /// All sequences as long as possible.
  void set_full();

  std::size_t steps() const { return steps_; }                              ///< Steps that have rows.
  std::size_t rows(std::size_t step) const { return rows_[step]; }          ///< A multiple of kRowBlock.
  std::size_t offset(std::size_t step) const { return offsets_[step]; }     ///< Of the first row of a step.
  std::size_t total() const { return steps_ == 0 ? 0 : offsets_[steps_]; }  ///< Rows of all steps.
  std::size_t capacity() const { return (rows_.size()) * most_rows_; }      ///< The largest total there can be.

 private:
  std::size_t most_rows_;
  std::size_t steps_ = 0;
  std::vector<std::size_t> rows_;
  std::vector<std::size_t> offsets_;
};

}  // namespace epitaxy::nn
