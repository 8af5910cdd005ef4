#include "latent/judge.h"

#include <boost/test/unit_test.hpp>

#include "chem/selfies.h"

using namespace epitaxy;
using namespace epitaxy::latent;
using chem::MoleculeCause;

namespace {

/// Ethanol, methane and ethane are known.
KnownMolecules known_molecules() {
  data::DatasetIndex training;
  training.groups = {"CC", "C", "CCO", "C"};
  return KnownMolecules(training);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(judge_test)

// By both rules, with the cause, and with the molecule that a spelling stands for.
BOOST_AUTO_TEST_CASE(strings_are_judged_as_by_hand) {
  struct Expected {
    const char* text;
    MoleculeCause cause;
    bool rdkit_valid;
    const char* canonical;
    bool novel;
  };
  const KnownMolecules known = known_molecules();
  Judge judge("tokens", &known);
  for (const Expected& e : {Expected{"OCC", MoleculeCause::valid, true, "CCO", false},
                            Expected{"C(O)C", MoleculeCause::valid, true, "CCO", false},
                            Expected{"OCCC", MoleculeCause::valid, true, "CCCO", true},
                            Expected{"C[C@H](N)O", MoleculeCause::valid, true, "CC(N)O", true},
                            Expected{"C1CC", MoleculeCause::syntax, false, "", false},
                            Expected{"C(C)(C)(C)(C)C", MoleculeCause::valence, false, "", false},
                            Expected{"c1cccc1", MoleculeCause::kekulization, false, "", false},
                            Expected{"C.C", MoleculeCause::fragments, true, "C.C", false},
                            Expected{"[CH3]", MoleculeCause::radicals, true, "[CH3]", false},
                            Expected{"", MoleculeCause::empty, false, "", false}}) {
    const Verdict& verdict = judge.judge(e.text);
    BOOST_TEST_CONTEXT(e.text) {
      BOOST_TEST((verdict.cause == e.cause));
      BOOST_TEST(verdict.valid() == (e.cause == MoleculeCause::valid));
      BOOST_TEST(verdict.rdkit_valid == e.rdkit_valid);
      BOOST_TEST(verdict.canonical == e.canonical);
      BOOST_TEST(verdict.smiles == e.text);
      BOOST_TEST(verdict.novel == e.novel);
      BOOST_TEST(verdict.identity == (verdict.valid() ? molecule_identity(e.canonical) : 0U));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_string_has_the_same_verdict_again) {
  const KnownMolecules known = known_molecules();
  Judge judge("tokens", &known);
  const Verdict& first = judge.judge("OCCC");
  for (std::size_t i = 0; i < 400; ++i) {
    judge.judge(std::string(1 + i % 20, 'N') + std::string(i / 20, 'C'));
  }
  BOOST_TEST(&judge.judge("OCCC") == &first);
  const std::uint64_t identity = first.identity;
  judge.forget();
  BOOST_TEST(judge.judge("OCCC").identity == identity);
}

BOOST_AUTO_TEST_CASE(without_known_molecules_none_is_said_to_be_new) {
  Judge judge("characters");
  BOOST_TEST(judge.judge("CCO").valid());
  BOOST_TEST(!judge.judge("CCO").novel);
}

BOOST_AUTO_TEST_CASE(selfies_are_translated) {
  Judge judge("selfies");
  const Verdict& verdict = judge.judge(chem::selfies_of("CC(=O)N"));
  BOOST_TEST(verdict.valid());
  BOOST_TEST(verdict.canonical == "CC(N)=O");
  BOOST_TEST(verdict.smiles.find('[') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(known_molecules_are_a_set) {
  const KnownMolecules known = known_molecules();
  BOOST_TEST(known.size() == 3U);
  BOOST_TEST(known.contains(molecule_identity("CCO")));
  BOOST_TEST(!known.contains(molecule_identity("OCC")));  // canonical forms alone are compared
  BOOST_TEST(molecule_identity("") != 0U);
  const KnownMolecules same({molecule_identity("CCO"), molecule_identity("C"), molecule_identity("CCO")});
  BOOST_TEST(same.size() == 2U);
  BOOST_TEST(same.contains(molecule_identity("C")));
}

BOOST_AUTO_TEST_SUITE_END()
