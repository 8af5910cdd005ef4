#include "sampling/search/candidates.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "base/progress.h"
#include "latent/encoder.h"
#include "latent/identity_set.h"
#include "sampling/campaign/part_file.h"

namespace epitaxy::sampling {

namespace {

/// The best candidates so far, each molecule once.
class Ranking {
 public:
  Ranking(std::size_t most, std::size_t head, bool below) : most_(most), head_(head), sign_(below ? 1.0f : -1.0f) {}

  void add(Candidate candidate) {
    const auto known = keys_.find(candidate.smiles);
    if (known != keys_.end()) {
      Candidate& there = candidates_.at(known->second);
      if (std::pair(candidate.point, candidate.attempt) < std::pair(there.point, there.attempt)) {
        there.point = candidate.point;
        there.attempt = candidate.attempt;
        there.at_point = candidate.at_point;
      }
      return;
    }
    const Key key{sign_ * candidate.from_molecule[head_], candidate.smiles};
    if (candidates_.size() == most_) {
      const auto last = std::prev(candidates_.end());
      if (!(key < last->first)) {
        return;
      }
      keys_.erase(last->second.smiles);
      candidates_.erase(last);
    }
    keys_.emplace(candidate.smiles, key);
    candidates_.emplace(key, std::move(candidate));
  }

  std::vector<Candidate> list() const {
    std::vector<Candidate> list;
    for (const auto& [key, candidate] : candidates_) {
      list.push_back(candidate);
    }
    return list;
  }

 private:
  using Key = std::pair<float, std::string>;

  std::size_t most_;
  std::size_t head_;
  float sign_;
  std::map<Key, Candidate> candidates_;  ///< The best first.
  std::unordered_map<std::string, Key> keys_;
};

latent::Encoder encoder_of(const CandidateSource& source) {
  const auto network = std::make_shared<latent::Network>(source.model, nn::exact(source.arithmetic));
  network->load(source.weights);
  return latent::Encoder(network);
}

/// Fills in `from_molecule` of readable molecules.
void predict(latent::Encoder& encoder, std::vector<Candidate>& molecules) {
  const auto& heads = encoder.network().description().heads;
  const std::vector<float> standardized = encoder.predict(
      {0, molecules.size()}, [&](std::size_t i, models::RowBlock& rows) { encoder.read(molecules[i].smiles, rows); });
  for (std::size_t i = 0; i < standardized.size(); ++i) {
    const double value = heads[i % heads.size()].standardizer.backward(standardized[i]);
    molecules[i / heads.size()].from_molecule.push_back(static_cast<float>(value));
  }
}

/// New molecules of a block, each once, with their first point.
std::vector<Candidate> new_molecules(const BlockResults& block) {
  std::vector<Candidate> molecules;
  latent::IdentitySet seen;
  const std::size_t heads = block.properties.size() / block.points;
  for (std::size_t i = 0; i < block.novel.size(); ++i) {
    if (block.novel[i] != 0 && seen.insert(block.identity[i])) {
      const std::size_t point = i / block.attempts;
      const auto properties = block.properties.begin() + static_cast<std::ptrdiff_t>(point * heads);
      molecules.push_back({.smiles = block.canonical[i],
                           .point = {block.key.scramble, block.key.first + point},
                           .attempt = i % block.attempts,
                           .at_point = {properties, properties + static_cast<std::ptrdiff_t>(heads)},
                           .from_molecule = {}});
    }
  }
  return molecules;
}

/// Where a candidate comes from; its texts and numbers are sent beside.
struct Origin {
  BlockKey point;
  std::size_t attempt;
};

/// The candidates of all ranks by rank, on rank 0. All have as many properties. Collective.
std::vector<Candidate> gather_candidates(const parallel::Communicator& communicator,
                                         const std::vector<Candidate>& mine) {
  std::vector<std::string> smiles;
  std::vector<Origin> origins;
  std::vector<float> at_point;
  std::vector<float> from_molecule;
  for (const Candidate& c : mine) {
    smiles.push_back(c.smiles);
    origins.push_back({c.point, c.attempt});
    at_point.insert(at_point.end(), c.at_point.begin(), c.at_point.end());
    from_molecule.insert(from_molecule.end(), c.from_molecule.begin(), c.from_molecule.end());
  }
  smiles = communicator.gather(smiles);
  origins = communicator.gather(origins);
  at_point = communicator.gather(at_point);
  from_molecule = communicator.gather(from_molecule);
  const auto part = [&](const std::vector<float>& all, std::size_t i) {
    const std::size_t size = all.size() / origins.size();
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i * size);
    return std::vector<float>(begin, begin + static_cast<std::ptrdiff_t>(size));
  };
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    candidates.push_back(
        {std::move(smiles[i]), origins[i].point, origins[i].attempt, part(at_point, i), part(from_molecule, i)});
  }
  return candidates;
}

}  // namespace

CandidateList find_candidates(const parallel::Communicator& communicator, const CandidateSource& source,
                              const BlockList& list, const std::string& campaign) {
  Ranking mine(source.objective.candidates, source.head, source.objective.below);
  std::set<std::string> unreadable;
  communicator.agree([&] {
    latent::Encoder encoder = encoder_of(source);
    const auto keys = list.keys();
    log::Progress progress("ranking new molecules", "block");
    progress.plan("", static_cast<std::int64_t>(keys.size()));
    for (auto i = static_cast<std::size_t>(communicator.rank()); i < keys.size();
         i += static_cast<std::size_t>(communicator.size())) {
      auto molecules = new_molecules(read_part(list.path(keys[i]), campaign));
      const auto unread = std::ranges::stable_partition(
          molecules, [&](const Candidate& molecule) { return encoder.can_read(molecule.smiles); });
      for (const Candidate& molecule : unread) {
        unreadable.insert(molecule.smiles);
      }
      molecules.erase(unread.begin(), unread.end());
      predict(encoder, molecules);
      std::ranges::for_each(molecules, [&](Candidate& molecule) { mine.add(std::move(molecule)); });
      progress.reached(static_cast<std::int64_t>(i + 1));
    }
  });
  CandidateList result;
  Ranking all(source.objective.candidates, source.head, source.objective.below);
  for (Candidate& candidate : gather_candidates(communicator, mine.list())) {
    all.add(std::move(candidate));
  }
  const auto unread = communicator.gather(std::vector<std::string>(unreadable.begin(), unreadable.end()));
  unreadable.insert(unread.begin(), unread.end());
  result.best = all.list();
  result.unreadable = unreadable.size();
  return result;
}

std::vector<std::string> first_new_molecules(const BlockList& list, const std::string& campaign, std::size_t count) {
  std::vector<std::string> molecules;
  std::set<std::string> seen;
  for (const BlockKey key : list.keys()) {
    for (const Candidate& molecule : new_molecules(read_part(list.path(key), campaign))) {
      if (molecules.size() < count && seen.insert(molecule.smiles).second) {
        molecules.push_back(molecule.smiles);
      }
    }
  }
  return molecules;
}

}  // namespace epitaxy::sampling
