#include "sampling/campaign/random_strings.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>

#include "base/error.h"
#include "chem/tokens.h"
#include "sampling/campaign/part_file.h"

using namespace epitaxy;
using namespace epitaxy::sampling;

namespace {

models::ModelDescription model_of(std::size_t length) {
  models::ModelDescription d;
  d.kind = "molecule_vae";
  d.representation = "tokens";
  d.features = {"C", "[nH]", "Cl"};
  d.vae.length = length;
  d.heads.resize(2);
  return d;
}

data::DatasetIndex training() {
  data::DatasetIndex index;
  index.kind = "molecule";
  index.smiles = {"CC", "ClCCl", "CCCCCCCC", "CCN"};  // the third is too long, the fourth has an unknown token
  index.groups = index.smiles;
  index.selfies.resize(index.smiles.size());
  index.token_lists = data::make_token_lists(index.smiles, index.selfies);
  return index;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(random_strings_test)

BOOST_AUTO_TEST_CASE(strings_have_the_models_tokens_and_the_lengths_of_molecules) {
  const KnownMolecules known(training());
  RandomStrings strings(model_of(6), training(), known, 1);
  const BlockResults block = strings.compute({0, 0}, 1024);
  std::map<std::size_t, std::size_t> lengths;
  std::map<std::string_view, double> tokens;
  for (const std::string& text : block.smiles) {
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
  BOOST_TEST(block.properties.size() == 2048U);
  BOOST_TEST(std::isnan(block.properties[0]));
}

BOOST_AUTO_TEST_CASE(a_string_depends_on_its_number_alone) {
  const KnownMolecules known(training());
  RandomStrings strings(model_of(6), training(), known, 1);
  const BlockResults all = strings.compute({0, 0}, 64);
  const BlockResults later = strings.compute({0, 32}, 32);
  BOOST_TEST(later.smiles == std::vector<std::string>(all.smiles.begin() + 32, all.smiles.end()),
             boost::test_tools::per_element());
  BOOST_TEST(strings.compute({1, 0}, 64).smiles != all.smiles);
  BOOST_TEST(RandomStrings(model_of(6), training(), known, 2).compute({0, 0}, 64).smiles != all.smiles);
}

BOOST_AUTO_TEST_CASE(without_molecules_that_the_model_reads_there_are_none) {
  const KnownMolecules known(training());
  BOOST_CHECK_THROW(RandomStrings(model_of(2), training(), known, 1), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
