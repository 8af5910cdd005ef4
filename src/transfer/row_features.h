#pragma once
/// \file
/// SMILES and formulas as rows of numbers: the columns of features::TextFeatures, and beside them the latent vectors of
/// a pretrained molecule autoencoder.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chem/substance.h"
#include "config/keys.h"
#include "features/text_features.h"
#include "models/model_file.h"
#include "parallel/communicator.h"

namespace epitaxy::transfer {

/// One block of columns: of the text, or the latent vectors of a pretrained model.
struct FeatureBlock {
  std::optional<features::Block> text = features::Block{};
  std::string model = {};  ///< Without `text`: a file with a molecule_vae; not used once it was read.

  bool is_latent() const { return !text; }
};

/// The list `features`. At most one block is `latent`.
void feature_keys(config::Keys& k, std::vector<FeatureBlock>& blocks);

/// `morgan`, `latent`, ...
std::vector<std::string> block_kinds(const std::vector<FeatureBlock>& blocks);

/// Blocks as text, and back: what a model file keeps.
std::string to_json(const std::vector<FeatureBlock>& blocks);
std::vector<FeatureBlock> feature_blocks_from_json(const std::string& text);

/// A row of numbers for each text. Immutable.
class RowFeatures {
 public:
  /// `encoder` is needed by a latent block. Throws InputError: an ensemble or another kind of model as the encoder, or
  /// blocks that read different substances.
  RowFeatures(std::vector<FeatureBlock> blocks, std::optional<models::ModelFile> encoder);
  ~RowFeatures();
  RowFeatures(RowFeatures&&) noexcept;

  const std::vector<FeatureBlock>& blocks() const { return blocks_; }
  const std::optional<models::ModelFile>& encoder() const { return encoder_; }
  const std::vector<std::string>& names() const { return names_; }           ///< [columns]
  const std::vector<features::ColumnKind>& kinds() const { return kinds_; }  ///< [columns]
  std::size_t columns() const { return names_.size(); }
  /// [columns] the kind of the block that each belongs to.
  const std::vector<std::string>& block_of_columns() const { return column_blocks_; }
  /// Whose prepared texts are read. There must be a block.
  const chem::Substance& substance() const;

  /// A row, with its text, for each text; `problems` [texts] tells what is wrong with it (then its row is zeros), or is
  /// empty.
  features::Matrix compute(const std::vector<std::string>& texts, std::vector<std::string>& problems) const;
  /// The same with the rows shared by the ranks; complete on all of them. The same bits on any number of ranks.
  /// Collective.
  features::Matrix compute(const parallel::Communicator& communicator, const std::vector<std::string>& texts,
                           std::vector<std::string>& problems) const;

  /// The fragment that a column counts in a molecule, as SMILES; empty for other columns.
  std::string fragment(std::size_t column, const std::string& smiles) const;

 private:
  struct Latent;
  features::Matrix compute_rows(std::span<const std::string> texts, std::vector<std::string>& problems) const;

  std::vector<FeatureBlock> blocks_;
  std::optional<models::ModelFile> encoder_;
  features::TextFeatures text_;  ///< All blocks but the latent one.
  std::unique_ptr<Latent> latent_;
  std::vector<std::string> names_;
  std::vector<features::ColumnKind> kinds_;
  std::vector<std::string> column_blocks_;
};

}  // namespace epitaxy::transfer
