#include <algorithm>

#include "epitaxy/base/error.h"
#include "epitaxy/transfer/finetune.h"

namespace epitaxy::transfer {

namespace {

constexpr train::TrainingDefaults kDefaults{.epochs = 60, .batch = 32, .shards = 1};

train::TrainingSettings read_job_training(config::Section section) {
  const auto training = train::read_training(section, kDefaults);
  if (training.shards != 1) {
    section.problem("shards", "must be 1: the jobs of 'finetune' run on one rank each");
  }
  return training;
}

Variant read_variant(config::Section s, const std::string& name, const train::TrainingSettings& common) {
  Variant variant;
  variant.name = name;
  const std::string start = s.choice("start", {"pretrained", "scratch"}, name == "scratch" ? "scratch" : "pretrained");
  variant.pretrained = start == "pretrained";
  variant.trains = s.boolean("train", name != "direct");
  const auto frozen = name == "frozen_features" ? std::vector<std::string>{"body.*"} : std::vector<std::string>{};
  variant.freeze = s.strings("freeze", frozen);
  if (s.has("learning_rates")) {
    config::Section rates = s.section("learning_rates");
    for (const auto& pattern : rates.keys()) {
      variant.rates.push_back({pattern, rates.number(pattern, std::nullopt, {0, 1e3})});
    }
  }
  variant.keep_best = s.choice("keep", {"best", "last"}, "best") == "best";
  variant.training = s.has("training") ? read_job_training(s.section("training")) : common;
  return variant;
}

}  // namespace

FinetuneSettings read_finetune(const config::Document& document, config::Section root) {
  FinetuneSettings settings;
  auto head = root.section("head");
  settings.head.name = head.string("name", "target");
  settings.head.start_from = head.string("start_from", "fresh");
  if (settings.head.start_from == "fresh") {
    settings.head.start_from.clear();
  }
  settings.folds = static_cast<int>(root.integer("folds", 10, {2, 1e5}));
  for (const long long seed : root.integers("seeds", std::vector<long long>{1}, {0, 1e6})) {
    settings.seeds.push_back(static_cast<std::uint64_t>(seed));
  }
  if (settings.seeds.empty()) {
    root.problem("seeds", "must list at least one seed");
  }
  settings.split_seed = static_cast<std::uint64_t>(root.integer("split_seed", 1, {0, 1e9}));
  settings.validation_fraction = root.section("validation").number("fraction", 0.1, {0, 0.5});
  auto test = root.section("test");
  settings.test_fraction = test.number("fraction", 0.0, {0, 0.9});
  const auto common = read_job_training(root.section("training"));
  config::Section variants = root.section("variants");
  for (const auto& name : variants.keys()) {
    settings.variants.push_back(read_variant(variants.section(name), name, common));
  }
  if (settings.variants.empty()) {
    root.problem("variants", "must name at least one variant: scratch, direct, frozen_features, fine_tune");
  } else {
    settings.signature = "arithmetic: " + train::describe(settings.variants.front().training.arithmetic) + "\n";
  }
  settings.signature += document.resolved();

  auto data = root.section("data");
  settings.file = data.string("file");
  settings.target = data.string("target", "");
  settings.pretrained = root.string("pretrained");
  settings.test_file = test.string("file", "");
  if (settings.test_fraction > 0 && !settings.test_file.empty()) {
    test.problem("file", "and 'fraction' exclude each other");
  }
  return settings;
}

}  // namespace epitaxy::transfer
