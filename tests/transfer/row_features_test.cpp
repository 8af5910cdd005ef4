#include "transfer/row_features.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "chem/descriptor_list.h"
#include "config/key_reader.h"
#include "models/molecule_vae/molecule_vae.h"
#include "transfer/transfer_case.h"

using namespace epitaxy;
using namespace epitaxy::transfer;
using test::says;
using Kind = features::Block::Kind;
using Texts = std::vector<std::string>;

namespace {

FeatureBlock morgan(unsigned bits) { return {features::Block{.morgan = {2, bits, true}}}; }
FeatureBlock block(Kind kind) { return {features::Block{.kind = kind}}; }
FeatureBlock latent() { return {std::nullopt, ""}; }

features::Matrix compute(const RowFeatures& features, const Texts& texts) {
  Texts problems;
  features::Matrix result = features.compute(texts, problems);
  BOOST_TEST(std::ranges::count(problems, "") == static_cast<std::ptrdiff_t>(texts.size()));
  return result;
}

std::vector<FeatureBlock> read(const std::string& text) {
  const auto document = config::Document::from_text(text, "x.yaml");
  config::KeyReader reader(document.root());
  std::vector<FeatureBlock> blocks;
  feature_keys(reader, blocks);
  document.finish();
  return blocks;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(row_features)

BOOST_AUTO_TEST_CASE(blocks_stand_side_by_side) {
  const RowFeatures features({morgan(128), block(Kind::descriptors)}, std::nullopt);
  const std::size_t descriptors = chem::descriptor_list_names().size();
  BOOST_REQUIRE(features.columns() == 128 + descriptors);
  BOOST_TEST(features.names()[5] == "morgan2_5");
  BOOST_TEST(features.names()[128] == chem::descriptor_list_names()[0]);
  BOOST_TEST((features.kinds()[127] == features::ColumnKind::count));
  BOOST_TEST((features.kinds()[128] == features::ColumnKind::number));
  const features::Matrix rows = compute(features, {"CCO", "C"});
  const auto expected = chem::descriptor_list("CCO");
  BOOST_TEST(std::equal(expected.begin(), expected.end(), rows.row(0) + 128));
  std::vector<float> counts(128);
  chem::morgan_counts("C", {2, 128, true}, counts.data());
  BOOST_TEST(std::equal(counts.begin(), counts.end(), rows.row(1)));
}

BOOST_AUTO_TEST_CASE(compositions_are_fractions) {
  const RowFeatures features({block(Kind::composition)}, std::nullopt);
  BOOST_TEST(features.substance().name() == "composition");
  const features::Matrix rows = compute(features, {"H2O"});
  BOOST_TEST(rows.columns == 86U);
  BOOST_TEST(rows.values[0] == 2.0F / 3, boost::test_tools::tolerance(1e-6F));
}

BOOST_AUTO_TEST_CASE(latent_vectors_are_those_of_the_encoder) {
  const auto file = test::small_model();
  const RowFeatures features({morgan(64), latent()}, file);
  BOOST_TEST(features.columns() == 64U + 6U);
  Texts texts;
  for (std::size_t i = 0; i < 300; ++i) {
    texts.push_back(test::chain(i));
  }
  const features::Matrix rows = compute(features, texts);
  const auto model = models::make_model(file.description);
  const auto executor = models::molecule_model(*model, "")
                            .net()
                            .executor({.rows = 1, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
  executor->load(file.members.front().data());
  const models::MoleculeText text(file.description);
  for (const std::size_t i : {std::size_t{0}, std::size_t{255}, std::size_t{256}, std::size_t{299}}) {
    std::vector<models::TokenId> tokens;
    text.encode(texts[i], tokens);
    models::RowBlock row;
    row.append(std::span<const models::TokenId>(tokens));
    std::vector<float> mean(6);
    std::vector<float> log_variance(6);
    executor->encode(row, mean.data(), log_variance.data());
    for (std::size_t j = 0; j < 6; ++j) {
      BOOST_TEST(std::abs(rows.row(i)[64 + j] - mean[j]) < 1e-5);
    }
  }
}

BOOST_AUTO_TEST_CASE(columns_keep_the_order_of_the_blocks) {
  const auto file = test::small_model();
  const RowFeatures features({morgan(64), latent(), block(Kind::descriptors)}, file);
  const std::size_t descriptors = chem::descriptor_list_names().size();
  BOOST_REQUIRE(features.columns() == 64 + 6 + descriptors);
  BOOST_TEST(features.substance().name() == "molecule");
  BOOST_TEST(features.names()[63] == "morgan2_63");
  BOOST_TEST(features.names()[64] == "latent0");
  BOOST_TEST(features.names()[70] == chem::descriptor_list_names()[0]);
  BOOST_TEST((features.kinds()[63] == features::ColumnKind::count));
  BOOST_TEST((features.kinds()[64] == features::ColumnKind::number));
  const auto rows = compute(features, {"CCO"});
  const auto counts = compute(RowFeatures({morgan(64)}, std::nullopt), {"CCO"});
  const auto vector = compute(RowFeatures({latent()}, file), {"CCO"});
  const auto numbers = chem::descriptor_list("CCO");
  BOOST_TEST(std::equal(counts.values.begin(), counts.values.end(), rows.row(0)));
  BOOST_TEST(std::equal(vector.values.begin(), vector.values.end(), rows.row(0) + 64));
  BOOST_TEST(std::equal(numbers.begin(), numbers.end(), rows.row(0) + 70));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_told_and_zero) {
  Texts problems;
  const RowFeatures features({morgan(64), latent()}, test::small_model());
  const features::Matrix rows = features.compute({"CCO", "[[*]]", "CCF", "CCC"}, problems);
  BOOST_TEST(problems[0].empty());
  BOOST_TEST(!problems[1].empty());
  BOOST_TEST(!problems[2].empty());  // the model has no token for it
  BOOST_TEST(problems[3].empty());
  for (std::size_t j = 0; j < rows.columns; ++j) {
    BOOST_TEST(rows.row(1)[j] == 0);
    BOOST_TEST(rows.row(2)[j] == 0);
  }
  BOOST_TEST(compute(features, {"CCC"}).values == std::vector<float>(rows.row(3), rows.row(3) + rows.columns),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(bits_are_named_by_a_fragment) {
  const RowFeatures features({block(Kind::descriptors), morgan(1024)}, std::nullopt);
  const features::Matrix rows = compute(features, {"CO"});
  Texts fragments;
  for (std::size_t j = 0; j < features.columns(); ++j) {
    if (features.kinds()[j] == features::ColumnKind::count && rows.values[j] > 0) {
      fragments.push_back(features.fragment(j, "CO"));
    }
  }
  std::ranges::sort(fragments);
  BOOST_TEST(fragments == (Texts{"C", "O", "OC"}), boost::test_tools::per_element());
  BOOST_TEST(features.fragment(0, "CO").empty());
}

BOOST_AUTO_TEST_CASE(a_fragment_is_found_behind_the_latent_vector) {
  const RowFeatures features({latent(), morgan(1024)}, test::small_model());
  const RowFeatures alone({morgan(1024)}, std::nullopt);
  for (std::size_t j = 0; j < alone.columns(); ++j) {
    BOOST_TEST(features.fragment(6 + j, "CO") == alone.fragment(j, "CO"));
  }
  BOOST_TEST(features.fragment(5, "CO").empty());
}

BOOST_AUTO_TEST_CASE(blocks_are_read_and_kept) {
  const auto blocks = read("features: [{kind: morgan, radius: 3, bits: 512, counts: false}, {kind: descriptors}]");
  BOOST_REQUIRE(blocks.size() == 2U);
  const auto kept = feature_blocks_from_json(to_json(blocks));
  BOOST_REQUIRE(kept.size() == 2U);
  BOOST_TEST(kept[0].text->morgan.radius == 3U);
  BOOST_TEST(kept[0].text->morgan.bits == 512U);
  BOOST_TEST(!kept[0].text->morgan.counts);
  BOOST_TEST((kept[1].text->kind == Kind::descriptors));
  const std::string text =
      "[{\"kind\":\"latent\"},{\"kind\":\"morgan\",\"radius\":2,\"bits\":64,\"counts\":true},"
      "{\"kind\":\"composition\"}]";
  BOOST_TEST(to_json(feature_blocks_from_json(text)) == text);
  BOOST_CHECK_THROW(feature_blocks_from_json("[{\"kind\": \"magic\"}]"), InputError);
  BOOST_CHECK_THROW(feature_blocks_from_json("{"), InputError);
}

BOOST_AUTO_TEST_CASE(bad_blocks_are_refused) {
  BOOST_CHECK_EXCEPTION(read("features: []"), InputError, says("at least one"));
  BOOST_CHECK_EXCEPTION(read("features: [{kind: morgan, bits: 100}]"), InputError, says("multiple of 64"));
  BOOST_CHECK_EXCEPTION(read("features: [{kind: composition}, {kind: morgan}]"), InputError,
                        says("'features': mixes compositions with features of molecules"));
  BOOST_CHECK_EXCEPTION(read("features: [{kind: latent, model: a}, {kind: composition}]"), InputError, says("mixes"));
  BOOST_CHECK_EXCEPTION(read("features: [{kind: latent, model: a}, {kind: latent, model: b}]"), InputError,
                        says("one model only"));
  auto ensemble = test::small_model();
  ensemble.members.push_back(test::small_model().members.front());
  BOOST_CHECK_EXCEPTION(RowFeatures({latent()}, ensemble), InputError, says("ensemble"));
  BOOST_CHECK_EXCEPTION(RowFeatures({latent(), block(Kind::composition)}, test::small_model()), InputError,
                        says("mixes"));
}

BOOST_AUTO_TEST_SUITE_END()
