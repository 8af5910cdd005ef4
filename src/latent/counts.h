#pragma once
/// \file
/// Counts over decoded molecules: valid, unique, novel. Defined as in MOSES (Polykovskiy et al., Front. Pharmacol. 11,
/// 565644, 2020) and GuacaMol (Brown et al., J. Chem. Inf. Model. 59, 1096, 2019); docs/stages/sample.md has the words.
#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/statistics.h"
#include "latent/identity_set.h"
#include "latent/judge.h"

namespace epitaxy::latent {

inline constexpr std::size_t kCauses = static_cast<std::size_t>(chem::MoleculeCause::other) + 1;
/// Uniqueness is reported among the first so many valid molecules.
inline constexpr std::array<std::size_t, 2> kUniqueFirst{1000, 10000};

/// What decodes are. Shares of nothing are NaN.
struct MoleculeCounts {
  bool novelty = true;  ///< Molecules were compared with known ones; otherwise `novel` says nothing.
  std::size_t points = 0;
  std::size_t points_valid = 0;  ///< With at least one valid decode.
  std::size_t decodes = 0;
  std::size_t rdkit_valid = 0;
  std::size_t valid = 0;
  std::array<std::size_t, kCauses> causes{};  ///< By chem::MoleculeCause.
  std::size_t unique = 0;                     ///< Distinct molecules among the valid ones.
  std::size_t novel = 0;                      ///< Distinct molecules that were not known.
  /// Distinct ones among the first valid ones, by kUniqueFirst; 0 where there are fewer valid ones.
  std::array<std::size_t, kUniqueFirst.size()> unique_first{};

  double share(std::size_t count) const;         ///< Of the decodes.
  double valid_point_share() const;              ///< Points with a valid decode, of all points.
  double unique_share() const;                   ///< Of the valid.
  double unique_first_share(std::size_t) const;  ///< By index of kUniqueFirst; NaN where there are fewer valid ones.
  double novel_share() const;                    ///< Of the distinct; NaN without novelty.
};

/// A share of the decodes, points or molecules.
struct MoleculeShare {
  std::string key;
  std::string name;  ///< For people.
  std::function<double(const MoleculeCounts&)> value;
};

/// Valid, unique, novel, in the order in which they are told.
std::vector<MoleculeShare> molecule_shares();
/// Of the decodes, by the cause why they are no molecules.
std::vector<MoleculeShare> invalid_shares();

/// Mean over replicates and its standard error: replicates are independent of each other, decodes of one are not.
statistics::Estimate over_replicates(std::span<const MoleculeCounts> replicates, const MoleculeShare& share);

/// Counts decodes in their order. Memory: up to 22 bytes a distinct molecule.
class MoleculeCounter {
 public:
  explicit MoleculeCounter(bool novelty = true) { counts_.novelty = novelty; }
  /// What follows, until the next point, was decoded from one point.
  void begin_point();
  /// True of a valid molecule that was not there before.
  bool add(const Finding& finding);
  const MoleculeCounts& counts() const { return counts_; }
  /// Forgets everything.
  void restart();

 private:
  MoleculeCounts counts_;
  bool point_valid_ = false;
  IdentitySet distinct_;
};

}  // namespace epitaxy::latent
