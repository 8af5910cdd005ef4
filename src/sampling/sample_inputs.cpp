#include "sampling/sample_inputs.h"

#include "base/log.h"
#include "sampling/campaign/block_decoder.h"
#include "sampling/campaign/random_blocks.h"
#include "sampling/map/campaign_map.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;

namespace {

/// The function that makes the worker when it is first needed: a rank that finds nothing to do needs none.
template <typename Make>
std::function<BlockResults(BlockKey)> computed_by(Make make, std::size_t points) {
  using Worker = typename std::invoke_result_t<Make>::element_type;
  auto worker = std::make_shared<std::unique_ptr<Worker>>();
  return [make, points, worker](BlockKey key) {
    if (!*worker) {
      *worker = make();
    }
    return (*worker)->compute(key, points);
  };
}

}  // namespace

SampleInputs::SampleInputs(const parallel::Communicator& communicator, const SampleSettings& settings)
    : settings_(settings) {
  communicator.agree([&] { read(); });
  build_domain(communicator);
}

void SampleInputs::read() {
  model_.emplace(settings_.model);
  if (settings_.metrics.novelty) {
    training_ = data::read_index(settings_.training_data);
    models::check_substance(*description().kind, training_);
    if (description().preparation) {  // models of earlier versions do not tell
      data::check_same_rules(description().kind->substance(), settings_.model, description().preparation,
                             settings_.training_data, training_.preparation);
    }
    known_.emplace(training_);
  }
  if (settings_.objective) {
    objective_ = property_direction(model(), weights(), settings_.objective->property);
  }
}

void SampleInputs::build_domain(const parallel::Communicator& communicator) {
  const std::size_t latent = model().net().settings().latent;
  DomainSettings domain = settings_.domain;
  communicator.agree([&] { set_property_vectors(domain, model(), weights()); });
  std::optional<EncodedStatistics> statistics;
  if (domain.needs_encoded() || settings_.map) {
    EncodedMolecules encoded =
        encode_molecules(communicator, model(), weights(), nn::exact(settings_.arithmetic), training_);
    statistics = statistics_of(encoded, latent);
    if (settings_.map && communicator.is_root()) {
      encoded_ = std::move(encoded.means);
    }
  }
  communicator.agree([&] {
    whole_domain_.emplace(domain, latent, statistics ? &*statistics : nullptr);
    domain_ = whole_domain_;
    if (objective_) {
      domain_->constrain(objective_->direction, objective_->offset, settings_.objective->below,
                         settings_.objective->limit);
    }
    if (settings_.map) {
      check_map(*domain_);
    }
  });
}

std::string SampleInputs::identity() const {
  return settings_.signature + "model: " + model_hash() +
         "\ntraining_data: " + (settings_.metrics.novelty ? training_.fingerprint : "none") + "\n";
}

BlockList SampleInputs::list(const std::string& name, const fs::path& folder, std::size_t points) const {
  const std::size_t blocks = (points + settings_.block - 1) / settings_.block;
  return {name, folder, blocks * settings_.block, 1, settings_.block, {}};
}

void SampleInputs::decode(BlockList& list, const Domain& domain, const float* weights) const {
  list.compute = computed_by(
      [this, &domain, weights] {
        return std::make_unique<BlockDecoder>(BlockSource{model(), weights, settings_.arithmetic, domain,
                                                          settings_.seed, settings_.decoding, known(),
                                                          settings_.block});
      },
      list.block);
}

BlockList SampleInputs::campaign(const fs::path& folder) const {
  BlockList blocks = list("campaign", folder, settings_.points);
  blocks.scrambles = settings_.scrambles;
  decode(blocks, *domain_, weights());
  return blocks;
}

BlockList SampleInputs::untrained_decoder(const fs::path& folder, std::size_t points) {
  if (untrained_.size() == 0) {
    untrained_ = linalg::Buffer<float>(model().layout().size());
    model().layout().initialize(untrained_.data(), settings_.seed);
  }
  BlockList blocks = list("untrained decoder", folder, points);
  decode(blocks, *domain_, untrained_.data());
  return blocks;
}

BlockList SampleInputs::random_strings(const fs::path& folder, std::size_t points) const {
  BlockList blocks = list("random strings", folder, points);
  blocks.compute =
      computed_by([this] { return std::make_unique<RandomBlocks>(description(), training_, *known_, settings_.seed); },
                  blocks.block);
  return blocks;
}

BlockList SampleInputs::untargeted(const fs::path& folder, std::size_t points) const {
  BlockList blocks = list("untargeted", folder, points);
  decode(blocks, *whole_domain_, weights());
  return blocks;
}

}  // namespace epitaxy::sampling
