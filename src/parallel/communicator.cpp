#include "parallel/communicator.h"

#include "base/error.h"
#include "base/out_of_memory.h"
#include "parallel/mpi.h"

namespace epitaxy::parallel {

namespace {

std::vector<std::uint64_t> sizes_of(std::span<const std::string> texts) {
  std::vector<std::uint64_t> sizes;
  for (const auto& text : texts) {
    sizes.push_back(text.size());
  }
  return sizes;
}

std::string join(std::span<const std::string> texts) {
  std::string all;
  for (const auto& text : texts) {
    all += text;
  }
  return all;
}

std::vector<std::string> cut(std::span<const char> bytes, const std::vector<std::uint64_t>& sizes) {
  std::vector<std::string> texts;
  for (const std::uint64_t size : sizes) {
    texts.emplace_back(bytes.data(), size);
    bytes = bytes.subspan(size);
  }
  return texts;
}

std::vector<unsigned char> to_bytes(const std::vector<bool>& flags) { return {flags.begin(), flags.end()}; }
std::vector<bool> to_flags(const std::vector<unsigned char>& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

Communicator Communicator::world() { return mpi::is_running() ? Communicator(mpi::world()) : self(); }
Communicator Communicator::self() { return Communicator(make_single_group()); }

void Communicator::broadcast_bytes(std::byte* data, std::size_t bytes, int root) const {
  for (const auto& [begin, size] : Chunks(bytes, limit_)) {
    group_->broadcast(data + begin, size, root);
  }
}

void Communicator::all_gather_bytes(std::byte* all, const Parts& parts, std::size_t element) const {
  if (parts.total() <= limit_ / element) {
    group_->all_gather(all, parts, element);
    return;
  }
  for (int r = 0; r < size(); ++r) {
    broadcast_bytes(all + parts.begin(r) * element, parts.count(r) * element, r);
  }
}

void Communicator::gather_bytes(const std::byte* mine, std::byte* all, const Parts& parts, std::size_t element) const {
  if (size() == 1 || parts.total() <= limit_ / element) {
    group_->gather(mine, all, parts, element);
  } else if (!is_root()) {
    for (const auto& [begin, bytes] : Chunks(parts.count(rank()) * element, limit_)) {
      group_->send(mine + begin, bytes, 0);
    }
  } else {
    std::copy_n(mine, parts.count(0) * element, all);
    for (int r = 1; r < size(); ++r) {
      for (const auto& [begin, bytes] : Chunks(parts.count(r) * element, limit_)) {
        group_->receive(all + parts.begin(r) * element + begin, bytes, r);
      }
    }
  }
}

void Communicator::scatter_bytes(const std::byte* all, std::byte* mine, const Parts& parts, std::size_t element) const {
  if (size() == 1 || parts.total() <= limit_ / element) {
    group_->scatter(all, mine, parts, element);
  } else if (!is_root()) {
    for (const auto& [begin, bytes] : Chunks(parts.count(rank()) * element, limit_)) {
      group_->receive(mine + begin, bytes, 0);
    }
  } else {
    std::copy_n(all, parts.count(0) * element, mine);
    for (int r = 1; r < size(); ++r) {
      for (const auto& [begin, bytes] : Chunks(parts.count(r) * element, limit_)) {
        group_->send(all + parts.begin(r) * element + begin, bytes, r);
      }
    }
  }
}

std::string Communicator::broadcast(std::string text, int root) const {
  text.resize(broadcast(text.size(), root));
  broadcast(std::span<char>(text), root);
  return text;
}

std::vector<std::string> Communicator::broadcast(const std::vector<std::string>& texts, int root) const {
  const auto sizes = broadcast(sizes_of(texts), root);
  return cut(broadcast(join(texts), root), sizes);
}

std::vector<std::string> Communicator::all_gather(std::span<const std::string> mine) const {
  const auto sizes = all_gather(sizes_of(mine));
  return cut(all_gather(std::span<const char>(join(mine))), sizes);
}

std::vector<std::string> Communicator::gather(std::span<const std::string> mine) const {
  const auto sizes = gather(sizes_of(mine));
  return cut(gather(std::span<const char>(join(mine))), sizes);
}

std::vector<bool> Communicator::broadcast(const std::vector<bool>& values, int root) const {
  return to_flags(broadcast(to_bytes(values), root));
}
std::vector<bool> Communicator::all_gather(const std::vector<bool>& mine) const {
  return to_flags(all_gather(to_bytes(mine)));
}
std::vector<bool> Communicator::gather(const std::vector<bool>& mine) const { return to_flags(gather(to_bytes(mine))); }

void Communicator::agree(const std::function<void()>& work) const {
  std::string message;
  int code = kDone;
  try {
    work();
  } catch (const InputError& error) {
    message = error.what();
    code = kInputError;
  } catch (const std::bad_alloc&) {
    message = no_memory();
    code = kFailure;
  } catch (const std::length_error&) {
    message = no_memory();
    code = kFailure;
  } catch (const std::exception& error) {
    message = error.what();
    code = kFailure;
  }
  const std::vector<int> codes = all_gather(code);
  const auto first = std::ranges::find_if(codes, [](int c) { return c != kDone; });
  if (first == codes.end()) {
    return;
  }
  const auto rank = static_cast<int>(first - codes.begin());
  message = broadcast(std::move(message), rank);
  if (rank != 0 && std::ranges::count(codes, int{kDone}) > 0) {
    message = fmt::format("rank {}: {}", rank, message);
  }
  const auto throw_agreed = [](auto error) {
    error.agreed = true;
    throw error;
  };
  if (*first == kInputError) {
    throw_agreed(InputError(message));
  }
  throw_agreed(Error(message));
}

void Communicator::on_root(const std::function<void()>& work) const {
  agree([&] {
    if (is_root()) {
      work();
    }
  });
}

}  // namespace epitaxy::parallel
