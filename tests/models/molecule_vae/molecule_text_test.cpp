#include "models/molecule_vae/molecule_text.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace epitaxy;
using namespace epitaxy::models;

namespace {

ModelDescription description(const std::string& representation, std::vector<std::string> symbols) {
  ModelDescription d;
  d.kind = "molecule_vae";
  d.representation = representation;
  d.features = std::move(symbols);
  d.vae.length = 6;
  return d;
}

bool names(const std::runtime_error& error, const std::string& text) {
  return std::string(error.what()).find(text) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(molecule_text_test)

BOOST_AUTO_TEST_CASE(strings_become_ids_and_come_back) {
  const MoleculeText text(description("tokens", {"(", ")", "C", "Cl", "[nH]"}));
  std::vector<float> ids(6, 9.0f);
  text.encode("CCl[nH]C", ids.data());
  BOOST_TEST(ids == (std::vector<float>{3, 4, 5, 3, 0, 0}), boost::test_tools::per_element());
  const std::vector<std::int32_t> decoded{3, 4, 5, 0, 3, 3};
  BOOST_TEST(text.decode(decoded.data()) == "CCl[nH]");
  const std::vector<std::int32_t> whole{3, 3, 3, 3, 3, 3};
  BOOST_TEST(text.decode(whole.data()) == "CCCCCC");
}

BOOST_AUTO_TEST_CASE(selfies_are_cut_into_their_symbols) {
  const MoleculeText text(description("selfies", {"[=O]", "[C]"}));
  std::vector<float> ids(6);
  text.encode("[C][=O]", ids.data());
  BOOST_TEST(ids == (std::vector<float>{2, 1, 0, 0, 0, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_the_model_cannot_read_is_named) {
  const MoleculeText text(description("characters", {"C", "O"}));
  std::vector<float> ids(6);
  BOOST_CHECK_EXCEPTION(text.encode("CCN", ids.data()), chem::TokenError,
                        [](const auto& e) { return names(e, "'N'"); });
  BOOST_CHECK_EXCEPTION(text.encode("CCCCCC", ids.data()), chem::TokenError,
                        [](const auto& e) { return names(e, "6 tokens"); });
  BOOST_TEST(text.can_encode("CCCCC"));
  BOOST_TEST(!text.can_encode("CCCCCC"));
  BOOST_TEST(!text.can_encode("N"));
}

BOOST_AUTO_TEST_SUITE_END()
