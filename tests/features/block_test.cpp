#include "features/block.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "config/key_reader.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::features;
using epitaxy::test::says;
using Kind = Block::Kind;

namespace {

Block read(const std::string& text) {
  const auto document = config::Document::from_text(text, "x.yaml");
  config::KeyReader reader(document.root());
  Block block;
  block_keys(reader, block);
  document.finish();
  return block;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(block_test)

BOOST_AUTO_TEST_CASE(a_block_is_read_with_the_settings_of_its_kind) {
  const Block morgan = read("{kind: morgan, radius: 3, bits: 512, counts: false}");
  BOOST_TEST((morgan.kind == Kind::morgan));
  BOOST_TEST(morgan.morgan.radius == 3U);
  BOOST_TEST(morgan.morgan.bits == 512U);
  BOOST_TEST(!morgan.morgan.counts);
  BOOST_TEST((morgan.morgan.invariants == chem::MorganInvariants::atoms));
  BOOST_TEST((read("{kind: morgan, invariants: features}").morgan.invariants == chem::MorganInvariants::features));
  BOOST_TEST((read("kind: descriptors").kind == Kind::descriptors));
  BOOST_TEST((read("kind: more_descriptors").kind == Kind::more_descriptors));
  BOOST_TEST((read("kind: maccs").kind == Kind::maccs));
  BOOST_TEST((read("kind: functional_groups").kind == Kind::functional_groups));
  for (const auto& [kind, name] :
       {std::pair{Kind::atom_pairs, "atom_pairs"}, {Kind::torsions, "torsions"}, {Kind::paths, "paths"}}) {
    const Block counts = read(fmt::format("{{kind: {}, bits: 512}}", name));
    BOOST_TEST((counts.kind == kind));
    BOOST_TEST(counts.morgan.bits == 512U);
    BOOST_TEST(read(fmt::format("kind: {}", name)).morgan.bits == 2048U);
    BOOST_CHECK_EXCEPTION(read(fmt::format("{{kind: {}, radius: 1}}", name)), InputError, says("radius"));
  }
  BOOST_TEST((read("kind: composition").kind == Kind::composition));
  BOOST_TEST((read("kind: element_statistics").kind == Kind::element_statistics));
  BOOST_TEST((read("kind: element_map").kind == Kind::element_map));
  BOOST_CHECK_EXCEPTION(read("{kind: descriptors, bits: 512}"), InputError, says("bits"));
  BOOST_CHECK_EXCEPTION(read("{kind: morgan, bits: 100}"), InputError, says("multiple of 64"));
  BOOST_CHECK_EXCEPTION(read("kind: magic"), InputError, says("magic"));
}

BOOST_AUTO_TEST_CASE(a_block_without_keys_has_the_defaults) {
  const Block block = read("{}");
  BOOST_TEST((block.kind == Kind::morgan));
  BOOST_TEST(block.morgan.radius == 2U);
  BOOST_TEST(block.morgan.bits == 2048U);
  BOOST_TEST(block.morgan.counts);
}

BOOST_AUTO_TEST_CASE(blocks_go_through_json_unchanged) {
  const std::string text =
      "[{\"kind\":\"morgan\",\"radius\":3,\"bits\":512,\"counts\":false},{\"kind\":\"descriptors\"},"
      "{\"kind\":\"composition\"},{\"kind\":\"element_statistics\"},{\"kind\":\"element_map\"}]";
  const std::vector<Block> blocks{{Kind::morgan, {3, 512, false}},
                                  {Kind::descriptors, {}},
                                  {Kind::composition, {}},
                                  {Kind::element_statistics, {}},
                                  {Kind::element_map, {}}};
  BOOST_TEST(to_json(blocks) == text);
  const auto kept = blocks_from_json(text);
  BOOST_REQUIRE(kept.size() == 5U);
  BOOST_TEST(kept[0].morgan.radius == 3U);
  BOOST_TEST(kept[0].morgan.bits == 512U);
  BOOST_TEST(!kept[0].morgan.counts);
  BOOST_TEST(to_json(kept) == text);
  BOOST_TEST(blocks_from_json("[]").empty());
}

BOOST_AUTO_TEST_CASE(blocks_of_molecules_go_through_json_unchanged) {
  const std::string text =
      "[{\"kind\":\"morgan\",\"radius\":2,\"bits\":512,\"counts\":true,\"invariants\":\"features\"},"
      "{\"kind\":\"atom_pairs\",\"bits\":128},{\"kind\":\"torsions\",\"bits\":256},"
      "{\"kind\":\"paths\",\"bits\":512},{\"kind\":\"more_descriptors\"},{\"kind\":\"maccs\"},"
      "{\"kind\":\"functional_groups\"}]";
  const auto blocks = blocks_from_json(text);
  BOOST_REQUIRE(blocks.size() == 7U);
  BOOST_TEST((blocks[0].morgan.invariants == chem::MorganInvariants::features));
  BOOST_TEST(blocks[1].morgan.bits == 128U);
  BOOST_TEST(to_json(blocks) == text);
}

// Files of versions that knew no invariants are read as before.
BOOST_AUTO_TEST_CASE(without_invariants_fragments_are_of_atoms) {
  const auto blocks = blocks_from_json("[{\"kind\":\"morgan\",\"radius\":3,\"bits\":512,\"counts\":false}]");
  BOOST_TEST((blocks.at(0).morgan.invariants == chem::MorganInvariants::atoms));
  const std::string unknown = R"([{"kind":"morgan","radius":3,"bits":512,"counts":false,"invariants":"magic"}])";
  BOOST_CHECK_EXCEPTION(blocks_from_json(unknown), InputError, says("magic", "does not know"));
}

BOOST_AUTO_TEST_CASE(text_that_describes_no_blocks_is_refused) {
  BOOST_CHECK_EXCEPTION(blocks_from_json("[{\"kind\": \"magic\"}]"), InputError, says("magic", "does not know"));
  BOOST_CHECK_EXCEPTION(blocks_from_json("[{\"kind\": \"morgan\"}]"), InputError, says("no description"));
  BOOST_CHECK_EXCEPTION(blocks_from_json("[{}]"), InputError, says("no description"));
  BOOST_CHECK_EXCEPTION(blocks_from_json("{"), InputError, says("no description"));
}

BOOST_AUTO_TEST_CASE(each_kind_reads_one_substance) {
  BOOST_TEST(substance_of(Kind::morgan).name() == "molecule");
  BOOST_TEST(substance_of(Kind::descriptors).name() == "molecule");
  for (const Kind kind :
       {Kind::atom_pairs, Kind::torsions, Kind::paths, Kind::more_descriptors, Kind::maccs, Kind::functional_groups}) {
    BOOST_TEST(substance_of(kind).name() == "molecule");
  }
  BOOST_TEST(substance_of(Kind::composition).name() == "composition");
  BOOST_TEST(substance_of(Kind::element_statistics).name() == "composition");
  BOOST_TEST(substance_of(Kind::element_map).name() == "composition");
}

BOOST_AUTO_TEST_CASE(a_mixture_is_told_in_the_same_words_in_any_order) {
  const chem::Substance* const molecules = &chem::molecules();
  const chem::Substance* const compositions = &chem::compositions();
  BOOST_TEST(mixture_problem({}).empty());
  BOOST_TEST(mixture_problem(std::vector{molecules, molecules}).empty());
  const std::string expected = "mixes compositions with features of molecules";
  BOOST_TEST(mixture_problem(std::vector{molecules, compositions}) == expected);
  BOOST_TEST(mixture_problem(std::vector{compositions, molecules, compositions}) == expected);
}

BOOST_AUTO_TEST_SUITE_END()
