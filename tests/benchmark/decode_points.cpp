/// \file
/// Where the time of a campaign's points goes: latent vectors, greedy decoding, strings, RDKit's check. Seconds are
/// those of the processor, so that other programs on the machine disturb little. Prints JSON.
///
///     decode_points --model MODEL.h5 [--points 4096] [--batch 1024] [--precision bfloat16|float32|float32_split]
#include <ctime>
#include <iostream>

#include "base/hash.h"
#include "benchmark/molecule_case.h"
#include "chem/molecule_check.h"
#include "chem/spellings.h"
#include "models/model_file.h"
#include "models/molecule_vae/molecule_text.h"
#include "sampling/points/domain.h"
#include "sampling/points/sobol.h"

namespace {

using namespace epitaxy;

double seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Adds the time of `work` to `sum`.
template <typename Work>
void timed(double& sum, const Work& work) {
  const double start = seconds();
  work();
  sum += seconds() - start;
}

struct Times {
  double points = 0, decode = 0, text = 0, check = 0;
};

void run(const benchmark::Arguments& arguments) {
  const auto file = models::read_model(arguments.text("model", "best.h5"));
  const auto made = models::make_model(file.description);
  const auto& model = models::molecule_model(*made, "");
  const auto batch = static_cast<std::size_t>(arguments.integer("batch", 1024));
  const auto count = static_cast<std::size_t>(arguments.integer("points", 4096)) / batch * batch;
  const std::size_t length = model.net().settings().length;
  const auto executor = model.net().executor(
      {.rows = batch, .arithmetic = arguments.arithmetic(), .training = false, .trainable = {}, .of_kind = {}});
  executor->load(file.members.front().data());
  const models::MoleculeText text(file.description);
  const sampling::Domain domain({}, model.net().settings().latent, nullptr);
  const sampling::SobolSequence sequence(domain.dimensions(), sampling::SobolSequence::Scramble::linear_matrix, 1, 0);

  std::vector<double> unit(batch * domain.dimensions());
  std::vector<float> latent(batch * domain.latent(), 0.0f);
  std::vector<std::int32_t> tokens(batch * length);
  std::vector<std::string> smiles(batch);
  executor->decode(latent.data(), tokens.data());  // warm-up
  chem::check_smiles("C");
  Times times;
  Hasher hasher;
  std::size_t steps = 0;
  std::size_t valid = 0;
  for (std::size_t first = 0; first < count; first += batch) {
    timed(times.points, [&] {
      sequence.points(first, batch, unit.data());
      domain.map(unit.data(), batch, latent.data());
    });
    timed(times.decode, [&] { executor->decode(latent.data(), tokens.data()); });
    timed(times.text, [&] {
      for (std::size_t i = 0; i < batch; ++i) {
        smiles[i] = chem::smiles_from(text.representation().name, text.decode(tokens.data() + i * length));
      }
    });
    timed(times.check, [&] {
      for (const auto& string : smiles) {
        valid += chem::check_smiles(string).valid() ? 1 : 0;
      }
    });
    for (std::size_t i = 0; i < batch; ++i) {
      const auto* row = tokens.data() + i * length;
      steps += std::min(length, static_cast<std::size_t>(std::find(row, row + length, 0) - row) + 1);
      hasher.add(smiles[i]);
    }
  }
  const auto number = static_cast<double>(count);
  const double all = times.points + times.decode + times.text + times.check;
  const nlohmann::ordered_json result{
      {"points_per_s", number / all},
      {"seconds", {{"points", times.points}, {"decode", times.decode}, {"text", times.text}, {"check", times.check}}},
      {"decoded_per_s", number / times.decode},
      {"checked_per_s", number / times.check},
      {"steps_per_point", static_cast<double>(steps) / number},
      {"valid_fraction", static_cast<double>(valid) / number},
      {"strings_hash", hasher.hex()}};
  std::cout << result.dump(1) << std::endl;
}

}  // namespace

int main(int argc, char** argv) { return epitaxy::benchmark::run_program(argc, argv, "decode_points", run); }
