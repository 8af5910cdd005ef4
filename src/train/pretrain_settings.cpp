#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "train/pretrain.h"

namespace epitaxy::train {

namespace {

LabelSource read_label(config::Section s) {
  LabelSource label;
  label.head = s.string("head");
  label.target = s.string("target", "");
  if (s.has("range")) {
    const auto range = s.numbers("range");
    if (range.size() == 2 && range[0] < range[1]) {
      label.low = range[0];
      label.high = range[1];
    } else {
      s.problem("range", "must be a pair [low, high] with low < high");
    }
  }
  label.fraction = s.number("labels", 1.0, {0, 1});
  return label;
}

/// One head (`head`, `target`, `range`) or several (`heads`, a list of such).
Source read_source(config::Section s, bool molecular) {
  Source source;
  source.file = s.string("file");
  if (!molecular || !s.has("heads")) {
    if (!molecular || s.has("head")) {
      source.labels.push_back(read_label(s));
    }
    return source;
  }
  for (config::Section head : s.sections("heads")) {
    source.labels.push_back(read_label(head));
    source.labels.back().weight = head.number("weight", 1.0, {0, 1e6});
  }
  return source;
}

void read_composition_net(config::Section model, models::ModelDescription& description) {
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
}

std::vector<models::MoleculeVaeSettings::Convolution> read_convolutions(config::Section model) {
  const models::MoleculeVaeSettings published;
  std::vector<long long> channels;
  std::vector<long long> kernels;
  for (const auto& convolution : published.convolutions) {
    channels.push_back(static_cast<long long>(convolution.channels));
    kernels.push_back(static_cast<long long>(convolution.kernel));
  }
  channels = model.integers("channels", channels, {1, 4096});
  kernels = model.integers("kernels", kernels, {1, 1000});
  if (channels.size() != kernels.size() || channels.empty()) {
    model.problem("kernels", "must hold one number for each of 'channels', and at least one");
    return published.convolutions;
  }
  std::vector<models::MoleculeVaeSettings::Convolution> convolutions;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    convolutions.push_back({static_cast<std::size_t>(channels[i]), static_cast<std::size_t>(kernels[i])});
  }
  return convolutions;
}

void read_molecule_vae(config::Section model, models::ModelDescription& description) {
  description.representation = model.choice("representation", {"characters", "tokens", "selfies"}, "characters");
  models::MoleculeVaeSettings& vae = description.vae;
  const auto size = [&](const char* key, std::size_t fallback, double least) {
    return static_cast<std::size_t>(model.integer(key, static_cast<long long>(fallback), {least, 65536}));
  };
  vae.convolutions = read_convolutions(model);
  vae.length = size("length", 0, 0);
  if (vae.length > 0 && vae.length < vae.shortest_length()) {
    model.problem("length", fmt::format("is shorter than the {} that the convolutions need", vae.shortest_length()));
  }
  vae.dense = size("dense", vae.dense, 1);
  vae.latent = size("latent", vae.latent, 1);
  vae.cells = size("cells", vae.cells, 1);
  vae.layers = size("layers", vae.layers, 1);
  const std::string decoder = model.choice("decoder", {"autoregressive", "repeat_vector"}, "autoregressive");
  vae.decoder_input =
      decoder == "autoregressive" ? models::DecoderInput::previous_token : models::DecoderInput::nothing;
  vae.token_dropout = model.number("token_dropout", 0.0, {0, 0.99});
  vae.free_bits = model.number("free_bits", 0.0, {0, 100});
  vae.head_hidden = size("head_hidden", 0, 0);
  vae.spellings = size("spellings", 0, 0);
}

}  // namespace

models::ModelDescription read_model_settings(config::Section model) {
  models::ModelDescription description;
  description.kind = model.choice("kind", {"composition_net", "molecule_vae"});
  if (description.kind == "molecule_vae") {
    read_molecule_vae(model, description);
  } else {
    read_composition_net(model, description);
  }
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

namespace {

SplitSettings read_split(config::Section root, bool molecular) {
  SplitSettings split;
  auto validation = root.section("validation");
  split.validation_fraction = validation.has("file") ? 0.0 : validation.number("fraction", 0.05, {0, 0.9});
  const std::string group = molecular ? "molecule" : "composition";
  validation.choice("group", {group}, group);
  split.seed = static_cast<std::uint64_t>(validation.integer("seed", 1, {0, 1e9}));
  split.test_fraction = root.section("test").number("fraction", 0.0, {0, 0.9});
  if (split.test_fraction + split.validation_fraction > 0.95) {
    validation.problem("fraction", "leaves too few rows to train on, together with 'test.fraction'");
  }
  return split;
}

void read_validation_file(config::Section validation, SplitSettings& split) {
  if (validation.has("file")) {
    split.validation_file = validation.string("file");
    if (split.validation_file.empty()) {
      validation.problem("file", "names no file");
    }
  }
}

void read_molecule_evaluation(config::Section section, PretrainSettings& settings) {
  MoleculeEvaluationSettings& molecules = settings.molecules;
  const auto count = [&](const char* key, std::size_t fallback) {
    return static_cast<std::size_t>(section.integer(key, static_cast<long long>(fallback), {0, 1e8}));
  };
  molecules.decoded_rows = count("decoded_rows", molecules.decoded_rows);
  molecules.points = count("points", molecules.points);
  settings.final_points = count("final_points", settings.final_points);
  molecules.seed = static_cast<std::uint64_t>(section.integer("seed", 1, {0, 1e9}));
}

void check_choice(config::Section root, bool molecular, const PretrainSettings& settings) {
  std::vector<std::string> names{"mean", "last"};
  if (molecular) {
    names.emplace_back("reconstruction");
  }
  for (const Source& source : settings.sources) {
    for (const LabelSource& label : source.labels) {
      names.push_back(label.head);
    }
  }
  if (std::ranges::find(names, settings.choose_by) == names.end()) {
    root.problem("choose_by", fmt::format("is none of {}: '{}'", text::join(names, ", "), settings.choose_by));
  }
}

void read_sources(config::Section root, bool molecular, PretrainSettings& settings) {
  for (config::Section s : root.sections("data")) {
    settings.sources.push_back(read_source(s, molecular));
    std::set<std::string> heads;
    for (const LabelSource& label : settings.sources.back().labels) {
      settings.signature +=
          fmt::format("\nhead {}: target '{}', range [{}, {}]", label.head, label.target, label.low, label.high);
      if (label.fraction != 1 || label.weight != 1) {
        settings.signature += fmt::format(", labels {}, weight {}", label.fraction, label.weight);
      }
      if (!heads.insert(label.head).second) {
        s.problem("heads", fmt::format("names the head '{}' twice", label.head));
      }
    }
  }
  if (settings.sources.empty()) {
    root.problem("data", "must list at least one data set: {file: oqmd.h5, head: oqmd}");
  }
}

}  // namespace

PretrainSettings read_pretrain(config::Section root) {
  PretrainSettings settings;
  settings.model = read_model_settings(root.section("model"));
  const bool molecular = settings.model.kind == "molecule_vae";
  settings.split = read_split(root, molecular);
  config::Section training = root.section("training");
  settings.training = read_training(training, {});
  if (molecular) {
    settings.training.beta = read_beta(training.section("beta"));
    read_molecule_evaluation(root.section("evaluation"), settings);
  }
  settings.choose_by = root.string("choose_by", molecular ? "last" : "mean");
  // Only what was read up to here decides the bits; files are compared by their fingerprints.
  settings.signature = root.resolved() + "\narithmetic: " + describe(settings.training.arithmetic);
  read_sources(root, molecular, settings);
  read_validation_file(root.section("validation"), settings.split);
  check_choice(root, molecular, settings);
  settings.exclusions = read_exclusions(root);
  settings.checkpoint_minutes = root.section("checkpoint").number("every_minutes", 5.0, {1e-4, 1e6});
  return settings;
}

}  // namespace epitaxy::train
