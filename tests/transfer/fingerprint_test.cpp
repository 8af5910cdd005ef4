// Transfer of a model whose rows are columns of numbers: what holds for an autoencoder holds for it, too.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "data/shared_folder.h"
#include "models/fingerprint_net/fingerprint_net.h"
#include "train/fingerprint_case.h"
#include "transfer/job.h"

using namespace epitaxy;
using namespace epitaxy::test;
using parallel::Communicator;

namespace {

/// A pretrained model of the boiling point, and a transfer to the flash point.
struct FingerprintCase {
  Communicator world = Communicator::world();
  SharedFolder shared{world};
  TemporaryFolder alone;
  std::string data = shared.path / "data.h5";
  std::string pretrained = shared.path / "pretrained" / "best.h5";

  FingerprintCase() {
    log::set_silent(true);
    world.on_root([&] {
      data::write_dataset(data, boiling_points());
      std::filesystem::create_directory(shared.path / "pretrained");
    });
    parallel::StopHandler stop;
    BOOST_TEST(train::run_pretrain(world, pretraining(data, 20), shared.path / "pretrained", stop));
  }
  ~FingerprintCase() { log::set_silent(false); }

  transfer::FinetuneSettings settings(const std::string& head = "{name: flash, start_from: boiling}") const {
    const auto document = config::Document::from_text(
        fmt::format("data: {{file: {}, target: flash_K}}\npretrained: {}\nhead: {}\nfolds: 2\nseeds: [1]\n"
                    "validation: {{fraction: 0.2}}\ntest: {{fraction: 0.1}}\n"
                    "training: {{epochs: 10, batch: 16, kernels: openblas}}\n"
                    "variants: {{scratch: {{}}, direct: {{}}, frozen_features: {{}}, fine_tune: {{}}}}\n",
                    data, pretrained, head),
        "x.yaml");
    auto result = config::read<transfer::FinetuneSettings>(document.root());
    document.finish();
    return result;
  }
};

std::vector<float> numbers_of(const models::ModelFile& file, const std::string& name) {
  const auto model = models::make_model(file.description);
  const auto& parameter = model->layout().find(name);
  const float* first = file.members.front().data() + parameter.offset;
  return {first, first + parameter.size};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fingerprint)

BOOST_AUTO_TEST_CASE(a_finetuning_of_a_fingerprint_net_gives_the_same_files) {
  const FingerprintCase files;
  const auto settings = files.settings();
  parallel::StopHandler stop;
  BOOST_TEST(run_finetune(files.world, settings, files.shared.path, stop));
  BOOST_TEST(run_finetune(Communicator::self(), settings, files.alone.path(), stop));
  for (const char* name : {"summary.json", "predictions.csv"}) {
    BOOST_TEST((file::read(files.shared.path / name) == file::read(files.alone / name)), name);
  }
  const auto variants = nlohmann::json::parse(file::read(files.shared.path / "summary.json")).at("variants");
  for (const char* variant : {"scratch", "direct", "frozen_features", "fine_tune"}) {
    BOOST_TEST(variants.at(variant).at("mae_K") > 0, variant);
  }
  // The pretrained model is of a quantity that is larger by a third.
  BOOST_TEST(variants.at("fine_tune").at("mae_K") < variants.at("direct").at("mae_K"));
  const auto ensemble = models::read_model(files.alone / "model.h5");
  BOOST_TEST(ensemble.description.kind->name() == "fingerprint_net");
  BOOST_TEST(ensemble.description.heads[0].name == "flash");
}

BOOST_AUTO_TEST_CASE(variants_train_what_they_name) {
  const FingerprintCase files;
  const auto settings = files.settings();
  const auto data = transfer::load_transfer_data(settings);
  BOOST_TEST(data.inputs.rows() + data.test_inputs.rows() == 80u);
  std::map<std::string, transfer::JobResult> results;
  for (const transfer::Job& job : transfer::list_jobs(settings)) {
    auto result = transfer::run_job(data, settings, job, [] { return false; });
    BOOST_REQUIRE(result.has_value());
    results.emplace(settings.variants[job.variant].name, std::move(*result));  // of the first fold
  }
  const models::ModelFile& start = data.pretrained;
  const auto body = [&](const std::string& variant) { return numbers_of(results.at(variant).model, "body.00.weight"); };
  const auto head = [&](const std::string& variant) {
    return numbers_of(results.at(variant).model, "head.flash.weight");
  };
  BOOST_TEST(body("direct") == numbers_of(start, "body.00.weight"), boost::test_tools::per_element());
  BOOST_TEST(head("direct") == numbers_of(start, "head.boiling.weight"), boost::test_tools::per_element());
  BOOST_TEST(body("frozen_features") == numbers_of(start, "body.00.weight"), boost::test_tools::per_element());
  BOOST_TEST(head("frozen_features") != numbers_of(start, "head.boiling.weight"));
  BOOST_TEST(body("fine_tune") != numbers_of(start, "body.00.weight"));
  BOOST_TEST(head("fine_tune") != numbers_of(start, "head.boiling.weight"));
  BOOST_TEST(body("scratch") != body("fine_tune"));

  // The model as it is predicts what the pretrained one does.
  const auto model = models::make_model(start.description);
  train::Predictor predictor(*model, nn::exact(settings.variants.front().training.arithmetic));
  std::vector<float> expected(data.test_inputs.rows());
  predictor.predict(start.members.front().data(), data.test_inputs, expected.data());
  const auto& found = results.at("direct").test_predictions;
  BOOST_REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    BOOST_TEST(found[i] == start.description.heads[0].standardizer.backward(expected[i]));
  }
}

// Inputs are scaled as in the pretraining, whatever the rows of the new data: its weights would mean something else.
BOOST_AUTO_TEST_CASE(columns_keep_their_scales_and_count_the_new_rows) {
  const FingerprintCase files;
  const auto settings = files.settings();
  const auto data = transfer::load_transfer_data(settings);
  const models::ModelDescription& start = data.pretrained.description;
  const transfer::Job job = transfer::list_jobs(settings).back();  // fine_tune
  const auto split = transfer::split_rows(data, settings, job);
  const auto result = transfer::run_job(data, settings, job, [] { return false; });
  BOOST_REQUIRE(result.has_value());
  const auto& scaling = result->model.description.as<models::FingerprintSettings>().scaling;
  BOOST_TEST(scaling.mean == start.as<models::FingerprintSettings>().scaling.mean, boost::test_tools::per_element());
  BOOST_TEST(scaling.factor == start.as<models::FingerprintSettings>().scaling.factor,
             boost::test_tools::per_element());
  models::RowBlock rows;
  rows.append_rows(data.inputs, std::span<const std::size_t>(split.train));
  const auto seen = start.kind->reader(start)->sums(rows).seen;
  BOOST_REQUIRE(seen.size() == start.seen.size());
  for (std::size_t j = 0; j < seen.size(); ++j) {
    BOOST_TEST(result->model.description.seen[j] == start.seen[j] + seen[j]);
  }
}

BOOST_AUTO_TEST_CASE(its_heads_have_no_hidden_layer) {
  const FingerprintCase files;
  auto settings = files.settings("{name: flash, hidden: 7}");
  parallel::StopHandler stop;
  BOOST_CHECK_EXCEPTION(run_finetune(files.world, settings, files.shared.path, stop), InputError,
                        says("'head.hidden' is not for a fingerprint_net"));
}

BOOST_AUTO_TEST_SUITE_END()
