#include "sampling/points/encoded.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <span>

#include "base/error.h"
#include "models/molecule_vae/molecule_text.h"
#include "train/rows.h"

namespace epitaxy::sampling {

namespace {

/// Rows that are encoded together.
constexpr std::size_t kChunk = 256;

/// First and last row of each rank's chunks.
struct Share {
  std::size_t first;
  std::size_t last;
};

Share share_of(std::size_t rows, int rank, int ranks) {
  const auto [first, last] = train::rows_of_rank((rows + kChunk - 1) / kChunk, rank, ranks);
  return {std::min(rows, first * kChunk), std::min(rows, last * kChunk)};
}

/// Encodes the texts of rows first, first + 1, ..., last - 1 of `rows` into `means` [rows, latent].
class ChunkEncoder {
 public:
  ChunkEncoder(const models::MoleculeModel& model, const float* weights, const nn::Arithmetic& arithmetic)
      : text_(model.description()),
        latent_(model.net().settings().latent),
        width_(model.description().feature_count()),
        executor_(model.net().executor({.rows = kChunk, .arithmetic = arithmetic, .training = false, .trainable = {}})),
        features_(kChunk * width_),
        mean_(kChunk * latent_),
        log_variance_(kChunk * latent_) {
    executor_->load(weights);
  }

  void encode(const std::vector<std::string>& texts, std::span<const std::size_t> rows, float* means) {
    std::ranges::fill(features_, 0.0f);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      text_.encode(texts[rows[i]], features_.data() + i * width_);
    }
    executor_->encode(features_.data(), mean_.data(), log_variance_.data());
    std::copy_n(mean_.data(), rows.size() * latent_, means);
  }

 private:
  models::MoleculeText text_;
  std::size_t latent_;
  std::size_t width_;
  std::unique_ptr<models::MoleculeVaeExecutor> executor_;
  std::vector<float> features_;
  std::vector<float> mean_;
  std::vector<float> log_variance_;
};

std::vector<std::size_t> readable_rows(const models::MoleculeModel& model, const std::vector<std::string>& texts) {
  const models::MoleculeText text(model.description());
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < texts.size(); ++row) {
    if (!texts[row].empty() && text.can_encode(texts[row])) {
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace

EncodedMolecules encode_molecules(const parallel::Communicator& communicator, const models::MoleculeModel& model,
                                  const float* weights, const nn::Arithmetic& arithmetic,
                                  const data::DatasetIndex& dataset) {
  const std::size_t latent = model.net().settings().latent;
  EncodedMolecules molecules;
  communicator.agree([&] {
    const auto& texts = data::texts(dataset, model.description().representation);
    molecules.rows = readable_rows(model, texts);
    if (molecules.rows.empty()) {
      fail_input("{}: the model can read none of the {} molecules: was it trained on others?", dataset.path.string(),
                 texts.size());
    }
    if (molecules.rows.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) / latent) {
      fail_input(
          "{}: {} molecules with {} latent numbers each are more than ranks can exchange at once: take a part of "
          "the data set",
          dataset.path.string(), molecules.rows.size(), latent);
    }
    molecules.means.resize(molecules.rows.size() * latent);
    ChunkEncoder encoder(model, weights, arithmetic);
    const Share mine = share_of(molecules.rows.size(), communicator.rank(), communicator.size());
    for (std::size_t first = mine.first; first < mine.last; first += kChunk) {
      const auto rows = std::span(molecules.rows).subspan(first, std::min(kChunk, mine.last - first));
      encoder.encode(texts, rows, molecules.means.data() + first * latent);
    }
  });
  std::vector<int> counts;
  for (int rank = 0; rank < communicator.size(); ++rank) {
    const Share share = share_of(molecules.rows.size(), rank, communicator.size());
    counts.push_back(static_cast<int>((share.last - share.first) * latent));
  }
  communicator.gather_all_in_place(molecules.means.data(), counts);
  return molecules;
}

EncodedStatistics statistics_of(const EncodedMolecules& molecules, std::size_t latent) {
  const std::size_t rows = molecules.rows.size();
  check(molecules.means.size() == rows * latent, "each molecule has one latent vector");
  EncodedStatistics result{std::vector<double>(latent), std::vector<double>(latent * latent), rows};
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < latent; ++j) {
      result.mean[j] += molecules.means[i * latent + j];
    }
  }
  for (double& number : result.mean) {
    number /= static_cast<double>(std::max<std::size_t>(1, rows));
  }
  std::vector<double> difference(latent);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < latent; ++j) {
      difference[j] = molecules.means[i * latent + j] - result.mean[j];
    }
    for (std::size_t j = 0; j < latent; ++j) {
      for (std::size_t k = 0; k < latent; ++k) {
        result.covariance[j * latent + k] += difference[j] * difference[k];
      }
    }
  }
  for (double& number : result.covariance) {
    number /= static_cast<double>(std::max<std::size_t>(1, rows));
  }
  return result;
}

}  // namespace epitaxy::sampling
