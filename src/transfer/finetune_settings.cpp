#include <algorithm>

#include "base/error.h"
#include "transfer/finetune.h"
#include "transfer/job_folder.h"

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

/// The section `training` of a variant, or the one that is common to those without.
void read_job_training(config::Section section, Variant& variant) {
  variant.training = read_job_training(section);
  variant.least_steps = static_cast<int>(section.integer("least_steps", 0, {0, 1e9}));
}

Variant read_variant(config::Section s, const std::string& name, const Variant& common) {
  Variant variant = common;
  variant.name = name;
  const std::string start = s.choice("start", {"pretrained", "scratch"}, name == "scratch" ? "scratch" : "pretrained");
  variant.pretrained = start == "pretrained";
  variant.trains = s.boolean("train", name != "direct");
  const auto frozen = name == "frozen_features" ? std::vector<std::string>{kFeatures} : std::vector<std::string>{};
  variant.freeze = s.strings("freeze", frozen);
  if (s.has("learning_rates")) {
    config::Section rates = s.section("learning_rates");
    for (const auto& pattern : rates.keys()) {
      variant.rates.push_back({pattern, rates.number(pattern, std::nullopt, {0, 1e3})});
    }
  }
  variant.keep_best = s.choice("keep", {"best", "last"}, "best") == "best";
  variant.also = s.strings("also", std::vector<std::string>{});
  if (!variant.also.empty()) {
    variant.weight = s.number("weight", 1.0, {1e-6, 1e6});
    if (!variant.trains) {
      s.problem("also", "is for variants that train");
    }
  }
  if (s.has("training")) {
    read_job_training(s.section("training"), variant);
  }
  variant.settings = fmt::format("arithmetic: {}\n{}", train::describe(variant.training.arithmetic), s.resolved());
  return variant;
}

NewHead read_head(config::Section section) {
  NewHead head;
  head.name = section.string("name", "target");
  head.start_from = section.string("start_from", "fresh");
  if (head.start_from == "fresh") {
    head.start_from.clear();
  }
  if (section.has("hidden")) {
    head.hidden = static_cast<std::size_t>(section.integer("hidden", std::nullopt, {0, 65536}));
  }
  return head;
}

void read_shares(config::Section root, FinetuneSettings& settings) {
  settings.shares = root.numbers("labels", std::nullopt, {1e-9, 1});
  if (settings.shares.empty()) {
    root.problem("labels", "must list at least one share of the labels, for example [0.01, 0.1, 1]");
  }
  std::ranges::sort(settings.shares);
  if (std::ranges::adjacent_find(settings.shares) != settings.shares.end()) {
    root.problem("labels", "lists a share twice");
  }
  if (root.has("folds")) {
    root.problem("folds", "and 'labels' exclude each other: a learning curve is measured on 'test.file'");
  }
  settings.cheap = root.string("cheap", "");
}

void read_variants(config::Section root, const Variant& common, FinetuneSettings& settings) {
  config::Section variants = root.section("variants");
  for (const auto& name : variants.keys()) {
    settings.variants.push_back(read_variant(variants.section(name), name, common));
  }
  if (settings.variants.empty()) {
    root.problem("variants", "must name at least one variant: scratch, direct, frozen_features, fine_tune");
  }
}

void read_test(config::Section test, FinetuneSettings& settings) {
  settings.test_file = test.string("file", "");
  if (settings.test_fraction > 0 && !settings.test_file.empty()) {
    test.problem("file", "and 'fraction' exclude each other");
  } else if (settings.is_curve() && settings.test_file.empty()) {
    test.problem("file", "is missing: a learning curve ('labels') is measured on rows of their own");
  }
}

}  // namespace

FinetuneSettings read_finetune(config::Section root) {
  FinetuneSettings settings;
  settings.head = read_head(root.section("head"));
  const bool is_curve = root.has("labels");
  if (!is_curve) {
    settings.folds = static_cast<int>(root.integer("folds", 10, {2, 1e5}));
  }
  settings.split_seed = static_cast<std::uint64_t>(root.integer("split_seed", 1, {0, 1e9}));
  settings.validation_fraction = root.section("validation").number("fraction", 0.1, {0, 0.5});
  auto test = root.section("test");
  settings.test_fraction = test.number("fraction", 0.0, {0, 0.9});
  Variant common;
  read_job_training(root.section("training"), common);
  settings.signature = root.resolved();

  // What tells the jobs apart, or is told by fingerprints and names.
  read_variants(root, common, settings);
  if (is_curve) {
    read_shares(root, settings);
  }
  settings.seeds = read_seeds(root);
  auto data = root.section("data");
  settings.file = data.string("file");
  settings.target = data.string("target", "");
  settings.pretrained = root.string("pretrained");
  read_test(test, settings);
  return settings;
}

}  // namespace epitaxy::transfer
