#include "latent/encoder.h"

#include <algorithm>

#include "base/error.h"
#include "chem/selfies.h"
#include "chem/spellings.h"

namespace epitaxy::latent {

void Encoder::read(std::string_view smiles, float* ids) const {
  network_->text().encode(chem::write_in(network_->description().representation, smiles), ids);
}

bool Encoder::can_read(std::string_view smiles) const {
  try {
    return network_->text().can_encode(chem::write_in(network_->description().representation, smiles));
  } catch (const chem::SelfiesError&) {
    return false;
  }
}

void Encoder::by_block(parallel::RowRange rows, const TokenSource& source,
                       const std::function<void(std::size_t)>& use) {
  const std::size_t block = network_->rows();
  for (std::size_t first = rows.first; first < rows.last; first += block) {
    const std::size_t count = std::min(block, rows.last - first);
    ids_.assign(block * network_->length(), 0.0F);
    for (std::size_t i = 0; i < count; ++i) {
      source(first + i, ids_.data() + i * network_->length());
    }
    use(count);
  }
}

LatentVectors Encoder::encode(parallel::RowRange rows, const TokenSource& source) {
  const std::size_t latent = network_->latent();
  std::vector<float> mean(network_->rows() * latent);
  std::vector<float> log_variance(mean.size());
  LatentVectors result;
  by_block(rows, source, [&](std::size_t count) {
    network_->executor().encode(ids_.data(), mean.data(), log_variance.data());
    const auto end = static_cast<std::ptrdiff_t>(count * latent);
    result.mean.insert(result.mean.end(), mean.begin(), mean.begin() + end);
    result.log_variance.insert(result.log_variance.end(), log_variance.begin(), log_variance.begin() + end);
  });
  return result;
}

LatentVectors Encoder::encode(std::span<const float> ids) {
  const std::size_t length = network_->length();
  check(ids.size() % length == 0, "a row has as many token ids as the model reads");
  return encode({0, ids.size() / length},
                [&](std::size_t row, float* to) { std::ranges::copy(ids.subspan(row * length, length), to); });
}

std::vector<float> Encoder::predict(parallel::RowRange rows, const TokenSource& source) {
  std::vector<float> predictions(network_->rows() * network_->heads());
  std::vector<float> result;
  by_block(rows, source, [&](std::size_t count) {
    network_->executor().predict(ids_.data(), predictions.data());
    const auto end = static_cast<std::ptrdiff_t>(count * network_->heads());
    result.insert(result.end(), predictions.begin(), predictions.begin() + end);
  });
  return result;
}

LatentVectors Encoder::encode(const parallel::Communicator& communicator, std::size_t rows, const TokenSource& source) {
  LatentVectors mine;
  communicator.agree([&] { mine = encode(parallel::my_rows(rows, network_->rows(), communicator), source); });
  return {communicator.all_gather(std::span<const float>(mine.mean)),
          communicator.all_gather(std::span<const float>(mine.log_variance))};
}

std::vector<float> Encoder::means(const parallel::Communicator& communicator, std::size_t rows,
                                  const TokenSource& source) {
  LatentVectors mine;
  communicator.agree([&] { mine = encode(parallel::my_rows(rows, network_->rows(), communicator), source); });
  return communicator.all_gather(std::span<const float>(mine.mean));
}

}  // namespace epitaxy::latent
