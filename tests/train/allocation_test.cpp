#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "models/molecule_vae/molecule_vae.h"
#include "numbers.h"
#include "train/training_case.h"

// Counts what the thread of the test asks of operator new while it is told to: the step loop must not allocate.

namespace {

thread_local bool counting = false;
thread_local std::int64_t allocations = 0;

void* allocate_or_null(std::size_t bytes) noexcept {
  allocations += counting ? 1 : 0;
  return std::malloc(bytes > 0 ? bytes : 1);
}

void* allocate(std::size_t bytes) {
  if (void* memory = allocate_or_null(bytes)) {
    return memory;
  }
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return allocate_or_null(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return allocate_or_null(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

using namespace epitaxy;

BOOST_AUTO_TEST_SUITE(allocation_test)

BOOST_AUTO_TEST_CASE(allocations_are_counted) {
  counting = true;
  const std::int64_t before = allocations;
  const std::vector<int> numbers(100);
  const std::int64_t after = allocations;
  counting = false;
  BOOST_TEST(after == before + 1 + static_cast<std::int64_t>(numbers[5]));
}

// OpenBLAS, as oneDNN itself allocates a few small objects in each product.
BOOST_AUTO_TEST_CASE(steps_after_the_first_ones_allocate_nothing) {
  const auto net = test::small_net(0.1);
  train::TrainingSettings settings = test::small_settings();
  settings.gradient_clip = 0.1;
  settings.optimizer.average_decay = 0.9;
  const auto trainer = test::make_trainer(parallel::Communicator::world(), net, settings);
  std::vector<std::int64_t> counts;
  counts.reserve(100);
  train::TrainingHooks hooks;
  hooks.stop_requested = [] { return false; };
  hooks.checkpoint_due = [] { return false; };
  hooks.progress = [&](std::int64_t, std::int64_t) { counts.push_back(allocations); };
  allocations = 0;
  counting = true;
  trainer->run(hooks);
  counting = false;
  BOOST_TEST(counts.size() == 10u);
  // Steps 3 to 5 of the first epoch, 7 to 10 of the second.
  BOOST_TEST(counts[4] == counts[1]);
  BOOST_TEST(counts[9] == counts[5]);
}

// Of 64 rows with 12 steps each, four at a time.
BOOST_AUTO_TEST_CASE(steps_of_a_beam_search_allocate_nothing) {
  models::MoleculeVaeSettings settings;
  settings.tokens = 6;
  settings.length = 12;
  settings.convolutions = {{2, 2}};
  settings.latent = 4;
  settings.cells = 6;
  const models::MoleculeVae net(settings);
  std::vector<float> weights(net.layout().size());
  net.layout().initialize(weights.data(), 5);
  weights[net.layout().find("decoder.output.bias").offset] = -20.0f;  // No string ends early.
  const nn::Arithmetic arithmetic{linalg::DataType::float32, linalg::Backend::openblas};
  const auto executor =
      net.executor({.rows = 64, .arithmetic = arithmetic, .training = false, .trainable = {}, .of_kind = {}});
  executor->load(weights.data());
  const std::vector<float> latent = test::random_numbers(64 * settings.latent, 8, -3, 3);
  std::vector<std::int32_t> tokens(64 * settings.length);
  executor->beam(latent.data(), 16, tokens.data());
  const std::int64_t before = allocations;
  counting = true;
  executor->beam(latent.data(), 16, tokens.data());
  counting = false;
  BOOST_TEST(std::ranges::count(tokens, 0) == 0);
  BOOST_TEST(allocations - before < 12);
}

BOOST_AUTO_TEST_SUITE_END()
