#include "transfer/plan.h"

#include <boost/test/unit_test.hpp>

#include "base/text.h"
#include "config/key_reader.h"
#include "transfer/budget.h"
#include "transfer/difference_case.h"
#include "transfer/fit.h"
#include "transfer/portfolio.h"

using namespace epitaxy;
using namespace epitaxy::transfer;

namespace {

FitSettings planned(const std::string& kind, const std::string& column, const std::string& keys) {
  const auto document = config::Document::from_text(
      fmt::format(
          "table: {{source: rows.csv, kind: {}, {}_column: text, duplicates: keep, targets: [{{column: y}}]}}\n{}",
          kind, column, keys),
      "fit.yaml");
  auto result = config::read<FitSettings>(document.root());
  document.finish();
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plan)

// 2 candidates in 3 inner folds learn from 2/3 of the 60 rows of a training part, and the chosen one from all of them.
BOOST_AUTO_TEST_CASE(a_job_costs_what_its_trainings_read) {
  const FitSettings settings = planned(
      "molecules", "smiles",
      "features: [{kind: morgan, bits: 256}]\nlearners: {ridge: {penalty: [0.1, 1]}}\nfolds: 4\ninner_folds: 3\n");
  DifferenceJob job;
  const JobCost cost = cost_of(settings.learning, job, 80);
  BOOST_TEST(cost.rows == 60U);
  BOOST_TEST(cost.trainings == 7U);
  BOOST_TEST(cost.units == (6 * 40 + 60) / 1000.0, boost::test_tools::tolerance(1e-12));
  job.share = 50;
  BOOST_TEST(cost_of(settings.learning, job, 80).rows == 30U);
  job.share = 100;
  job.fold = kNoFold;
  BOOST_TEST(cost_of(settings.learning, job, 80).rows == 80U);
}

BOOST_AUTO_TEST_CASE(kernels_of_many_rows_have_centers) {
  for (const chem::Substance* substance : chem::substances()) {
    for (const bool quick : {false, true}) {
      for (const std::size_t rows : {60U, 6000U, 6001U, 100000U}) {
        const auto settings = planned(std::string(substance->plural()), std::string(substance->text_name()),
                                      portfolio(*substance, {.rows = rows, .quick = quick}));
        std::size_t kernels = 0;
        for (const LearnerChoice& learner : settings.learning.learners) {
          for (const learners::Candidate& candidate : learner.candidates) {
            if (std::string(candidate.name()) == "kernel_ridge") {
              ++kernels;
              BOOST_TEST((candidate.describe().find("centers 2000") != std::string::npos) == (rows > 6000));
            }
          }
        }
        BOOST_TEST(kernels > 0U);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_budget_keeps_the_learners_that_it_reaches) {
  const auto kept = [](double budget) {
    DifferenceSettings settings =
        planned("molecules", "smiles",
                "features: [{kind: morgan, bits: 256}]\nfolds: 4\ninner_folds: 3\n"
                "learners: {a: {kind: ridge}, b: {kind: kernel_ridge, width: [1, 2, 4], penalty: [0.1, 1]}, "
                "c: {kind: kernel_ridge}, both: {kind: average, of: [a, b]}}\n")
            .learning;
    const auto left = keep_within_budget(
        settings, budget, [](const DifferenceSettings& some) { return units_of(some, list_jobs(some), 80); });
    std::string names;
    for (const LearnerChoice& learner : settings.learners) {
      names += learner.name + " ";
    }
    return names + "- " + text::join(left, " ");
  };
  // Four folds of 60 rows: (3 x 40 + 60) / 1000 each, 0.72 units for one kernel, whatever its penalties, and 1.68 for
  // three.
  BOOST_TEST(kept(0) == "a b c both - ");
  BOOST_TEST(kept(1000) == "a b c both - ");
  BOOST_TEST(kept(2.5) == "a b both - c");
  BOOST_TEST(kept(1.5) == "a c - b both");
  BOOST_TEST(kept(0.73) == "a - b c both");
  BOOST_CHECK_EXCEPTION(kept(0.1), InputError, test::says("budget of 0.1 units is too small", "takes 0.7", "--budget"));
}

BOOST_AUTO_TEST_SUITE_END()
