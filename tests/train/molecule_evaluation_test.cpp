#include "train/molecule_evaluation.h"

#include <boost/test/unit_test.hpp>

#include "data/temporary_folder.h"
#include "models/kinds.h"
#include "models/molecule_vae/small_vae.h"
#include "train/data_case.h"
#include "train/molecule_set.h"

using namespace epitaxy;
using namespace epitaxy::train;
using test::label;
using test::without_validation;

namespace {

/// 300 molecules: more than one chunk, so that ranks share them.
data::Dataset alkanes() {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 300; ++i) {
    std::string smiles;
    for (std::size_t code = i + 2; code > 0; code /= 2) {
      smiles += code % 2 == 0 ? "C" : "CO";
    }
    texts.push_back(smiles);
  }
  auto d = test::molecule_set(texts, {{"gap_eV", "eV", std::vector<double>(300, 1.0), {}}});
  for (std::size_t i = 0; i < 300; ++i) {
    d.index.groups[i] = std::to_string(i);
  }
  return d;
}

/// The data set, which each rank writes for itself, and a model for it.
struct Case {
  parallel::Communicator world = parallel::Communicator::world();
  test::TemporaryFolder folder;
  TrainingData data;
  models::MoleculeModel model;

  Case()
      : data({{write((folder.path() / ("data" + std::to_string(world.rank()) + ".h5")).string()),
               {label("gap", "gap_eV")}}},
             without_validation(), {}, models::describe(models::molecule_vae(), test::small_vae(0))),
        model(data.description()) {}

  static std::string write(const std::string& file) {
    data::write_dataset(file, alkanes());
    return file;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(molecule_evaluation_test)

// Weights are set so that everything can be worked out: the decoder writes C at every step, whatever it reads, and the
// encoder's mean is 0 in two dimensions and a constant 2 in the third.
BOOST_AUTO_TEST_CASE(metrics_by_hand) {
  const Case c;
  std::vector<float> weights(c.model.layout().size(), 0.0f);
  weights[c.model.layout().find("encoder.mean.bias").offset + 2] = 2.0f;
  weights[c.model.layout().find("decoder.output.bias").offset + 1] = 1.0f;  // ids: end, C, O
  MoleculeEvaluation evaluation(c.world, c.model, {}, c.data, c.data.train(),
                                {.decoded_rows = 300, .points = 700, .seed = 1, .random_strings = true});
  const MoleculeMetrics m = evaluation.evaluate(weights.data());
  BOOST_TEST(m.molecules == 300u);
  BOOST_TEST(m.exact == 0.0);
  double tokens = 0;
  double carbon = 0;
  for (const auto& smiles : c.data.index(0).texts) {
    tokens += static_cast<double>(smiles.size()) + 1;
    carbon += static_cast<double>(std::count(smiles.begin(), smiles.end(), 'C'));
  }
  BOOST_TEST(m.token_accuracy == carbon / tokens, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(m.divergence == 2.0, boost::test_tools::tolerance(1e-6));  // half of the mean's square
  BOOST_TEST(m.divergence_by_dimension[2] == 2.0, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(m.active_units == 0u);
  // Every point becomes the same alkane.
  BOOST_TEST(m.prior.points == 700u);
  BOOST_TEST(m.prior.valid == 700u);
  BOOST_TEST(m.prior.rdkit_valid == 700u);
  BOOST_TEST(m.prior.unique == 1u);
  BOOST_TEST(m.prior.novel == 1u);
  BOOST_TEST(m.prior.unique_share() == 1.0 / 700);
  // Random strings of C and O: all are valid, and none is a row (the rows' groups have other names here).
  BOOST_TEST(m.random_strings->points == 700u);
  BOOST_TEST(m.random_strings->valid == 700u);
  BOOST_TEST(m.random_strings->unique > 100u);
  BOOST_TEST(m.random_strings->novel == m.random_strings->unique);
}

// An output without a figure would break what reads it.
BOOST_AUTO_TEST_CASE(shares_of_nothing_are_zero) {
  const PointShares none = shares_of({});
  BOOST_TEST(none.valid == 0.0);
  BOOST_TEST(none.unique == 0.0);
  BOOST_TEST(none.novel == 0.0);
  latent::MoleculeCounts counts;
  counts.decodes = 4;
  counts.rdkit_valid = 3;
  counts.valid = 2;
  counts.unique = 1;
  const PointShares some = shares_of(counts);
  BOOST_TEST(some.rdkit_valid == 0.75);
  BOOST_TEST(some.valid == 0.5);
  BOOST_TEST(some.unique == 0.5);
  BOOST_TEST(some.novel == 0.0);
}

BOOST_AUTO_TEST_CASE(all_ranks_measure_what_one_does) {
  const Case c;
  std::vector<float> weights(c.model.layout().size());
  c.model.layout().initialize(weights.data(), 4);
  const MoleculeEvaluationSettings settings{.decoded_rows = 270, .points = 600, .seed = 1, .random_strings = true};
  MoleculeEvaluation together(c.world, c.model, {}, c.data, c.data.train(), settings);
  MoleculeEvaluation alone(parallel::Communicator::self(), c.model, {}, c.data, c.data.train(), settings);
  const MoleculeMetrics a = together.evaluate(weights.data());
  const MoleculeMetrics b = alone.evaluate(weights.data());
  BOOST_TEST(together.means() == alone.means(), boost::test_tools::per_element());
  BOOST_TEST(a.divergence == b.divergence);
  BOOST_TEST(a.exact == b.exact);
  BOOST_TEST(a.token_accuracy == b.token_accuracy);
  BOOST_TEST(a.prior.valid == b.prior.valid);
  BOOST_TEST(a.prior.unique == b.prior.unique);
  BOOST_TEST(a.prior.novel == b.prior.novel);
  BOOST_TEST(a.random_strings->unique == b.random_strings->unique);
  BOOST_TEST(a.molecules == 270u);
}

BOOST_AUTO_TEST_SUITE_END()
