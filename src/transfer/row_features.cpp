#include "transfer/row_features.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "chem/descriptor_list.h"
#include "chem/fractions.h"
#include "latent/encoder.h"

namespace epitaxy::transfer {

namespace {

using Kind = FeatureBlock::Kind;
using Json = nlohmann::ordered_json;

void block_keys(config::Keys& k, FeatureBlock& s) {
  k.choice(s.kind, {"kind",
                    "what the columns hold: counts of fragments, descriptors, element fractions, or the "
                    "latent vector of a molecule_vae"});
  k.when(s.kind == Kind::morgan, "kind: morgan", [&](config::Keys& morgan) {
    morgan.integer(s.morgan.radius, config::Key("radius", "of the fragments around each atom").in("bonds"), {0, 10});
    morgan.integer(s.morgan.bits, {"bits", "columns that the fragments share; a multiple of 64"}, {64, 65536});
    morgan.flag(s.morgan.counts, {"counts", "how often a fragment occurs; false: whether"});
    if (s.morgan.bits % 64 != 0) {
      morgan.problem("bits", "must be a multiple of 64");
    }
  });
  k.when(s.kind == Kind::latent, "kind: latent", [&](config::Keys& latent) {
    latent.file(s.model, config::Key("model", "a file with a pretrained molecule_vae").required());
  });
}

}  // namespace

void feature_keys(config::Keys& k, std::vector<FeatureBlock>& blocks) {
  k.list(blocks, {"features", "columns that the learners read, side by side"}, block_keys);
  if (blocks.empty()) {
    k.problem("features", "must list at least one of morgan, descriptors, composition, latent");
  }
  const auto count = [&](Kind kind) { return std::ranges::count(blocks, kind, &FeatureBlock::kind); };
  if (count(Kind::latent) > 1) {
    k.problem("features", "can hold the latent vectors of one model only");
  }
  if (count(Kind::composition) > 0 && count(Kind::composition) < static_cast<std::ptrdiff_t>(blocks.size())) {
    k.problem("features", "mixes compositions with features of molecules");
  }
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
      const auto known = all_names<Kind>();
      if (std::ranges::find(known, name) == known.end()) {
        fail_input("features of kind '{}', which this version does not know", name);
      }
      block.kind = value_of<Kind>(name);
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

/// The pretrained autoencoder.
struct RowFeatures::Latent {
  std::unique_ptr<models::Model> model;
  latent::Encoder encoder;

  explicit Latent(const models::ModelFile& file)
      : model(models::make_model(file.description)), encoder(network_of(*model, file)) {}

  static std::shared_ptr<latent::Network> network_of(const models::Model& model, const models::ModelFile& file) {
    auto network = std::make_shared<latent::Network>(models::molecule_model(model, "the model of the latent features"),
                                                     nn::Arithmetic{});
    network->load(file.members.front().data());
    return network;
  }
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
      latent_ = std::make_unique<Latent>(*encoder_);
      for (std::size_t i = 0; i < latent_->encoder.network().latent(); ++i) {
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
      row += latent_->encoder.network().latent();
    }
  }
}

learners::Matrix RowFeatures::compute(const std::vector<std::string>& texts, std::vector<std::string>& problems) const {
  learners::Matrix result{texts.size(), columns(), std::vector<float>(texts.size() * columns(), 0.0F)};
  problems.assign(texts.size(), "");
  const auto row_of = [&](std::size_t i) { return result.values.data() + i * columns(); };
  // Token ids are wanted only where there is a latent block.
  const auto read = [&](std::size_t i, float* ids) {
    try {
      if (latent_) {
        latent_->encoder.read(texts[i], ids);
      }
      fill(texts[i], row_of(i));
    } catch (const std::runtime_error& error) {
      std::fill_n(row_of(i), columns(), 0.0F);
      problems[i] = error.what();
      if (latent_) {
        std::fill_n(ids, latent_->encoder.network().length(), 0.0F);
      }
    }
  };
  if (!latent_) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      read(i, nullptr);
    }
    return result;
  }
  const auto means = latent_->encoder.encode({0, texts.size()}, read).mean;
  const std::size_t latent = latent_->encoder.network().latent();
  const auto first_latent = std::ranges::find(names_, "latent0") - names_.begin();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (problems[i].empty()) {
      std::copy_n(means.data() + i * latent, latent, row_of(i) + first_latent);
    }
  }
  return result;
}

learners::Matrix RowFeatures::compute(const parallel::Communicator& communicator, const std::vector<std::string>& texts,
                                      std::vector<std::string>& problems) const {
  const auto mine = parallel::my_rows(texts.size(), latent::kBlockRows, communicator);
  const auto at = [&](std::size_t row) { return texts.begin() + static_cast<std::ptrdiff_t>(row); };
  std::vector<std::string> own_problems;
  const learners::Matrix own = compute({at(mine.first), at(mine.last)}, own_problems);
  problems = communicator.all_gather(std::span<const std::string>(own_problems));
  return {texts.size(), columns(), communicator.all_gather(std::span<const float>(own.values))};
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
      first += latent_->encoder.network().latent();
    }
  }
  return "";
}

}  // namespace epitaxy::transfer
