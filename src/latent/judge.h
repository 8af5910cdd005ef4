#pragma once
/// \file
/// Is a decoded string a molecule, which one, and is it new?
#include <cstdint>
#include <string>
#include <unordered_map>

#include "chem/molecule_check.h"
#include "latent/known_molecules.h"

namespace epitaxy::latent {

/// What counts of a decoded string. Ranks can exchange it as it is.
struct Finding {
  std::uint64_t identity = 0;                              ///< See molecule_identity; 0 unless valid.
  chem::MoleculeCause cause = chem::MoleculeCause::empty;  ///< `valid` by the strict rule, or why not.
  bool rdkit_valid = false;                                ///< RDKit's plain rule, and at least one atom.
  bool novel = false;                                      ///< Valid and none of the known molecules, if there are any.

  bool valid() const { return cause == chem::MoleculeCause::valid; }
};

struct Verdict : Finding {
  std::string smiles;     ///< As decoded; of SELFIES models translated into SMILES.
  std::string canonical;  ///< Without stereo; empty unless RDKit reads it.
};

/// Looks at each string once, until it is told to forget.
class Judge {
 public:
  /// Of strings in a representation (`characters`, `tokens`, `selfies`). `known` outlives the judge; without it
  /// none is new: what is known is not known.
  explicit Judge(std::string representation, const KnownMolecules* known = nullptr)
      : representation_(std::move(representation)), known_(known) {}

  /// Valid until `forget`.
  const Verdict& judge(const std::string& text);
  /// Frees the memory of the strings so far.
  void forget() { seen_.clear(); }

 private:
  std::string representation_;
  const KnownMolecules* known_;
  std::unordered_map<std::string, Verdict> seen_;
};

}  // namespace epitaxy::latent
