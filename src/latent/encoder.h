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

/// Writes the token ids [length] of a row of a list; they are 0 before.
using TokenSource = std::function<void(std::size_t row, float* ids)>;

class Encoder {
 public:
  explicit Encoder(std::shared_ptr<Network> network) : network_(std::move(network)) {}
  const Network& network() const { return *network_; }

  /// A molecule as token ids [length]. Throws chem::TokenError or chem::SelfiesError when the model cannot read it.
  void read(std::string_view smiles, float* ids) const;
  bool can_read(std::string_view smiles) const;

  /// Rows of a list, of which one block's ids at a time are in memory.
  LatentVectors encode(parallel::RowRange rows, const TokenSource& source);
  /// ids [rows, length]
  LatentVectors encode(std::span<const float> ids);
  /// What the heads predict for the latent mean: [rows, heads], standardized.
  std::vector<float> predict(parallel::RowRange rows, const TokenSource& source);

  /// All rows of a list, each encoded by one rank and complete on all of them: the same bits on any number of ranks.
  /// `source` is asked for this rank's rows (parallel::my_rows) alone; what it throws on one rank is thrown on all.
  /// Collective.
  LatentVectors encode(const parallel::Communicator& communicator, std::size_t rows, const TokenSource& source);
  /// The same without the log-variances.
  std::vector<float> means(const parallel::Communicator& communicator, std::size_t rows, const TokenSource& source);

 private:
  /// Calls `use(count)` for each block, whose ids are in `ids_`.
  void by_block(parallel::RowRange rows, const TokenSource& source, const std::function<void(std::size_t)>& use);

  std::shared_ptr<Network> network_;
  std::vector<float> ids_;
};

}  // namespace epitaxy::latent
