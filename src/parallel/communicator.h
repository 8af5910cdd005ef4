#pragma once
/// \file
/// A group of ranks and its collectives, over MPI or of one rank alone: any trivially copyable type, texts, lists; the
/// counts of the ranks are found out. In the manner of KaMPIng (Hespe et al. 2024).
#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "parallel/chunks.h"
#include "parallel/group.h"
#include "parallel/parts.h"

namespace epitaxy::parallel {

/// What is sent as the bytes it is made of: numbers, enumerations, structures of them; nothing that points elsewhere.
template <typename T>
concept Sendable = std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T> && !std::is_pointer_v<T> &&
                   !std::is_array_v<T> && !std::ranges::view<T>;
/// One of them.
template <typename T>
concept SendableValue = Sendable<T> && !std::ranges::range<T>;
/// Many of them, one after another in memory.
template <typename R>
concept SendableRange = std::ranges::contiguous_range<R> && std::ranges::sized_range<R> &&
                        Sendable<std::ranges::range_value_t<R>> && !std::is_same_v<R, std::string> &&
                        !std::is_array_v<R>;
template <typename T>
concept Number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

/// A group of ranks. Copies share it; it ends with the last of them. All members below `is_root` are collective. What
/// exceeds a message is sent in several.
class Communicator {
 public:
  static Communicator world();  ///< All ranks.
  static Communicator self();   ///< This rank alone: single-rank jobs use the same code.

  int rank() const { return group_->rank(); }
  int size() const { return group_->size(); }
  bool is_root() const { return rank() == 0; }

  void barrier() const { group_->barrier(); }

  /// The value, the list, the text or the texts of `root` on every rank.
  template <SendableValue T>
  T broadcast(T value, int root = 0) const;
  template <Sendable T>
  std::vector<T> broadcast(std::vector<T> values, int root = 0) const;
  std::vector<bool> broadcast(const std::vector<bool>& values, int root = 0) const;
  std::string broadcast(std::string text, int root = 0) const;
  std::vector<std::string> broadcast(const std::vector<std::string>& texts, int root = 0) const;

  /// The elements of all ranks, by rank, on all ranks. Ranks may have different numbers of them.
  template <SendableRange R>
  std::vector<std::ranges::range_value_t<R>> all_gather(const R& mine) const;
  std::vector<bool> all_gather(const std::vector<bool>& mine) const;
  std::vector<std::string> all_gather(std::span<const std::string> mine) const;
  /// One element of each rank.
  template <SendableValue T>
  std::vector<T> all_gather(const T& mine) const;
  std::vector<std::string> all_gather(const std::string& mine) const { return all_gather(std::span(&mine, 1)); }

  /// The same on rank 0; nothing elsewhere.
  template <SendableRange R>
  std::vector<std::ranges::range_value_t<R>> gather(const R& mine) const;
  std::vector<bool> gather(const std::vector<bool>& mine) const;
  std::vector<std::string> gather(std::span<const std::string> mine) const;
  template <SendableValue T>
  std::vector<T> gather(const T& mine) const;
  std::vector<std::string> gather(const std::string& mine) const { return gather(std::span(&mine, 1)); }

  /// Over the ranks, in their order, so that the bits are those of a loop over them. Lists are combined element by
  /// element and have the same length on all ranks.
  template <Number T>
  T sum(T mine) const;
  template <Number T>
  T min(T mine) const;
  template <Number T>
  T max(T mine) const;
  template <Number T>
  std::vector<T> sum(std::vector<T> mine) const;
  template <Number T>
  std::vector<T> min(std::vector<T> mine) const;
  template <Number T>
  std::vector<T> max(std::vector<T> mine) const;

  /// How many elements each rank has.
  Parts parts_of(std::size_t mine) const { return Parts(all_gather(mine)); }

  // For loops: these allocate nothing.

  template <Sendable T>
  void broadcast(std::span<T> values, int root = 0) const;
  /// The parts of all ranks on all ranks; each finds its own in its place in `all`.
  template <Sendable T>
  void all_gather(std::span<T> all, const Parts& parts) const;
  /// The parts of all ranks on rank 0; `all` is ignored elsewhere.
  template <Sendable T>
  void gather(std::span<const T> mine, const Parts& parts, std::span<T> all) const;
  /// Rank 0's array cut into the parts of the ranks; `all` is ignored elsewhere.
  template <Sendable T>
  void scatter(std::span<const T> all, const Parts& parts, std::span<T> mine) const;

  /// Runs `work` on every rank and agrees on its outcome: when it threw on any rank, every rank throws the error of the
  /// lowest such rank, with the rank named unless all ranks failed or it is rank 0, which does the work of all.
  void agree(const std::function<void()>& work) const;
  /// Runs `work` on rank 0 and passes its error on to all.
  void on_root(const std::function<void()>& work) const;

  /// The ranks of this rank's node, in their order.
  Communicator node() const { return Communicator(group_->node(), limit_); }
  /// The same ranks with smaller messages, in bytes.
  Communicator with_message_limit(std::size_t bytes) const { return Communicator(group_, bytes); }

  std::unique_ptr<Messages> make_messages() const { return group_->make_messages(limit_); }
  /// What is below the collectives.
  Group& group() const { return *group_; }

 private:
  explicit Communicator(std::shared_ptr<Group> group, std::size_t limit = Chunks::kLimit)
      : group_(std::move(group)), limit_(limit) {}

  void broadcast_bytes(std::byte* data, std::size_t bytes, int root) const;
  void all_gather_bytes(std::byte* all, const Parts& parts, std::size_t element) const;
  void gather_bytes(const std::byte* mine, std::byte* all, const Parts& parts, std::size_t element) const;
  void scatter_bytes(const std::byte* all, std::byte* mine, const Parts& parts, std::size_t element) const;
  template <Number T, typename Combine>
  std::vector<T> reduce(std::vector<T> mine, Combine combine) const;

  std::shared_ptr<Group> group_;
  std::size_t limit_;
};

template <SendableValue T>
T Communicator::broadcast(T value, int root) const {
  broadcast(std::span(&value, 1), root);
  return value;
}

template <Sendable T>
std::vector<T> Communicator::broadcast(std::vector<T> values, int root) const {
  values.resize(broadcast(values.size(), root));
  broadcast(std::span(values), root);
  return values;
}

template <SendableRange R>
std::vector<std::ranges::range_value_t<R>> Communicator::all_gather(const R& mine) const {
  const Parts parts = parts_of(std::ranges::size(mine));
  std::vector<std::ranges::range_value_t<R>> all(parts.total());
  std::ranges::copy(mine, all.begin() + static_cast<std::ptrdiff_t>(parts.begin(rank())));
  all_gather(std::span(all), parts);
  return all;
}

template <SendableValue T>
std::vector<T> Communicator::all_gather(const T& mine) const {
  if constexpr (std::is_same_v<T, bool>) {
    return all_gather(std::vector<bool>{mine});
  } else {
    std::vector<T> all(static_cast<std::size_t>(size()));
    all[static_cast<std::size_t>(rank())] = mine;
    all_gather(std::span(all), Parts::equal(size(), 1));
    return all;
  }
}

template <SendableRange R>
std::vector<std::ranges::range_value_t<R>> Communicator::gather(const R& mine) const {
  using T = std::ranges::range_value_t<R>;
  const Parts parts = parts_of(std::ranges::size(mine));
  std::vector<T> all(is_root() ? parts.total() : 0);
  gather(std::span<const T>(mine), parts, std::span(all));
  return all;
}

template <SendableValue T>
std::vector<T> Communicator::gather(const T& mine) const {
  if constexpr (std::is_same_v<T, bool>) {
    return gather(std::vector<bool>{mine});
  } else {
    std::vector<T> all(is_root() ? static_cast<std::size_t>(size()) : 0);
    gather(std::span<const T>(&mine, 1), Parts::equal(size(), 1), std::span(all));
    return all;
  }
}

template <Number T, typename Combine>
std::vector<T> Communicator::reduce(std::vector<T> mine, Combine combine) const {
  constexpr std::size_t kPiece = std::size_t{1} << 20;  // elements of all ranks together
  const auto ranks = static_cast<std::size_t>(size());
  std::vector<T> all;
  for (const auto& [begin, count] : Chunks(mine.size(), std::max<std::size_t>(1, kPiece / ranks))) {
    const std::span<T> piece = std::span(mine).subspan(begin, count);
    all.resize(ranks * count);
    std::ranges::copy(piece, all.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(rank()) * count));
    all_gather(std::span(all), Parts::equal(size(), count));
    std::copy_n(all.begin(), count, piece.begin());
    for (std::size_t i = count; i < all.size(); ++i) {
      T& value = piece[i % count];
      value = static_cast<T>(combine(value, all[i]));
    }
  }
  return mine;
}

template <Number T>
std::vector<T> Communicator::sum(std::vector<T> mine) const {
  return reduce(std::move(mine), [](T a, T b) { return a + b; });
}
template <Number T>
std::vector<T> Communicator::min(std::vector<T> mine) const {
  return reduce(std::move(mine), [](T a, T b) { return std::min(a, b); });
}
template <Number T>
std::vector<T> Communicator::max(std::vector<T> mine) const {
  return reduce(std::move(mine), [](T a, T b) { return std::max(a, b); });
}

template <Number T>
T Communicator::sum(T mine) const {
  return sum(std::vector<T>{mine}).front();
}
template <Number T>
T Communicator::min(T mine) const {
  return std::ranges::min(all_gather(mine));
}
template <Number T>
T Communicator::max(T mine) const {
  return std::ranges::max(all_gather(mine));
}

template <Sendable T>
void Communicator::broadcast(std::span<T> values, int root) const {
  broadcast_bytes(std::as_writable_bytes(values).data(), values.size_bytes(), root);
}

template <Sendable T>
void Communicator::all_gather(std::span<T> all, const Parts& parts) const {
  all_gather_bytes(std::as_writable_bytes(all).data(), parts, sizeof(T));
}

template <Sendable T>
void Communicator::gather(std::span<const T> mine, const Parts& parts, std::span<T> all) const {
  gather_bytes(std::as_bytes(mine).data(), std::as_writable_bytes(all).data(), parts, sizeof(T));
}

template <Sendable T>
void Communicator::scatter(std::span<const T> all, const Parts& parts, std::span<T> mine) const {
  scatter_bytes(std::as_bytes(all).data(), std::as_writable_bytes(mine).data(), parts, sizeof(T));
}

}  // namespace epitaxy::parallel
