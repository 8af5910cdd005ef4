#include "train/molecule_evaluation.h"

#include <algorithm>
#include <cmath>

namespace epitaxy::train {

namespace {

double or_zero(double share) { return std::isnan(share) ? 0 : share; }

}  // namespace

PointShares shares_of(const latent::MoleculeCounts& counts) {
  return {.rdkit_valid = or_zero(counts.share(counts.rdkit_valid)),
          .valid = or_zero(counts.share(counts.valid)),
          .unique = or_zero(counts.unique_share()),
          .novel = or_zero(counts.novel_share())};
}

MoleculeEvaluation::MoleculeEvaluation(const parallel::Communicator& communicator, const models::MoleculeModel& model,
                                       const nn::Arithmetic& arithmetic, const TrainingData& data,
                                       const std::vector<RowReference>& rows,
                                       const MoleculeEvaluationSettings& settings)
    : communicator_(communicator),
      model_(model),
      settings_(settings),
      network_(std::make_shared<latent::Network>(model, arithmetic)),
      encoder_(network_),
      decoder_(network_),
      known_(data.trained_on()),
      strings_(model.description()),
      rows_(rows.size()),
      decoded_(std::min(rows.size(), settings.decoded_rows)),
      share_(parallel::my_rows(rows_, network_->rows(), communicator)) {
  unreadable_ = decoded_ == rows.size() ? data.unreadable_validation() : 0;
  const auto at = [&](std::size_t row) { return rows.begin() + static_cast<std::ptrdiff_t>(row); };
  mine_ = data.load({at(share_.first), at(share_.last)}).block;
  for (const RowReference row : rows) {
    strings_.follow(data.text(row));
  }
}

MoleculeMetrics MoleculeEvaluation::evaluate(const float* weights) {
  network_->load(weights);
  MoleculeMetrics metrics;
  latents_ = encoder_.encode(communicator_, rows_, [&](std::size_t row, models::RowBlock& rows) {
    rows.append_row(mine_, row - share_.first);
  });
  describe_latents(metrics);
  reconstruct(metrics);
  metrics.prior = sample();
  if (settings_.random_strings && !strings_.empty()) {
    metrics.random_strings = draw_strings();
  }
  return metrics;
}

void MoleculeEvaluation::describe_latents(MoleculeMetrics& metrics) const {
  const std::size_t latent = model_.net().settings().latent;
  const auto rows = static_cast<double>(std::max<std::size_t>(1, rows_));
  for (std::size_t j = 0; j < latent; ++j) {
    double sum = 0;
    double squares = 0;
    double divergence = 0;
    for (std::size_t i = 0; i < rows_; ++i) {
      const double mean = latents_.mean[i * latent + j];
      const double log_variance = latents_.log_variance[i * latent + j];
      sum += mean;
      squares += mean * mean;
      divergence += 0.5 * (mean * mean + std::exp(log_variance) - 1.0 - log_variance);
    }
    metrics.divergence_by_dimension.push_back(divergence / rows);
    metrics.divergence += divergence / rows;
    metrics.active_units += squares / rows - (sum / rows) * (sum / rows) > 0.01 ? 1 : 0;
  }
}

void MoleculeEvaluation::reconstruct(MoleculeMetrics& metrics) {
  const std::size_t latent = network_->latent();
  const std::size_t length = network_->length();
  std::int64_t exact = 0;
  std::int64_t right = 0;
  std::int64_t tokens = 0;
  const std::size_t last = std::min(share_.last, decoded_);
  for (std::size_t first = share_.first; first < last; first += network_->rows()) {
    const std::size_t count = std::min(network_->rows(), last - first);
    decoder_.decode(std::span<const float>(latents_.mean).subspan(first * latent, count * latent));
    for (std::size_t i = 0; i < count; ++i) {
      const auto truth = mine_.row<models::TokenId>(first - share_.first + i);
      const auto decoded = decoder_.tokens(i);
      bool all_right = true;
      for (std::size_t t = 0; t < std::min(length, truth.size()); ++t) {
        const bool same = truth[t] == decoded[t];
        all_right = all_right && same;
        right += same ? 1 : 0;
        ++tokens;
      }
      exact += all_right ? 1 : 0;
    }
  }
  exact = communicator_.sum(exact);
  right = communicator_.sum(right);
  tokens = communicator_.sum(tokens);
  metrics.molecules = decoded_ + unreadable_;
  metrics.exact = metrics.molecules > 0 ? static_cast<double>(exact) / static_cast<double>(metrics.molecules) : 0;
  metrics.token_accuracy = tokens > 0 ? static_cast<double>(right) / static_cast<double>(tokens) : 0;
}

/// Judges the strings of this rank's points and counts what all ranks found.
latent::MoleculeCounts MoleculeEvaluation::count(const Writer& write) const {
  const std::size_t block = network_->rows();
  const auto range = parallel::my_rows(settings_.points, block, communicator_);
  latent::Judge judge(models::representation_of(model_.description()).name, &known_);
  std::vector<latent::Finding> findings;
  for (std::size_t first = range.first; first < range.last; first += block) {
    judge.forget();
    for (const std::string& text : write(first, std::min(block, range.last - first))) {
      findings.push_back(judge.judge(text));
    }
  }
  latent::MoleculeCounter counter;
  for (const latent::Finding& finding : communicator_.all_gather(std::span<const latent::Finding>(findings))) {
    counter.begin_point();
    counter.add(finding);
  }
  return counter.counts();
}

latent::MoleculeCounts MoleculeEvaluation::sample() {
  const std::size_t latent = network_->latent();
  return count([&](std::size_t first, std::size_t count) {
    std::vector<float> points(count * latent);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
      RandomStream stream(settings_.seed, Purpose::points, 0, 0, static_cast<std::uint32_t>(first + i));
      std::generate_n(points.data() + i * latent, latent, [&] { return static_cast<float>(stream.normal()); });
    }
    decoder_.decode(points);
    for (std::size_t i = 0; i < count; ++i) {
      texts.push_back(decoder_.text(i));
    }
    return texts;
  });
}

latent::MoleculeCounts MoleculeEvaluation::draw_strings() const {
  return count([&](std::size_t first, std::size_t count) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
      RandomStream stream(settings_.seed, Purpose::points, 1, 0, static_cast<std::uint32_t>(first + i));
      texts.push_back(strings_.draw(stream));
    }
    return texts;
  });
}

}  // namespace epitaxy::train
