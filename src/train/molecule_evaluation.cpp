#include "train/molecule_evaluation.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/hash.h"
#include "base/random.h"
#include "chem/molecule_check.h"
#include "chem/spellings.h"

namespace epitaxy::train {

namespace {

/// Rows that are encoded or decoded together. Whole chunks belong to a rank, so that nothing depends on their number.
constexpr std::size_t kChunk = 256;

struct Chunks {
  std::size_t first;
  std::size_t last;
};

Chunks chunks_of_rank(std::size_t rows, const parallel::Communicator& communicator) {
  const auto [first, last] = rows_of_rank((rows + kChunk - 1) / kChunk, communicator.rank(), communicator.size());
  return {first, last};
}

/// How many of `rows` rows lie in each rank's chunks, times `width`.
std::vector<int> counts_of_ranks(std::size_t rows, std::size_t width, int ranks) {
  std::vector<int> counts;
  for (int r = 0; r < ranks; ++r) {
    const auto [first, last] = rows_of_rank((rows + kChunk - 1) / kChunk, r, ranks);
    counts.push_back(static_cast<int>((std::min(rows, last * kChunk) - std::min(rows, first * kChunk)) * width));
  }
  return counts;
}

std::uint64_t hash_of(const std::string& text) {
  Hasher hasher;
  hasher.add(text);
  return std::stoull(hasher.hex().substr(0, 16), nullptr, 16);
}

}  // namespace

MoleculeEvaluation::MoleculeEvaluation(const parallel::Communicator& communicator, const models::MoleculeModel& model,
                                       const nn::Arithmetic& arithmetic, const TrainingData& data,
                                       const std::vector<RowReference>& rows,
                                       const MoleculeEvaluationSettings& settings)
    : communicator_(communicator),
      model_(model),
      settings_(settings),
      text_(model.description()),
      executor_(model.net().executor({.rows = kChunk, .arithmetic = arithmetic, .training = false, .trainable = {}})),
      rows_(rows.size()),
      decoded_(std::min(rows.size(), settings.decoded_rows)) {
  unreadable_ = decoded_ == rows.size() ? data.unreadable_validation() : 0;
  for (const RowReference row : data.train()) {
    known_.push_back(hash_of(data.index(row.source).groups[row.row]));
  }
  std::ranges::sort(known_);
  const Chunks mine = chunks_of_rank(rows_, communicator);
  const auto at = [&](std::size_t chunk) {
    return rows.begin() + static_cast<std::ptrdiff_t>(std::min(rows_, chunk * kChunk));
  };
  mine_ = data.load({at(mine.first), at(mine.last)});
  for (const RowReference row : rows) {
    const auto& texts = data::texts(data.index(row.source), model.description().representation);
    lengths_.push_back(chem::split(models::tokenizer_of(model.description().representation), texts[row.row]).size());
  }
  const std::size_t latent = model.net().settings().latent;
  means_.resize(rows_ * latent);
  log_variances_.resize(rows_ * latent);
}

MoleculeMetrics MoleculeEvaluation::evaluate(const float* weights) {
  executor_->load(weights);
  MoleculeMetrics metrics;
  encode_rows();
  describe_latents(metrics);
  reconstruct(metrics);
  metrics.prior = sample();
  if (settings_.random_strings && !lengths_.empty()) {
    metrics.random_strings = draw_strings();
  }
  return metrics;
}

void MoleculeEvaluation::encode_rows() {
  const std::size_t latent = model_.net().settings().latent;
  const Chunks mine = chunks_of_rank(rows_, communicator_);
  std::vector<float> features(kChunk * mine_.feature_count);
  std::vector<float> mean(kChunk * latent);
  std::vector<float> log_variance(mean.size());
  for (std::size_t chunk = mine.first; chunk < mine.last; ++chunk) {
    const std::size_t local = (chunk - mine.first) * kChunk;
    const std::size_t count = std::min(kChunk, mine_.count - local);
    std::ranges::fill(features, 0.0f);
    std::copy_n(mine_.features.data() + local * mine_.feature_count, count * mine_.feature_count, features.data());
    executor_->encode(features.data(), mean.data(), log_variance.data());
    std::copy_n(mean.data(), count * latent, means_.data() + chunk * kChunk * latent);
    std::copy_n(log_variance.data(), count * latent, log_variances_.data() + chunk * kChunk * latent);
  }
  const auto counts = counts_of_ranks(rows_, latent, communicator_.size());
  communicator_.gather_all_in_place(means_.data(), counts);
  communicator_.gather_all_in_place(log_variances_.data(), counts);
}

void MoleculeEvaluation::describe_latents(MoleculeMetrics& metrics) const {
  const std::size_t latent = model_.net().settings().latent;
  const auto rows = static_cast<double>(std::max<std::size_t>(1, rows_));
  for (std::size_t j = 0; j < latent; ++j) {
    double sum = 0;
    double squares = 0;
    double divergence = 0;
    for (std::size_t i = 0; i < rows_; ++i) {
      const double mean = means_[i * latent + j];
      const double log_variance = log_variances_[i * latent + j];
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
  const std::size_t latent = model_.net().settings().latent;
  const std::size_t length = model_.net().settings().length;
  const Chunks chunks = chunks_of_rank(rows_, communicator_);
  std::vector<float> means(kChunk * latent);
  std::vector<std::int32_t> tokens(kChunk * length);
  // By rank: exact molecules, right tokens, tokens.
  std::vector<double> sums(3 * static_cast<std::size_t>(communicator_.size()));
  double* mine = sums.data() + 3 * static_cast<std::size_t>(communicator_.rank());
  for (std::size_t chunk = chunks.first; chunk < chunks.last && chunk * kChunk < decoded_; ++chunk) {
    const std::size_t local = (chunk - chunks.first) * kChunk;
    const std::size_t count = std::min(kChunk, decoded_ - chunk * kChunk);
    const std::size_t there = std::min(kChunk, rows_ - chunk * kChunk);
    std::ranges::fill(means, 0.0f);
    std::copy_n(means_.data() + chunk * kChunk * latent, there * latent, means.data());
    executor_->decode(means.data(), tokens.data());
    for (std::size_t i = 0; i < count; ++i) {
      const float* truth = mine_.features.data() + (local + i) * length;
      const std::int32_t* decoded = tokens.data() + i * length;
      bool exact = true;
      for (std::size_t t = 0; t < length && (t == 0 || truth[t - 1] != 0); ++t) {
        const bool right = static_cast<std::int32_t>(truth[t]) == decoded[t];
        exact = exact && right;
        mine[1] += right ? 1 : 0;
        mine[2] += 1;
      }
      mine[0] += exact ? 1 : 0;
    }
  }
  communicator_.gather_all_in_place(sums.data(), std::vector<int>(static_cast<std::size_t>(communicator_.size()), 3));
  double total[3] = {0, 0, 0};
  for (std::size_t i = 0; i < sums.size(); ++i) {
    total[i % 3] += sums[i];
  }
  metrics.molecules = decoded_ + unreadable_;
  metrics.exact = metrics.molecules > 0 ? total[0] / static_cast<double>(metrics.molecules) : 0;
  metrics.token_accuracy = total[2] > 0 ? total[1] / total[2] : 0;
}

/// Calls `write(first, count, texts)` for this rank's chunks of points, to fill in what each decodes to, and counts
/// what all ranks found.
PointMetrics MoleculeEvaluation::judge(const Writer& write) const {
  const Chunks chunks = chunks_of_rank(settings_.points, communicator_);
  std::vector<std::string> texts(kChunk);
  // By point: RDKit's rule, the strict rule, and the molecule's hash in two halves.
  std::vector<double> verdicts(4 * settings_.points);
  for (std::size_t chunk = chunks.first; chunk < chunks.last; ++chunk) {
    write(chunk * kChunk, texts);
    for (std::size_t i = 0; i < std::min(kChunk, settings_.points - chunk * kChunk); ++i) {
      const auto check = chem::check_smiles(chem::smiles_from(model_.description().representation, texts[i]));
      double* verdict = verdicts.data() + (chunk * kChunk + i) * 4;
      verdict[0] = check.rdkit_valid && check.cause != chem::MoleculeCause::empty ? 1 : 0;
      verdict[1] = check.valid() ? 1 : 0;
      const std::uint64_t hash = hash_of(check.canonical);
      verdict[2] = static_cast<double>(hash >> 32);
      verdict[3] = static_cast<double>(hash & 0xffffffff);
    }
  }
  communicator_.gather_all_in_place(verdicts.data(), counts_of_ranks(settings_.points, 4, communicator_.size()));
  PointMetrics metrics;
  metrics.points = settings_.points;
  std::set<std::uint64_t> distinct;
  for (std::size_t i = 0; i < settings_.points; ++i) {
    const double* verdict = verdicts.data() + i * 4;
    metrics.rdkit_valid += verdict[0] > 0 ? 1 : 0;
    if (verdict[1] > 0) {
      ++metrics.valid;
      distinct.insert((static_cast<std::uint64_t>(verdict[2]) << 32) | static_cast<std::uint64_t>(verdict[3]));
    }
  }
  metrics.unique = distinct.size();
  for (const std::uint64_t hash : distinct) {
    metrics.novel += std::ranges::binary_search(known_, hash) ? 0 : 1;
  }
  return metrics;
}

PointMetrics MoleculeEvaluation::sample() {
  const std::size_t latent = model_.net().settings().latent;
  const std::size_t length = model_.net().settings().length;
  std::vector<float> points(kChunk * latent);
  std::vector<std::int32_t> tokens(kChunk * length);
  return judge([&](std::size_t first, std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < kChunk; ++i) {
      RandomStream stream(settings_.seed, Purpose::points, 0, 0, static_cast<std::uint32_t>(first + i));
      std::generate_n(points.data() + i * latent, latent, [&] { return static_cast<float>(stream.normal()); });
    }
    executor_->decode(points.data(), tokens.data());
    for (std::size_t i = 0; i < kChunk; ++i) {
      texts[i] = text_.decode(&tokens[i * length]);
    }
  });
}

PointMetrics MoleculeEvaluation::draw_strings() const {
  const auto& symbols = model_.description().features;
  return judge([&](std::size_t first, std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < kChunk; ++i) {
      RandomStream stream(settings_.seed, Purpose::points, 1, 0, static_cast<std::uint32_t>(first + i));
      texts[i].clear();
      for (std::size_t left = lengths_[stream.below(lengths_.size())]; left > 0; --left) {
        texts[i] += symbols[stream.below(symbols.size())];
      }
    }
  });
}

}  // namespace epitaxy::train
