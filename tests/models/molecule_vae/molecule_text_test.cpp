#include "models/molecule_vae/molecule_text.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "models/kinds.h"
#include "models/molecule_vae/molecule_vae_settings.h"

using namespace epitaxy;
using namespace epitaxy::models;

namespace {

ModelDescription description(const std::string& representation, std::vector<std::string> symbols) {
  MoleculeVaeSettings settings;
  settings.representation = representation;
  settings.length = 6;
  ModelDescription d = describe(molecule_vae(), settings);
  d.features = std::move(symbols);
  return d;
}

using Ids = std::vector<TokenId>;

bool names(const std::runtime_error& error, const std::string& text) {
  return std::string(error.what()).find(text) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(molecule_text_test)

BOOST_AUTO_TEST_CASE(strings_become_ids_and_come_back) {
  const MoleculeText text(description("tokens", {"(", ")", "C", "Cl", "[nH]"}));
  Ids ids{9};
  text.encode("CCl[nH]C", ids);
  text.encode("C", ids);
  BOOST_TEST(ids == (Ids{9, 3, 4, 5, 3, 0, 3, 0}), boost::test_tools::per_element());
  const std::vector<std::int32_t> decoded{3, 4, 5, 0, 3, 3};
  BOOST_TEST(text.decode(decoded.data()) == "CCl[nH]");
  const std::vector<std::int32_t> whole{3, 3, 3, 3, 3, 3};
  BOOST_TEST(text.decode(whole.data()) == "CCCCCC");
}

BOOST_AUTO_TEST_CASE(selfies_are_cut_into_their_symbols) {
  const MoleculeText text(description("selfies", {"[=O]", "[C]"}));
  Ids ids;
  text.encode("[C][=O]", ids);
  BOOST_TEST(ids == (Ids{2, 1, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_the_model_cannot_read_is_named) {
  const MoleculeText text(description("characters", {"C", "O"}));
  Ids ids{9};
  BOOST_CHECK_EXCEPTION(text.encode("CCNCSN", ids), chem::TokenError,
                        [](const auto& e) { return names(e, "the model does not know N S"); });
  BOOST_CHECK_EXCEPTION(text.encode("CCCCCC", ids), chem::TokenError,
                        [](const auto& e) { return names(e, "6 tokens"); });
  BOOST_TEST(ids == (Ids{9}), boost::test_tools::per_element());
  BOOST_TEST(text.can_encode("CCCCC"));
  BOOST_TEST(!text.can_encode("CCCCCC"));
  BOOST_TEST(!text.can_encode("N"));
}

BOOST_AUTO_TEST_CASE(a_representation_that_is_none_is_refused) {
  BOOST_CHECK_EXCEPTION(MoleculeText{description("token", {"C"})}, InputError,
                        [](const auto& e) { return names(e, "'token'") && names(e, "tokens"); });
}

BOOST_AUTO_TEST_SUITE_END()
