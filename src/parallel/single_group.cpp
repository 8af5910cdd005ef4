#include <algorithm>

#include "base/error.h"
#include "linalg/buffer.h"
#include "parallel/group.h"

namespace epitaxy::parallel {

namespace {

[[noreturn]] void fail_alone() { fail("internal error: a message between ranks, but there is only one"); }

class NoMessages : public Messages {
 public:
  void send(const void* /*from*/, std::size_t /*bytes*/, int /*rank*/, int /*tag*/) override { fail_alone(); }
  void receive(void* /*to*/, std::size_t /*bytes*/, int /*rank*/, int /*tag*/) override { fail_alone(); }
  bool empty() const override { return true; }
  void progress() override {}
  void wait() override {}
};

class OwnCounter : public Counter {
 public:
  std::int64_t add(std::int64_t increase) override {
    value_ += increase;
    return value_ - increase;
  }

 private:
  std::int64_t value_ = 0;
};

class OwnMemory : public SharedMemory {
 public:
  explicit OwnMemory(std::size_t bytes) : bytes_(bytes) {}
  std::span<std::byte> of(int /*rank*/) const override { return {bytes_.data(), bytes_.size()}; }
  void synchronize() const override {}

 private:
  mutable linalg::Buffer<std::byte> bytes_;
};

class SingleGroup : public Group {
 public:
  SingleGroup() : Group(0, 1) {}

  void barrier() override {}
  void broadcast(std::byte* /*data*/, std::size_t /*bytes*/, int /*root*/) override {}
  void all_gather(std::byte* /*all*/, const Parts& /*parts*/, std::size_t /*element*/) override {}
  void gather(const std::byte* mine, std::byte* all, const Parts& parts, std::size_t element) override {
    std::copy_n(mine, parts.total() * element, all);
  }
  void scatter(const std::byte* all, std::byte* mine, const Parts& parts, std::size_t element) override {
    std::copy_n(all, parts.total() * element, mine);
  }
  void send(const std::byte* /*data*/, std::size_t /*bytes*/, int /*rank*/) override { fail_alone(); }
  void receive(std::byte* /*data*/, std::size_t /*bytes*/, int /*rank*/) override { fail_alone(); }

  std::unique_ptr<Messages> make_messages(std::size_t /*limit*/) override { return std::make_unique<NoMessages>(); }
  std::unique_ptr<Counter> make_counter() override { return std::make_unique<OwnCounter>(); }
  std::shared_ptr<Group> node() override { return make_single_group(); }
  bool has_shared_memory(std::size_t /*bytes*/) override { return true; }
  std::string shared_memory_folder() const override { return {}; }
  std::unique_ptr<SharedMemory> allocate_shared(std::size_t bytes) override {
    return std::make_unique<OwnMemory>(bytes);
  }
};

}  // namespace

std::shared_ptr<Group> make_single_group() { return std::make_shared<SingleGroup>(); }

}  // namespace epitaxy::parallel
