#include "transfer/learned_way.h"

#include <algorithm>
#include <utility>

#include "learners/standard_regressor.h"
#include "transfer/design.h"

namespace epitaxy::transfer {

namespace {

using Candidates = std::vector<learners::Candidate>;

/// One for each candidate. Null regressor: stopped.
std::vector<FittedWay> fit(const Way& way, const Candidates& candidates, const Design& part, std::uint64_t seed,
                           const learners::StopQuestion& stop) {
  const auto baseline = FittedBaseline::fit(way.baseline, part.cheap, part.cheap_columns, part.measured);
  std::vector<double> labels;
  for (std::size_t i = 0; i < part.measured.size(); ++i) {
    labels.push_back(part.measured[i] - baseline.at(part.cheap_of(i)));
  }
  std::vector<FittedWay> fitted;
  for (auto& regressor :
       learners::train_regressors(candidates, part.kinds, part.rows, labels, seed, stop, part.reads, part.weights)) {
    fitted.push_back({baseline, std::move(regressor)});
  }
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

/// The parts of the inner cross-validation, and which rows these hold out.
struct InnerFolds {
  explicit InnerFolds(std::vector<data::TrainHeldOut> all, std::size_t rows) : parts(std::move(all)), place(rows) {
    std::vector<int> fold_of(rows, kNoFold);
    for (std::size_t k = 0; k < parts.size(); ++k) {
      for (const std::size_t i : parts[k].held_out) {
        fold_of[i] = static_cast<int>(k);
      }
    }
    for (std::size_t i = 0; i < rows; ++i) {
      if (fold_of[i] != kNoFold) {
        place[i] = fold.size();
        fold.push_back(fold_of[i]);
        held_out.push_back(i);
      }
    }
  }

  std::vector<data::TrainHeldOut> parts;
  std::vector<int> fold;              ///< [rows that are held out]
  std::vector<std::size_t> place;     ///< [rows] among those.
  std::vector<std::size_t> held_out;  ///< Those rows, ascending.
};

/// The same for every way and learner; part 0 is that of a model on all rows.
data::Split inner_split(const DifferenceSettings& settings, const DifferenceJob& job) {
  return data::Split(settings.split_seed, Purpose::inside, job.seed, static_cast<std::uint64_t>(job.fold + 1));
}

InnerFolds inner_folds(const DifferenceData& data, const DifferenceSettings& settings, const DifferenceJob& job,
                       const std::vector<std::size_t>& train) {
  return InnerFolds(split_parts(inner_split(settings, job), settings.split, data.rows.units(train),
                                settings.inner_folds, Ties::apart),
                    train.size());
}

/// Some candidates in the inner cross-validation. Nothing when stopped.
std::optional<std::vector<LearnedWay>> cross_validate(const Way& way, const Candidates& candidates, const Design& part,
                                                      const InnerFolds& folds, std::uint64_t seed,
                                                      const learners::StopQuestion& stop) {
  std::vector<LearnedWay> all(candidates.size());
  for (LearnedWay& learned : all) {
    learned.inner_fold = folds.fold;
    learned.errors.resize(folds.fold.size());
  }
  for (const data::TrainHeldOut& fold : folds.parts) {
    if (stop()) {
      return std::nullopt;
    }
    auto fitted = fit(way, candidates, part.pick(fold.train), seed, stop);
    const Design held_out = part.pick(fold.held_out);
    for (std::size_t c = 0; c < all.size(); ++c) {
      if (!fitted[c].regressor) {
        return std::nullopt;
      }
      const auto values = predict(fitted[c], held_out.rows, held_out.cheap);
      for (std::size_t i = 0; i < values.size(); ++i) {
        all[c].errors[folds.place[fold.held_out[i]]] = values[i] - held_out.measured[i];
      }
      all[c].inner.push_back(std::move(fitted[c]));
    }
  }
  return all;
}

Candidates candidates_of(const DifferenceSettings& settings, const DifferenceJob& job) {
  return settings.ways[job.way].learns ? settings.learners[job.learner].candidates : Candidates(1);
}

/// The one with the smallest error (by the rows' weights) in the inner cross-validation, of equal ones the first.
/// Nothing when stopped.
std::optional<LearnedWay> choose(const Way& way, const Candidates& candidates, const Design& part,
                                 const InnerFolds& folds, std::uint64_t seed, Loss loss,
                                 const learners::StopQuestion& stop) {
  std::optional<LearnedWay> best;
  std::vector<double> weights;
  for (const std::size_t i : folds.held_out) {
    if (!part.weights.empty()) {
      weights.push_back(part.weights[i]);
    }
  }
  const auto rank = [&](const LearnedWay& learned) {
    return std::pair(mean_loss(learned.errors, loss, weights), learned.candidate);
  };
  for (const auto& group : learners::common_works(candidates)) {
    Candidates together;
    for (const std::size_t c : group) {
      together.push_back(candidates[c]);
    }
    auto all = cross_validate(way, together, part, folds, seed, stop);
    if (!all) {
      return std::nullopt;
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      LearnedWay& learned = (*all)[i];
      learned.candidate = group[i];
      if (!best || rank(learned) < rank(*best)) {
        best = std::move(learned);
      }
    }
  }
  return best;
}

}  // namespace

std::vector<std::size_t> inner_rows(const DifferenceData& data, const DifferenceSettings& settings,
                                    const DifferenceJob& job, const std::vector<std::size_t>& train) {
  std::vector<std::size_t> rows;
  for (const std::size_t i : inner_folds(data, settings, job, train).held_out) {
    rows.push_back(train[i]);
  }
  return rows;
}

std::optional<LearnedWay> learn_way(const DifferenceData& data, const DifferenceSettings& settings,
                                    const DifferenceJob& job, const std::vector<std::size_t>& train,
                                    const learners::StopQuestion& stop) {
  const Way& way = settings.ways[job.way];
  Design part = make_design(data, way, data.rows, train);
  if (way.learns) {
    part.reads = columns_read(data, settings.learners[job.learner].reads, part.rows.columns);
  }
  const std::uint64_t seed = inner_split(settings, job).seed();
  const InnerFolds folds = inner_folds(data, settings, job, train);
  const auto candidates = candidates_of(settings, job);
  auto best = choose(way, candidates, part, folds, seed, settings.loss(), stop);
  if (!best) {
    return std::nullopt;
  }
  const learners::Candidate& chosen = candidates[best->candidate];
  best->learner = way.learns ? fmt::format("{}: {}", chosen.name(), chosen.describe()) : std::string();
  best->all = std::move(fit(way, {chosen}, part, seed, stop).front());
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
