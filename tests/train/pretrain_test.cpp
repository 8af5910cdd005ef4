#include "train/pretrain.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "data/shared_folder.h"
#include "models/fingerprint_net/fingerprint_net.h"
#include "models/kinds.h"
#include "models/model_file.h"
#include "models/molecule_vae/molecule_vae_settings.h"
#include "numbers.h"
#include "train/fingerprint_case.h"

using namespace epitaxy;
using namespace epitaxy::train;
using parallel::Communicator;
using test::pretraining;

namespace {

/// A data set that all ranks see, and folders for runs: of all ranks, and of this one alone.
struct Runs {
  Communicator world = Communicator::world();
  test::SharedFolder shared{world};
  test::TemporaryFolder alone;
  std::string data = shared.path / "data.h5";

  Runs() {
    log::set_silent(true);
    world.on_root([&] { data::write_dataset(data, test::boiling_points()); });
  }
  ~Runs() { log::set_silent(false); }
};

/// Undisturbed, to the end.
void run(const Communicator& communicator, const PretrainSettings& settings, const std::filesystem::path& folder) {
  parallel::StopHandler stop;
  BOOST_TEST(run_pretrain(communicator, settings, folder, stop));
}

/// One step, or the rest of the training when that is no more than a step.
bool run_a_step(const Communicator& communicator, const PretrainSettings& settings,
                const std::filesystem::path& folder) {
  parallel::StopHandler stop(0.0);
  return run_pretrain(communicator, settings, folder, stop);
}

/// What two runs have in common when no bit of them differs.
void check_same(const std::filesystem::path& a, const std::filesystem::path& b) {
  BOOST_TEST(read_checkpoint(a / "checkpoint.h5").hash() == read_checkpoint(b / "checkpoint.h5").hash());
  const auto first = models::read_model(a / "best.h5");
  const auto second = models::read_model(b / "best.h5");
  BOOST_TEST(first.description.to_json() == second.description.to_json());
  BOOST_REQUIRE(first.members.front().size() == second.members.front().size());
  BOOST_TEST(test::same_bits(first.members.front().data(), second.members.front().data(), first.members[0].size()));
  BOOST_TEST((file::read(a / "predictions.csv") == file::read(b / "predictions.csv")));
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pretrain_test)

BOOST_AUTO_TEST_CASE(a_fingerprint_net_is_the_same_on_any_number_of_ranks) {
  const Runs runs;
  const PretrainSettings settings = pretraining(runs.data, 4);
  run(runs.world, settings, runs.shared.path);
  run(Communicator::self(), settings, runs.alone.path());
  check_same(runs.shared.path, runs.alone.path());
}

BOOST_AUTO_TEST_CASE(a_training_is_checked_without_leaving_anything) {
  const Runs runs;
  const PretrainSettings settings = pretraining(runs.data, 4);
  BOOST_CHECK_NO_THROW(check_pretrain(runs.world, settings));
  const std::filesystem::directory_iterator files(runs.shared.path);
  BOOST_TEST(std::distance(begin(files), end(files)) == 1);  // the data set
}

BOOST_AUTO_TEST_CASE(a_fingerprint_net_learns) {
  const Runs runs;
  run(runs.world, pretraining(runs.data, 60), runs.shared.path);
  const auto summary = nlohmann::json::parse(file::read(runs.shared.path / "summary.json"));
  // Half of the molecules are further than 76 K from the median of all.
  BOOST_TEST(summary.at("validation").at("boiling").at("mae_K") < 20);
  BOOST_TEST(summary.at("test").at("boiling").at("mae_K") < 20);
  BOOST_TEST(summary.at("training_rows").get<int>() + summary.at("validation").at("boiling").at("rows").get<int>() +
                 summary.at("test").at("boiling").at("rows").get<int>() ==
             80);
}

BOOST_AUTO_TEST_CASE(columns_are_scaled_by_the_training_rows) {
  const Runs runs;
  const PretrainSettings settings = pretraining(runs.data, 1);
  run(runs.world, settings, runs.shared.path);
  const auto model = models::read_model(runs.shared.path / "best.h5");
  const auto& fitted = model.description.as<models::FingerprintSettings>();
  const TrainingData data(settings.sources, settings.split, {}, settings.model);
  const models::ColumnRows columns(fitted.columns);
  const auto block = data.load(data.train()).block;
  std::vector<double> sum(columns.columns(), 0);
  std::vector<double> squares(columns.columns(), 0);
  std::vector<std::int64_t> seen(columns.columns(), 0);
  for (std::size_t i = 0; i < block.rows(); ++i) {
    std::vector<float> values(columns.columns(), 0.0f);
    columns.read(block, i, values.data());
    for (std::size_t j = 0; j < values.size(); ++j) {
      sum[j] += values[j];
      squares[j] += static_cast<double>(values[j]) * values[j];
      seen[j] += values[j] != 0 ? 1 : 0;
    }
  }
  BOOST_TEST(model.description.seen == seen, boost::test_tools::per_element());
  const auto rows = static_cast<double>(block.rows());
  std::size_t scaled = 0;
  for (std::size_t j = 0; j < sum.size(); ++j) {
    const double mean = sum[j] / rows;
    BOOST_TEST(std::abs(fitted.scaling.mean[j] - mean) <= 1e-9 * (1 + std::abs(mean)));
    if (const double variance = squares[j] / rows - mean * mean; variance > 1e-6 * squares[j] / rows) {
      BOOST_TEST(fitted.scaling.factor[j] == 1 / std::sqrt(variance), boost::test_tools::tolerance(1e-6));
      ++scaled;
    }
  }
  BOOST_TEST(scaled > 30u);
}

BOOST_AUTO_TEST_CASE(a_training_that_is_stopped_again_and_again_ends_in_the_same_bits) {
  const Runs runs;
  const PretrainSettings settings = pretraining(runs.data, 4);
  std::int64_t stops = 0;
  for (; stops < 5; ++stops) {
    BOOST_TEST(!run_a_step(runs.world, settings, runs.shared.path));
  }
  const TrainingState state = read_checkpoint(runs.shared.path / "checkpoint.h5").state;
  run(runs.world, settings, runs.shared.path);
  run(Communicator::self(), settings, runs.alone.path());
  BOOST_TEST(state.optimizer_steps == stops);
  BOOST_TEST(state.epoch > 0);
  BOOST_TEST(state.epoch < 3);
  check_same(runs.shared.path, runs.alone.path());
}

BOOST_AUTO_TEST_CASE(a_training_that_all_ranks_began_is_ended_by_one) {
  const Runs runs;
  const PretrainSettings settings = pretraining(runs.data, 3);
  for (int stops = 0; stops < 4; ++stops) {
    run_a_step(runs.world, settings, runs.shared.path);
  }
  runs.world.barrier();
  if (runs.world.is_root()) {
    run(Communicator::self(), settings, runs.shared.path);
    run(Communicator::self(), settings, runs.alone.path());
    check_same(runs.shared.path, runs.alone.path());
  }
}

BOOST_AUTO_TEST_CASE(a_checkpoint_of_another_kind_is_refused) {
  const Runs runs;
  const PretrainSettings settings = pretraining(runs.data, 3);
  run_a_step(runs.world, settings, runs.shared.path);
  const PretrainSettings other =
      pretraining(runs.data, 3, "{kind: molecule_vae, channels: [4], kernels: [3], dense: 8, latent: 3, cells: 6}");
  const std::string of_settings = error_of([&] { run_a_step(runs.world, other, runs.shared.path); });
  for (const char* part : {"was made with other settings", "kind", "checkpoint: ", "fingerprint_net",
                           "input: ", "molecule_vae", "Use another --output, or --fresh"}) {
    BOOST_TEST(of_settings.find(part) != std::string::npos, part << " in " << of_settings);
  }
  // The settings are the same, but not the model.
  runs.world.on_root([&] {
    Checkpoint checkpoint = read_checkpoint(runs.shared.path / "checkpoint.h5");
    models::MoleculeVaeSettings vae;
    vae.length = 34;
    checkpoint.description.kind = &models::molecule_vae();
    checkpoint.description.settings = vae;
    checkpoint.description.features = {"C", "N", "O"};
    checkpoint.description.seen = {1, 1, 1};
    checkpoint.weights = linalg::Buffer<float>(models::make_model(checkpoint.description)->layout().size());
    for (auto& [name, moments] : checkpoint.optimizer) {
      moments = linalg::Buffer<float>(checkpoint.weights.size());
    }
    write_checkpoint(runs.shared.path, checkpoint);
  });
  const std::string of_model = error_of([&] { run_a_step(runs.world, settings, runs.shared.path); });
  BOOST_TEST(of_model.find("is of another model. Use another --output, or --fresh") != std::string::npos, of_model);
}

BOOST_AUTO_TEST_CASE(substances_of_another_kind_cannot_be_excluded) {
  const Runs runs;
  const test::TemporaryFolder folder;
  data::Dataset compositions;
  compositions.index.rows = 1;
  compositions.index.texts = compositions.index.groups = compositions.index.source = {"Fe2O3"};
  compositions.index.lines = {2};
  data::write_dataset(folder / "oxides.h5", compositions);
  PretrainSettings settings = pretraining(runs.data, 1);
  settings.exclusions = {{folder / "oxides.h5", {}}};
  const std::string error = error_of([&] { run(runs.world, settings, runs.shared.path); });
  BOOST_TEST(error.find("oxides.h5 holds compositions, but a fingerprint_net reads molecules") != std::string::npos,
             error);
}

BOOST_AUTO_TEST_SUITE_END()
