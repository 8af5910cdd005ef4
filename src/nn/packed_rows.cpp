#include "nn/packed_rows.h"

#include "base/error.h"

namespace epitaxy::nn {

PackedRows::PackedRows(std::size_t steps, std::size_t rows)
    : most_rows_(round_up(rows, kRowBlock)), rows_(steps), offsets_(steps + 1) {
  check(steps > 0 && rows > 0, "packed sequences have steps and rows");
  set_full();
}

void PackedRows::set(std::span<const std::int32_t> lengths) {
  check(!lengths.empty() && lengths.size() <= most_rows_, "packed sequences fit their rows");
  check(lengths.front() >= 1 && static_cast<std::size_t>(lengths.front()) <= rows_.size() && lengths.back() >= 0,
        "packed sequences fit their steps");
  for (std::size_t i = 1; i < lengths.size(); ++i) {
    check(lengths[i] <= lengths[i - 1], "packed sequences are sorted by length");
  }
  steps_ = static_cast<std::size_t>(lengths.front());
  std::size_t active = lengths.size();
  for (std::size_t t = 0; t < steps_; ++t) {
    while (active > 0 && static_cast<std::size_t>(lengths[active - 1]) <= t) {
      --active;
    }
    rows_[t] = round_up(active, kRowBlock);
    offsets_[t + 1] = offsets_[t] + rows_[t];
  }
}

void PackedRows::set_full() {
  steps_ = rows_.size();
  for (std::size_t t = 0; t < steps_; ++t) {
    rows_[t] = most_rows_;
    offsets_[t + 1] = offsets_[t] + most_rows_;
  }
}

}  // namespace epitaxy::nn
