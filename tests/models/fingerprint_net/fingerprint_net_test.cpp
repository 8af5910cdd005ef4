#include "models/fingerprint_net/fingerprint_net.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/temporary_folder.h"
#include "features/text_features.h"
#include "models/dense_case.h"
#include "models/dense_net/dense_net.h"
#include "models/kinds.h"

using namespace epitaxy;
using namespace epitaxy::models;
using features::ColumnKind;
using test::says;
using Numbers = std::vector<float>;
using Texts = std::vector<std::string>;

namespace {

features::Block morgan(unsigned radius, unsigned bits) { return {features::Block::Kind::morgan, {radius, bits, true}}; }
features::Block descriptors() { return {features::Block::Kind::descriptors, {}}; }

/// Before a model has seen rows.
ModelDescription description_of(const std::vector<features::Block>& blocks) {
  FingerprintSettings settings;
  settings.blocks = blocks;
  settings.dense.widths = {6, 5};
  ModelDescription d = describe(fingerprint_net(), settings);
  fingerprint_net().fit(d, {});
  d.seen.assign(d.features.size(), 0);
  d.heads = {{"dft", "energy", "eV", {}}, {"measured", "energy", "eV", {}}};
  return d;
}

RowBlock rows_of(const ModelDescription& d, const Texts& texts) {
  const auto reader = fingerprint_net().reader(d);
  RowBlock rows;
  for (const std::string& text : texts) {
    reader->read(text, rows);
  }
  return rows;
}

RowSums sums_of(const ModelDescription& d, const Texts& texts) {
  return fingerprint_net().reader(d)->sums(rows_of(d, texts));
}

/// After it has seen these.
ModelDescription fitted(const std::vector<features::Block>& blocks, const Texts& texts) {
  ModelDescription d = description_of(blocks);
  fingerprint_net().complete(d, sums_of(d, texts));
  return d;
}

/// A count, a number and a constant number, with scales made by hand.
ModelDescription three_columns() {
  FingerprintSettings settings;
  settings.dense.widths = {6, 5};
  settings.columns = {ColumnKind::count, ColumnKind::number, ColumnKind::number};
  settings.scaling = {{1, -2, 5}, {2, 0.5, 0}};
  ModelDescription d = describe(fingerprint_net(), settings);
  d.features = {"fragment", "number", "constant"};
  d.seen = {1, 1, 1};
  d.heads = {{"dft", "energy", "eV", {}}, {"measured", "energy", "eV", {}}};
  return d;
}

RowBlock rows_of_three(const std::vector<Numbers>& rows) {
  const ColumnRows columns(three_columns().as<FingerprintSettings>().columns);
  RowBlock block;
  for (const Numbers& row : rows) {
    columns.append(row, block);
  }
  return block;
}

Numbers inputs_of(const Model& model, const RowBlock& rows) {
  Numbers inputs(rows.rows() * model.description().features.size(), 99.0f);
  dynamic_cast<const DenseNet&>(model).fill_inputs(rows, inputs.data());
  return inputs;
}

const auto kEach = boost::test_tools::per_element();
const Texts kMolecules{"CCO", "CCCO", "c1ccccc1", "C", "CC(=O)N", "OCCO", "CCN"};

}  // namespace

BOOST_AUTO_TEST_SUITE(fingerprint_net_test)

// Its three atoms have different surroundings of radius 0; their columns are RDKit's (tests/fixtures/morgan.json).
BOOST_AUTO_TEST_CASE(a_row_of_ethanol_holds_its_fragments) {
  const ModelDescription d = description_of({morgan(0, 64)});
  const RowBlock rows = rows_of(d, {"CCO", "c1ccccc1"});
  Numbers ethanol(64, 0.0f);
  ethanol[16] = ethanol[33] = ethanol[39] = 1;
  Numbers benzene(64, 0.0f);
  benzene[17] = 6;
  const ColumnRows columns(d.as<FingerprintSettings>().columns);
  Numbers values(64, 0.0f);
  columns.read(rows, 0, values.data());
  BOOST_TEST(values == ethanol, kEach);
  std::ranges::fill(values, 0.0f);
  columns.read(rows, 1, values.data());
  BOOST_TEST(values == benzene, kEach);
  std::vector<std::size_t> held;
  fingerprint_net().reader(d)->visit_features(rows, 0, [&](std::size_t j) { held.push_back(j); });
  BOOST_TEST(held == (std::vector<std::size_t>{16, 33, 39}), kEach);
}

BOOST_AUTO_TEST_CASE(a_row_holds_all_columns_of_its_blocks) {
  const ModelDescription d = description_of({morgan(2, 128), descriptors()});
  const features::TextFeatures features(d.as<FingerprintSettings>().blocks);
  BOOST_TEST(d.features == features.names(), kEach);
  const RowBlock rows = rows_of(d, kMolecules);
  const ColumnRows columns(d.as<FingerprintSettings>().columns);
  for (std::size_t i = 0; i < kMolecules.size(); ++i) {
    Numbers expected(features.columns());
    Numbers values(features.columns(), 0.0f);
    features.compute(kMolecules[i], expected.data());
    columns.read(rows, i, values.data());
    BOOST_TEST(test::same_bits(values.data(), expected.data(), values.size()), kMolecules[i]);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_molecule_is_not_read) {
  const ModelDescription d = description_of({morgan(2, 128), descriptors()});
  const auto reader = fingerprint_net().reader(d);
  RowBlock rows;
  BOOST_CHECK_THROW(reader->read("C1CC", rows), chem::TextError);
  BOOST_TEST(rows.empty());
  BOOST_TEST(reader->can_read("CCO"));
  BOOST_TEST(!reader->can_read(""));
  BOOST_TEST(reader->notation().empty());
}

BOOST_AUTO_TEST_CASE(columns_of_another_version_are_refused) {
  ModelDescription d = description_of({morgan(2, 128), descriptors()});
  d.features.back() = "new_descriptor";
  BOOST_CHECK_EXCEPTION(fingerprint_net().reader(d), InputError, says("other columns than this version computes"));
}

BOOST_AUTO_TEST_CASE(sums_of_shares_add_up_to_those_of_all_rows) {
  const ModelDescription d = description_of({morgan(2, 128), descriptors()});
  const RowSums all = sums_of(d, kMolecules);
  RowSums added = sums_of(d, {kMolecules.begin(), kMolecules.begin() + 3});
  const RowSums rest = sums_of(d, {kMolecules.begin() + 3, kMolecules.end()});
  BOOST_REQUIRE(rest.seen.size() == d.features.size());
  BOOST_REQUIRE(rest.numbers.size() == 1 + 2 * d.features.size());
  std::ranges::transform(added.seen, rest.seen, added.seen.begin(), std::plus{});
  std::ranges::transform(added.numbers, rest.numbers, added.numbers.begin(), std::plus{});
  BOOST_TEST(added.seen == all.seen, kEach);
  BOOST_TEST(added.numbers == all.numbers, boost::test_tools::tolerance(1e-12) << kEach);
  BOOST_TEST(all.numbers.front() == 7.0);
  // A rank without rows adds nothing.
  const RowSums none = sums_of(d, {});
  BOOST_TEST(std::ranges::count(none.numbers, 0.0) == static_cast<std::ptrdiff_t>(all.numbers.size()));
}

// Counts 0, 1, 2 have mean 1 and variance 2/3; three times 5 has no spread.
BOOST_AUTO_TEST_CASE(columns_are_scaled_by_mean_and_deviation) {
  ModelDescription d = three_columns();
  d.features = {"fragment", "constant"};
  fingerprint_net().complete(d, {{2, 3}, {3, /*sums*/ 3, 15, /*squares*/ 5, 75}});
  BOOST_TEST(d.seen == (std::vector<std::int64_t>{2, 3}), kEach);
  const auto& scaling = d.as<FingerprintSettings>().scaling;
  BOOST_TEST(scaling.mean == (std::vector<double>{1, 5}), kEach);
  BOOST_REQUIRE(scaling.factor.size() == 2u);
  BOOST_TEST(scaling.factor[0] == std::sqrt(1.5), boost::test_tools::tolerance(1e-14));
  BOOST_TEST(scaling.factor[1] == 0.0);
}

BOOST_AUTO_TEST_CASE(inputs_have_mean_0_and_deviation_1_over_the_rows) {
  const ModelDescription d = fitted({morgan(1, 64), descriptors()}, kMolecules);
  const auto model = make_model(d);
  const Numbers inputs = inputs_of(*model, rows_of(d, kMolecules));
  const std::size_t columns = d.features.size();
  const auto& factor = d.as<FingerprintSettings>().scaling.factor;
  std::size_t constant = 0;
  for (std::size_t j = 0; j < columns; ++j) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < kMolecules.size(); ++i) {
      sum += static_cast<double>(inputs[i * columns + j]);
      squares += std::pow(static_cast<double>(inputs[i * columns + j]), 2);
    }
    BOOST_TEST_CONTEXT(d.features[j]) {
      BOOST_TEST(std::abs(sum) < 1e-4);
      BOOST_TEST(std::abs(squares - (factor[j] == 0 ? 0 : 7)) < 1e-3);
    }
    constant += factor[j] == 0 ? 1 : 0;
  }
  BOOST_TEST(constant > 0u);
  BOOST_TEST(constant < columns - 20);
}

// (value - mean) * factor, between -10 and 10.
BOOST_AUTO_TEST_CASE(inputs_are_scaled_and_cut) {
  const auto model = make_model(three_columns());
  const Numbers inputs = inputs_of(
      *model,
      rows_of_three(
          {{0, 0, 5}, {3, -4, 7}, {5, 17.5f, -1e30f}, {6, 18, 5}, {7, 1e9f, 5}, {0, -23, 5}, {4095, -3e38f, 3e38f}}));
  const Numbers expected{-2, 1, 0, 4, -1, 0, 8, 9.75f, 0, 10, 10, 0, 10, 10, 0, -2, -10, 0, 10, -10, 0};
  BOOST_TEST(inputs == expected, kEach);
}

BOOST_AUTO_TEST_CASE(an_absent_row_has_inputs_of_zero) {
  RowBlock rows = rows_of_three({{3, -4, 7}});
  rows.append_absent();
  const Numbers expected{4, -1, 0, 0, 0, 0};
  BOOST_TEST(inputs_of(*make_model(three_columns()), rows) == expected, kEach);
}

BOOST_AUTO_TEST_CASE(gradients_agree_with_differences_of_the_loss) {
  const RowBlock rows = rows_of_three({{0, -1.5f, 5}, {1, 2, 6}, {2, -3, 5}, {0, 0.5f, 5}, {1, -6, 4}, {2, 1, 5}});
  const test::DenseCase c(three_columns(), rows);
  test::check_agreement(test::compare(c), c.net->layout().weight_count());
  // A constant column teaches its weights nothing.
  Numbers gradient(c.weights.size());
  c.gradient(*c.executor(), c.weights, gradient);
  const auto& weight = c.net->layout().find("body.00.weight");
  BOOST_TEST(weight.shape == (std::vector<std::size_t>{3, 6}), kEach);
  for (std::size_t i = 0; i < 6; ++i) {
    BOOST_TEST(gradient[weight.offset + 2 * 6 + i] == 0.0f);
  }
  BOOST_TEST(std::any_of(gradient.data() + weight.offset, gradient.data() + weight.offset + 6,
                         [](float x) { return x != 0.0f; }));
}

BOOST_AUTO_TEST_CASE(settings_that_do_not_fit_the_columns_are_refused) {
  BOOST_CHECK_NO_THROW(make_model(three_columns()));
  const auto refused = [](const auto& change) {
    ModelDescription d = three_columns();
    change(d, d.as<FingerprintSettings>());
    BOOST_CHECK_EXCEPTION(make_model(d), InputError, says("the model has"));
  };
  refused([](auto& d, auto&) { d.features.pop_back(); });
  refused([](auto&, auto& s) { s.columns.pop_back(); });
  refused([](auto&, auto& s) { s.scaling.mean.pop_back(); });
  refused([](auto&, auto& s) { s.scaling.factor.pop_back(); });
  refused([](auto&, auto& s) { s.scaling = {}; });
  // Before training there are no scales.
  BOOST_CHECK_EXCEPTION(make_model(description_of({morgan(0, 64)})), InputError,
                        says("the model has 64 columns, but kinds of 64 and scales of 0"));
}

// Ethane has one atom type of radius 0, methyl; ethanol holds two others. Descriptors are never counted.
BOOST_AUTO_TEST_CASE(fragments_that_no_training_row_held_are_counted) {
  const ModelDescription d = fitted({morgan(0, 64), descriptors()}, {"CC", "CC", "C=C"});
  const auto reader = fingerprint_net().reader(d);
  const RowBlock rows = rows_of(d, {"CC", "CCO", "CCC"});
  BOOST_TEST(reader->unseen(rows, 0).empty());
  BOOST_TEST(reader->unseen(rows, 1) == "2 fragments that no training row held");
  BOOST_TEST(reader->unseen(rows, 2) == "1 fragment that no training row held");
}

BOOST_AUTO_TEST_SUITE_END()
