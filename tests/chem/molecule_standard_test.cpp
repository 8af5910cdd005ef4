#include "chem/molecule_standard.h"

#include <GraphMol/RWMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>

#include <boost/test/unit_test.hpp>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "base/random.h"
#include "chem/molecule_check.h"

using namespace epitaxy::chem;

namespace {

std::string smiles_of_molecule(std::string_view text, const MoleculeRules& rules = {}) {
  return standardize_molecule(text, rules).smiles;
}

std::string repaired(std::string_view text) {
  const StandardMolecule molecule = standardize_molecule(text);
  BOOST_TEST_CONTEXT(text) {
    BOOST_TEST(molecule.repaired);
    BOOST_TEST(molecule.group == molecule.smiles);
    BOOST_TEST(check_smiles(molecule.smiles).valid());
  }
  return molecule.smiles;
}

/// The canonical form that RDKit gives another string.
std::string canonical(std::string_view text) { return check_smiles(text).canonical; }

/// Why a string is rejected.
std::string reason(std::string_view text, const MoleculeRules& rules = {}) {
  try {
    standardize_molecule(text, rules);
  } catch (const MoleculeError& error) {
    return error.what();
  }
  return "";
}

/// From another atom on, with map numbers at some atoms and labels at open ends.
std::string labelled_spelling(const char* smiles, epitaxy::RandomStream& random) {
  const std::unique_ptr<RDKit::RWMol> molecule(RDKit::SmilesToMol(smiles));
  for (RDKit::Atom* atom : molecule->atoms()) {
    if (atom->getAtomicNum() == 0 && random.below(2) == 0) {
      atom->setIsotope(static_cast<unsigned>(1 + random.below(9)));
    } else if (random.below(3) == 0) {
      atom->setAtomMapNum(static_cast<int>(1 + random.below(20)));
    }
  }
  return RDKit::MolToRandomSmilesVect(*molecule, 1, static_cast<unsigned>(1 + random.below(100000))).front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(molecule_standard_test)

BOOST_AUTO_TEST_CASE(one_molecule_has_one_string) {
  for (const char* text : {"OCC", "C(O)C", "[CH3][CH2][OH]", "[H]OCC", " CCO\t", "[13CH3]CO", "CCO[2H]"}) {
    BOOST_TEST(smiles_of_molecule(text) == "CCO");
  }
  BOOST_TEST(smiles_of_molecule("C1=CC=CC=C1") == "c1ccccc1");
  BOOST_TEST(smiles_of_molecule("[O-]C(=O)C[NH3+]") == "[NH3+]CC(=O)[O-]");
  BOOST_TEST(smiles_of_molecule("*CC*") == "*CC*");
}

BOOST_AUTO_TEST_CASE(labels_are_no_part_of_a_molecule) {
  BOOST_TEST(smiles_of_molecule("[CH3:1][CH2:2][OH:3]") == "CCO");
  BOOST_TEST(smiles_of_molecule("[H:4][O:3][CH2:2][CH3:1]") == "CCO");
  for (const char* text : {"[*:1]CC[*:2]", "[1*]CC[2*]", "[*]CC[*:7]", "*CC*"}) {
    BOOST_TEST(smiles_of_molecule(text) == "*CC*");
  }
  MoleculeRules keep;
  keep.keep_stereo = true;
  BOOST_TEST(smiles_of_molecule("[CH3:2][C@H:1]([OH:3])[NH2:4]", keep) == smiles_of_molecule("C[C@H](O)N", keep));
  // Map numbers alone make no stereo center.
  BOOST_TEST(smiles_of_molecule("[CH3:1][C@H:2]([CH3:3])O", keep) == "CC(C)O");
  BOOST_TEST(check_smiles("[CH3:1][CH2:2][OH:3]").canonical == "CCO");
}

BOOST_AUTO_TEST_CASE(spellings_of_one_molecule_have_one_identity_and_one_group) {
  const char* molecules[] = {"C[C@H](N)C(=O)O",   "C/C=C/[C@@H](O)C#N",
                             "F/C=C\\F",          "OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
                             "C1CC2CCC1[C@@H]2O", "[O-][n+]1ccccc1/C=C/c1ccc[nH]1",
                             "*CC(*)c1ccccc1",    "*O[Si](C)(C)*",
                             "C[S@](=O)CC",       "CC(=O)NC1=CC=C(O)C=C1"};
  epitaxy::RandomStream random(20241001, epitaxy::Purpose::tokens);
  for (const bool keep : {false, true}) {
    const MoleculeRules rules{.keep_stereo = keep};
    for (const char* text : molecules) {
      const StandardMolecule expected = standardize_molecule(text, rules);
      BOOST_TEST(expected.group == standardize_molecule(text).smiles);
      for (int i = 0; i < 25; ++i) {
        const std::string spelled = labelled_spelling(text, random);
        const StandardMolecule again = standardize_molecule(spelled, rules);
        BOOST_TEST_CONTEXT(text << " as " << spelled) {
          BOOST_TEST(again.smiles == expected.smiles);
          BOOST_TEST(again.group == expected.group);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(atoms_are_counted) {
  BOOST_TEST(standardize_molecule("OCC").heavy_atoms == 3U);
  BOOST_TEST(standardize_molecule("OCC").atoms == 9U);
  BOOST_TEST(standardize_molecule("[H][H]").heavy_atoms == 0U);
  BOOST_TEST(!standardize_molecule("OCC").repaired);
}

BOOST_AUTO_TEST_CASE(stereo_is_removed_or_kept) {
  MoleculeRules keep;
  keep.keep_stereo = true;
  BOOST_TEST(smiles_of_molecule("C/C=C/[C@H](N)O") == canonical("CC=CC(N)O"));
  const StandardMolecule kept = standardize_molecule("C/C=C/[C@H](N)O", keep);
  BOOST_TEST(kept.smiles.find('@') != std::string::npos);
  BOOST_TEST(kept.smiles.find('/') != std::string::npos);
  BOOST_TEST(kept.group == smiles_of_molecule("C/C=C/[C@H](N)O"));
  BOOST_TEST(standardize_molecule("C/C=C/[C@@H](N)O", keep).smiles != kept.smiles);
  // An isotope alone makes no stereo center.
  BOOST_TEST(smiles_of_molecule("[13CH3][C@H](C)O", keep) == "CC(C)O");
}

BOOST_AUTO_TEST_CASE(radicals_of_neighbors_become_bonds) {
  BOOST_TEST(repaired("CC1C[C]([NH])O1") == canonical("CC1CC(=N)O1"));
  BOOST_TEST(repaired("[CH]1CCC2CC[C]12") == canonical("C1=C2CCC2CC1"));
  BOOST_TEST(repaired("C[C][N]") == "CC#N");
  BOOST_TEST(repaired("[CH2][C][CH2]") == "C=C=C");
  BOOST_TEST(repaired("[CH2][CH][CH][CH2]") == "C=CC=C");
  BOOST_TEST(repaired("[NH][C]1C[C]([NH])OCO1") == canonical("N=C1CC(=N)OCO1"));
  // Explicit hydrogens stay as many as they are, without a bracket.
  BOOST_TEST(repaired("[NH][CH]OC=O") == "N=COC=O");
  BOOST_TEST(repaired("C[S](C)[O]") == "CS(C)=O");
}

BOOST_AUTO_TEST_CASE(radicals_at_the_ends_of_conjugated_chains_are_paired) {
  BOOST_TEST(repaired("[NH]C1=C[CH]CO1") == canonical("N=C1C=CCO1"));
  BOOST_TEST(repaired("[NH]C1=C[N]C=CO1") == canonical("N=C1C=NC=CO1"));
  BOOST_TEST(repaired("[NH]c1ccc([NH])cc1") == canonical("N=C1C=CC(=N)C=C1"));
  BOOST_TEST(repaired("[CH2]C#C[CH2]") == "C=C=C=C");
  // A first pair in the middle would leave the ends alone.
  BOOST_TEST(repaired("C[CH][C](C)[C](C)[CH]C") == canonical("CC=C(C)C(C)=CC"));
}

BOOST_AUTO_TEST_CASE(the_repair_does_not_depend_on_the_order_of_atoms) {
  // The double bonds of the ring could be shifted.
  const std::string expected = repaired("C[C]1[C](C)[CH][CH][CH][CH][CH][CH]1");
  BOOST_TEST(repaired("[CH]1[CH][CH][C](C)[C](C)[CH][CH][CH]1") == expected);
  BOOST_TEST(repaired("[CH]1[CH][C](C)[C](C)[CH][CH][CH][CH]1") == expected);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_paired_is_rejected) {
  BOOST_TEST(reason("[NH]C1=CCC=CO1") == "a radical with 1 unpaired electron that cannot be paired");
  BOOST_TEST(reason("[CH2]CC[CH2]") == "a radical with 2 unpaired electrons that cannot be paired");
  BOOST_TEST(reason("[CH2]") == "a radical with 2 unpaired electrons that cannot be paired");
  BOOST_TEST(reason("[CH2][C]([CH2])[CH2]") == "a radical with 2 unpaired electrons that cannot be paired");
  BOOST_TEST(reason("[NH]c1cccc([NH])c1") == "a radical with 2 unpaired electrons that cannot be paired");
  BOOST_TEST(reason("[Na][Na]") == "");
  BOOST_TEST(reason("[Mg]C") == "a radical with 1 unpaired electron that cannot be paired");
}

BOOST_AUTO_TEST_CASE(radicals_are_kept_or_rejected_on_demand) {
  MoleculeRules rules;
  rules.radicals = Radicals::keep;
  BOOST_TEST(smiles_of_molecule("[CH2][CH2]", rules) == "[CH2][CH2]");
  BOOST_TEST(!standardize_molecule("[CH2][CH2]", rules).repaired);
  rules.radicals = Radicals::reject;
  BOOST_TEST(reason("[CH2][CH2]", rules) == "a radical with 2 unpaired electrons");
}

BOOST_AUTO_TEST_CASE(mixtures) {
  BOOST_TEST(reason("CC(=O)[O-].[Na+]") == "a salt or mixture of 2 fragments");
  MoleculeRules rules;
  rules.largest_fragment = true;
  BOOST_TEST(smiles_of_molecule("[Na+].CC(=O)[O-]", rules) == "CC(=O)[O-]");
  BOOST_TEST(smiles_of_molecule("CC=C.CCC", rules) == "CCC");
  BOOST_TEST(smiles_of_molecule("CCO.COC", rules) == smiles_of_molecule("COC.CCO", rules));
  // A radical beside a whole molecule.
  BOOST_TEST(smiles_of_molecule("[OH].CCO", rules) == "CCO");
}

BOOST_AUTO_TEST_CASE(reasons_are_those_of_rdkit) {
  BOOST_TEST(reason("") == "the SMILES is empty");
  BOOST_TEST(reason(" \t") == "the SMILES is empty");
  BOOST_TEST(reason("C1CC") == "syntax: unclosed ring");
  BOOST_TEST(reason("C)") == "syntax: extra close parentheses");
  BOOST_TEST(reason("C(") == "syntax: syntax error");
  BOOST_TEST(reason("CCÅ") == "syntax: a character that is not printable ASCII, or a space");
  BOOST_TEST(reason("CC ethane") == "syntax: a character that is not printable ASCII, or a space");
  BOOST_TEST(reason("C(C)(C)(C)(C)C") == "valence: Explicit valence for atom # 0 C, 5, is greater than permitted");
  BOOST_TEST(reason("c1cccc1") == "kekulization: Can't kekulize mol.  Unkekulized atoms: 0 1 2 3 4");
  BOOST_TEST(reason("cC") == "kekulization: non-ring atom 0 marked aromatic");
  BOOST_TEST(reason(std::string(1001, 'C')) == "the SMILES has 1001 characters, more than 1000");
}

BOOST_AUTO_TEST_CASE(rdkit_stays_silent) {
  std::ostringstream said;
  std::streambuf* const usual = std::cerr.rdbuf(said.rdbuf());
  reason("C1CC");
  reason("C(C)(C)(C)(C)C");
  check_smiles("C1CC");
  std::cerr.rdbuf(usual);
  BOOST_TEST(said.str().empty());
}

BOOST_AUTO_TEST_CASE(canonical_strings_stay_as_they_are) {
  for (const char* text : {"OC1C2CC3C1C23", "CN1C=CN=C1c2ccccc2C#N", "O=C1NC(=O)c2ccccc12", "[nH]1cccc1C=[NH2+]",
                           "C[N+](=O)[O-]", "N1C=NC2=C1N=CN2"}) {
    const std::string once = smiles_of_molecule(text);
    BOOST_TEST(smiles_of_molecule(once) == once);
    BOOST_TEST(check_smiles(once).canonical == once);
  }
}

BOOST_AUTO_TEST_SUITE_END()
