#include "features/text_features.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <numeric>
#include <set>

#include "base/error.h"
#include "chem/descriptor_list.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::features;
using epitaxy::test::says;
using Kind = Block::Kind;
using Texts = std::vector<std::string>;

namespace {

constexpr std::size_t kElements = 86;

Block morgan(unsigned radius, unsigned bits, bool counts = true) { return {Kind::morgan, {radius, bits, counts}}; }
Block block(Kind kind) { return {kind, {}}; }

std::vector<float> row_of(const TextFeatures& features, const std::string& text) {
  std::vector<float> row(features.columns(), -1);
  features.compute(text, row.data());
  return row;
}

/// The columns that are not zero.
std::map<std::size_t, float> nonzero(const std::vector<float>& row) {
  std::map<std::size_t, float> result;
  for (std::size_t j = 0; j < row.size(); ++j) {
    if (row[j] != 0) {
      result[j] = row[j];
    }
  }
  return result;
}

std::size_t column(const TextFeatures& features, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(features.names(), name) - features.names().begin());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(text_features_test)

// Ethanol has three atoms with different surroundings of radius 0; their bits are RDKit's (tests/fixtures/morgan.json).
BOOST_AUTO_TEST_CASE(fragments_of_ethanol_are_counted) {
  const std::map<std::size_t, float> expected{{16, 1.0F}, {33, 1.0F}, {39, 1.0F}};
  BOOST_TEST((nonzero(row_of(TextFeatures({morgan(0, 64)}), "CCO")) == expected));
}

// The six carbon atoms of benzene are alike.
BOOST_AUTO_TEST_CASE(fragments_are_counted_or_only_found) {
  BOOST_TEST((nonzero(row_of(TextFeatures({morgan(0, 64)}), "c1ccccc1")) == std::map<std::size_t, float>{{17, 6.0F}}));
  BOOST_TEST(
      (nonzero(row_of(TextFeatures({morgan(0, 64, false)}), "c1ccccc1")) == std::map<std::size_t, float>{{17, 1.0F}}));
}

BOOST_AUTO_TEST_CASE(compositions_are_fractions_of_elements) {
  const TextFeatures features({block(Kind::composition)});
  BOOST_TEST(features.columns() == kElements);
  BOOST_TEST(features.substance().name() == "composition");
  const auto row = row_of(features, "Fe2O3");
  BOOST_TEST(nonzero(row).size() == 2U);
  BOOST_TEST(row[column(features, "Fe")] == 0.4F, boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(row[column(features, "O")] == 0.6F, boost::test_tools::tolerance(1e-6F));
  BOOST_TEST((std::ranges::count(features.kinds(), ColumnKind::number) == 86));
}

BOOST_AUTO_TEST_CASE(blocks_stand_side_by_side) {
  const TextFeatures features({morgan(2, 128), block(Kind::descriptors), morgan(0, 64)});
  const auto& descriptors = chem::descriptor_list_names();
  BOOST_REQUIRE(features.columns() == 128 + descriptors.size() + 64);
  BOOST_REQUIRE(features.kinds().size() == features.columns());
  BOOST_TEST(features.substance().name() == "molecule");
  BOOST_TEST(features.names()[5] == "morgan2_5");
  BOOST_TEST(features.names()[128] == descriptors[0]);
  BOOST_TEST(features.names().back() == "morgan0_63");
  BOOST_TEST((features.kinds()[127] == ColumnKind::count));
  BOOST_TEST((features.kinds()[128] == ColumnKind::number));
  BOOST_TEST((features.kinds().back() == ColumnKind::count));
  const auto row = row_of(features, "CCO");
  const auto expected = chem::descriptor_list("CCO");
  BOOST_TEST(std::equal(expected.begin(), expected.end(), row.begin() + 128));
  BOOST_TEST(row[128 + descriptors.size() + 33] == 1.0F);
}

BOOST_AUTO_TEST_CASE(every_block_of_molecules_has_its_columns) {
  Block of_features = morgan(1, 64);
  of_features.morgan.invariants = chem::MorganInvariants::features;
  const TextFeatures features({morgan(1, 64),
                               of_features,
                               {Kind::atom_pairs, {2, 64, true}},
                               {Kind::torsions, {2, 64, true}},
                               {Kind::paths, {2, 64, true}},
                               block(Kind::maccs),
                               block(Kind::functional_groups),
                               block(Kind::more_descriptors)});
  const std::set<std::string> distinct(features.names().begin(), features.names().end());
  BOOST_TEST(distinct.size() == features.columns());
  BOOST_TEST(std::ranges::count(features.kinds(), ColumnKind::count) == 5 * 64);
  BOOST_TEST(features.names()[64] == "morgan_features1_0");
  const auto row = row_of(features, "CCO");
  BOOST_TEST(row[column(features, "maccs_164")] == 1.0F);  // oxygen
  BOOST_TEST(row[column(features, "maccs_165")] == 0.0F);  // a ring
  BOOST_TEST(row[column(features, "fr_Al_OH")] == 1.0F);
  BOOST_TEST(row[column(features, "FpDensityMorgan1")] == 2.0F);
  const auto sum_of = [&](const std::string& first) {
    const auto* const begin = row.data() + column(features, first);
    return std::accumulate(begin, begin + 64, 0.0F);
  };
  BOOST_TEST(sum_of("atom_pairs_0") == 3.0F);
  BOOST_TEST(sum_of("torsions_0") == 0.0F);
  BOOST_TEST(sum_of("paths_0") == 3.0F);
  BOOST_TEST(!features.fragment(64, "CCO").empty() == (row[64] > 0));
  BOOST_TEST(features.fragment(column(features, "paths_0"), "CCO").empty());
}

BOOST_AUTO_TEST_CASE(fractions_and_statistics_of_elements_stand_side_by_side) {
  const TextFeatures features({block(Kind::composition), block(Kind::element_statistics)});
  const auto row = row_of(features, "Fe2O3");
  BOOST_TEST(row[column(features, "Fe")] == 0.4F, boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(row[column(features, "mean period")] == 2.8F, boost::test_tools::tolerance(1e-6F));
  BOOST_TEST((features.kinds().back() == ColumnKind::number));
  std::vector<float> values(features.columns());
  BOOST_CHECK_THROW(features.compute("HeO", values.data()), chem::TextError);
}

BOOST_AUTO_TEST_CASE(a_map_of_elements_has_coordinates) {
  const TextFeatures features({block(Kind::composition), block(Kind::element_map)});
  BOOST_TEST(features.columns() == 2 * kElements);
  BOOST_TEST(features.names()[kElements] == "map H");
  BOOST_TEST((features.kinds().front() == ColumnKind::number));
  BOOST_TEST((features.kinds().back() == ColumnKind::coordinate));
  BOOST_TEST(row_of(features, "H2")[column(features, "map H")] == 1.0F, boost::test_tools::tolerance(1e-6F));
}

BOOST_AUTO_TEST_CASE(a_weight_is_a_descriptor) {
  const TextFeatures features({block(Kind::descriptors)});
  BOOST_TEST(row_of(features, "CCO")[column(features, "amw")] == 46.069F, boost::test_tools::tolerance(1e-3F));
}

BOOST_AUTO_TEST_CASE(many_texts_have_the_rows_of_each) {
  const TextFeatures features({morgan(1, 64)});
  Texts problems;
  const Texts texts{"CCO", "C", "c1ccccc1"};
  const Matrix rows = features.compute(texts, problems);
  BOOST_TEST(problems == Texts(3), boost::test_tools::per_element());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto row = row_of(features, texts[i]);
    BOOST_TEST(std::equal(row.begin(), row.end(), rows.row(i)));
  }
  BOOST_TEST(features.compute(std::span<const std::string>(), problems).rows == 0U);
  BOOST_TEST(problems.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_told_and_zero) {
  const TextFeatures molecules({morgan(1, 64), block(Kind::descriptors)});
  Texts problems;
  const Matrix rows = molecules.compute(Texts{"CCO", "C1CC", "CC"}, problems);
  BOOST_TEST(problems[0].empty());
  BOOST_TEST(!problems[1].empty());
  BOOST_TEST(problems[2].empty());
  BOOST_TEST(std::all_of(rows.row(1), rows.row(2), [](float value) { return value == 0; }));
  std::vector<float> row(molecules.columns());
  BOOST_CHECK_THROW(molecules.compute("C1CC", row.data()), std::runtime_error);
  const TextFeatures compositions({block(Kind::composition)});
  BOOST_CHECK_THROW(compositions.compute("Xx2", row.data()), chem::TextError);
}

BOOST_AUTO_TEST_CASE(mixed_substances_are_refused) {
  BOOST_CHECK_EXCEPTION(TextFeatures({block(Kind::composition), morgan(2, 64)}), InputError,
                        says("'features': mixes compositions with features of molecules"));
  BOOST_CHECK_EXCEPTION(TextFeatures({block(Kind::descriptors), block(Kind::composition)}), InputError,
                        says("mixes compositions"));
}

BOOST_AUTO_TEST_CASE(no_blocks_have_no_columns_and_no_substance) {
  const TextFeatures nothing({});
  BOOST_TEST(nothing.columns() == 0U);
  BOOST_CHECK_THROW(nothing.substance(), Error);
  Texts problems;
  BOOST_TEST(nothing.compute(Texts{"CCO"}, problems).rows == 1U);
}

BOOST_AUTO_TEST_CASE(counts_are_named_by_a_fragment) {
  const TextFeatures features({block(Kind::descriptors), morgan(1, 1024)});
  const auto row = row_of(features, "CO");
  Texts fragments;
  for (std::size_t j = 0; j < features.columns(); ++j) {
    if (features.kinds()[j] == ColumnKind::count && row[j] > 0) {
      fragments.push_back(features.fragment(j, "CO"));
    }
  }
  std::ranges::sort(fragments);
  BOOST_TEST(fragments == (Texts{"C", "O", "OC"}), boost::test_tools::per_element());
  BOOST_TEST(features.fragment(0, "CO").empty());
  BOOST_TEST(features.fragment(features.columns(), "CO").empty());
}

BOOST_AUTO_TEST_SUITE_END()
