#include "transfer/difference_model.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "data/hdf5.h"
#include "learners/learners.h"
#include "transfer/design.h"

namespace epitaxy::transfer {

namespace {

constexpr std::int64_t kFormatVersion = 1;

void write_fitted(data::Hdf5File& file, const std::string& group, const FittedWay& fitted) {
  fitted.baseline.write(file, group + "/baseline");
  fitted.regressor->write(file, group + "/learner");
}

FittedWay read_fitted(const data::Hdf5File& file, const std::string& group) {
  return {FittedBaseline::read(file, group + "/baseline"), learners::read_regressor(file, group + "/learner")};
}

std::string inner_group(std::size_t fold) { return fmt::format("/difference/inner/{:04}", fold); }

/// Of what predictions depend on beside the learners' numbers, which the seal of the file covers.
std::string hash_of(const DifferenceModel& model) {
  Hasher hasher;
  hasher.add(to_json(model.features.blocks()));
  hasher.add(model.way.name);
  hasher.add(model.learner);
  hasher.add(model.measured);
  hasher.add(model.unit);
  for (const auto& name : model.cheap) {
    hasher.add(name);
  }
  hasher.add(std::span<const double>(model.learned.errors));
  hasher.add(std::span<const double>(model.learned.all.baseline.slopes));
  if (model.preparation) {
    hasher.add(data::to_json(*model.preparation));
  }
  return hasher.hex();
}

}  // namespace

WayPrediction DifferenceModel::predict(const learners::Matrix& rows, const std::vector<double>& cheap_values) const {
  return predict_way(learned, design_rows(way, rows, cheap_values), cheap_values, coverage);
}

void write_difference_model(const std::filesystem::path& path, const DifferenceModel& model) {
  file::write_atomically(path, [&](const std::filesystem::path& temporary) {
    data::Hdf5File out(temporary, data::Hdf5File::Mode::create);
    out.write("/difference/cheap", model.cheap);
    out.write("/difference/cheap_units", model.cheap_units);
    out.write("/difference/cheap_low", model.cheap_low);
    out.write("/difference/cheap_high", model.cheap_high);
    out.write("/difference/errors", model.learned.errors);
    out.write("/difference/inner_fold",
              std::vector<std::int64_t>(model.learned.inner_fold.begin(), model.learned.inner_fold.end()));
    out.write_attribute("/difference", "features", to_json(model.features.blocks()));
    out.write_attribute("/difference", "way", model.way.name);
    out.write_attribute("/difference", "learner", model.learner);
    out.write_attribute("/difference", "measured", model.measured);
    out.write_attribute("/difference", "unit", model.unit);
    out.write_attribute("/difference", "coverage", model.coverage);
    if (model.preparation) {
      out.write_attribute("/difference", "preparation", data::to_json(*model.preparation));
    }
    out.write_attribute("/difference", "inner_mae", model.learned.inner_mae());
    write_fitted(out, "/difference/all", model.learned.all);
    for (std::size_t k = 0; k < model.learned.inner.size(); ++k) {
      write_fitted(out, inner_group(k), model.learned.inner[k]);
    }
    if (model.features.encoder()) {
      models::write_model_group(out, model.features.encoder()->description,
                                {model.features.encoder()->members.front().data()});
    }
    out.write_attribute("/", "format", std::string(kDifferenceFormat));
    out.write_attribute("/", "format_version", kFormatVersion);
    out.write_attribute("/", "hash", hash_of(model));
    for (const auto& [name, value] : model.provenance) {
      out.write_attribute("/difference", "provenance_" + name, value);
    }
    out.close();
  });
}

bool is_difference_model(const std::filesystem::path& path) {
  const data::Hdf5File file(path, data::Hdf5File::Mode::read);
  return file.has_attribute("/", "format") && file.text_attribute("/", "format") == kDifferenceFormat;
}

DifferenceModel read_difference_model(const std::filesystem::path& path) {
  const data::Hdf5File file(path, data::Hdf5File::Mode::read);
  if (!file.exists("/difference/all")) {
    fail_input("{} holds no model of difference learning", path.string());
  }
  if (file.integer_attribute("/", "format_version") > kFormatVersion) {
    fail_input("{} was written by a newer version of the program", path.string());
  }
  if (!file.is_sealed()) {
    throw data::DamagedFileError(
        fmt::format("{} was changed by another program (its checksum is gone), and nothing tells what it predicts now: "
                    "use the file that 'difference' wrote",
                    path.string()));
  }
  std::optional<models::ModelFile> encoder;
  if (file.exists("/model")) {
    encoder = models::read_model_group(file);
  }
  const auto text = [&](const char* name) { return file.text_attribute("/difference", name); };
  DifferenceModel model{RowFeatures(feature_blocks_from_json(text("features")), std::move(encoder)),
                        find_way(text("way")),
                        text("learner"),
                        text("measured"),
                        text("unit"),
                        file.read<std::string>("/difference/cheap"),
                        file.read<std::string>("/difference/cheap_units"),
                        file.read<double>("/difference/cheap_low"),
                        file.read<double>("/difference/cheap_high"),
                        file.number_attribute("/difference", "coverage"),
                        {},
                        {},
                        {}};
  if (file.has_attribute("/difference", "preparation")) {
    model.preparation = data::preparation_from_json(text("preparation"));
  }
  model.learned.errors = file.read<double>("/difference/errors");
  model.learned.learner = model.learner;
  const auto folds = file.read<std::int64_t>("/difference/inner_fold");
  model.learned.inner_fold.assign(folds.begin(), folds.end());
  model.learned.all = read_fitted(file, "/difference/all");
  for (std::size_t k = 0; file.exists(inner_group(k)); ++k) {
    model.learned.inner.push_back(read_fitted(file, inner_group(k)));
  }
  return model;
}

}  // namespace epitaxy::transfer
