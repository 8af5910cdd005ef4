#include "transfer/table_model.h"

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "data/hdf5.h"
#include "learners/learners.h"
#include "transfer/average.h"
#include "transfer/design.h"

namespace epitaxy::transfer {

namespace {

std::vector<double> weights_of(const std::vector<Member>& members) {
  std::vector<double> weights;
  for (const Member& member : members) {
    weights.push_back(member.weight);
  }
  return weights;
}

std::vector<const std::vector<double>*> errors_of(const std::vector<Member>& members) {
  std::vector<const std::vector<double>*> errors;
  for (const Member& member : members) {
    errors.push_back(&member.learned.errors);
  }
  return errors;
}

}  // namespace

bool TableProperty::needs_cheap() const {
  return std::ranges::any_of(members,
                             [](const Member& m) { return m.way.baseline != Baseline::none || m.way.reads_cheap; });
}

std::string TableProperty::ways() const {
  return members.size() == 1 ? members.front().way.name : fmt::format("{} learners", members.size());
}

std::string TableProperty::learners() const {
  if (members.size() == 1) {
    return members.front().learned.learner;
  }
  std::vector<std::string> parts;
  for (const Member& member : members) {
    parts.push_back(fmt::format("{:.2f} {} {}", member.weight, member.way.name, member.learned.learner));
  }
  return text::join(parts, "; ");
}

std::vector<double> TableProperty::errors() const { return weighted_sum(errors_of(members), weights_of(members)); }

std::vector<double> TableProperty::spreads() const { return member_spreads(errors_of(members), weights_of(members)); }

WayPrediction TableProperty::predict(const learners::Matrix& rows, const std::vector<double>& cheap) const {
  std::vector<WayPrediction> parts;
  for (const Member& member : members) {
    parts.push_back(predict_way(member.learned, design_rows(member.way, rows, cheap), cheap));
  }
  WayPrediction result = combine(parts, weights_of(members));
  if (calibration) {
    return result;  // scores have no intervals
  }
  if (scale) {
    add_intervals(result, errors(), inner_fold(), coverage, *scale, spreads());
  } else {
    add_intervals(result, errors(), inner_fold(), coverage);
  }
  return result;
}

bool TableModel::needs_cheap() const { return std::ranges::any_of(properties, &TableProperty::needs_cheap); }

namespace {

constexpr std::int64_t kFormatVersion = 3;
/// Of files without given values and classes, which the version before reads, too.
constexpr std::int64_t kFormatBefore = 2;
/// Of the first version.
constexpr const char* kDifferenceFormat = "epitaxy difference model";

using data::Hdf5File;

void write_fitted(Hdf5File& file, const std::string& group, const FittedWay& fitted) {
  fitted.baseline.write(file, group + "/baseline");
  fitted.regressor->write(file, group + "/learner");
}

FittedWay read_fitted(const Hdf5File& file, const std::string& group) {
  return {FittedBaseline::read(file, group + "/baseline"), learners::read_regressor(file, group + "/learner")};
}

std::string numbered(const std::string& group, std::size_t number) { return fmt::format("{}/{:04}", group, number); }

}  // namespace

void write_member(Hdf5File& file, const std::string& group, const Member& member) {
  write_fitted(file, group + "/all", member.learned.all);
  for (std::size_t k = 0; k < member.learned.inner.size(); ++k) {
    write_fitted(file, numbered(group + "/inner", k), member.learned.inner[k]);
  }
  const std::vector<int>& folds = member.learned.inner_fold;
  file.write(group + "/errors", member.learned.errors);
  file.write(group + "/inner_fold", std::vector<std::int64_t>(folds.begin(), folds.end()));
  file.write_attribute(group, "way", member.way.name);
  file.write_attribute(group, "weight", member.weight);
  file.write_attribute(group, "learner", member.learned.learner);
}

Member read_member(const Hdf5File& file, const std::string& group) {
  Member member{find_way(file.text_attribute(group, "way")), 1, {}};
  member.weight = file.has_attribute(group, "weight") ? file.number_attribute(group, "weight") : 1;
  LearnedWay& learned = member.learned;
  learned.errors = file.read<double>(group + "/errors");
  learned.learner = file.text_attribute(group, "learner");
  const auto folds = file.read<std::int64_t>(group + "/inner_fold");
  learned.inner_fold.assign(folds.begin(), folds.end());
  learned.all = read_fitted(file, group + "/all");
  for (std::size_t k = 0; file.exists(numbered(group + "/inner", k)); ++k) {
    learned.inner.push_back(read_fitted(file, numbered(group + "/inner", k)));
  }
  return member;
}

namespace {

void write_property(Hdf5File& file, const std::string& group, const TableProperty& property) {
  for (std::size_t m = 0; m < property.members.size(); ++m) {
    write_member(file, numbered(group + "/members", m), property.members[m]);
  }
  file.write_attribute(group, "target", property.target);
  file.write_attribute(group, "unit", property.unit);
  file.write_attribute(group, "coverage", property.coverage);
  if (property.scale) {
    file.write_attribute(group, "scale_offset", property.scale->offset);
    file.write_attribute(group, "scale_slope", property.scale->slope);
    file.write_attribute(group, "scale_least", property.scale->least);
  }
  if (property.calibration) {
    file.write(group + "/classes", property.classes);
    property.calibration->write(file, group + "/calibration");
  }
  file.write_attribute(group, "inner_mae", mean_absolute(property.errors()));
}

TableProperty read_property(const Hdf5File& file, const std::string& group) {
  TableProperty property{file.text_attribute(group, "target"),
                         file.text_attribute(group, "unit"),
                         file.number_attribute(group, "coverage"),
                         {}};
  for (std::size_t m = 0; file.exists(numbered(group + "/members", m)); ++m) {
    property.members.push_back(read_member(file, numbered(group + "/members", m)));
  }
  if (file.has_attribute(group, "scale_offset")) {
    property.scale = {file.number_attribute(group, "scale_offset"), file.number_attribute(group, "scale_slope"),
                      file.number_attribute(group, "scale_least")};
  }
  if (file.exists(group + "/calibration")) {
    property.classes = file.read<std::string>(group + "/classes");
    property.calibration = ClassCalibration::read(file, group + "/calibration");
  }
  return property;
}

/// Cheap values side by side, what is given one by one. Returns whether anything is.
bool write_inputs(Hdf5File& file, const std::vector<RowInput>& inputs) {
  std::vector<std::string> names, units;
  std::vector<double> low, high;
  std::size_t given = 0;
  for (const RowInput& input : inputs) {
    if (!input.is_cheap) {
      input.write(file, numbered("/table/given", given++));
      continue;
    }
    names.push_back(input.name);
    units.push_back(input.unit);
    low.push_back(input.low);
    high.push_back(input.high);
  }
  file.write("/table/cheap", names);
  file.write("/table/cheap_units", units);
  file.write("/table/cheap_low", low);
  file.write("/table/cheap_high", high);
  return given > 0;
}

std::vector<RowInput> read_inputs(const Hdf5File& file, const std::string& group) {
  const auto names = file.read<std::string>(group + "/cheap");
  const auto units = file.read<std::string>(group + "/cheap_units");
  const auto low = file.read<double>(group + "/cheap_low");
  const auto high = file.read<double>(group + "/cheap_high");
  std::vector<RowInput> inputs;
  for (std::size_t c = 0; c < names.size(); ++c) {
    inputs.push_back({names[c], units.at(c), true, low.at(c), high.at(c)});
  }
  for (std::size_t c = 0; file.exists(numbered(group + "/given", c)); ++c) {
    inputs.push_back(RowInput::read(file, numbered(group + "/given", c)));
  }
  return inputs;
}

/// The only property of a file of the first version.
TableProperty read_difference(const Hdf5File& file) {
  const std::string group = "/difference";
  TableProperty property{file.text_attribute(group, "measured"),
                         file.text_attribute(group, "unit"),
                         file.number_attribute(group, "coverage"),
                         {}};
  property.members.push_back(read_member(file, group));
  return property;
}

/// Of what predictions depend on beside the learners' numbers, which the seal of the file covers.
std::string hash_of(const TableModel& model) {
  Hasher hasher;
  hasher.add(to_json(model.features.blocks()));
  for (const RowInput& input : model.inputs) {
    hasher.add(input.name);
    for (const auto& category : input.categories) {
      hasher.add(category);
    }
  }
  for (const TableProperty& property : model.properties) {
    hasher.add(property.target);
    hasher.add(property.unit);
    hasher.add(property.learners());
    for (const auto& name : property.classes) {
      hasher.add(name);
    }
    for (const Member& member : property.members) {
      hasher.add(member.way.name);
      hasher.add(std::span<const double>(member.learned.errors));
      hasher.add(std::span<const double>(member.learned.all.baseline.slopes));
    }
  }
  if (model.preparation) {
    hasher.add(data::to_json(*model.preparation));
  }
  return hasher.hex();
}

}  // namespace

void write_table_model(const std::filesystem::path& path, const TableModel& model) {
  file::write_atomically(path, [&](const std::filesystem::path& temporary) {
    Hdf5File out(temporary, Hdf5File::Mode::create);
    const bool has_given = write_inputs(out, model.inputs);
    const bool has_classes =
        std::ranges::any_of(model.properties, [](const auto& p) { return p.calibration.has_value(); });
    out.write_attribute("/table", "features", to_json(model.features.blocks()));
    if (model.preparation) {
      out.write_attribute("/table", "preparation", data::to_json(*model.preparation));
    }
    if (model.known) {
      model.known->write(out, "/table/known");
    }
    for (std::size_t p = 0; p < model.properties.size(); ++p) {
      write_property(out, numbered("/table/properties", p), model.properties[p]);
    }
    if (model.features.encoder()) {
      models::write_model_group(out, model.features.encoder()->description,
                                {model.features.encoder()->members.front().data()});
    }
    out.write_attribute("/", "format", std::string(kTableModelFormat));
    out.write_attribute("/", "format_version", has_given || has_classes ? kFormatVersion : kFormatBefore);
    out.write_attribute("/", "hash", hash_of(model));
    for (const auto& [name, value] : model.provenance) {
      out.write_attribute("/table", "provenance_" + name, value);
    }
    out.close();
  });
}

bool is_table_model(const std::filesystem::path& path) {
  const Hdf5File file(path, Hdf5File::Mode::read);
  const auto format = file.has_attribute("/", "format") ? file.text_attribute("/", "format") : "";
  return format == kTableModelFormat || format == kDifferenceFormat;
}

TableModel read_table_model(const std::filesystem::path& path) {
  const Hdf5File file(path, Hdf5File::Mode::read);
  const bool is_old = file.exists("/difference/all");
  if (!is_old && !file.exists("/table/properties")) {
    fail_input("{} holds no model that was learned from a table", path.string());
  }
  if (file.integer_attribute("/", "format_version") > kFormatVersion) {
    fail_input("{} was written by a newer version of the program", path.string());
  }
  if (!file.is_sealed()) {
    throw data::DamagedFileError(
        fmt::format("{} was changed by another program (its checksum is gone), and nothing tells what it predicts now: "
                    "use the file that the stage wrote",
                    path.string()));
  }
  std::optional<models::ModelFile> encoder;
  if (file.exists("/model")) {
    encoder = models::read_model_group(file);
  }
  const std::string group = is_old ? "/difference" : "/table";
  TableModel model{RowFeatures(feature_blocks_from_json(file.text_attribute(group, "features")), std::move(encoder)),
                   {},
                   read_inputs(file, group),
                   {},
                   {}};
  if (file.has_attribute(group, "preparation")) {
    model.preparation = data::preparation_from_json(file.text_attribute(group, "preparation"));
  }
  if (file.exists(group + "/known")) {
    model.known = KnownRows::read(file, group + "/known");
  }
  if (is_old) {
    model.properties.push_back(read_difference(file));
  }
  for (std::size_t p = 0; !is_old && file.exists(numbered("/table/properties", p)); ++p) {
    model.properties.push_back(read_property(file, numbered("/table/properties", p)));
  }
  return model;
}

}  // namespace epitaxy::transfer
