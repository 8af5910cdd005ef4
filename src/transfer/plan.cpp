#include "transfer/plan.h"

namespace epitaxy::transfer {

namespace {

constexpr double kRowsOfUnit = 1000;

}  // namespace

JobCost cost_of(const DifferenceSettings& settings, const DifferenceJob& job, std::size_t rows) {
  const auto folds = static_cast<std::size_t>(settings.folds);
  const auto inner = static_cast<std::size_t>(settings.inner_folds);
  const std::size_t works = settings.ways[job.way].learns
                                ? learners::common_works(settings.learners[job.learner].candidates).size()
                                : std::size_t{1};
  JobCost cost;
  cost.rows = job.fold == kNoFold ? rows : rows * (folds - 1) / folds * static_cast<std::size_t>(job.share) / 100;
  cost.trainings = works * inner + 1;
  const double of_inner = static_cast<double>(cost.rows * (inner - 1)) / static_cast<double>(inner);
  cost.units = (static_cast<double>(works * inner) * of_inner + static_cast<double>(cost.rows)) / kRowsOfUnit;
  return cost;
}

double units_of(const DifferenceSettings& settings, const std::vector<DifferenceJob>& jobs, std::size_t rows) {
  double units = 0;
  for (const DifferenceJob& job : jobs) {
    units += cost_of(settings, job, rows).units;
  }
  return units;
}

nlohmann::ordered_json plan_of(const DifferenceSettings& settings, const DifferenceData& data,
                               const std::vector<DifferenceJob>& jobs) {
  nlohmann::ordered_json plan{{"rows", data.rows.count()},
                              {"folds", settings.folds},
                              {"inner_folds", settings.inner_folds},
                              {"seeds", settings.seeds}};
  for (const LearnerChoice& learner : settings.learners) {
    for (const learners::Candidate& candidate : learner.candidates) {
      plan["learners"][learner.name].push_back(std::string(candidate.name()) + ": " + candidate.describe());
    }
  }
  std::size_t trainings = 0;
  auto listed = nlohmann::ordered_json::array();
  for (const DifferenceJob& job : jobs) {
    const JobCost cost = cost_of(settings, job, data.rows.count());
    listed.push_back(
        {{"name", job.label.name}, {"rows", cost.rows}, {"trainings", cost.trainings}, {"units", cost.units}});
    trainings += cost.trainings;
  }
  plan["trainings"] = trainings;
  plan["units"] = units_of(settings, jobs, data.rows.count());
  plan["jobs"] = std::move(listed);
  return plan;
}

}  // namespace epitaxy::transfer
