#include "transfer/ensemble_intervals.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "data/csv.h"
#include "epitaxy/predictor.h"
#include "transfer/finetune.h"
#include "transfer/transfer_case.h"

using namespace epitaxy;
using namespace epitaxy::test;
using transfer::EnsembleIntervals;

namespace {

/// Two seeds of two folds; three rows.
EnsembleIntervals two_folds() { return {0.5, {0, 0, 1, 1}, {1, -2, 3}, {0.5, 1, 1.5}, {0, 1, 0}}; }

std::filesystem::path written(const TemporaryFolder& folder, const EnsembleIntervals& intervals) {
  data::Hdf5File file(folder / "intervals.h5", data::Hdf5File::Mode::create);
  intervals.write(file, "better");
  file.close();
  return folder / "intervals.h5";
}

const data::Preparation kPreparation{{}, "smiles", {}};

data::Dataset prepared_chains(std::size_t first, std::size_t count) {
  data::Dataset dataset = chains(first, count);
  dataset.index.preparation = kPreparation;
  return dataset;
}

models::ModelFile prepared_model() {
  models::ModelDescription description = small_description();
  description.preparation = kPreparation;
  return small_model(description);
}

/// Two seeds in four folds, and test rows.
struct IntervalCase : TransferCase {
  TemporaryFolder folder;

  explicit IntervalCase(std::vector<std::uint64_t> seeds = {1, 2})
      : TransferCase(prepared_chains(0, 160), prepared_model(), prepared_chains(400, 60)) {
    log::set_silent(true);
    settings.shares.clear();
    settings.folds = 4;
    settings.coverage = 0.8;
    settings.seeds = std::move(seeds);
    variant.training.epochs = 10;
    settings.variants = {variant};
  }
  ~IntervalCase() { log::set_silent(false); }

  nlohmann::json run() {
    parallel::StopHandler stop;
    BOOST_TEST_REQUIRE(run_finetune(parallel::Communicator::self(), settings, folder.path(), stop));
    return nlohmann::json::parse(file::read(folder / "summary.json"));
  }

  std::vector<double> column(const std::string& name, const std::string& set) const {
    const auto table = data::CsvTable::read(folder / "predictions.csv");
    std::vector<double> numbers;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (table.field(row, table.column("set")) == set) {
        numbers.push_back(text::to_double(table.field(row, table.column(name))).value());
      }
    }
    return numbers;
  }

  /// Share of the rows of a set that lie in the intervals of the table.
  double covered(const std::string& set) const {
    const auto truth = column("target", set);
    const auto low = column("low", set);
    const auto high = column("high", set);
    double inside = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      inside += truth[i] >= low[i] && truth[i] <= high[i] ? 1 : 0;
    }
    return inside / static_cast<double>(truth.size());
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ensemble_intervals)

BOOST_AUTO_TEST_CASE(folds_predict_by_the_mean_of_their_seeds) {
  // Folds say 11 and 20. Ends: 11 -+ 1, 20 -+ 2, 11 -+ 3; the second of three holds half of (n + 1) = 4.
  const auto interval = two_folds().of(std::vector<double>{10, 12, 20, 20});
  BOOST_TEST(interval.low == 10);
  BOOST_TEST(interval.high == 14);
}

BOOST_AUTO_TEST_CASE(errors_are_in_units_of_the_scale_of_their_fold) {
  EnsembleIntervals intervals = two_folds();
  intervals.scale = {0, 1, 0.25};
  // Errors in units of their scale: 2, 2, 2. The seeds of fold 0 are apart by a spread of 2, those of fold 1 agree, so
  // their scale is the least. Ends: 11 -+ 4, 20 -+ 0.5, 11 -+ 4.
  const double apart = std::sqrt(2.0);
  const auto interval = intervals.of(std::vector<double>{11 - apart, 11 + apart, 20, 20});
  BOOST_TEST(interval.low == 7, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(interval.high == 15, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(they_are_kept_beside_the_model) {
  const TemporaryFolder folder;
  EnsembleIntervals intervals = two_folds();
  intervals.scale = {0.1, 2, 0.05};
  const auto read = transfer::read_intervals(written(folder, intervals), 4);
  BOOST_REQUIRE(read.has_value());
  const std::vector<double> predicted{10, 12, 20, 21};
  BOOST_TEST(read->of(predicted).low == intervals.of(predicted).low);
  BOOST_TEST(read->of(predicted).high == intervals.of(predicted).high);
  BOOST_TEST(read->head == "better");
  BOOST_TEST(read->coverage == 0.5);
  models::write_model(folder / "without.h5", small_model());
  BOOST_TEST(!transfer::read_intervals(folder / "without.h5", 1).has_value());
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
  const TemporaryFolder folder;
  const auto refused = [&](const EnsembleIntervals& intervals, std::size_t members) {
    BOOST_CHECK_EXCEPTION(transfer::read_intervals(written(folder, intervals), members), InputError,
                          says("intervals.h5", "damaged", "intervals"));
  };
  refused(two_folds(), 3);
  EnsembleIntervals broken = two_folds();
  broken.folds = {0, 2, 0};
  refused(broken, 4);
  broken = two_folds();
  broken.errors.pop_back();
  refused(broken, 4);
  broken = two_folds();
  broken.errors[0] = kNone;
  refused(broken, 4);
  {
    data::Hdf5File file(folder / "later.h5", data::Hdf5File::Mode::create);
    two_folds().write(file, "better");
    file.write_attribute("/intervals", "version", std::int64_t{2});
    file.close();
  }
  BOOST_CHECK_EXCEPTION(transfer::read_intervals(folder / "later.h5", 4), InputError,
                        says("later.h5", "version 2", "use a later epitaxy"));
}

BOOST_AUTO_TEST_CASE(a_finetuning_tells_how_sure_its_model_is, *boost::unit_test::tolerance(1e-12)) {
  IntervalCase files;
  const auto summary = files.run();
  BOOST_TEST(summary.at("interval").get<double>() == 0.8);
  const auto& variant = summary.at("variants").at("fine_tune");
  const auto& own = variant.at("intervals");
  BOOST_TEST(own.at("coverage").get<double>() == files.covered("out_of_fold"));
  BOOST_TEST(own.at("coverage_by_spread").size() == 4U);
  BOOST_TEST(std::abs(files.covered("out_of_fold") - 0.8) < 0.1);  // standard error: 0.03
  BOOST_TEST(variant.at("test").at("intervals").at("coverage").get<double>() == files.covered("test"));
  BOOST_TEST(own.at("width_eV").get<double>() > 0);

  // The test rows once more, by the file: those that are written as `predict` writes them.
  const Predictor predictor(files.folder / "model.h5");
  BOOST_TEST(predictor.coverage().value() == 0.8);
  const auto preparer = chem::molecules().preparer({});
  const auto table = data::CsvTable::read(files.folder / "predictions.csv");
  const auto number = [&](std::size_t row, const char* name) {
    return text::to_double(table.field(row, table.column(name))).value();
  };
  std::size_t compared = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string text(table.field(row, table.column("smiles")));
    if (table.field(row, table.column("set")) == "test" && preparer->prepare(text).text == text) {
      const auto value = predictor.predict({&text, 1}).front().values.front();
      BOOST_TEST(value.low.value() == number(row, "low"), boost::test_tools::tolerance(1e-5));
      BOOST_TEST(value.high.value() == number(row, "high"), boost::test_tools::tolerance(1e-5));
      ++compared;
    }
  }
  BOOST_TEST(compared > 5U);
}

BOOST_AUTO_TEST_CASE(another_coverage_does_no_job_again) {
  IntervalCase files({1});
  files.variant.training.epochs = 1;
  files.settings.variants = {files.variant};
  const double narrow = files.run().at("variants").at("fine_tune").at("intervals").at("width_eV");
  const auto job = files.folder / "jobs" / "fine_tune-fold00-seed1.h5";
  const auto before = std::filesystem::last_write_time(job);
  files.settings.coverage = 0.95;
  const auto own = files.run().at("variants").at("fine_tune").at("intervals");
  BOOST_TEST((std::filesystem::last_write_time(job) == before));
  BOOST_TEST(own.at("width_eV").get<double>() > narrow);
  BOOST_TEST(!own.contains("coverage_by_spread"));  // one seed has no spread
}

BOOST_AUTO_TEST_SUITE_END()
