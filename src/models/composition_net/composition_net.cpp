#include <algorithm>
#include <nlohmann/json.hpp>

#include "chem/fractions.h"
#include "models/dense_net/dense_net.h"
#include "models/kinds.h"

namespace epitaxy::models {

namespace {

/// A row: the fractions of the 86 elements.
class FractionReader final : public RowReader {
 public:
  explicit FractionReader(const ModelDescription& description) : RowReader(description) {
    if (!std::ranges::equal(description.features, chem::feature_symbols())) {
      fail_input("the model reads other elements than the {} that this version knows", chem::kElementFeatures);
    }
  }

  void read(std::string_view text, RowBlock& rows) const override {
    const auto fractions = chem::element_fractions(chem::parse_formula(text));
    rows.append(std::span<const float>(fractions));
  }

  void visit_features(const RowBlock& rows, std::size_t row,
                      const std::function<void(std::size_t)>& hold) const override {
    const auto fractions = rows.row<float>(row);
    for (std::size_t i = 0; i < fractions.size(); ++i) {
      if (fractions[i] > 0) {
        hold(i);
      }
    }
  }
};

/// `composition_net`: element fractions -> dense layers -> heads. With the default widths it is ElemNet (Jha et al.,
/// Sci. Rep. 8, 17593, 2018): 4,631,361 parameters with one head.
class CompositionNetKind final : public Kind {
 public:
  std::string name() const override { return "composition_net"; }
  const chem::Substance& substance() const override { return chem::compositions(); }
  std::string feature_name() const override { return "elements"; }

  std::any default_settings() const override {
    return DenseSettings{{1024, 1024, 1024, 1024, 512, 512, 512, 256, 256, 256, 128, 128, 128, 64, 64, 32}, false, 0};
  }
  void keys(config::Keys& k, std::any& settings) const override {
    models::keys(k, std::any_cast<DenseSettings&>(settings));
  }
  void write(const std::any& settings, nlohmann::ordered_json& json) const override {
    models::write(std::any_cast<const DenseSettings&>(settings), json);
  }
  std::any read(const nlohmann::ordered_json& json) const override { return read_dense_settings(json); }

  void fit(ModelDescription& description, std::span<const data::DatasetIndex* const> /*sets*/) const override {
    description.features.assign(chem::feature_symbols().begin(), chem::feature_symbols().end());
  }
  std::unique_ptr<RowReader> reader(const ModelDescription& description) const override {
    return std::make_unique<FractionReader>(description);
  }
  std::unique_ptr<Model> make(const ModelDescription& description) const override {
    return std::make_unique<DenseNet>(
        description, description.as<DenseSettings>(), description.features.size(),
        [size = description.features.size()](const RowBlock& rows, std::size_t row, float* inputs) {
          const auto fractions = rows.row<float>(row);
          check(fractions.size() == size, "a row has a fraction for each element");
          std::ranges::copy(fractions, inputs);
        });
  }

  void tell(const ModelDescription& description, nlohmann::ordered_json& json) const override {
    json["widths"] = description.as<DenseSettings>().widths;
  }
};

}  // namespace

const Kind& composition_net() {
  static const CompositionNetKind kind;
  return kind;
}

}  // namespace epitaxy::models
