#include "chem/substance.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "config/key_reader.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::chem;
using epitaxy::test::says;

namespace {

using Texts = std::vector<std::string>;

PreparedText prepared(const Substance& substance, std::string_view text, const Rules& rules = {}) {
  return substance.preparer(rules)->prepare(text);
}

/// The rules that a stage file with these keys has.
Rules rules_of(const Substance& substance, const std::string& yaml) {
  auto document = config::Document::from_text(yaml, "import.yaml");
  config::KeyReader reader(document.root());
  Rules rules;
  substance.rule_keys(reader, rules);
  document.finish();
  return rules;
}

const char* const kLeft = "C[C@H](O)C(=O)O";
const char* const kRight = "C[C@@H](O)C(=O)O";

}  // namespace

BOOST_AUTO_TEST_SUITE(substance_test)

BOOST_AUTO_TEST_CASE(substances_are_found_by_name) {
  BOOST_TEST(&substance("molecule") == &molecules());
  BOOST_TEST(&substance("compositions") == &compositions());
  BOOST_TEST(substances().size() == 2U);
  BOOST_CHECK_EXCEPTION(substance("molecul"), InputError,
                        says("'molecul'", "did you mean 'molecule'", "composition, molecule"));
  BOOST_CHECK_EXCEPTION(substance("compositoins"), InputError, says("did you mean 'compositions'"));
  BOOST_CHECK_EXCEPTION(substance("protein"), InputError, says("unknown substance 'protein'; known ones"));
}

BOOST_AUTO_TEST_CASE(a_formula_is_prepared) {
  const PreparedText text = prepared(compositions(), " Ca2(OH)4\t");
  BOOST_TEST(text.text == "Ca2(OH)4");
  BOOST_TEST(text.identity == "CaH2O2");
  BOOST_TEST(text.group == text.identity);
  BOOST_TEST(text.atoms == 10.0);
  BOOST_TEST(text.heavy_atoms == 6U);
  BOOST_TEST(symbols_of(text.elements) == (Texts{"H", "O", "Ca"}));
  BOOST_TEST(!text.repaired);
  BOOST_TEST(prepared(compositions(), "Fe0.5O1.2").heavy_atoms == 2U);
}

BOOST_AUTO_TEST_CASE(an_element_that_no_model_takes_is_named) {
  try {
    prepared(compositions(), "HeO");
    BOOST_ERROR("helium was taken");
  } catch (const ElementError& error) {
    BOOST_TEST(std::string(error.what()) == "element He is not among the 86 elements of composition models");
    BOOST_TEST(symbols_of(error.elements()) == (Texts{"He", "O"}));
  }
  BOOST_CHECK_EXCEPTION(prepared(compositions(), "Xx"), TextError, says("Xx"));
}

BOOST_AUTO_TEST_CASE(a_molecule_is_prepared) {
  const PreparedText text = prepared(molecules(), " OC(C)C(=O)[O-] ");
  BOOST_TEST(text.text == "CC(O)C(=O)[O-]");
  BOOST_TEST(text.identity == text.text);
  BOOST_TEST(text.group == text.text);
  BOOST_TEST(text.atoms == 11.0);
  BOOST_TEST(text.heavy_atoms == 6U);
  BOOST_TEST(symbols_of(text.elements) == (Texts{"H", "C", "O"}));
  BOOST_TEST(prepared(molecules(), "CC1C[C]([NH])O1").repaired);
  // A wildcard is no element, and no hydrogen is added where there is none.
  BOOST_TEST(symbols_of(prepared(molecules(), "*C#N").elements) == (Texts{"C", "N"}));
  BOOST_CHECK_EXCEPTION(prepared(molecules(), "C1CC"), TextError, says("syntax: unclosed ring"));
}

BOOST_AUTO_TEST_CASE(rounded_fractions_are_of_one_group_and_two_identities) {
  const PreparedText rounded = prepared(compositions(), "Li0.3333Fe0.6667");
  const PreparedText whole = prepared(compositions(), "LiFe2");
  BOOST_TEST(rounded.group == whole.group);
  BOOST_TEST(rounded.identity != whole.identity);
  BOOST_TEST(rounded.text == "Li0.3333Fe0.6667");
}

BOOST_AUTO_TEST_CASE(stereo_is_part_of_the_identity_where_it_is_kept) {
  const Rules keep{{"stereo", "keep"}};
  const PreparedText left = prepared(molecules(), kLeft, keep);
  const PreparedText right = prepared(molecules(), kRight, keep);
  BOOST_TEST(left.identity != right.identity);
  BOOST_TEST(molecules().write("selfies", left.text) != molecules().write("selfies", right.text));
  BOOST_TEST(left.group == right.group);
  BOOST_TEST(left.group == "CC(O)C(=O)O");
  BOOST_TEST(prepared(molecules(), kLeft).identity == prepared(molecules(), kRight).identity);
  BOOST_TEST(prepared(molecules(), kLeft).text == left.group);
}

BOOST_AUTO_TEST_CASE(rules_are_keys_of_the_input) {
  const Rules defaults{{"stereo", "remove"}, {"radicals", "repair"}, {"fragments", "reject"}};
  BOOST_TEST((molecules().default_rules() == defaults));
  BOOST_TEST((rules_of(molecules(), "{}") == defaults));
  BOOST_TEST((rules_of(molecules(), "{fragments: largest, radicals: keep}") ==
              Rules{{"stereo", "remove"}, {"radicals", "keep"}, {"fragments", "largest"}}));
  BOOST_CHECK_EXCEPTION(rules_of(molecules(), "stereo: invert"), InputError, says("remove, keep", "'invert'"));
  BOOST_TEST(compositions().default_rules().empty());
  BOOST_TEST(rules_of(compositions(), "{}").empty());
}

BOOST_AUTO_TEST_CASE(unknown_rules_are_refused) {
  BOOST_CHECK_EXCEPTION(molecules().preparer({{"stereo", "invert"}}), InputError,
                        says("molecules were prepared with 'stereo: invert', which this version does not know"));
  BOOST_CHECK_EXCEPTION(molecules().preparer({{"tautomers", "keep"}}), InputError, says("'tautomers: keep'"));
  BOOST_CHECK_EXCEPTION(compositions().preparer({{"stereo", "keep"}}), InputError,
                        says("compositions were prepared with 'stereo: keep'"));
}

BOOST_AUTO_TEST_CASE(molecules_have_representations) {
  Texts names;
  for (const Representation& representation : molecules().representations()) {
    names.push_back(representation.name);
  }
  BOOST_TEST(names == (Texts{"characters", "tokens", "selfies"}));
  BOOST_TEST(molecules().notations() == Texts{"selfies"});
  BOOST_TEST((molecules().representation("selfies").tokenizer == Tokenizer::tokens));
  BOOST_CHECK_EXCEPTION(molecules().representation("inchi"), InputError,
                        says("molecules cannot be written as 'inchi'", "characters, tokens, selfies"));
  BOOST_TEST(molecules().write("", "CCO") == "CCO");
  BOOST_TEST(molecules().write("selfies", "CCO") == "[C][C][O]");
  BOOST_CHECK_THROW(molecules().write("selfies", "*C"), TextError);
  BOOST_TEST(compositions().notations().empty());
  BOOST_CHECK_EXCEPTION(compositions().representation("tokens"), InputError, says("compositions cannot be written"));
}

BOOST_AUTO_TEST_CASE(scaffolds_are_what_similar_substances_have_in_common) {
  BOOST_TEST(molecules().scaffold("Cc1ccccc1") == "c1ccccc1");
  BOOST_TEST(molecules().scaffold("CCO").empty());
  BOOST_TEST(molecules().scaffold("Cn1cccc1") == "c1cc[nH]c1");
  BOOST_TEST(molecules().scaffold("CC1CCC(Cc2ccccc2)C1") == molecules().scaffold("c1ccccc1CC1CCCC1"));
  BOOST_TEST(compositions().scaffold("NaFe2O4") == "Fe-Na-O");
}

BOOST_AUTO_TEST_CASE(similarity_is_between_0_and_1) {
  BOOST_TEST(molecules().similarity("CCO", "OCC") == 1.0);
  BOOST_TEST(molecules().similarity("CCO", "c1ccccc1") < 0.2);
  BOOST_TEST(compositions().similarity("Fe2O3", "Fe4O6") == 1.0);
  BOOST_TEST(compositions().similarity("NaCl", "MgO") == 0.0);
  // Fractions 0.5 0.5 and 0.4 0.6: half the sum of the differences is 0.1.
  BOOST_TEST(compositions().similarity("FeO", "Fe2O3") == 0.9, boost::test_tools::tolerance(1e-12));
  // Fe 0.5 and 0.25, O 0.5 and 0.5, Mg 0 and 0.25.
  BOOST_TEST(compositions().similarity("FeO", "FeMgO2") == 0.75, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(structures_are_drawn) {
  const std::string drawing = molecules().drawing("Cc1ccccc1", 200, 150);
  BOOST_TEST(drawing.find("<svg") != std::string::npos);
  BOOST_TEST(drawing.find("</svg>") != std::string::npos);
  BOOST_TEST(drawing.find("200px") != std::string::npos);
  BOOST_TEST(compositions().drawing("FeO", 200, 150).empty());
}

BOOST_AUTO_TEST_SUITE_END()
