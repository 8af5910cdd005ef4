#include "chem/xtb.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>

#include "base/error.h"
#include "chem/xtb_case.h"
#include "fixtures/fixture.h"

using namespace epitaxy;
using chem::optimize_with_xtb;
using chem::XtbResult;

namespace {

void check_failure(const std::string& smiles, const std::string& words) {
  BOOST_TEST_CONTEXT(smiles) {
    XtbResult result;
    BOOST_CHECK_NO_THROW(result = optimize_with_xtb(smiles));
    BOOST_TEST(!result.converged);
    BOOST_TEST(std::isnan(result.gap_eV));
    BOOST_TEST(result.failure.find(words) != std::string::npos, result.failure);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(xtb_test)

BOOST_AUTO_TEST_CASE(a_build_without_libxtb_says_so) {
  if (!chem::xtb_available()) {
    BOOST_CHECK_THROW(optimize_with_xtb("O"), InputError);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(xtb_optimization_test, test::OneThread, *boost::unit_test::precondition(test::with_xtb))

// Also charged, and with an unpaired electron.
BOOST_AUTO_TEST_CASE(optimized_molecules_are_those_of_the_program_xtb) {
  const auto fixture = test::fixture("xtb.json");
  BOOST_TEST(fixture["molecules"].size() == 4u);
  for (const auto& molecule : fixture["molecules"]) {
    BOOST_TEST_CONTEXT(molecule["name"]) {
      const XtbResult result = optimize_with_xtb(molecule["smiles"].get<std::string>());
      const auto& expected = molecule["optimized"];
      BOOST_TEST(result.failure == "");
      BOOST_TEST(result.converged);
      BOOST_TEST(!result.rearranged);
      BOOST_TEST(result.steps > 0);
      BOOST_TEST(std::abs(result.energy_Ha - expected["energy_Ha"].get<double>()) < 1e-5);
      BOOST_TEST(std::abs(result.gap_eV - expected["gap_eV"].get<double>()) < 0.02);
      BOOST_TEST(std::abs(result.homo_eV - expected["homo_eV"].get<double>()) < 0.02);
      BOOST_TEST(std::abs(result.lumo_eV - result.homo_eV - result.gap_eV) < 1e-9);
      BOOST_TEST(static_cast<std::size_t>(std::ranges::count(result.xyz, '\n')) == molecule["elements"].size());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_molecule_gives_the_same_bits_again) {
  const XtbResult first = optimize_with_xtb("CC(O)C=O", {.seed = 7});
  optimize_with_xtb("CCN");
  const XtbResult second = optimize_with_xtb("CC(O)C=O", {.seed = 7});
  BOOST_TEST(first.converged);
  BOOST_TEST(first.energy_Ha == second.energy_Ha);
  BOOST_TEST(first.gap_eV == second.gap_eV);
  BOOST_TEST(first.xyz == second.xyz);
}

// In the gas phase the proton of glycine's zwitterion moves to the carboxylate.
BOOST_AUTO_TEST_CASE(a_molecule_that_becomes_another_one_is_marked) {
  const XtbResult zwitterion = optimize_with_xtb("[NH3+]CC(=O)[O-]");
  BOOST_TEST(zwitterion.converged);
  BOOST_TEST(zwitterion.rearranged);
  BOOST_TEST(!optimize_with_xtb("NCC(=O)O").rearranged);
}

BOOST_AUTO_TEST_CASE(open_shells_and_degenerate_orbitals_show) {
  BOOST_TEST(optimize_with_xtb("C[CH2]").open_shell);
  BOOST_TEST(optimize_with_xtb("[H]").open_shell);
  const XtbResult oxygen = optimize_with_xtb("O=O");
  BOOST_TEST(!oxygen.open_shell);
  BOOST_TEST(oxygen.gap_eV < 1e-3);
  BOOST_TEST(!optimize_with_xtb("CC=O").open_shell);
}

BOOST_AUTO_TEST_CASE(a_molecule_that_falls_apart_is_marked) {
  const XtbResult result = optimize_with_xtb("[He][He]");
  BOOST_TEST(result.rearranged);
  BOOST_TEST(result.fell_apart);
  BOOST_TEST(!optimize_with_xtb("[NH3+]CC(=O)[O-]").fell_apart);
}

BOOST_AUTO_TEST_CASE(cages_and_strained_rings_stay_themselves) {
  for (const char* smiles : {"C12C3C4C1C5C2C3C45", "C1=CC1=C", "C1CC12CN2", "C1CC2CC1C2"}) {
    const XtbResult result = optimize_with_xtb(smiles);
    BOOST_TEST_CONTEXT(smiles) {
      BOOST_TEST(result.converged);
      BOOST_TEST(!result.rearranged);
    }
  }
}

// In the structure of this seed the bridgehead between the small rings is turned the wrong way.
BOOST_AUTO_TEST_CASE(a_structure_that_breaks_is_not_the_last) {
  const XtbResult result = optimize_with_xtb("FC12CCOC1O2", {.seed = 1});
  BOOST_TEST(result.converged);
  BOOST_TEST(!result.rearranged);
  BOOST_TEST(std::abs(result.gap_eV - 8.7083) < 0.02);
}

BOOST_AUTO_TEST_CASE(failures_are_told_in_words) {
  check_failure("C1CC", "no SMILES: unclosed ring");
  check_failure("", "no SMILES");
  check_failure("C(C)(C)(C)(C)C", "no molecule");
  check_failure("[U]", "no parameters for the element with number 92");
  check_failure("*CC*", "no parameters for the element with number 0");
  check_failure("[H+]", "no gap");
  check_failure("C1C[C@H]2C[C@H]1CC2", "no 3-D structure");  // A bridge would have to go through the ring.
}

BOOST_AUTO_TEST_CASE(too_few_steps_are_not_enough) {
  const XtbResult result = optimize_with_xtb("CCN=CNC", {.steps = 3});
  BOOST_TEST(!result.converged);
  BOOST_TEST(result.failure == "not converged after 3 steps");
  BOOST_TEST(result.gap_eV > 0);
}

BOOST_AUTO_TEST_SUITE_END()
