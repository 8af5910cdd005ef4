#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "chem/spellings.h"
#include "models/kinds.h"
#include "models/molecule_vae/molecule_vae.h"

namespace epitaxy::models {

namespace {

using Json = nlohmann::ordered_json;

/// A row: token ids, see MoleculeText.
class TokenReader final : public RowReader {
 public:
  explicit TokenReader(const ModelDescription& description)
      : RowReader(description), text_(description), spellings_(description.as<MoleculeVaeSettings>().spellings) {}

  std::string notation() const override { return text_.representation().notation; }

  void read(std::string_view text, RowBlock& rows) const override {
    std::vector<TokenId> ids;
    text_.encode(text, ids);
    rows.append(std::span<const TokenId>(ids));
  }
  bool can_read(std::string_view text) const override { return !text.empty() && text_.can_encode(text); }

  void read_for_training(std::string_view text, std::string_view prepared, RowBlock& rows) const override {
    std::vector<TokenId> ids;
    text_.encode(text, ids);
    const std::vector<TokenId> own = ids;
    for (const std::string& spelling : spellings_ > 0 ? chem::spellings(prepared, spellings_) : Texts{}) {
      // A spelling that the model cannot read is replaced by the text itself.
      const std::string written = written_or_nothing(spelling);
      if (can_read(written)) {
        text_.encode(written, ids);
      } else {
        ids.insert(ids.end(), own.begin(), own.end());
      }
    }
    rows.append(std::span<const TokenId>(ids));
  }

  void visit_features(const RowBlock& rows, std::size_t row,
                      const std::function<void(std::size_t)>& hold) const override {
    for (const TokenId id : rows.row<TokenId>(row)) {
      if (id == 0) {
        return;
      }
      hold(static_cast<std::size_t>(id) - 1);
    }
  }

 private:
  using Texts = std::vector<std::string>;

  /// Empty where the notation cannot write it, e.g. SELFIES the stereo of some spellings.
  std::string written_or_nothing(const std::string& spelling) const {
    try {
      return chem::molecules().write(notation(), spelling);
    } catch (const chem::TextError&) {
      return "";
    }
  }

  MoleculeText text_;
  std::size_t spellings_;
};

Json convolutions(const MoleculeVaeSettings& s) {
  auto list = Json::array();
  for (const auto& convolution : s.convolutions) {
    list.push_back({{"channels", convolution.channels}, {"kernel", convolution.kernel}});
  }
  return list;
}

/// `molecule_vae`, see molecule_vae.h.
class MoleculeVaeKind final : public Kind {
 public:
  std::string name() const override { return "molecule_vae"; }
  const chem::Substance& substance() const override { return chem::molecules(); }
  std::string feature_name() const override { return "tokens"; }
  bool learns_unlabelled() const override { return true; }
  bool has_latent() const override { return true; }
  bool can_learn(const HeadTask& task) const override { return &task == &regression(); }

  std::any default_settings() const override { return MoleculeVaeSettings{}; }
  void keys(config::Keys& k, std::any& settings) const override {
    models::keys(k, std::any_cast<MoleculeVaeSettings&>(settings));
  }
  std::any default_training() const override { return BetaSchedule{}; }
  void training_keys(config::Keys& k, std::any& training) const override {
    k.section({"beta", "weight of the KL divergence"},
              [&](config::Keys& beta) { models::keys(beta, std::any_cast<BetaSchedule&>(training)); });
  }

  void write(const std::any& settings, Json& json) const override;
  std::any read(const Json& json) const override;
  void fit(ModelDescription& description, std::span<const data::DatasetIndex* const> sets) const override;

  std::unique_ptr<RowReader> reader(const ModelDescription& description) const override {
    return std::make_unique<TokenReader>(description);
  }
  std::unique_ptr<Model> make(const ModelDescription& description) const override {
    return std::make_unique<MoleculeModel>(description);
  }

  bool is_taught_by_labels(std::string_view parameter) const override {
    return !parameter.starts_with("decoder.") && !parameter.starts_with("encoder.log_variance.");
  }
  std::size_t* head_hidden(std::any& settings) const override {
    return &std::any_cast<MoleculeVaeSettings&>(settings).head_hidden;
  }
  /// Properties are learned from the spelling that predictions are made from.
  void simplify_for_labels(std::any& settings) const override {
    std::any_cast<MoleculeVaeSettings&>(settings).spellings = 0;
  }

  void tell(const ModelDescription& description, Json& json) const override;
  std::string summary(const ModelDescription& description) const override {
    const auto& s = description.as<MoleculeVaeSettings>();
    return fmt::format("molecules: {}, {} tokens, length {}", s.representation, description.features.size(), s.length);
  }
};

void MoleculeVaeKind::write(const std::any& settings, Json& json) const {
  const auto& s = std::any_cast<const MoleculeVaeSettings&>(settings);
  json["representation"] = s.representation;
  json["vae"] = {{"length", s.length},
                 {"convolutions", convolutions(s)},
                 {"dense", s.dense},
                 {"latent", s.latent},
                 {"cells", s.cells},
                 {"layers", s.layers},
                 {"decoder", name_of(s.decoder_input)},
                 {"token_dropout", s.token_dropout},
                 {"free_bits", s.free_bits},
                 {"head_hidden", s.head_hidden},
                 {"spellings", s.spellings}};
}

std::any MoleculeVaeKind::read(const Json& json) const {
  MoleculeVaeSettings s;
  json.at("representation").get_to(s.representation);
  const Json& vae = json.at("vae");
  vae.at("length").get_to(s.length);
  s.convolutions.clear();
  for (const auto& convolution : vae.at("convolutions")) {
    s.convolutions.push_back({convolution.at("channels"), convolution.at("kernel")});
  }
  vae.at("dense").get_to(s.dense);
  vae.at("latent").get_to(s.latent);
  vae.at("cells").get_to(s.cells);
  vae.at("layers").get_to(s.layers);
  s.decoder_input = value_of<DecoderInput>(vae.at("decoder"));
  vae.at("token_dropout").get_to(s.token_dropout);
  vae.at("free_bits").get_to(s.free_bits);
  vae.at("head_hidden").get_to(s.head_hidden);
  vae.at("spellings").get_to(s.spellings);
  constexpr std::size_t kMostLayers = 1000;
  if (s.layers > kMostLayers || s.convolutions.size() > kMostLayers) {
    fail_input("the model has {} convolutions and {} GRU layers, where at most {} are expected", s.convolutions.size(),
               s.layers, kMostLayers);
  }
  return s;
}

/// The tokens of all molecules, and the length, unless it is given.
void MoleculeVaeKind::fit(ModelDescription& description, std::span<const data::DatasetIndex* const> sets) const {
  auto& s = description.as<MoleculeVaeSettings>();
  std::set<std::string> symbols;
  std::size_t longest = 0;
  for (const data::DatasetIndex* set : sets) {
    const auto& list = data::token_list(*set, s.representation);
    symbols.insert(list.symbols.begin(), list.symbols.end());
    longest = std::max(longest, list.longest);
  }
  description.features.assign(symbols.begin(), symbols.end());
  if (s.length == 0) {
    s.length = std::max(longest + 1, s.shortest_length());
  }
}

void MoleculeVaeKind::tell(const ModelDescription& description, Json& json) const {
  const auto& s = description.as<MoleculeVaeSettings>();
  json["representation"] = s.representation;
  json["symbols"] = description.features;
  json["length"] = s.length;
  json["latent"] = s.latent;
  Json& encoder = json["encoder"];
  for (const auto& convolution : s.convolutions) {
    encoder["channels"].push_back(convolution.channels);
    encoder["kernels"].push_back(convolution.kernel);
  }
  encoder["dense"] = s.dense;
  json["decoder"] = {{"kind", name_of(s.decoder_input)}, {"layers", s.layers}, {"cells", s.cells}};
  if (s.head_hidden > 0) {
    json["head_hidden"] = s.head_hidden;
  }
}

}  // namespace

const Kind& molecule_vae() {
  static const MoleculeVaeKind kind;
  return kind;
}

}  // namespace epitaxy::models
