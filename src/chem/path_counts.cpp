#include "chem/path_counts.h"

#include <GraphMol/Fingerprints/AtomPairGenerator.h>
#include <GraphMol/Fingerprints/RDKitFPGenerator.h>
#include <GraphMol/Fingerprints/TopologicalTorsionGenerator.h>

#include <algorithm>
#include <memory>

#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

namespace {

constexpr unsigned kFarthest = 30;      // bonds, of a pair
constexpr unsigned kLongest = 5;        // bonds, of a path
constexpr unsigned kTorsionAtoms = 4;   // atoms, of a torsion
const std::vector<unsigned> kNoBounds;  // of simulated counts, which are not used

using Generator = RDKit::FingerprintGenerator<std::uint64_t>;

std::unique_ptr<Generator> generator_of(PathKind kind, unsigned bits) {
  switch (kind) {
    case PathKind::atom_pairs:
      return std::unique_ptr<Generator>(RDKit::AtomPair::getAtomPairGenerator<std::uint64_t>(
          1, kFarthest, false, true, nullptr, false, bits, kNoBounds));
    case PathKind::torsions:
      return std::unique_ptr<Generator>(RDKit::TopologicalTorsion::getTopologicalTorsionGenerator<std::uint64_t>(
          false, kTorsionAtoms, nullptr, false, kNoBounds, bits));
    case PathKind::paths:
      break;
  }
  return std::unique_ptr<Generator>(RDKit::RDKitFP::getRDKitFPGenerator<std::uint64_t>(
      1, kLongest, true, true, true, nullptr, false, kNoBounds, bits, 1));
}

}  // namespace

void path_counts(std::string_view smiles, PathKind kind, unsigned bits, float* counts) {
  const auto molecule = molecule_of(smiles);
  const std::unique_ptr<RDKit::SparseIntVect<std::uint32_t>> found(
      generator_of(kind, bits)->getCountFingerprint(*molecule));
  std::fill_n(counts, bits, 0.0F);
  for (const auto& [bit, count] : found->getNonzeroElements()) {
    counts[bit] = static_cast<float>(count);
  }
}

}  // namespace epitaxy::chem
