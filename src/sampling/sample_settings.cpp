#include "sampling/sample_settings.h"

#include <fmt/format.h>

#include <bit>

#include "sampling/points/sobol.h"
#include "train/settings.h"

namespace epitaxy::sampling {

namespace {

using config::Key;
using config::Keys;

constexpr double kMost = 1e9;

void decoding_keys(Keys& k, latent::DecodingSettings& s) {
  using enum latent::DecodingKind;
  k.choice(s.kind, {"kind",
                    "the most probable token at each step, tokens that are drawn, or the most probable string that a "
                    "beam search finds"});
  k.when(s.kind == sampled, "kind: sampled", [&](Keys& drawn) {
    drawn.integer(s.attempts, {"attempts", "molecules that are drawn at each point"}, {1, 10000},
                  std::optional<std::size_t>(10));
    drawn.number(s.temperature, {"temperature", "below 1 likely tokens are drawn more often, above 1 less often"},
                 {1e-6, 1e3});
  });
  k.when(s.kind == beam, "kind: beam", [&](Keys& search) {
    search.integer(s.width, {"width", "strings that the search follows at each point"}, {1, 1000});
  });
}

void point_keys(Keys& k, SampleSettings& s) {
  k.integer(s.block, {"block", "points that are computed together and share a file, aligned; a power of two"},
            {1, 1 << 20});
  if (!std::has_single_bit(s.block)) {
    k.problem("block", fmt::format("must be a power of two, such as {}", std::bit_floor(s.block)));
  }
  k.integer(s.points, Key("points", "Sobol points of each scramble, a multiple of block; may grow later").output(),
            {1, static_cast<double>(SobolSequence::kMostPoints)});
  k.integer(
      s.scrambles,
      Key("scrambles", "independent randomizations of the points, whose spread is the error; may grow later").output(),
      {1, 9999});
  if (s.points % s.block != 0) {
    const std::size_t below = s.points / s.block * s.block;
    k.problem("points", fmt::format("{} is no multiple of the block of {} points: {} would be", s.points, s.block,
                                    below > 0 ? below : s.block));
  }
}

void objective_keys(Keys& k, ObjectiveSettings& s, DomainKind domain) {
  k.text(s.property, Key("property", "a head of the model, or the target of one head alone").required());
  std::optional<double> below;
  std::optional<double> above;
  k.optional(below, {"below", "points lie where the property is below this, in its unit"}, {-kMost, kMost});
  k.optional(above, {"above", "points lie where the property is above this, in its unit"}, {-kMost, kMost});
  if (k.given("below") == k.given("above")) {
    k.problem("", "needs either 'below' or 'above': a limit in the property's unit");
  }
  s.below = !above;
  s.limit = below.value_or(above.value_or(0));
  if (domain != DomainKind::prior && domain != DomainKind::encoded) {
    k.problem("", fmt::format("needs a domain of kind 'prior' or 'encoded', not '{}'", name_of(domain)));
  }
  k.integer(s.candidates, Key("candidates", "new molecules, the best, that are kept at most").output(), {1, 1e6});
}

void control_keys(Keys& k, ControlSettings& s) {
  k.integer(
      s.untrained_decoder,
      Key("untrained_decoder", "points that a decoder decodes that never learned; rounded up to whole blocks").output(),
      {0, kMost});
  k.integer(
      s.random_strings,
      Key("random_strings", "strings of random tokens, as long as training molecules are; rounded up to whole blocks")
          .output(),
      {0, kMost});
}

/// The quantity that the name of a property is about; empty: none.
std::string quantity_in(const std::string& property) {
  std::string found;
  for (const std::string& name : all_names<XtbQuantity>()) {
    found = property.find(name) != std::string::npos ? name : found;
  }
  return found;
}

void verify_keys(Keys& k, ProofSettings& s, const std::optional<ObjectiveSettings>& objective) {
  keys(k, s.verify);
  k.integer(s.untargeted,
            Key("untargeted",
                "new molecules of the same domain without the objective that are computed as well: what one would find "
                "without a search")
                .output(),
            {0, 1e6});
  if (!objective) {
    k.problem("", "needs an 'objective' whose candidates are verified");
  }
  std::string quantity = objective ? quantity_in(objective->property) : "";
  const Key key =
      Key("quantity", "what the objective is about; needed where the name of its property holds none of these")
          .output();
  k.choice(quantity, objective && quantity.empty() ? key.required() : key, all_names<XtbQuantity>());
  if (!quantity.empty()) {
    s.quantity = value_of<XtbQuantity>(quantity);
  }
}

/// Of a campaign without them: what cannot do without.
void ask_for_training_data(Keys& k, const SampleSettings& settings) {
  const auto ask = [&](bool needed, const char* key, const char* why) {
    if (needed) {
      k.problem("training_data",
                fmt::format("is missing: '{}' needs the data set of the training molecules ({})", key, why));
    }
  };
  ask(settings.domain.needs_encoded(), "domain", "they are encoded");
  ask(settings.map.has_value(), "map", "they are encoded");
  ask(settings.objective.has_value(), "objective", "its candidates are new molecules");
  ask(settings.controls.random_strings > 0, "controls: random_strings", "the strings are as long as they are");
}

}  // namespace

void keys(Keys& k, SampleSettings& s) {
  k.file(s.model, Key("model", "a molecule_vae, whose latent space is sampled").required());
  k.file(
      s.training_data,
      {"training_data",
       "the data set that decides what is new, and from which encoded domains and comparisons come; without it these "
       "are left out"});
  point_keys(k, s);
  k.integer(s.seed, {"seed", "of the scrambles and of drawn tokens"}, {0, kMost});
  k.section({"domain", "where in the latent space the points lie"}, [&](Keys& domain) { keys(domain, s.domain); });
  k.section({"decoding", "how a point becomes a string"}, [&](Keys& decoding) { decoding_keys(decoding, s.decoding); });
  train::arithmetic_keys(k, s.arithmetic);
  k.section(Key("metrics", "what is measured besides the counts").output(),
            [&](Keys& metrics) { keys(metrics, s.metrics); });
  k.section(Key("controls", "what validity is measured against").output(),
            [&](Keys& controls) { control_keys(controls, s.controls); });
  k.optional(s.map, Key("map", "a map of a domain of two dimensions").output(),
             [](Keys& map, MapSettings& settings) { keys(map, settings); });
  k.optional(s.objective, {"objective", "a search: points lie only where a head predicts the property"},
             [&](Keys& objective, ObjectiveSettings& settings) { objective_keys(objective, settings, s.domain.kind); });
  k.optional(s.proof, Key("verify", "the candidates of a search are computed").output(),
             [&](Keys& verify, ProofSettings& settings) { verify_keys(verify, settings, s.objective); });
  s.metrics.novelty = !s.training_data.empty();
  if (s.training_data.empty()) {
    ask_for_training_data(k, s);
  }
  // Model and training data are compared by their hashes.
  s.signature = k.signature();
}

}  // namespace epitaxy::sampling
