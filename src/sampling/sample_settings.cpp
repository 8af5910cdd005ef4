#include "sampling/sample_settings.h"

#include <fmt/format.h>

#include <array>
#include <bit>

#include "sampling/points/sobol.h"
#include "train/settings.h"

namespace epitaxy::sampling {

namespace {

constexpr double kMost = 1e9;
constexpr std::array kQuantities{XtbQuantity::gap, XtbQuantity::homo, XtbQuantity::lumo};

latent::DecodingSettings read_decoding(config::Section s) {
  latent::DecodingSettings decoding;
  const std::string kind = s.choice("kind", {"greedy", "sampled", "beam"}, "greedy");
  if (kind == "sampled") {
    decoding.kind = latent::DecodingKind::sampled;
    decoding.attempts = static_cast<std::size_t>(s.integer("attempts", 10, {1, 10000}));
    decoding.temperature = s.number("temperature", 1.0, {1e-6, 1e3});
  } else if (kind == "beam") {
    decoding.kind = latent::DecodingKind::beam;
    decoding.width = static_cast<std::size_t>(s.integer("width", 5, {1, 1000}));
  }
  return decoding;
}

void read_points(config::Section root, SampleSettings& settings) {
  settings.points = static_cast<std::size_t>(root.integer("points", static_cast<long long>(settings.points),
                                                          {1, static_cast<double>(SobolSequence::kMostPoints)}));
  settings.scrambles = static_cast<std::uint32_t>(root.integer("scrambles", settings.scrambles, {1, 9999}));
  if (settings.points % settings.block != 0) {
    const std::size_t below = settings.points / settings.block * settings.block;
    root.problem("points", fmt::format("{} is no multiple of the block of {} points: {} would be", settings.points,
                                       settings.block, below > 0 ? below : settings.block));
  }
}

ObjectiveSettings read_objective(config::Section s, const DomainSettings& domain) {
  ObjectiveSettings objective;
  objective.property = s.string("property");
  objective.below = s.has("below");
  if (s.has("below") == s.has("above")) {
    s.problem("", "needs either 'below' or 'above': a limit in the property's unit");
  }
  for (const char* key : {"below", "above"}) {
    if (s.has(key)) {
      objective.limit = s.number(key, std::nullopt, {-kMost, kMost});
    }
  }
  if (domain.kind != DomainKind::prior && domain.kind != DomainKind::encoded) {
    s.problem("", fmt::format("needs a domain of kind 'prior' or 'encoded', not '{}'", name_of(domain.kind)));
  }
  return objective;
}

/// The quantity that the name of a property is about.
std::string quantity_in(const std::string& property) {
  std::string found;
  for (const XtbQuantity quantity : kQuantities) {
    if (property.find(name_of(quantity)) != std::string::npos) {
      found = name_of(quantity);
    }
  }
  return found;
}

ProofSettings read_proof(config::Section s, const std::optional<ObjectiveSettings>& objective) {
  ProofSettings proof;
  proof.verify = read_verify(s);
  proof.untargeted = static_cast<std::size_t>(s.integer("untargeted", 0, {0, 1e6}));
  if (!objective) {
    s.problem("", "needs an 'objective' whose candidates are verified");
    return proof;
  }
  const std::string guess = quantity_in(objective->property);
  const std::string name =
      s.choice("quantity", {"gap", "homo", "lumo"}, guess.empty() ? std::nullopt : std::optional(guess));
  for (const XtbQuantity quantity : kQuantities) {
    proof.quantity = name == name_of(quantity) ? quantity : proof.quantity;
  }
  return proof;
}

ControlSettings read_controls(config::Section s) {
  const auto read = [&s](const char* key) { return static_cast<std::size_t>(s.integer(key, 0, {0, kMost})); };
  return {.untrained_decoder = read("untrained_decoder"), .random_strings = read("random_strings")};
}

/// Of a campaign without them: what cannot do without.
void ask_for_training_data(config::Section root, const SampleSettings& settings) {
  const auto ask = [&](bool needed, const char* key, const char* why) {
    if (needed) {
      root.problem("training_data",
                   fmt::format("is missing: '{}' needs the data set of the training molecules ({})", key, why));
    }
  };
  ask(settings.domain.needs_encoded(), "domain", "they are encoded");
  ask(settings.map.has_value(), "map", "they are encoded");
  ask(settings.objective.has_value(), "objective", "its candidates are new molecules");
  ask(settings.controls.random_strings > 0, "controls: random_strings", "the strings are as long as they are");
}

}  // namespace

SampleSettings read_sample(config::Section root) {
  SampleSettings settings;
  settings.block =
      static_cast<std::size_t>(root.integer("block", static_cast<long long>(settings.block), {1, 1 << 20}));
  if (!std::has_single_bit(settings.block)) {
    root.problem("block", fmt::format("must be a power of two, such as {}", std::bit_floor(settings.block)));
  }
  settings.seed = static_cast<std::uint64_t>(root.integer("seed", 1, {0, kMost}));
  settings.domain = read_domain(root.section("domain"));
  settings.decoding = read_decoding(root.section("decoding"));
  if (root.has("objective")) {
    settings.objective = read_objective(root.section("objective"), settings.domain);
  }
  settings.arithmetic = train::read_arithmetic(root);
  // Only what was read up to here decides the bits; model and data are compared by their hashes.
  settings.signature = root.resolved() + "arithmetic: " + train::describe(settings.arithmetic) + "\n";

  settings.model = root.string("model");
  settings.training_data = root.string("training_data", "");
  read_points(root, settings);
  settings.metrics = read_metrics(root.section("metrics"));
  settings.metrics.novelty = !settings.training_data.empty();
  settings.controls = read_controls(root.section("controls"));
  if (root.has("map")) {
    settings.map = read_map(root.section("map"));
  }
  if (settings.objective) {
    settings.objective->candidates =
        static_cast<std::size_t>(root.section("objective").integer("candidates", 3000, {1, 1e6}));
  }
  if (root.has("verify")) {
    settings.proof = read_proof(root.section("verify"), settings.objective);
  }
  if (settings.training_data.empty()) {
    ask_for_training_data(root, settings);
  }
  return settings;
}

const char* name_of(XtbQuantity quantity) {
  switch (quantity) {
    case XtbQuantity::homo:
      return "homo";
    case XtbQuantity::lumo:
      return "lumo";
    case XtbQuantity::gap:
      break;
  }
  return "gap";
}

}  // namespace epitaxy::sampling
