#pragma once
/// \file
/// Rows of a model's input in memory.
#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

namespace epitaxy::models {

/// Rows as a kind of model reads them. Each is a run of values of a length of its own, which the kind alone
/// understands: token ids, element fractions, counts. All rows of a block hold values of one type. A row without values
/// is absent: it counts nowhere.
class RowBlock {
 public:
  std::size_t rows() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  bool is_absent(std::size_t row) const { return size(row) == 0; }
  /// Bytes that it holds.
  std::size_t bytes() const { return bytes_.size() + ends_.size() * sizeof(std::size_t); }

  /// The values of a row. It was appended as values of this type.
  template <typename T>
  std::span<const T> row(std::size_t i) const {
    static_assert(std::is_trivially_copyable_v<T>);
    return {reinterpret_cast<const T*>(bytes_.data() + begin(i)), size(i) / sizeof(T)};
  }

  void clear() {
    bytes_.clear();
    ends_.clear();
  }
  /// Room for so many rows, each as long as the longest row of `like`: appending them allocates nothing.
  void reserve(std::size_t rows, const RowBlock& like) {
    std::size_t longest = 0;
    for (std::size_t i = 0; i < like.rows(); ++i) {
      longest = std::max(longest, like.size(i));
    }
    bytes_.reserve(rows * longest);
    ends_.reserve(rows);
  }

  template <typename T>
  void append(std::span<const T> values) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto* first = reinterpret_cast<const std::byte*>(values.data());
    bytes_.insert(bytes_.end(), first, first + values.size_bytes());
    ends_.push_back(bytes_.size());
  }
  void append_absent() { ends_.push_back(bytes_.size()); }
  /// Rows of another block: one, or some of them in this order.
  void append_row(const RowBlock& from, std::size_t row) {
    const auto first = from.bytes_.begin() + static_cast<std::ptrdiff_t>(from.begin(row));
    bytes_.insert(bytes_.end(), first, first + static_cast<std::ptrdiff_t>(from.size(row)));
    ends_.push_back(bytes_.size());
  }
  template <typename Index>
  void append_rows(const RowBlock& from, std::span<const Index> rows) {
    for (const Index row : rows) {
      append_row(from, static_cast<std::size_t>(row));
    }
  }

 private:
  std::size_t begin(std::size_t row) const { return row == 0 ? 0 : ends_[row - 1]; }
  std::size_t size(std::size_t row) const { return ends_[row] - begin(row); }

  std::vector<std::byte> bytes_;
  std::vector<std::size_t> ends_;
};

}  // namespace epitaxy::models
