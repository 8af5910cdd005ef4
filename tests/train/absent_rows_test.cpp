// Batches that are larger than what a shard has left are filled up with absent rows, whatever the kind of model.
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "models/fingerprint_net/fingerprint_net.h"
#include "models/molecule_vae/molecule_vae.h"
#include "train/molecule_set.h"
#include "train/training_case.h"

using namespace epitaxy;
using namespace epitaxy::train;
using parallel::Communicator;

namespace {

/// Rows of a model, some of whose labels are missing.
struct Case {
  models::ModelDescription description;
  Rows rows;
};

/// Chains of carbon as a kind of model reads them, with a label that falls with their length.
Case chains(models::ModelDescription description) {
  const data::Dataset set = test::molecule_set(test::chains_of_carbon(), {});
  const data::DatasetIndex* const index = &set.index;
  description.kind->fit(description, std::span(&index, 1));
  description.heads = {{"a", "a", "eV", {}}, {"b", "b", "eV", {}}};
  Rows rows{{}, 2, {}};
  const auto reader = description.kind->reader(description);
  for (std::size_t i = 0; i < set.index.rows; i += 2) {
    reader->read(set.index.texts[i], rows.block);
    rows.targets.push_back(1 - 0.1f * static_cast<float>(i / 4));
    rows.targets.push_back(i % 3 == 0 ? std::numeric_limits<float>::quiet_NaN() : 0.5f);
  }
  description.kind->complete(description, reader->sums(rows.block));
  return {description, rows};
}

std::vector<Case> cases() {
  models::FingerprintSettings fingerprint;
  fingerprint.blocks.resize(1);
  fingerprint.blocks[0].morgan = {1, 64, true};
  fingerprint.dense.widths = {12, 6};
  models::MoleculeVaeSettings vae;
  vae.convolutions = {{4, 3}};
  vae.length = 0;
  vae.dense = 8;
  vae.latent = 3;
  vae.cells = 6;
  vae.layers = 1;
  vae.token_dropout = 0.2;
  return {chains(models::describe(models::fingerprint_net(), fingerprint)),
          chains(models::describe(models::molecule_vae(), vae))};
}

/// What a step of plain descent on one shard saw and made of the weights.
struct Step {
  EpochReport report;
  linalg::Buffer<float> weights;
};

Step step(const Case& c, int batch) {
  TrainingSettings settings = test::small_settings();
  settings.epochs = 1;
  settings.shards = 1;
  settings.batch = batch;
  settings.optimizer = {.kind = nn::OptimizerKind::sgd, .momentum = 0};
  settings.schedule = {.kind = nn::ScheduleKind::constant, .peak = 0.1, .epochs = 1};
  const auto model = models::make_model(c.description);
  Trainer trainer(Communicator::self(), *model, settings, {c.rows}, c.rows.count());
  test::initialize(trainer, *model);
  Step result;
  TrainingHooks hooks;
  hooks.epoch_done = [&](const EpochReport& report) { result.report = report; };
  trainer.run(hooks);
  result.weights = test::weights_of(trainer);
  return result;
}

const auto kClose = boost::test_tools::tolerance(1e-6);

}  // namespace

BOOST_AUTO_TEST_SUITE(absent_rows_test)

BOOST_AUTO_TEST_CASE(absent_rows_of_a_batch_count_nowhere) {
  for (const Case& c : cases()) {
    BOOST_TEST_CONTEXT(c.description.kind->name()) {
      const Step alone = step(c, static_cast<int>(c.rows.count()));
      const Step filled = step(c, 100);
      BOOST_TEST(filled.report.train_loss == alone.report.train_loss, kClose);
      for (std::size_t part = 0; part < models::kLossParts; ++part) {
        BOOST_TEST(filled.report.loss_parts[part] == alone.report.loss_parts[part], kClose);
      }
      BOOST_TEST(test::largest_difference(filled.weights, alone.weights, alone.weights.size()) < 1e-6);
      const auto model = models::make_model(c.description);
      std::vector<float> start(alone.weights.size());
      model->layout().initialize(start.data(), 9);
      BOOST_TEST(test::largest_difference(alone.weights, start, start.size()) > 1e-3);
    }
  }
}

BOOST_AUTO_TEST_CASE(sums_over_a_block_with_absent_rows_are_those_of_the_others) {
  for (const Case& c : cases()) {
    BOOST_TEST_CONTEXT(c.description.kind->name()) {
      const auto model = models::make_model(c.description);
      const std::size_t size = model->layout().size();
      std::vector<float> weights(size);
      model->layout().initialize(weights.data(), 9);
      const auto gradient = [&](std::size_t absent, std::vector<float>& out) {
        Rows rows = c.rows;
        for (std::size_t i = 0; i < absent; ++i) {
          rows.block.append_absent();
          rows.targets.insert(rows.targets.end(), rows.head_count, std::numeric_limits<float>::quiet_NaN());
        }
        const auto executor = model->executor({.rows = rows.count(),
                                               .arithmetic = test::small_settings().arithmetic,
                                               .training = true,
                                               .trainable = {},
                                               .of_kind = {}});
        executor->load(weights.data());
        return executor->gradient(rows.block, rows.targets.data(), {}, {}, out.data());
      };
      std::vector<float> alone(size, 0.0f);
      std::vector<float> filled(size, 0.0f);
      const models::BatchLoss of_rows = gradient(0, alone);
      const models::BatchLoss of_both = gradient(23, filled);
      BOOST_TEST(of_both.labels == of_rows.labels);
      BOOST_TEST(of_both.loss == of_rows.loss, kClose);
      BOOST_TEST(of_rows.loss > 0.0);
      BOOST_TEST(test::largest_difference(filled, alone, size) < 1e-5);
    }
  }
}

// Of shards with 43, 46, 40 and 43 rows all are in the batch, and count alike.
BOOST_AUTO_TEST_CASE(shards_of_different_sizes_are_trained_on_as_a_whole) {
  const auto net = test::small_net();
  TrainingSettings settings = test::small_settings();
  settings.epochs = 1;
  settings.batch = 4 * 64;
  const auto trainer = test::make_trainer(Communicator::world(), net, settings);
  double loss = 0;
  TrainingHooks hooks;
  hooks.epoch_done = [&](const EpochReport& report) { loss = report.train_loss; };
  trainer->run(hooks);
  std::vector<float> weights(net.layout().size());
  std::vector<float> unused(net.layout().size());
  net.layout().initialize(weights.data(), 9);
  models::BatchLoss sums;
  for (int shard = 0; shard < test::kShards; ++shard) {
    const Rows rows = test::shard_rows(shard);
    const auto executor = net.executor(
        {.rows = rows.count(), .arithmetic = settings.arithmetic, .training = true, .trainable = {}, .of_kind = {}});
    executor->load(weights.data());
    const auto one = executor->gradient(rows.block, rows.targets.data(), settings.loss, {}, unused.data());
    sums.loss += one.loss;
    sums.labels += one.labels;
  }
  BOOST_TEST(loss == sums.loss / sums.labels, kClose);
}

BOOST_AUTO_TEST_SUITE_END()
