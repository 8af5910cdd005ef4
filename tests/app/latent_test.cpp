#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "app/decode.h"
#include "app/encode.h"
#include "app/model_files.h"
#include "base/error.h"
#include "base/text.h"
#include "data/hdf5.h"
#include "epitaxy/latent_space.h"

using namespace epitaxy;

namespace {

double number(const data::CsvTable& table, std::size_t row, const std::string& column) {
  return text::to_double(table.field(row, table.column(column))).value_or(NAN);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(latent_test)

BOOST_AUTO_TEST_CASE(an_ensemble_predicts_mean_and_deviation) {
  const test::ModelFiles files;
  const auto first = files.predict({1});
  const auto second = files.predict({2});
  const auto both = files.predict({1, 2});
  // Heads of one target are told apart by their names.
  BOOST_TEST(text::join(both.columns(), " ") ==
             "smiles gap_eV_gap gap_eV_gap_std gap_eV_cheap gap_eV_cheap_std mu_D mu_D_std warning");
  for (std::size_t row = 0; row < 3; ++row) {
    for (const std::string column : {"gap_eV_gap", "gap_eV_cheap", "mu_D"}) {
      const double a = number(first, row, column);
      const double b = number(second, row, column);
      BOOST_TEST(a != b);
      BOOST_TEST(number(both, row, column) == (a + b) / 2, boost::test_tools::tolerance(1e-12));
      BOOST_TEST(number(both, row, column + "_std") == std::abs(a - b) / std::sqrt(2.0),
                 boost::test_tools::tolerance(1e-9));
      BOOST_TEST(std::isnan(number(first, row, column + "_std")));
    }
  }
  BOOST_TEST(text::join(files.predict({1}, "cheap").columns(), " ") == "smiles gap_eV gap_eV_std warning");
}

BOOST_AUTO_TEST_CASE(latent_files_hold_mean_and_log_variance) {
  const test::ModelFiles files;
  const auto self = parallel::Communicator::self();
  app::encode(self, {files.model({1}), files.path("in.csv"), files.path("latent.h5")});
  const data::Hdf5File file(files.path("latent.h5"), data::Hdf5File::Mode::read);
  BOOST_TEST((file.read<std::string>("/smiles") == std::vector<std::string>{"CCO", "C", "CC(C)O"}));
  BOOST_TEST((file.read<std::int64_t>("/row") == std::vector<std::int64_t>{2, 3, 4}));

  const auto model = models::make_model(files.description);
  const auto executor = models::molecule_model(*model, "")
                            .net()
                            .executor({.rows = 3, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
  const auto weights = files.weights(1);
  executor->load(weights.data());
  const auto reader = models::molecule_vae().reader(files.description);
  models::RowBlock rows;
  for (const char* smiles : {"CCO", "C", "CC(C)O"}) {
    reader->read(smiles, rows);
  }
  std::vector<float> mean(9);
  std::vector<float> log_variance(9);
  executor->encode(rows, mean.data(), log_variance.data());
  BOOST_TEST(test::largest_difference(file.read<float>("/mean"), mean, 9) < 1e-6);
  BOOST_TEST(test::largest_difference(file.read<float>("/log_variance"), log_variance, 9) < 1e-6);
}

// float32 numbers that differ in their last bit stay apart in a table.
BOOST_AUTO_TEST_CASE(tables_hold_every_bit_of_the_latent_vectors) {
  const test::ModelFiles files;
  const auto self = parallel::Communicator::self();
  const auto model = files.model({3});
  app::encode(self, {model, files.path("in.csv"), files.path("latent.h5")});
  app::encode(self, {model, files.path("in.csv"), files.path("latent.csv")});
  const auto mean = data::Hdf5File(files.path("latent.h5"), data::Hdf5File::Mode::read).read<float>("/mean");
  const auto table = data::CsvTable::read(files.path("latent.csv"));
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t j = 0; j < 3; ++j) {
      const auto written = static_cast<float>(number(table, row, fmt::format("z_{:03}", j)));
      BOOST_TEST(test::same_bits(&written, &mean[row * 3 + j], 1));
    }
  }
}

BOOST_AUTO_TEST_CASE(points_of_other_programs_are_decoded) {
  const test::ModelFiles files;
  {
    data::Hdf5File out(files.path("points.h5"), data::Hdf5File::Mode::create);
    out.write("/mean", std::vector<double>{0, 0, 0, 1, -1, 0.5}, 3);
    out.close();
  }
  files.folder.write("points.csv", "z_2,z_0,remark,z_1\n0,0,origin,0\n0.5,1,\"a, b\",-1\n");
  const auto self = parallel::Communicator::self();
  const auto model = files.model({1});
  app::decode(self, {model, files.path("points.h5"), files.path("a.csv")});
  app::decode(self, {model, files.path("points.csv"), files.path("b.csv")});
  const auto a = data::CsvTable::read(files.path("a.csv"));
  const auto b = data::CsvTable::read(files.path("b.csv"));
  BOOST_TEST(a.columns().front() == "row");
  BOOST_TEST(b.columns().front() == "remark");
  BOOST_TEST(b.field(1, 0) == "a, b");
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t c = 1; c < a.columns().size(); ++c) {
      BOOST_TEST(a.field(row, c) == b.field(row, c));
    }
  }
  BOOST_TEST(number(a, 0, "mu_D") != number(a, 1, "mu_D"));
}

BOOST_AUTO_TEST_CASE(what_has_no_single_latent_space_is_refused) {
  const test::ModelFiles files;
  const auto self = parallel::Communicator::self();
  const auto ensemble = files.model({1, 2});
  BOOST_CHECK_EXCEPTION(app::encode(self, {ensemble, files.path("in.csv"), files.path("latent.h5")}), InputError,
                        test::says("holds 2 models, each with a latent space"));
  const auto model = files.model({1});
  files.folder.write("wide.csv", "z_000,z_001,z_002,z_003\n0,0,0,0\n");
  BOOST_CHECK_EXCEPTION(app::decode(self, {model, files.path("wide.csv"), files.path("out.csv")}), InputError,
                        test::says("needs 3 latent columns"));
  files.folder.write("hole.csv", "z_000,z_001,z_003\n0,0,0\n");
  BOOST_CHECK_EXCEPTION(app::decode(self, {model, files.path("hole.csv"), files.path("out.csv")}), InputError,
                        test::says("the table has 3 (z_000 to z_003)"));
  files.folder.write("nan.csv", "z_000,z_001,z_002\n0,nan,0\n");
  BOOST_CHECK_EXCEPTION(app::decode(self, {model, files.path("nan.csv"), files.path("out.csv")}), InputError,
                        test::says("'nan' in the column z_001"));
  {
    data::Hdf5File out(files.path("wide.h5"), data::Hdf5File::Mode::create);
    out.write("/mean", std::vector<float>(8, 0.0f), 4);
    out.close();
  }
  BOOST_CHECK_EXCEPTION(app::decode(self, {model, files.path("wide.h5"), files.path("out.csv")}), InputError,
                        test::says("have 4 numbers, those of the model 3"));
}

BOOST_AUTO_TEST_CASE(decodings_that_cannot_be_are_refused) {
  const test::ModelFiles files;
  const LatentSpace space(files.model({1}));
  const std::vector<float> points(6, 0.0f);
  const auto refuses = [&](const Decoding& decoding, const std::string& part) {
    BOOST_TEST_CONTEXT(part) {
      BOOST_CHECK_EXCEPTION(space.decode(points, decoding), InputError, test::says(part));
      BOOST_CHECK_EXCEPTION(space.decode({}, decoding), InputError, test::says(part));  // before any work
    }
  };
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  for (const double temperature : {0.0, -1.0, kInfinite, -kInfinite, std::numeric_limits<double>::quiet_NaN()}) {
    refuses({.samples = 2, .temperature = temperature}, fmt::format("temperature {}: has to be above 0", temperature));
    refuses({.temperature = temperature}, "has to be above 0");
  }
  refuses({.samples = 1000001}, "1000001 samples, a beam of 0: at most 1000000 and 256");
  refuses({.samples = std::numeric_limits<std::size_t>::max()}, "at most 1000000 and 256");
  refuses({.beam = 257}, "0 samples, a beam of 257: at most 1000000 and 256");
  refuses({.beam = std::numeric_limits<std::size_t>::max()}, "at most 1000000 and 256");
  refuses({.samples = 2, .beam = 3}, "either 2 samples or a beam of 3: not both");
}

BOOST_AUTO_TEST_CASE(decodings_at_their_limits) {
  const test::ModelFiles files;
  const LatentSpace space(files.model({1}));
  const std::vector<float> points{0, 0, 0, 1, -1, 0.5f};
  const auto greedy = space.decode(points);
  const auto same = [&](const Decoding& decoding) {
    const auto decoded = space.decode(points, decoding);
    BOOST_REQUIRE(decoded.size() == 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      BOOST_REQUIRE(decoded[i].size() == 1U);
      BOOST_TEST(decoded[i][0].smiles == greedy[i][0].smiles);
    }
  };
  same({.beam = 1});
  same({.samples = 1, .temperature = 1e-300});  // only the most probable token is left
  BOOST_TEST(space.decode(points, {.beam = 256}).size() == 2U);
  BOOST_TEST(space.decode({}, {.samples = 1000000}).empty());
  const auto drawn = space.decode(points, {.samples = 20, .temperature = 1e300});
  BOOST_REQUIRE(drawn.size() == 2U);
  BOOST_TEST(drawn[0].size() == 20U);
  BOOST_TEST(drawn[1].size() == 20U);
}

BOOST_AUTO_TEST_CASE(numbers_that_are_no_whole_points_are_refused) {
  const test::ModelFiles files;
  const LatentSpace space(files.model({1}));
  BOOST_TEST(space.dimensions() == 3U);
  const std::vector<float> numbers(4, 0.0f);
  const auto refused = test::says("4 numbers are no points of a latent space of 3 dimensions");
  BOOST_CHECK_EXCEPTION(space.decode(numbers), InputError, refused);
  BOOST_CHECK_EXCEPTION(space.predict(numbers), InputError, refused);
}

BOOST_AUTO_TEST_SUITE_END()
