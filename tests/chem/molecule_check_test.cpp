#include "chem/molecule_check.h"

#include <boost/test/unit_test.hpp>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace epitaxy::chem;

namespace {

void check_cause(MoleculeCause cause, bool rdkit_valid, const std::vector<std::string>& strings) {
  for (const auto& text : strings) {
    BOOST_TEST_CONTEXT("'" << text << "'") {
      const MoleculeCheck result = check_smiles(text);
      BOOST_TEST(name_of(result.cause) == std::string(name_of(cause)));
      BOOST_TEST(result.rdkit_valid == rdkit_valid);
      BOOST_TEST(result.valid() == (cause == MoleculeCause::valid));
      if (!rdkit_valid) {
        BOOST_TEST(result.canonical.empty());
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(molecule_check_test)

BOOST_AUTO_TEST_CASE(molecules_are_valid) {
  check_cause(MoleculeCause::valid, true,
              {"C", "CCO", "c1ccccc1", "c1cc[nH]c1", "C[N+](C)(C)C", "[C-]#[O+]", "O=O", "[H][H]", "C%12CC%12",
               "[O-]C(=O)C[NH3+]", "F[C@H](Cl)Br", "[Fe]", "C1.C1"});
}

BOOST_AUTO_TEST_CASE(every_cause_has_its_examples) {
  check_cause(MoleculeCause::empty, true, {"", "  "});
  check_cause(MoleculeCause::syntax, false,
              {"C(", "C)", "C1CC", "(C)", "C==C", "C11", "Xx", "1CC", "C=", "C.", ".", "nope", "[C@H", "CC|", "CÅ",
               "Cc1ccccc"});
  check_cause(MoleculeCause::valence, false, {"C(C)(C)(C)(C)C", "C#O", "FC(F)(F)(F)F", "[CH5]", "O(C)(C)C"});
  check_cause(MoleculeCause::kekulization, false, {"c1cccc1", "n1cccc1", "cc", "c1ccnc1", "cC"});
  check_cause(MoleculeCause::fragments, true, {"[Na+].[Cl-]", "C.C", "[CH3].C"});
  check_cause(MoleculeCause::radicals, true, {"[CH3]", "[CH2]", "[O][O]", "C[CH]C", "[H]"});
}

BOOST_AUTO_TEST_CASE(text_after_the_string_is_no_name) {
  check_cause(MoleculeCause::syntax, false, {"CC xx", "CC\txx", "CC C", "CC |$a;b$|", std::string("CC\0CC", 5)});
  check_cause(MoleculeCause::valid, true, {"CC ", " CC", "CC\n"});
}

BOOST_AUTO_TEST_CASE(the_canonical_form_has_no_stereo_and_one_order) {
  BOOST_TEST(check_smiles("OCC").canonical == "CCO");
  BOOST_TEST(check_smiles("C1=CC=CC=C1").canonical == "c1ccccc1");
  BOOST_TEST(check_smiles("F[C@H](Cl)Br").canonical == "FC(Cl)Br");
  BOOST_TEST(check_smiles("F[C@@H](Cl)Br").canonical == "FC(Cl)Br");
  BOOST_TEST(check_smiles("F/C=C\\F").canonical == "FC=CF");
  BOOST_TEST(check_smiles("[2H]C([13CH3])O").canonical == check_smiles("[H]C(C)O").canonical);
  BOOST_TEST(check_smiles("[Cl-].[Na+]").canonical == check_smiles("[Na+].[Cl-]").canonical);
  for (const std::string text : {"CC(C)(O)C#N", "c1ccc2[nH]ccc2c1", "OC1C2CC1O2"}) {
    const std::string canonical = check_smiles(text).canonical;
    BOOST_TEST(check_smiles(canonical).canonical == canonical);
  }
}

BOOST_AUTO_TEST_CASE(the_canonical_form_is_made_on_demand) {
  for (const std::string smiles : {"OCC", "C[CH]C", "[2H]O", "CC(", ""}) {
    const auto with = check_smiles(smiles);
    const auto without = check_smiles(smiles, false);
    BOOST_TEST((with.cause == without.cause));
    BOOST_TEST(with.rdkit_valid == without.rdkit_valid);
    BOOST_TEST(without.canonical.empty());
  }
  BOOST_TEST(check_smiles("OCC").canonical == "CCO");
}

BOOST_AUTO_TEST_CASE(strings_beyond_the_limit_are_not_looked_at) {
  check_cause(MoleculeCause::other, false, {std::string(kLongestSmiles + 1, 'C'), std::string(1 << 20, '(')});
  check_cause(MoleculeCause::syntax, false, {std::string(kLongestSmiles, '(')});
  const std::string ring = "c1ccPc" + std::string(57, '*') + "cCcccc1O";
  check_cause(MoleculeCause::other, false, {ring});  // RDKit would look at 2^57 subsets
  BOOST_TEST(size_problem(ring) == "the SMILES has 57 atoms '*', more than 12");
  BOOST_TEST(size_problem(std::string(kMostOpenAtoms, '*')).empty());
}

BOOST_AUTO_TEST_CASE(rdkit_says_nothing) {
  std::ostringstream said;
  std::streambuf* const error_stream = std::cerr.rdbuf(said.rdbuf());
  std::streambuf* const output_stream = std::cout.rdbuf(said.rdbuf());
  for (const char* text : {"C(", "c1cccc1", "C#O", "[Na+].[Cl-]"}) {
    check_smiles(text);
  }
  std::cerr.rdbuf(error_stream);
  std::cout.rdbuf(output_stream);
  BOOST_TEST(said.str() == "");
}

BOOST_AUTO_TEST_SUITE_END()
