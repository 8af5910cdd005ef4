#include <algorithm>

#include "epitaxy/base/error.h"
#include "epitaxy/train/pretrain.h"

namespace epitaxy::train {

namespace {

Source read_source(config::Section s) {
  Source source;
  source.file = s.string("file");
  source.head = s.string("head");
  source.target = s.string("target", "");
  if (s.has("range")) {
    const auto range = s.numbers("range");
    if (range.size() == 2 && range[0] < range[1]) {
      source.low = range[0];
      source.high = range[1];
    } else {
      s.problem("range", "must be a pair [low, high] with low < high");
    }
  }
  return source;
}

}  // namespace

models::ModelDescription read_model_settings(config::Section model) {
  models::ModelDescription description;
  description.kind = model.choice("kind", {"composition_net"});
  const auto published = models::elemnet_widths();
  const std::vector<long long> fallback(published.begin(), published.end());
  description.widths.clear();
  for (const long long width : model.integers("widths", fallback, {1, 65536})) {
    description.widths.push_back(static_cast<std::size_t>(width));
  }
  if (description.widths.empty()) {
    model.problem("widths", "must name at least one hidden layer");
    description.widths = published;
  }
  description.residual = model.boolean("residual", false);
  description.dropout = model.number("dropout", 0.0, {0, 0.95});
  return description;
}

std::vector<Exclusion> read_exclusions(config::Section root) {
  std::vector<Exclusion> exclusions;
  for (config::Section s : root.sections("exclude")) {
    Exclusion exclusion;
    exclusion.dataset = s.string("dataset");
    const auto rows = s.strings("rows", std::vector<std::string>{"all"});
    if (rows != std::vector<std::string>{"all"}) {
      exclusion.lines = s.integers("rows", std::nullopt, {1, 1e15});
    }
    exclusions.push_back(exclusion);
  }
  return exclusions;
}

std::set<std::string> excluded_groups(const std::vector<Exclusion>& exclusions) {
  std::set<std::string> groups;
  for (const Exclusion& exclusion : exclusions) {
    const auto index = data::read_index(exclusion.dataset);
    const std::set<long long> lines(exclusion.lines.begin(), exclusion.lines.end());
    std::set<long long> found;
    for (std::size_t row = 0; row < index.rows; ++row) {
      if (lines.empty() || lines.contains(index.lines[row])) {
        groups.insert(index.groups[row]);
        found.insert(index.lines[row]);
      }
    }
    for (const long long line : lines) {
      if (!found.contains(line)) {
        fail_input("'exclude': no row of {} comes from line {} of its source", exclusion.dataset, line);
      }
    }
  }
  return groups;
}

PretrainSettings read_pretrain(const config::Document& document, config::Section root) {
  PretrainSettings settings;
  auto validation = root.section("validation");
  settings.split.validation_fraction = validation.number("fraction", 0.05, {0, 0.9});
  validation.choice("group", {"composition"}, "composition");
  settings.split.seed = static_cast<std::uint64_t>(validation.integer("seed", 1, {0, 1e9}));
  settings.split.test_fraction = root.section("test").number("fraction", 0.0, {0, 0.9});
  if (settings.split.test_fraction + settings.split.validation_fraction > 0.95) {
    validation.problem("fraction", "leaves too few rows to train on, together with 'test.fraction'");
  }
  settings.model = read_model_settings(root.section("model"));
  settings.training = read_training(root.section("training"), {});
  settings.metric_head = root.string("choose_by", "");
  // Only what was read up to here decides the bits; files are compared by their fingerprints.
  settings.signature = document.resolved() + "\narithmetic: " + describe(settings.training.arithmetic);

  for (config::Section s : root.sections("data")) {
    settings.sources.push_back(read_source(s));
    const Source& source = settings.sources.back();
    settings.signature +=
        fmt::format("\nhead {}: target '{}', range [{}, {}]", source.head, source.target, source.low, source.high);
  }
  if (settings.sources.empty()) {
    root.problem("data", "must list at least one data set: {file: oqmd.h5, head: oqmd}");
  }
  for (std::size_t i = 0; i < settings.sources.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (settings.sources[i].head == settings.sources[j].head) {
        root.problem("data", fmt::format("names the head '{}' twice", settings.sources[i].head));
      }
    }
  }
  if (!settings.metric_head.empty() && !settings.sources.empty() &&
      std::ranges::find(settings.sources, settings.metric_head, &Source::head) == settings.sources.end()) {
    root.problem("choose_by", fmt::format("names no head of 'data': '{}'", settings.metric_head));
  }
  settings.exclusions = read_exclusions(root);
  settings.checkpoint_minutes = root.section("checkpoint").number("every_minutes", 5.0, {1e-4, 1e6});
  return settings;
}

}  // namespace epitaxy::train
