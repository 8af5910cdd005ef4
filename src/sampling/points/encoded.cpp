#include "sampling/points/encoded.h"

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "latent/encoder.h"

namespace epitaxy::sampling {

namespace {

std::vector<std::size_t> readable_rows(const models::RowReader& reader, const std::vector<std::string>& texts) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < texts.size(); ++row) {
    if (reader.can_read(texts[row])) {
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace

EncodedMolecules encode_molecules(const parallel::Communicator& communicator, const models::MoleculeModel& model,
                                  const float* weights, const nn::Arithmetic& arithmetic,
                                  const data::DatasetIndex& dataset) {
  EncodedMolecules molecules;
  const auto network = std::make_shared<latent::Network>(model, arithmetic);
  network->load(weights);
  const std::vector<std::string>* texts = nullptr;
  communicator.agree([&] {
    models::check_substance(*model.description().kind, dataset);
    texts = &data::texts(dataset, network->text().representation().notation);
    molecules.rows = readable_rows(network->reader(), *texts);
    if (molecules.rows.empty()) {
      fail_input("{}: the model can read none of the {} molecules: was it trained on others?", dataset.path.string(),
                 texts->size());
    }
  });
  molecules.means = latent::Encoder(network).means(
      communicator, molecules.rows.size(),
      [&](std::size_t i, models::RowBlock& rows) { network->reader().read((*texts)[molecules.rows[i]], rows); });
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
