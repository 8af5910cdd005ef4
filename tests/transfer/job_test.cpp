#include "transfer/job.h"
#include "transfer/job_folder.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "transfer/ensemble.h"
#include "transfer/transfer_case.h"

using namespace epitaxy;
using namespace epitaxy::test;
using transfer::Job;

namespace {

/// Numbers of a parameter.
std::vector<float> numbers_of(const models::ModelFile& file, const std::string& name) {
  const auto model = models::make_model(file.description);
  const auto& parameter = model->layout().find(name);
  const float* first = file.members.front().data() + parameter.offset;
  return {first, first + parameter.size};
}

transfer::JobResult run(TransferCase& files, const transfer::TransferData& data, std::size_t share,
                        std::uint64_t seed = 1) {
  const Job job{0, 0, share, seed, {}};
  auto result = transfer::run_job(data, files.settings, job, never_stop);
  BOOST_REQUIRE(result.has_value());
  return std::move(*result);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(job)

BOOST_AUTO_TEST_CASE(jobs_of_a_learning_curve) {
  TransferCase files(chains(0, 300));
  files.settings.seeds = {1, 4};
  transfer::Variant direct;
  direct.name = "direct";
  direct.trains = false;
  files.settings.variants = {files.variant, direct};
  std::vector<std::string> names;
  for (const Job& job : transfer::list_jobs(files.settings)) {
    names.push_back(job.label.name);
  }
  const std::vector<std::string> expected{
      "fine_tune-labels1-seed1",   "fine_tune-labels1-seed4",   "direct-labels1-seed1",
      "fine_tune-labels0.5-seed1", "fine_tune-labels0.5-seed4", "direct-labels0.5-seed1",
      "fine_tune-labels0.1-seed1", "fine_tune-labels0.1-seed4", "direct-labels0.1-seed1"};
  BOOST_TEST(names == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(joint_rows_mask_what_is_not_to_be_used) {
  auto training = chains(0, 300);
  training.index.targets[0].values[2] = kNone;
  TransferCase files(training);
  files.variant.also = {"cheap"};
  const auto data = files.load();
  const auto split = transfer::split_rows(data, files.settings, {0, 0, 0, 1, {}});
  BOOST_TEST(split.train.size() == 30U);
  BOOST_TEST(split.further.size() + (std::ranges::count(split.train, 2U) > 0 ? 0U : 1U) == 270U);
  auto description = small_description();
  description.heads = {{"better", "better", "eV", {1.0, 2.0}}, {"cheap", "cheap", "eV", {3.0, 4.0}}};
  const train::Rows rows = transfer::training_rows(data, files.variant, split, description);
  BOOST_REQUIRE(rows.count() == split.train.size() + split.further.size());
  for (std::size_t i = 0; i < rows.count(); ++i) {
    const bool labelled = i < split.train.size();
    const std::size_t row = labelled ? split.train[i] : split.further[i - split.train.size()];
    const float better = rows.targets[2 * i];
    const float cheap = rows.targets[2 * i + 1];
    BOOST_TEST(std::isnan(better) == !labelled);
    if (labelled) {
      BOOST_TEST(better == static_cast<float>((data.labels[row] - 1) / 2));
    }
    BOOST_TEST(std::isnan(cheap) == (row == 2));
    if (row != 2) {
      BOOST_TEST(cheap == static_cast<float>((data.further[0].values[row] - 3) / 4));
    }
    BOOST_TEST(rows.block.row<models::TokenId>(i) == data.inputs.row<models::TokenId>(row),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(without_further_targets_the_other_rows_are_left_out) {
  TransferCase files(chains(0, 300));
  const auto data = files.load();
  BOOST_TEST(transfer::split_rows(data, files.settings, {0, 0, 0, 1, {}}).further.empty());
}

BOOST_AUTO_TEST_CASE(a_transfer_changes_encoder_and_head_and_leaves_the_decoder) {
  TransferCase files(chains(0, 300));
  const auto data = files.load();
  const auto result = run(files, data, 2);
  for (const char* name : {"decoder.gru.0.input.weight", "decoder.output.weight", "encoder.log_variance.weight"}) {
    BOOST_TEST(numbers_of(result.model, name) == numbers_of(data.pretrained, name), boost::test_tools::per_element());
  }
  for (const char* name : {"encoder.convolution.0.weight", "encoder.dense.weight", "encoder.mean.weight"}) {
    BOOST_TEST(numbers_of(result.model, name) != numbers_of(data.pretrained, name));
  }
  BOOST_TEST(result.test_predictions.size() == 60U);
  BOOST_TEST(result.predictions.empty());
}

BOOST_AUTO_TEST_CASE(frozen_features_train_the_head_alone) {
  TransferCase files(chains(0, 300));
  files.variant.freeze = {transfer::kFeatures};
  files.settings.head.hidden = 7;
  const auto data = files.load();
  const auto result = run(files, data, 2);
  BOOST_TEST(numbers_of(result.model, "encoder.mean.weight") == numbers_of(data.pretrained, "encoder.mean.weight"),
             boost::test_tools::per_element());
  const auto model = models::make_model(result.model.description);
  linalg::Buffer<float> start(model->layout().size());
  model->layout().initialize(start.data(), 100003);
  const auto& hidden = model->layout().find("heads.hidden.weight");
  BOOST_TEST(hidden.size == 6U * 7U);
  bool moved = false;
  for (std::size_t i = hidden.offset; i < hidden.offset + hidden.size; ++i) {
    moved = moved || result.model.members.front().data()[i] != start.data()[i];
  }
  BOOST_TEST(moved);
}

BOOST_AUTO_TEST_CASE(weights_are_kept_for_the_largest_share_alone) {
  TransferCase files(chains(0, 300));
  const auto data = files.load();
  const TemporaryFolder folder;
  for (const std::size_t share : {0U, 2U}) {
    const auto result = run(files, data, share);
    BOOST_TEST(result.model.members.size() == (share == 2 ? 1U : 0U));
    const transfer::JobLabel label{"job", "settings"};
    const transfer::JobFolder jobs(parallel::Communicator::self(), folder.path(), "s");
    jobs.write(label, [&](data::Hdf5File& file) { transfer::write_result(file, result); });
    const auto read = jobs.find(label, transfer::read_result);
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST(read->test_predictions == result.test_predictions, boost::test_tools::per_element());
    const auto read_model = [](const data::Hdf5File& file) { return models::read_model_group(file); };
    if (share == 2) {
      BOOST_TEST(numbers_of(jobs.get(label, read_model), "encoder.mean.weight") ==
                     numbers_of(result.model, "encoder.mean.weight"),
                 boost::test_tools::per_element());
    }
    const transfer::JobFolder others(parallel::Communicator::self(), folder.path(), "another");
    BOOST_TEST(!others.find(label, transfer::read_result).has_value());
    BOOST_TEST(!jobs.find({"job", "other settings"}, transfer::read_result).has_value());
  }
}

BOOST_AUTO_TEST_CASE(joint_training_learns_both_targets) {
  TransferCase files(chains(0, 400));
  files.settings.shares = {0.1, 1};
  files.variant.pretrained = false;
  files.variant.also = {"cheap"};
  files.variant.training.epochs = 60;
  files.variant.training.schedule.peak = 0.01;
  const auto data = files.load();
  const auto result = run(files, data, 0);
  double error = 0;
  double spread = 0;
  for (std::size_t i = 0; i < data.test_labels.size(); ++i) {
    error += std::abs(result.test_predictions[i] - data.test_labels[i]);
    spread += std::abs(result.baseline.front() - data.test_labels[i]);
  }
  BOOST_TEST(error < 0.6 * spread);
  BOOST_REQUIRE(result.model.description.heads.size() == 2U);
  BOOST_TEST(result.model.description.heads[1].name == "cheap");
}

BOOST_AUTO_TEST_CASE(the_same_job_gives_the_same_bits) {
  TransferCase files(chains(0, 300));
  const auto data = files.load();
  const auto one = run(files, data, 1);
  BOOST_TEST(run(files, data, 1).test_predictions == one.test_predictions, boost::test_tools::per_element());
  BOOST_TEST(run(files, data, 1, 2).test_predictions != one.test_predictions);
}

BOOST_AUTO_TEST_CASE(a_job_stops_when_told) {
  TransferCase files(chains(0, 300));
  const auto data = files.load();
  BOOST_TEST(!transfer::run_job(data, files.settings, {0, 0, 2, 1, {}}, [] { return true; }).has_value());
}

BOOST_AUTO_TEST_CASE(members_of_an_ensemble_predict_in_one_standardizer) {
  TransferCase files(chains(0, 300));
  files.variant.pretrained = false;
  auto data = files.load();
  auto one = run(files, data, 2, 1);
  auto two = run(files, data, 2, 2);
  BOOST_REQUIRE(one.model.description.heads[0].standardizer.mean != two.model.description.heads[0].standardizer.mean);
  models::ModelFile ensemble;
  transfer::add_member(ensemble, std::move(one.model));
  transfer::add_member(ensemble, std::move(two.model));
  BOOST_REQUIRE(ensemble.members.size() == 2U);
  const auto model = models::make_model(ensemble.description);
  train::Predictor predictor(*model, files.variant.training.arithmetic);
  for (const auto& [member, expected] : {std::pair{0, &one}, std::pair{1, &two}}) {
    std::vector<float> predicted(data.test_labels.size());
    predictor.predict(ensemble.members[member].data(), data.test_inputs, predicted.data());
    for (std::size_t i = 0; i < predicted.size(); ++i) {
      const double value = ensemble.description.heads[0].standardizer.backward(predicted[i]);
      BOOST_TEST(std::abs(value - expected->test_predictions[i]) < 1e-5);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
