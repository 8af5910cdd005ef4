#include "sampling/sample.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "sampling/campaign/campaign_file.h"
#include "sampling/campaign/campaign_tables.h"
#include "sampling/campaign/part_file.h"
#include "sampling/map/campaign_map.h"
#include "sampling/map/map_output.h"
#include "sampling/metrics/metrics_output.h"
#include "sampling/sample_inputs.h"
#include "sampling/sample_report.h"
#include "sampling/search/candidates.h"
#include "sampling/search/search_proof.h"
#include "train/settings.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using parallel::Communicator;

namespace {

std::string campaign_name(const std::string& identity) {
  Hasher hasher;
  hasher.add(identity);
  return hasher.hex();
}

void log_plan(const SampleSettings& settings, const SampleInputs& inputs) {
  log::info("model: {}, {} latent dimensions, {} heads; {}", settings.model, inputs.domain().latent(),
            inputs.description().heads.size(),
            settings.metrics.novelty ? fmt::format("{} training molecules", inputs.training().rows)
                                     : "no training molecules: what is new is not asked");
  log::info("campaign: {} scrambles of {} Sobol points in {} dimensions, domain '{}', {} molecules a point, {}",
            settings.scrambles, settings.points, inputs.domain().dimensions(), name_of(settings.domain.kind),
            settings.decoding.attempts, train::describe(settings.arithmetic));
  if (settings.objective) {
    log::info("objective: {} {} {}, which holds {:.3g} % of the domain", settings.objective->property,
              settings.objective->below ? "below" : "above", settings.objective->limit, 100 * inputs.domain().mass());
  }
}

/// A stage in its folder.
class Campaign {
 public:
  Campaign(const Communicator& communicator, const SampleSettings& settings, SampleInputs& inputs,
           const fs::path& folder, parallel::StopHandler& stop)
      : communicator_(communicator),
        settings_(settings),
        inputs_(inputs),
        folder_(folder),
        stop_(stop),
        name_(campaign_name(inputs.identity())),
        blocks_(inputs.campaign(folder / "parts")) {
    if (settings.controls.untrained_decoder > 0) {
      controls_.push_back(
          inputs.untrained_decoder(folder / "controls" / "untrained_decoder", settings.controls.untrained_decoder));
    }
    if (settings.controls.random_strings > 0) {
      controls_.push_back(
          inputs.random_strings(folder / "controls" / "random_strings", settings.controls.random_strings));
    }
    if (settings.proof && settings.proof->untargeted > 0) {
      // Known and invalid molecules and repeated ones are left out, so more points than molecules are needed.
      constexpr std::size_t kPointsByMolecule = 4;
      untargeted_.push_back(
          inputs.untargeted(folder / "controls" / "untargeted", kPointsByMolecule * settings.proof->untargeted));
    }
  }

  /// Returns false when it was stopped.
  bool run() {
    communicator_.on_root([&] { claim_folder(folder_, inputs_.identity()); });
    std::vector<BlockList> lists{blocks_};
    lists.insert(lists.end(), controls_.begin(), controls_.end());
    lists.insert(lists.end(), untargeted_.begin(), untargeted_.end());
    const parallel::TaskWork work = compute_blocks(communicator_, lists, name_, stop_);
    if (work.computed > 0) {
      log::info("{} points in {}: {:.0f} points/s on {} ranks", work.cost, text::duration(work.seconds),
                static_cast<double>(work.cost) / work.seconds, communicator_.size());
    }
    if (!work.done) {
      log::info("stopped by {}: run again to go on; finished blocks are kept", stop_.reason());
      return false;
    }
    summary_ = {{"stage", "sample"}};
    summary_.update(describe_campaign(settings_, inputs_));
    if (work.computed > 0) {
      summary_["points_per_s"] = static_cast<double>(work.cost) / work.seconds;
    }
    collect();
    compare_controls();
    if (!search()) {
      log::info("stopped by {}: run again to go on; what was verified is kept", stop_.reason());
      return false;
    }
    communicator_.on_root([&] { file::write_atomically(folder_ / "summary.json", summary_.dump(2) + "\n"); });
    return true;
  }

 private:
  void collect() {
    CampaignMetrics metrics(settings_.metrics);
    communicator_.on_root([&] {
      std::optional<CampaignMap> map;
      if (settings_.map) {
        map.emplace(*settings_.map, inputs_.domain(), settings_.seed, inputs_.description());
        map->add_encoded(inputs_.encoded());
      }
      const auto use = [&](const BlockResults& block) {
        metrics.add(block);
        if (map) {
          map->add(block);
        }
      };
      const CampaignContent content =
          write_tables(blocks_, name_, inputs_.description(), folder_, settings_.metrics.novelty, use);
      metrics.finish();
      if (map) {
        map->write(folder_);
        summary_["map"] = to_json(map->map());
        log_map(map->map());
      }
      write_campaign(folder_ / "campaign.h5", blocks_,
                     {settings_.points, settings_.scrambles, settings_.block, settings_.decoding.attempts,
                      inputs_.identity(), content.hash},
                     content, inputs_.description());
      summary_["campaign_hash"] = content.hash;
      log::info("campaign hash {}", content.hash);
    });
    const MetricsReport report =
        evaluate_campaign(communicator_, metrics, inputs_.training(), inputs_.description().heads, settings_.metrics);
    if (communicator_.is_root()) {
      new_molecules_ = report.all.novel;
      summary_["metrics"] = to_json(report);
      log_report(report);
    }
  }

  void compare_controls() {
    communicator_.on_root([&] {
      for (const BlockList& list : controls_) {
        ReplicateMetrics metrics({.sample = 0, .novelty = settings_.metrics.novelty});
        for (const BlockKey key : list.keys()) {
          metrics.add(read_part(list.path(key), name_));
        }
        summary_["controls"][list.folder.filename().string()] = to_json(metrics.counts());
        log_counts(list.name, metrics.counts());
      }
    });
  }

  /// Returns false when it was stopped.
  bool search() {
    if (!settings_.objective) {
      return true;
    }
    const CandidateList list = find_candidates(
        communicator_,
        {inputs_.model(), inputs_.weights(), settings_.arithmetic, *settings_.objective, inputs_.objective()->index},
        blocks_, name_);
    communicator_.on_root([&] {
      write_candidates(folder_ / "candidates.csv", list, settings_, inputs_.description());
      summary_["objective"] = describe_search(list, settings_, inputs_, new_molecules_);
      log_search(list, settings_, inputs_);
    });
    return !settings_.proof || (prove_candidates(list) && prove_untargeted());
  }

  bool prove_candidates(const CandidateList& list) {
    std::vector<std::string> molecules;
    std::vector<double> predicted;
    for (const Candidate& candidate : list.best) {
      molecules.push_back(candidate.smiles);
      predicted.push_back(candidate.from_molecule[inputs_.objective()->index]);
    }
    const auto results = compute(molecules, "candidates");
    if (!results) {
      return false;
    }
    communicator_.on_root([&] {
      write_candidates(folder_ / "candidates.csv", list, settings_, inputs_.description(), *results);
      report("candidates", *results, predicted);
    });
    return true;
  }

  bool prove_untargeted() {
    if (untargeted_.empty()) {
      return true;
    }
    std::vector<std::string> molecules;
    communicator_.on_root([&] {
      molecules = first_new_molecules(untargeted_.front(), name_, settings_.proof->untargeted);
      if (molecules.size() < settings_.proof->untargeted) {
        log::warning("only {} new molecules without objective, {} were asked for", molecules.size(),
                     settings_.proof->untargeted);
      }
    });
    const auto results = compute(molecules, "untargeted");
    if (!results) {
      return false;
    }
    communicator_.on_root([&] {
      write_untargeted(folder_ / "untargeted.csv", molecules, settings_, *results);
      report("untargeted", *results, {});
    });
    return true;
  }

  /// On rank 0; nothing when it was stopped.
  std::optional<std::vector<chem::XtbResult>> compute(const std::vector<std::string>& molecules,
                                                      const std::string& name) {
    Verification work = verify(communicator_, molecules,
                               {.folder = folder_ / "verify" / name, .settings = settings_.proof->verify}, stop_);
    return work.done ? std::optional(std::move(work.results)) : std::nullopt;
  }

  void report(const std::string& name, const std::vector<chem::XtbResult>& results,
              const std::vector<double>& predicted) {
    const XtbQuantity quantity = settings_.proof->quantity;
    const SearchProof proof = judge_search(results, predicted, quantity, *settings_.objective);
    summary_["verify"]["quantity"] = name_of(quantity);
    summary_["verify"][name] = to_json(proof);
    log_proof(name, proof);
  }

  Communicator communicator_;
  const SampleSettings& settings_;
  SampleInputs& inputs_;
  fs::path folder_;
  parallel::StopHandler& stop_;
  std::string name_;
  BlockList blocks_;
  std::vector<BlockList> controls_;
  std::vector<BlockList> untargeted_;  ///< One, or none.
  Json summary_;                       ///< On rank 0.
  std::size_t new_molecules_ = 0;      ///< On rank 0.
};

}  // namespace

void check_sample(const Communicator& communicator, const SampleSettings& settings) {
  SampleInputs inputs(communicator, settings);
  log_plan(settings, inputs);
  communicator.on_root([&] {
    const auto start = std::chrono::steady_clock::now();
    const BlockList blocks = inputs.campaign("");
    blocks.compute({});
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const std::size_t count = blocks.keys().size();
    const double total = seconds * static_cast<double>(count) / communicator.size();
    log::info("time: one block of {} points took {}, all {} blocks would take about {} on {} ranks", settings.block,
              text::duration(seconds), count, text::duration(total), communicator.size());
  });
}

bool run_sample(const Communicator& communicator, const SampleSettings& settings, const fs::path& folder,
                parallel::StopHandler& stop) {
  SampleInputs inputs(communicator, settings);
  log_plan(settings, inputs);
  return Campaign(communicator, settings, inputs, folder, stop).run();
}

}  // namespace epitaxy::sampling
