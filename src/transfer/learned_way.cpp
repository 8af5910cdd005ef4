#include "transfer/learned_way.h"

#include "learners/standard_regressor.h"
#include "transfer/design.h"

namespace epitaxy::transfer {

namespace {

/// Null regressor: stopped.
FittedWay fit(const Way& way, const learners::Candidate& candidate, const Design& part, std::uint64_t seed,
              const learners::StopQuestion& stop) {
  FittedWay fitted;
  fitted.baseline = FittedBaseline::fit(way.baseline, part.cheap, part.cheap_columns, part.measured);
  std::vector<double> labels;
  for (std::size_t i = 0; i < part.measured.size(); ++i) {
    labels.push_back(part.measured[i] - fitted.baseline.at(part.cheap_of(i)));
  }
  fitted.regressor = learners::train_regressor(candidate, part.kinds, part.rows, labels, seed, stop, part.reads);
  return fitted;
}

std::vector<double> predict(const FittedWay& fitted, const learners::Matrix& rows, const std::vector<double>& cheap) {
  auto values = fitted.regressor->predict(rows);
  const std::size_t columns = fitted.baseline.slopes.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] += fitted.baseline.at({cheap.data() + i * columns, columns});
  }
  return values;
}

/// One candidate in the inner cross-validation. Nothing when stopped.
std::optional<LearnedWay> cross_validate(const Way& way, const learners::Candidate& candidate, const Design& part,
                                         const std::vector<int>& folds, int count, std::uint64_t seed,
                                         const learners::StopQuestion& stop) {
  LearnedWay learned;
  learned.inner_fold = folds;
  learned.errors.resize(folds.size());
  for (int k = 0; k < count; ++k) {
    if (stop()) {
      return std::nullopt;
    }
    const data::TrainHeldOut fold = data::hold_out(folds, k);
    learned.inner.push_back(fit(way, candidate, part.pick(fold.train), seed, stop));
    if (!learned.inner.back().regressor) {
      return std::nullopt;
    }
    const Design held_out = part.pick(fold.held_out);
    const auto values = predict(learned.inner.back(), held_out.rows, held_out.cheap);
    for (std::size_t i = 0; i < values.size(); ++i) {
      learned.errors[fold.held_out[i]] = values[i] - held_out.measured[i];
    }
  }
  learned.learner = way.learns ? fmt::format("{}: {}", candidate.name(), candidate.describe()) : std::string();
  return learned;
}

std::vector<learners::Candidate> candidates_of(const DifferenceSettings& settings, const DifferenceJob& job) {
  return settings.ways[job.way].learns ? settings.learners[job.learner].candidates
                                       : std::vector<learners::Candidate>(1);
}

}  // namespace

std::optional<LearnedWay> learn_way(const DifferenceData& data, const DifferenceSettings& settings,
                                    const DifferenceJob& job, const std::vector<std::size_t>& train,
                                    const learners::StopQuestion& stop) {
  const Way& way = settings.ways[job.way];
  Design part = make_design(data, way, data.rows, train);
  if (way.learns) {
    part.reads = columns_read(data, settings.learners[job.learner].reads, part.rows.columns);
  }
  // The same inner folds for every way and learner; part 0 is that of a model on all rows.
  const data::Split split(settings.split_seed, Purpose::inside, job.seed, static_cast<std::uint64_t>(job.fold + 1));
  const auto folds = split_folds(split, settings.split, data.rows.parts(train), settings.inner_folds);
  const auto candidates = candidates_of(settings, job);
  std::optional<LearnedWay> best;
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    auto learned = cross_validate(way, candidates[c], part, folds, settings.inner_folds, split.seed(), stop);
    if (!learned) {
      return std::nullopt;
    }
    learned->candidate = c;
    if (!best || learned->inner_mae() < best->inner_mae()) {
      best = std::move(learned);
    }
  }
  best->all = fit(way, candidates[best->candidate], part, split.seed(), stop);
  return best->all.regressor ? std::move(best) : std::nullopt;
}

WayPrediction predict_way(const LearnedWay& learned, const learners::Matrix& rows, const std::vector<double>& cheap) {
  WayPrediction result;
  result.value = predict(learned.all, rows, cheap);
  result.deviation = learned.all.regressor->spread(rows);
  for (const FittedWay& fitted : learned.inner) {
    const auto values = predict(fitted, rows, cheap);
    result.inner.insert(result.inner.end(), values.begin(), values.end());
  }
  return result;
}

}  // namespace epitaxy::transfer
