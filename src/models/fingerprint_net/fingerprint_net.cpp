#include "models/fingerprint_net/fingerprint_net.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "features/text_features.h"
#include "models/dense_net/dense_net.h"
#include "models/kinds.h"

namespace epitaxy::models {

namespace {

using Json = nlohmann::ordered_json;

/// What the sums over rows hold besides the counts of rows: the number of rows, sums, sums of squares.
features::ColumnSums column_sums(const RowSums& sums) {
  const std::size_t columns = sums.seen.size();
  check(sums.numbers.size() == 1 + 2 * columns, "sums are those of this kind");
  features::ColumnSums result(columns);
  result.rows = static_cast<std::int64_t>(sums.numbers.front());
  std::copy_n(sums.numbers.begin() + 1, columns, result.sum.begin());
  std::copy_n(sums.numbers.begin() + 1 + static_cast<std::ptrdiff_t>(columns), columns, result.squares.begin());
  result.nonzero = sums.seen;
  return result;
}

class ColumnReader final : public RowReader {
 public:
  explicit ColumnReader(const ModelDescription& description)
      : RowReader(description),
        features_(description.as<FingerprintSettings>().blocks),
        rows_(description.as<FingerprintSettings>().columns) {
    check(!description.as<FingerprintSettings>().blocks.empty(), "columns of a table are read by who made the table");
    if (features_.names() != description.features) {
      fail_input("the model reads other columns than this version computes: use the version that trained it");
    }
  }

  void read(std::string_view text, RowBlock& rows) const override {
    std::vector<float> values(features_.columns());
    try {
      features_.compute(text, values.data());
    } catch (const InputError& error) {
      throw chem::TextError(error.what());
    }
    rows_.append(values, rows);
  }
  /// What was prepared has columns, too.
  bool can_read(std::string_view text) const override { return !text.empty(); }

  void visit_features(const RowBlock& rows, std::size_t row,
                      const std::function<void(std::size_t)>& hold) const override {
    if (rows.is_absent(row)) {
      return;
    }
    std::vector<float> values(rows_.columns());
    rows_.read(rows, row, values.data());
    for (std::size_t j = 0; j < values.size(); ++j) {
      if (values[j] != 0) {
        hold(j);
      }
    }
  }

  RowSums sums(const RowBlock& rows) const override {
    features::ColumnSums sums(rows_.columns());
    std::vector<float> values(rows_.columns());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      if (!rows.is_absent(i)) {
        std::ranges::fill(values, 0.0f);
        rows_.read(rows, i, values.data());
        sums.add(values.data());
      }
    }
    RowSums result{sums.nonzero, {static_cast<double>(sums.rows)}};
    result.numbers.insert(result.numbers.end(), sums.sum.begin(), sums.sum.end());
    result.numbers.insert(result.numbers.end(), sums.squares.begin(), sums.squares.end());
    return result;
  }

  /// Columns have names that tell nobody anything.
  std::string unseen(const RowBlock& rows, std::size_t row) const override {
    std::size_t count = 0;
    visit_features(rows, row, [&](std::size_t j) {
      const bool is_count = description_.as<FingerprintSettings>().columns[j] == features::ColumnKind::count;
      count += is_count && description_.seen[j] == 0 ? 1 : 0;
    });
    return count == 0 ? "" : fmt::format("{} fragment{} that no training row held", count, count == 1 ? "" : "s");
  }

 private:
  features::TextFeatures features_;
  ColumnRows rows_;
};

class FingerprintNetKind final : public Kind {
 public:
  std::string name() const override { return "fingerprint_net"; }
  const chem::Substance& substance() const override { return chem::molecules(); }
  std::string feature_name() const override { return "columns"; }
  std::string unseen_name() const override { return "fragments"; }

  std::any default_settings() const override {
    FingerprintSettings settings;
    settings.blocks.resize(2);
    settings.blocks[1].kind = features::Block::Kind::descriptors;
    return settings;
  }
  void keys(config::Keys& k, std::any& settings) const override;
  void write(const std::any& settings, Json& json) const override;
  std::any read(const Json& json) const override;

  void fit(ModelDescription& description, std::span<const data::DatasetIndex* const> /*sets*/) const override {
    auto& s = description.as<FingerprintSettings>();
    const features::TextFeatures columns(s.blocks);
    description.features = columns.names();
    s.columns = columns.kinds();
  }
  void complete(ModelDescription& description, const RowSums& sums) const override {
    description.seen = sums.seen;
    auto& scaling = description.as<FingerprintSettings>().scaling;
    scaling = features::Scaling::of(column_sums(sums));
    if (std::ranges::all_of(scaling.factor, [](double factor) { return factor == 0; })) {
      fail_input("every column of the {} is the same in all training rows: there is nothing to learn from", name());
    }
  }
  std::unique_ptr<RowReader> reader(const ModelDescription& description) const override {
    return std::make_unique<ColumnReader>(description);
  }
  std::unique_ptr<Model> make(const ModelDescription& description) const override;

  void tell(const ModelDescription& description, Json& json) const override {
    const auto& s = description.as<FingerprintSettings>();
    json["blocks"] = Json::parse(features::to_json(s.blocks));
    json["widths"] = s.dense.widths;
  }
};

void FingerprintNetKind::keys(config::Keys& k, std::any& settings) const {
  auto& s = std::any_cast<FingerprintSettings&>(settings);
  if (k.given("features") || !k.reading()) {
    std::vector<features::Block> blocks;
    k.list(blocks, {"features", "columns that the network reads, side by side; without it morgan and descriptors"},
           features::block_keys);
    if (k.reading()) {
      s.blocks = std::move(blocks);
    }
  }
  const auto is_other = [&](const features::Block& b) { return &features::substance_of(b.kind) != &substance(); };
  if (s.blocks.empty() || std::ranges::any_of(s.blocks, is_other)) {
    k.problem("features", "must list at least one block, all of them of molecules");
  }
  models::keys(k, s.dense);
}

void FingerprintNetKind::write(const std::any& settings, Json& json) const {
  const auto& s = std::any_cast<const FingerprintSettings&>(settings);
  json["blocks"] = Json::parse(features::to_json(s.blocks));
  models::write(s.dense, json);
  json["columns"] = s.columns;
  json["scaling"] = {{"mean", s.scaling.mean}, {"factor", s.scaling.factor}};
}

std::any FingerprintNetKind::read(const Json& json) const {
  FingerprintSettings s;
  s.blocks = features::blocks_from_json(json.at("blocks").dump());
  s.dense = read_dense_settings(json);
  json.at("columns").get_to(s.columns);
  const auto is_known = [](features::ColumnKind kind) { return kind <= features::ColumnKind::category; };
  if (!std::ranges::all_of(s.columns, is_known)) {
    fail_input("the model has columns of a kind that this version does not know");
  }
  json.at("scaling").at("mean").get_to(s.scaling.mean);
  json.at("scaling").at("factor").get_to(s.scaling.factor);
  return s;
}

std::unique_ptr<Model> FingerprintNetKind::make(const ModelDescription& description) const {
  const auto& s = description.as<FingerprintSettings>();
  const std::size_t columns = description.features.size();
  if (s.columns.size() != columns || s.scaling.mean.size() != columns || s.scaling.factor.size() != columns) {
    fail_input("the model has {} columns, but kinds of {} and scales of {}", columns, s.columns.size(),
               s.scaling.mean.size());
  }
  const auto row_inputs = [rows = ColumnRows(s.columns), scaling = s.scaling](const RowBlock& block, std::size_t row,
                                                                              float* inputs) {
    rows.read(block, row, inputs);
    for (std::size_t j = 0; j < scaling.mean.size(); ++j) {
      const double value = (static_cast<double>(inputs[j]) - scaling.mean[j]) * scaling.factor[j];
      inputs[j] = static_cast<float>(std::clamp(value, -ColumnRows::kLargestInput, ColumnRows::kLargestInput));
    }
  };
  return std::make_unique<DenseNet>(description, s.dense, columns, row_inputs);
}

}  // namespace

const Kind& fingerprint_net() {
  static const FingerprintNetKind kind;
  return kind;
}

}  // namespace epitaxy::models
