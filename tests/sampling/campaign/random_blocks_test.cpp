#include "sampling/campaign/random_blocks.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "base/error.h"
#include "models/kinds.h"
#include "models/molecule_vae/molecule_vae_settings.h"
#include "sampling/campaign/part_file.h"
#include "train/molecule_set.h"

using namespace epitaxy;
using namespace epitaxy::sampling;

namespace {

models::ModelDescription model_of(std::size_t length) {
  models::MoleculeVaeSettings s;
  s.representation = "tokens";
  s.length = length;
  models::ModelDescription d = models::describe(models::molecule_vae(), s);
  d.features = {"C", "[nH]", "Cl"};
  d.heads.resize(2);
  return d;
}

/// The third is too long, the fourth has an unknown token.
data::DatasetIndex training() { return test::molecule_set({"CC", "ClCCl", "CCCCCCCC", "CCN"}, {}).index; }

}  // namespace

BOOST_AUTO_TEST_SUITE(random_blocks_test)

BOOST_AUTO_TEST_CASE(a_block_holds_a_judged_string_a_point_and_no_properties) {
  const latent::KnownMolecules known(training());
  RandomBlocks strings(model_of(6), training(), known, 1);
  const BlockResults block = strings.compute({0, 0}, 1024);
  BOOST_TEST(block.smiles.size() == 1024U);
  BOOST_TEST(block.properties.size() == 2048U);
  BOOST_TEST(std::isnan(block.properties[0]));
  std::size_t known_ones = 0;
  for (std::size_t i = 0; i < 1024; ++i) {
    const bool is_known = block.canonical[i] == "CC" || block.canonical[i] == "ClCCl";
    known_ones += is_known ? 1 : 0;
    BOOST_TEST((block.novel[i] != 0) == (block.causes[i] == chem::MoleculeCause::valid && !is_known));
  }
  BOOST_TEST(known_ones > 20U);
}

BOOST_AUTO_TEST_CASE(a_string_depends_on_its_number_alone) {
  const latent::KnownMolecules known(training());
  RandomBlocks strings(model_of(6), training(), known, 1);
  const BlockResults all = strings.compute({0, 0}, 64);
  const BlockResults later = strings.compute({0, 32}, 32);
  BOOST_TEST(later.smiles == std::vector<std::string>(all.smiles.begin() + 32, all.smiles.end()),
             boost::test_tools::per_element());
  BOOST_TEST(strings.compute({1, 0}, 64).smiles != all.smiles);
  BOOST_TEST(RandomBlocks(model_of(6), training(), known, 2).compute({0, 0}, 64).smiles != all.smiles);
}

BOOST_AUTO_TEST_CASE(without_molecules_that_the_model_reads_there_are_none) {
  const latent::KnownMolecules known(training());
  BOOST_CHECK_THROW(RandomBlocks(model_of(2), training(), known, 1), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
