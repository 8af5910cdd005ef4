/// \file
/// Speed of greedy decoding of latent points to checked SMILES, with weights saved by vae_train: prints JSON. Run under
/// mpirun; each rank decodes its part of the points.
///
///     vae_decode --weights NAME --points POINTS.f32 [--count N] [--batch 256] [--precision
///     float32|float32_split|bfloat16]
///                [--output FILE]      the decoded strings of rank r go to FILE.r
#include <chrono>
#include <fstream>
#include <iostream>

#include "benchmark/molecule_case.h"
#include "chem/molecule_check.h"
#include "linalg/cpu.h"
#include "parallel/communicator.h"

namespace {

using namespace epitaxy;
using Clock = std::chrono::steady_clock;

/// Decodes points in batches of a fixed size.
class Decoder {
 public:
  Decoder(const benchmark::Arguments& arguments, const std::string& name)
      : table_(benchmark::read_table(name + ".json")),
        weights_(benchmark::read_numbers(name + ".f32")),
        model_(benchmark::vae_settings(table_)),
        batch_(static_cast<std::size_t>(arguments.integer("batch", 256))),
        executor_(model_.executor(
            {.rows = batch_, .arithmetic = arguments.arithmetic(), .training = false, .trainable = {}, .of_kind = {}})),
        points_(batch_ * latent()),
        tokens_(batch_ * benchmark::kLength) {
    check(weights_.size() == model_.layout().size(), "the weights are of this model");
    executor_->load(weights_.data());
  }

  std::size_t latent() const { return model_.settings().latent; }
  std::size_t batch() const { return batch_; }

  /// Appends the strings of `count` points, at most a batch.
  void decode(const float* points, std::size_t count, std::vector<std::string>& strings) {
    std::copy_n(points, count * latent(), points_.data());
    std::fill(points_.begin() + static_cast<std::ptrdiff_t>(count * latent()), points_.end(), 0.0f);
    executor_->decode(points_.data(), tokens_.data());
    for (std::size_t row = 0; row < count; ++row) {
      strings.push_back(table_.decode(std::span(tokens_).subspan(row * benchmark::kLength, benchmark::kLength)));
    }
  }

 private:
  chem::TokenTable table_;
  std::vector<float> weights_;
  models::MoleculeVae model_;
  std::size_t batch_;
  std::unique_ptr<models::MoleculeVaeExecutor> executor_;
  std::vector<float> points_;
  std::vector<std::int32_t> tokens_;
};

void run(const benchmark::Arguments& arguments) {
  const auto world = parallel::Communicator::world();
  Decoder decoder(arguments, arguments.text("weights", "vae"));
  const auto points = benchmark::read_numbers(arguments.text("points", "points.f32"));
  const std::size_t all = points.size() / decoder.latent();
  const std::size_t total = std::min(all, static_cast<std::size_t>(arguments.integer("count", 1 << 30)));
  const std::size_t first = total * world.rank() / world.size();
  const std::size_t last = total * (world.rank() + 1) / world.size();
  std::vector<std::string> strings;
  decoder.decode(points.data(), std::min(total, decoder.batch()), strings);  // warm-up
  chem::check_smiles("C");
  strings.clear();

  world.barrier();
  const auto start = Clock::now();
  double valid = 0;
  for (std::size_t begin = first; begin < last; begin += decoder.batch()) {
    const std::size_t count = std::min(decoder.batch(), last - begin);
    decoder.decode(points.data() + begin * decoder.latent(), count, strings);
    for (std::size_t i = strings.size() - count; i < strings.size(); ++i) {
      valid += chem::check_smiles(strings[i], false).valid() ? 1 : 0;
    }
  }
  world.barrier();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();

  if (const auto name = arguments.text("output", ""); !name.empty()) {
    std::ofstream file(fmt::format("{}.{}", name, world.rank()));
    for (const auto& text : strings) {
      file << text << '\n';
    }
  }
  std::vector<double> sums{valid, 0};
  for (const auto& text : strings) {
    sums[1] += static_cast<double>(text.size());
  }
  sums = world.sum(std::move(sums));
  if (world.is_root()) {
    const auto count = static_cast<double>(total);
    const nlohmann::ordered_json result{{"samples_per_s", count / seconds},
                                        {"seconds", seconds},
                                        {"points", total},
                                        {"valid_fraction", sums[0] / count},
                                        {"mean_length", sums[1] / count}};
    std::cout << result.dump() << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) { return epitaxy::benchmark::run_program(argc, argv, "vae_decode", run); }
