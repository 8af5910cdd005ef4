#pragma once
/// \file
/// From molecules to latent vectors.
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "latent/network.h"
#include "parallel/row_blocks.h"

namespace epitaxy::latent {

/// What the encoder makes of molecules; both [rows, latent].
struct LatentVectors {
  std::vector<float> mean;
  std::vector<float> log_variance;
};

/// Appends a row of a list.
using RowSource = std::function<void(std::size_t row, models::RowBlock& rows)>;

class Encoder {
 public:
  explicit Encoder(std::shared_ptr<Network> network) : network_(std::move(network)) {}
  const Network& network() const { return *network_; }

  /// Appends a molecule, as prepared. Throws chem::TextError, and appends nothing, when the model cannot read it.
  void read(std::string_view smiles, models::RowBlock& rows) const;
  bool can_read(std::string_view smiles) const;

  /// Rows of a list, of which one block at a time is in memory.
  LatentVectors encode(parallel::RowRange rows, const RowSource& source);
  LatentVectors encode(const models::RowBlock& rows);
  /// What the heads predict for the latent mean: [rows, heads], standardized.
  std::vector<float> predict(parallel::RowRange rows, const RowSource& source);

  /// All rows of a list, each encoded by one rank and complete on all of them: the same bits on any number of ranks.
  /// `source` is asked for this rank's rows (parallel::my_rows) alone; what it throws on one rank is thrown on all.
  /// Collective.
  LatentVectors encode(const parallel::Communicator& communicator, std::size_t rows, const RowSource& source);
  /// The same without the log-variances.
  std::vector<float> means(const parallel::Communicator& communicator, std::size_t rows, const RowSource& source);

 private:
  /// Calls `use(count)` for each block, which is in `block_`, filled up with absent rows.
  void by_block(parallel::RowRange rows, const RowSource& source, const std::function<void(std::size_t)>& use);

  std::shared_ptr<Network> network_;
  models::RowBlock block_;
};

}  // namespace epitaxy::latent
