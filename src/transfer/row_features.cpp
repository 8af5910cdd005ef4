#include "transfer/row_features.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "latent/encoder.h"

namespace epitaxy::transfer {

namespace {

using Json = nlohmann::ordered_json;

/// The kind of a block that is none of features::Block.
constexpr const char* kLatent = "latent";

std::vector<features::Block> text_blocks(std::span<const FeatureBlock> blocks) {
  std::vector<features::Block> result;
  for (const FeatureBlock& block : blocks) {
    if (block.text) {
      result.push_back(*block.text);
    }
  }
  return result;
}

/// Why the blocks cannot stand side by side, or nothing.
std::string mixture_problem(const std::vector<FeatureBlock>& blocks) {
  std::vector<const chem::Substance*> substances;
  for (const FeatureBlock& block : blocks) {
    substances.push_back(block.text ? &features::substance_of(block.text->kind) : &chem::molecules());
  }
  return features::mixture_problem(substances);
}

std::vector<std::string> kind_names() {
  auto kinds = all_names<features::Block::Kind>();
  kinds.emplace_back(kLatent);
  return kinds;
}

void block_keys(config::Keys& k, FeatureBlock& s) {
  features::Block text = s.text.value_or(features::Block{});
  std::string kind = s.text ? name_of(text.kind) : kLatent;
  k.choice(
      kind,
      {"kind",
       "what the columns hold: counts of fragments, pairs, torsions or paths, descriptors, keys or functional groups "
       "of molecules; element fractions, statistics or map of compositions; or the latent vector of a molecule_vae"},
      kind_names());
  features::block_setting_keys(k, kind, text);
  const bool is_latent = kind == kLatent;
  k.when(is_latent, "kind: latent", [&](config::Keys& latent) {
    latent.file(s.model, config::Key("model", "a file with a pretrained molecule_vae").required());
  });
  if (is_latent) {
    s.text.reset();
  } else {
    text.kind = value_of<features::Block::Kind>(kind);
    s.text = text;
  }
}

}  // namespace

void feature_keys(config::Keys& k, std::vector<FeatureBlock>& blocks) {
  k.list(blocks, {"features", "columns that the learners read, side by side"}, block_keys);
  if (blocks.empty()) {
    k.problem("features", fmt::format("must list at least one of {}", fmt::join(kind_names(), ", ")));
  }
  if (std::ranges::count_if(blocks, &FeatureBlock::is_latent) > 1) {
    k.problem("features", "can hold the latent vectors of one model only");
  }
  if (const std::string problem = mixture_problem(blocks); !problem.empty()) {
    k.problem("features", problem);
  }
}

std::vector<std::string> block_kinds(const std::vector<FeatureBlock>& blocks) {
  std::vector<std::string> kinds;
  for (const FeatureBlock& block : blocks) {
    kinds.emplace_back(block.text ? name_of(block.text->kind) : kLatent);
  }
  return kinds;
}

std::string to_json(const std::vector<FeatureBlock>& blocks) {
  Json list = Json::array();
  for (const FeatureBlock& block : blocks) {
    list.push_back(block.text ? features::json_of(*block.text) : Json{{"kind", kLatent}});
  }
  return list.dump();
}

std::vector<FeatureBlock> feature_blocks_from_json(const std::string& text) {
  try {
    std::vector<FeatureBlock> blocks;
    for (const Json& item : Json::parse(text)) {
      FeatureBlock& block = blocks.emplace_back();
      if (item.at("kind") == kLatent) {
        block.text.reset();
      } else {
        block.text = features::block_of(item);
      }
    }
    return blocks;
  } catch (const nlohmann::json::exception& error) {
    fail_input("no description of features: {}", error.what());
  }
}

/// The pretrained autoencoder.
struct RowFeatures::Latent {
  std::unique_ptr<models::Model> model;
  latent::Encoder encoder;
  std::size_t columns;
  std::size_t first = 0;  ///< Columns of the text before its own.

  explicit Latent(const models::ModelFile& file)
      : model(models::make_model(file.description)),
        encoder(network_of(*model, file)),
        columns(encoder.network().latent()) {}

  static std::shared_ptr<latent::Network> network_of(const models::Model& model, const models::ModelFile& file) {
    auto network = std::make_shared<latent::Network>(models::molecule_model(model, "the model of the latent features"),
                                                     nn::Arithmetic{});
    network->load(file.members.front().data());
    return network;
  }
};

RowFeatures::RowFeatures(std::vector<FeatureBlock> blocks, std::optional<models::ModelFile> encoder)
    : blocks_(std::move(blocks)),
      encoder_(std::move(encoder)),
      text_(text_blocks(blocks_)),
      names_(text_.names()),
      kinds_(text_.kinds()),
      column_blocks_(text_.block_of_columns()) {
  if (const std::string problem = mixture_problem(blocks_); !problem.empty()) {
    fail_input("'features': {}", problem);
  }
  const auto block = std::ranges::find_if(blocks_, &FeatureBlock::is_latent);
  if (block == blocks_.end()) {
    return;
  }
  check(std::ranges::count_if(blocks_, &FeatureBlock::is_latent) == 1, "latent features are of one model");
  check(encoder_.has_value(), "latent features need a model");
  if (encoder_->members.size() != 1) {
    fail_input("the model of the latent features is an ensemble of {}: take a single one", encoder_->members.size());
  }
  latent_ = std::make_unique<Latent>(*encoder_);
  latent_->first = features::TextFeatures(text_blocks({blocks_.begin(), block})).columns();
  const auto first = static_cast<std::ptrdiff_t>(latent_->first);
  kinds_.insert(kinds_.begin() + first, latent_->columns, features::ColumnKind::number);
  column_blocks_.insert(column_blocks_.begin() + first, latent_->columns, kLatent);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < latent_->columns; ++i) {
    names.push_back(fmt::format("latent{}", i));
  }
  names_.insert(names_.begin() + first, names.begin(), names.end());
}

RowFeatures::~RowFeatures() = default;
RowFeatures::RowFeatures(RowFeatures&&) noexcept = default;

const chem::Substance& RowFeatures::substance() const { return latent_ ? chem::molecules() : text_.substance(); }

features::Matrix RowFeatures::compute(const std::vector<std::string>& texts, std::vector<std::string>& problems) const {
  features::Matrix rows = compute_rows(texts, problems);
  rows.texts = texts;
  return rows;
}

features::Matrix RowFeatures::compute_rows(std::span<const std::string> texts,
                                           std::vector<std::string>& problems) const {
  if (!latent_) {
    return text_.compute(texts, problems);
  }
  features::Matrix result{texts.size(), columns(), std::vector<float>(texts.size() * columns(), 0.0F)};
  problems.assign(texts.size(), "");
  const std::size_t first = latent_->first;
  std::vector<float> of_text(text_.columns());
  const auto read = [&](std::size_t i, models::RowBlock& rows) {
    try {
      text_.compute(texts[i], of_text.data());
      latent_->encoder.read(texts[i], rows);
    } catch (const std::runtime_error& error) {
      problems[i] = error.what();
      rows.append_absent();
      return;
    }
    std::copy_n(of_text.data(), first, result.row(i));
    std::copy(of_text.data() + first, of_text.data() + of_text.size(), result.row(i) + first + latent_->columns);
  };
  const auto means = latent_->encoder.encode({0, texts.size()}, read).mean;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (problems[i].empty()) {
      std::copy_n(means.data() + i * latent_->columns, latent_->columns, result.row(i) + first);
    }
  }
  return result;
}

features::Matrix RowFeatures::compute(const parallel::Communicator& communicator, const std::vector<std::string>& texts,
                                      std::vector<std::string>& problems) const {
  const auto mine = parallel::my_rows(texts.size(), latent::kBlockRows, communicator);
  std::vector<std::string> own_problems;
  features::Matrix own;
  communicator.agree([&] { own = compute_rows(std::span(texts).subspan(mine.first, mine.size()), own_problems); });
  problems = communicator.all_gather(std::span<const std::string>(own_problems));
  return {texts.size(), columns(), communicator.all_gather(std::span<const float>(own.values)), texts};
}

std::string RowFeatures::fragment(std::size_t column, const std::string& smiles) const {
  if (!latent_ || column < latent_->first) {
    return text_.fragment(column, smiles);
  }
  return column < latent_->first + latent_->columns ? "" : text_.fragment(column - latent_->columns, smiles);
}

}  // namespace epitaxy::transfer
