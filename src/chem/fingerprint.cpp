#include "chem/fingerprint.h"

#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>
#include <GraphMol/Subgraphs/Subgraphs.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <set>

#include "base/error.h"
#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

namespace {

using Fingerprint = RDKit::SparseIntVect<std::uint32_t>;
using BitInfo = RDKit::MorganFingerprints::BitInfoMap;

void check_settings(const MorganSettings& settings) {
  if (settings.bits == 0 || settings.bits % 64 != 0) {
    fail_input("a Morgan fingerprint of {} bits: the number must be a multiple of 64", settings.bits);
  }
}

std::unique_ptr<Fingerprint> fingerprint_of(const RDKit::ROMol& molecule, const MorganSettings& settings,
                                            BitInfo* atoms = nullptr) {
  std::vector<std::uint32_t> features;
  if (settings.invariants == MorganInvariants::features) {
    features.resize(molecule.getNumAtoms());
    RDKit::MorganFingerprints::getFeatureInvariants(molecule, features);
  }
  return std::unique_ptr<Fingerprint>(RDKit::MorganFingerprints::getHashedFingerprint(
      molecule, settings.radius, settings.bits, features.empty() ? nullptr : &features, nullptr, false, true, false,
      atoms));
}

/// The atoms within `radius` bonds of one, as SMILES.
std::string surroundings(const RDKit::ROMol& molecule, unsigned atom, unsigned radius) {
  std::set<int> atoms{static_cast<int>(atom)};
  const auto bonds = RDKit::findAtomEnvironmentOfRadiusN(molecule, radius, atom);
  for (const int bond : bonds) {
    atoms.insert(static_cast<int>(molecule.getBondWithIdx(bond)->getBeginAtomIdx()));
    atoms.insert(static_cast<int>(molecule.getBondWithIdx(bond)->getEndAtomIdx()));
  }
  const std::vector<int> list(atoms.begin(), atoms.end());
  return RDKit::MolFragmentToSmiles(molecule, list, &bonds, nullptr, nullptr, false, false, static_cast<int>(atom));
}

}  // namespace

FingerprintBits morgan_bits(std::string_view smiles, const MorganSettings& settings) {
  check_settings(settings);
  FingerprintBits words(settings.bits / 64, 0);
  const auto fingerprint = fingerprint_of(*molecule_of(smiles), settings);
  for (const auto& [bit, count] : fingerprint->getNonzeroElements()) {
    words[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  return words;
}

void morgan_counts(std::string_view smiles, const MorganSettings& settings, float* counts) {
  check_settings(settings);
  const auto fingerprint = fingerprint_of(*molecule_of(smiles), settings);
  std::fill_n(counts, settings.bits, 0.0F);
  for (const auto& [bit, count] : fingerprint->getNonzeroElements()) {
    counts[bit] = settings.counts ? static_cast<float>(count) : 1.0F;
  }
}

std::vector<std::string> morgan_fragments(std::string_view smiles, const MorganSettings& settings) {
  check_settings(settings);
  const auto molecule = molecule_of(smiles);
  BitInfo atoms;
  fingerprint_of(*molecule, settings, &atoms);
  std::vector<std::string> fragments(settings.bits);
  for (const auto& [bit, places] : atoms) {
    const auto& [atom, radius] = *std::ranges::min_element(places);
    fragments[bit] = surroundings(*molecule, atom, radius);
  }
  return fragments;
}

double tanimoto(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
  check(a.size() == b.size(), "fingerprints of different lengths");
  int common = 0;
  int either = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    common += std::popcount(a[i] & b[i]);
    either += std::popcount(a[i] | b[i]);
  }
  return either == 0 ? 1.0 : static_cast<double>(common) / either;
}

}  // namespace epitaxy::chem
