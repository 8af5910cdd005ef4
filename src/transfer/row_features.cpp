#include "transfer/row_features.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "chem/descriptor_list.h"
#include "chem/fractions.h"
#include "chem/spellings.h"
#include "models/molecule_vae/molecule_text.h"
#include "models/molecule_vae/molecule_vae.h"
#include "train/rows.h"

namespace epitaxy::transfer {

namespace {

using Kind = FeatureBlock::Kind;
using Json = nlohmann::ordered_json;

const std::vector<std::string> kKinds{"morgan", "descriptors", "composition", "latent"};

Kind kind_of(const std::string& name) { return static_cast<Kind>(std::ranges::find(kKinds, name) - kKinds.begin()); }

std::string name_of(Kind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

FeatureBlock read_block(config::Section section) {
  FeatureBlock block;
  block.kind = kind_of(section.choice("kind", kKinds, "morgan"));
  if (block.kind == Kind::morgan) {
    block.morgan.radius = static_cast<unsigned>(section.integer("radius", 2, {0, 10}));
    block.morgan.bits = static_cast<unsigned>(section.integer("bits", 2048, {64, 65536}));
    block.morgan.counts = section.boolean("counts", true);
    if (block.morgan.bits % 64 != 0) {
      section.problem("bits", "must be a multiple of 64");
    }
  }
  if (block.kind == Kind::latent) {
    block.model = section.string("model");
  }
  return block;
}

}  // namespace

std::vector<FeatureBlock> read_feature_blocks(config::Section root) {
  std::vector<FeatureBlock> blocks;
  for (config::Section section : root.sections("features")) {
    blocks.push_back(read_block(section));
  }
  if (blocks.empty()) {
    root.problem("features", "must list at least one of morgan, descriptors, composition, latent");
  }
  const auto count = [&](Kind kind) { return std::ranges::count(blocks, kind, &FeatureBlock::kind); };
  if (count(Kind::latent) > 1) {
    root.problem("features", "can hold the latent vectors of one model only");
  }
  if (count(Kind::composition) > 0 && count(Kind::composition) < static_cast<std::ptrdiff_t>(blocks.size())) {
    root.problem("features", "mixes compositions with features of molecules");
  }
  return blocks;
}

std::string to_json(const std::vector<FeatureBlock>& blocks) {
  Json list = Json::array();
  for (const FeatureBlock& block : blocks) {
    Json item{{"kind", name_of(block.kind)}};
    if (block.kind == Kind::morgan) {
      item["radius"] = block.morgan.radius;
      item["bits"] = block.morgan.bits;
      item["counts"] = block.morgan.counts;
    }
    list.push_back(item);
  }
  return list.dump();
}

std::vector<FeatureBlock> feature_blocks_from_json(const std::string& text) {
  try {
    std::vector<FeatureBlock> blocks;
    for (const Json& item : Json::parse(text)) {
      FeatureBlock block;
      const auto name = item.at("kind").get<std::string>();
      if (std::ranges::find(kKinds, name) == kKinds.end()) {
        fail_input("features of kind '{}', which this version does not know", name);
      }
      block.kind = kind_of(name);
      if (block.kind == Kind::morgan) {
        block.morgan = {item.at("radius"), item.at("bits"), item.at("counts")};
      }
      blocks.push_back(block);
    }
    return blocks;
  } catch (const nlohmann::json::exception& error) {
    fail_input("no description of features: {}", error.what());
  }
}

/// Latent means of molecules.
class RowFeatures::Encoder {
 public:
  explicit Encoder(const models::ModelFile& file)
      : model_(models::make_model(file.description)),
        text_(file.description),
        representation_(file.description.representation),
        latent_(file.description.vae.latent),
        width_(file.description.feature_count()) {
    const models::MoleculeModel& molecules = models::molecule_model(*model_, "the model of the latent features");
    executor_ = molecules.net().executor(
        {.rows = train::kPredictionRows, .arithmetic = {}, .training = false, .trainable = {}});
    executor_->load(file.members.front().data());
  }

  std::size_t latent() const { return latent_; }

  void read(const std::string& smiles, std::vector<float>& tokens) const {
    tokens.resize(width_);
    text_.encode(chem::write_in(representation_, smiles), tokens.data());
  }

  /// tokens [count, width], at most kPredictionRows -> mean [count, latent].
  std::vector<float> encode(std::vector<float> tokens) const {
    const std::size_t count = tokens.size() / width_;
    tokens.resize(train::kPredictionRows * width_, 0.0F);
    std::vector<float> mean(train::kPredictionRows * latent_);
    std::vector<float> log_variance(mean.size());
    executor_->encode(tokens.data(), mean.data(), log_variance.data());
    mean.resize(count * latent_);
    return mean;
  }

 private:
  std::unique_ptr<models::Model> model_;
  models::MoleculeText text_;
  std::string representation_;
  std::size_t latent_;
  std::size_t width_;
  std::unique_ptr<models::MoleculeVaeExecutor> executor_;
};

RowFeatures::RowFeatures(std::vector<FeatureBlock> blocks, std::optional<models::ModelFile> encoder)
    : blocks_(std::move(blocks)), encoder_(std::move(encoder)) {
  const auto add = [&](std::string name, learners::ColumnKind kind) {
    names_.push_back(std::move(name));
    kinds_.push_back(kind);
  };
  for (const FeatureBlock& block : blocks_) {
    if (block.kind == Kind::morgan) {
      for (unsigned bit = 0; bit < block.morgan.bits; ++bit) {
        add(fmt::format("morgan{}_{}", block.morgan.radius, bit), learners::ColumnKind::count);
      }
    } else if (block.kind == Kind::descriptors) {
      for (const auto& name : chem::descriptor_list_names()) {
        add(name, learners::ColumnKind::number);
      }
    } else if (block.kind == Kind::composition) {
      for (const auto symbol : chem::feature_symbols()) {
        add(std::string(symbol), learners::ColumnKind::number);
      }
    } else {
      check(encoder_.has_value(), "latent features need a model");
      if (encoder_->members.size() != 1) {
        fail_input("the model of the latent features is an ensemble of {}: take a single one",
                   encoder_->members.size());
      }
      latent_ = std::make_unique<Encoder>(*encoder_);
      for (std::size_t i = 0; i < latent_->latent(); ++i) {
        add(fmt::format("latent{}", i), learners::ColumnKind::number);
      }
    }
  }
}

RowFeatures::~RowFeatures() = default;
RowFeatures::RowFeatures(RowFeatures&&) noexcept = default;

bool RowFeatures::of_molecules() const {
  return std::ranges::none_of(blocks_, [](const FeatureBlock& b) { return b.kind == Kind::composition; });
}

/// All but the latent block.
void RowFeatures::fill(const std::string& text, float* row) const {
  for (const FeatureBlock& block : blocks_) {
    if (block.kind == Kind::morgan) {
      chem::morgan_counts(text, block.morgan, row);
      row += block.morgan.bits;
    } else if (block.kind == Kind::descriptors) {
      row = std::ranges::copy(chem::descriptor_list(text), row).out;
    } else if (block.kind == Kind::composition) {
      row = std::ranges::copy(chem::element_fractions(chem::parse_formula(text)), row).out;
    } else {
      row += latent_->latent();
    }
  }
}

learners::Matrix RowFeatures::compute(const std::vector<std::string>& texts, std::vector<std::string>& problems) const {
  learners::Matrix result{texts.size(), columns(), std::vector<float>(texts.size() * columns(), 0.0F)};
  problems.assign(texts.size(), "");
  const auto first_latent = static_cast<std::size_t>(std::ranges::find(names_, "latent0") - names_.begin());
  for (std::size_t first = 0; first < texts.size(); first += train::kPredictionRows) {
    const std::size_t last = std::min(first + train::kPredictionRows, texts.size());
    std::vector<float> tokens;
    for (std::size_t i = first; i < last; ++i) {
      float* row = result.values.data() + i * columns();
      std::vector<float> own;
      try {
        if (latent_) {
          latent_->read(texts[i], own);
        }
        fill(texts[i], row);
      } catch (const std::runtime_error& error) {
        std::fill_n(row, columns(), 0.0F);
        problems[i] = error.what();
        std::ranges::fill(own, 0.0F);
      }
      tokens.insert(tokens.end(), own.begin(), own.end());
    }
    if (!latent_) {
      continue;
    }
    const auto means = latent_->encode(tokens);
    for (std::size_t i = first; i < last; ++i) {
      if (problems[i].empty()) {
        std::copy_n(means.data() + (i - first) * latent_->latent(), latent_->latent(),
                    result.values.data() + i * columns() + first_latent);
      }
    }
  }
  return result;
}

learners::Matrix RowFeatures::compute(const parallel::Communicator& communicator, const std::vector<std::string>& texts,
                                      std::vector<std::string>& problems) const {
  // Whole chunks of the encoder, so that a row's place in its chunk does not depend on the ranks.
  const std::size_t chunks = (texts.size() + train::kPredictionRows - 1) / train::kPredictionRows;
  const auto [first, last] = train::rows_of_rank(chunks, communicator.rank(), communicator.size());
  const std::size_t begin = std::min(first * train::kPredictionRows, texts.size());
  const std::size_t end = std::min(last * train::kPredictionRows, texts.size());
  std::vector<std::string> own_problems;
  const learners::Matrix mine =
      compute({texts.begin() + static_cast<std::ptrdiff_t>(begin), texts.begin() + static_cast<std::ptrdiff_t>(end)},
              own_problems);
  problems = communicator.all_gather(own_problems);
  return {texts.size(), columns(), communicator.all_gather(mine.values)};
}

std::string RowFeatures::fragment(std::size_t column, const std::string& smiles) const {
  std::size_t first = 0;
  for (const FeatureBlock& block : blocks_) {
    if (block.kind == Kind::morgan) {
      if (column >= first && column < first + block.morgan.bits) {
        return chem::morgan_fragments(smiles, block.morgan)[column - first];
      }
      first += block.morgan.bits;
    } else if (block.kind == Kind::descriptors) {
      first += chem::descriptor_list_names().size();
    } else if (block.kind == Kind::composition) {
      first += chem::kElementFeatures;
    } else {
      first += latent_->latent();
    }
  }
  return "";
}

}  // namespace epitaxy::transfer
