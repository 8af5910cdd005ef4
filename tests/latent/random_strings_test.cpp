#include "latent/random_strings.h"

#include <boost/test/unit_test.hpp>
#include <map>

#include "base/error.h"
#include "chem/tokens.h"
#include "models/kinds.h"
#include "models/molecule_vae/molecule_vae_settings.h"

using namespace epitaxy;
using namespace epitaxy::latent;

namespace {

models::ModelDescription small_model() {
  models::MoleculeVaeSettings s;
  s.representation = "tokens";
  s.length = 6;
  models::ModelDescription d = models::describe(models::molecule_vae(), s);
  d.features = {"C", "[nH]", "Cl"};
  return d;
}

std::string draw(const RandomStrings& strings, std::uint64_t seed) {
  RandomStream stream(seed, Purpose::points);
  return strings.draw(stream);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(random_strings_test)

BOOST_AUTO_TEST_CASE(strings_have_the_models_tokens_and_the_lengths_of_molecules) {
  RandomStrings strings(small_model());
  for (const char* molecule : {"CC", "ClCCl", "CCCCCCCC", "CCN", ""}) {
    strings.follow(molecule);  // the third is too long, the fourth has an unknown token
  }
  std::map<std::size_t, std::size_t> lengths;
  std::map<std::string_view, double> tokens;
  for (std::uint64_t seed = 0; seed < 1024; ++seed) {
    const std::string text = draw(strings, seed);
    const auto cut = chem::split(chem::Tokenizer::tokens, text);
    ++lengths[cut.size()];
    for (const std::string_view token : cut) {
      ++tokens[token == "C" ? "C" : token == "Cl" ? "Cl" : "[nH]"];
    }
  }
  BOOST_TEST(lengths.size() == 2U);
  BOOST_TEST(lengths[2] > 400U);
  BOOST_TEST(lengths[3] > 400U);
  BOOST_TEST(tokens["C"] / tokens["[nH]"] == 1.0, boost::test_tools::tolerance(0.2));
  BOOST_TEST(tokens["C"] / tokens["Cl"] == 1.0, boost::test_tools::tolerance(0.2));
}

BOOST_AUTO_TEST_CASE(a_string_depends_on_its_stream_alone) {
  RandomStrings strings(small_model());
  strings.follow("CCCCC");
  const std::string first = draw(strings, 1);
  BOOST_TEST(draw(strings, 2) != first);
  BOOST_TEST(draw(strings, 1) == first);
}

BOOST_AUTO_TEST_CASE(without_molecules_that_the_model_reads_there_are_none) {
  RandomStrings strings(small_model());
  strings.follow("CCN");
  BOOST_TEST(strings.empty());
  BOOST_CHECK_THROW(draw(strings, 1), Error);
}

BOOST_AUTO_TEST_SUITE_END()
