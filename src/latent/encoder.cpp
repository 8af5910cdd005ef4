#include "latent/encoder.h"

#include <algorithm>

#include "base/error.h"
#include "chem/substance.h"

namespace epitaxy::latent {

void Encoder::read(std::string_view smiles, models::RowBlock& rows) const {
  network_->reader().read(chem::molecules().write(network_->reader().notation(), smiles), rows);
}

bool Encoder::can_read(std::string_view smiles) const {
  try {
    return network_->reader().can_read(chem::molecules().write(network_->reader().notation(), smiles));
  } catch (const chem::TextError&) {
    return false;
  }
}

void Encoder::by_block(parallel::RowRange rows, const RowSource& source, const std::function<void(std::size_t)>& use) {
  const std::size_t block = network_->rows();
  for (std::size_t first = rows.first; first < rows.last; first += block) {
    const std::size_t count = std::min(block, rows.last - first);
    block_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      source(first + i, block_);
    }
    check(block_.rows() == count, "a source of rows appends one row at a time");
    while (block_.rows() < block) {
      block_.append_absent();
    }
    use(count);
  }
}

LatentVectors Encoder::encode(parallel::RowRange rows, const RowSource& source) {
  const std::size_t latent = network_->latent();
  std::vector<float> mean(network_->rows() * latent);
  std::vector<float> log_variance(mean.size());
  LatentVectors result;
  by_block(rows, source, [&](std::size_t count) {
    network_->executor().encode(block_, mean.data(), log_variance.data());
    const auto end = static_cast<std::ptrdiff_t>(count * latent);
    result.mean.insert(result.mean.end(), mean.begin(), mean.begin() + end);
    result.log_variance.insert(result.log_variance.end(), log_variance.begin(), log_variance.begin() + end);
  });
  return result;
}

LatentVectors Encoder::encode(const models::RowBlock& rows) {
  return encode({0, rows.rows()}, [&](std::size_t row, models::RowBlock& block) { block.append_row(rows, row); });
}

std::vector<float> Encoder::predict(parallel::RowRange rows, const RowSource& source) {
  std::vector<float> predictions(network_->rows() * network_->heads());
  std::vector<float> result;
  by_block(rows, source, [&](std::size_t count) {
    network_->executor().predict(block_, predictions.data());
    const auto end = static_cast<std::ptrdiff_t>(count * network_->heads());
    result.insert(result.end(), predictions.begin(), predictions.begin() + end);
  });
  return result;
}

LatentVectors Encoder::encode(const parallel::Communicator& communicator, std::size_t rows, const RowSource& source) {
  LatentVectors mine;
  communicator.agree([&] { mine = encode(parallel::my_rows(rows, network_->rows(), communicator), source); });
  return {communicator.all_gather(std::span<const float>(mine.mean)),
          communicator.all_gather(std::span<const float>(mine.log_variance))};
}

std::vector<float> Encoder::means(const parallel::Communicator& communicator, std::size_t rows,
                                  const RowSource& source) {
  LatentVectors mine;
  communicator.agree([&] { mine = encode(parallel::my_rows(rows, network_->rows(), communicator), source); });
  return communicator.all_gather(std::span<const float>(mine.mean));
}

}  // namespace epitaxy::latent
