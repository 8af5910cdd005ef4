// What a molecule_vae makes of texts.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "chem/spellings.h"
#include "models/kinds.h"
#include "models/molecule_vae/vae_case.h"

using namespace epitaxy;
using namespace epitaxy::models;
using test::Sequence;

namespace {

ModelDescription description_of(const std::string& representation, std::vector<std::string> symbols,
                                std::size_t spellings = 0) {
  MoleculeVaeSettings settings;
  settings.representation = representation;
  settings.length = 7;
  settings.spellings = spellings;
  ModelDescription d = describe(molecule_vae(), settings);
  d.features = std::move(symbols);
  d.seen.assign(d.features.size(), 0);
  return d;
}

Sequence row(const RowBlock& rows, std::size_t i) {
  const auto ids = rows.row<TokenId>(i);
  return {ids.begin(), ids.end()};
}

const auto kEach = boost::test_tools::per_element();

}  // namespace

BOOST_AUTO_TEST_SUITE(molecule_rows_test)

BOOST_AUTO_TEST_CASE(a_row_is_as_long_as_its_molecule) {
  const ModelDescription d = description_of("tokens", {"C", "Cl", "O"});
  const auto reader = molecule_vae().reader(d);
  RowBlock rows;
  for (const char* smiles : {"CCl", "CCCCCO", "C"}) {
    reader->read(smiles, rows);
  }
  BOOST_CHECK_THROW(reader->read("CCBr", rows), chem::TextError);
  BOOST_CHECK_THROW(reader->read("CCCCCCO", rows), chem::TextError);
  BOOST_REQUIRE(rows.rows() == 3u);
  BOOST_TEST(row(rows, 0) == (Sequence{1, 2, 0}), kEach);
  BOOST_TEST(row(rows, 1) == (Sequence{1, 1, 1, 1, 1, 3, 0}), kEach);
  BOOST_TEST(row(rows, 2) == (Sequence{1, 0}), kEach);
  BOOST_TEST(reader->can_read("CCCCCO"));
  BOOST_TEST(!reader->can_read("CCCCCCO"));
  BOOST_TEST(!reader->can_read(""));
  BOOST_TEST(reader->unseen(rows, 1) == "never seen in training: C O");
}

// SELFIES are read as such: who has SMILES writes them in the reader's notation first.
BOOST_AUTO_TEST_CASE(the_notation_is_that_of_the_representation) {
  const ModelDescription plain = description_of("characters", {"C", "O"});
  BOOST_TEST(molecule_vae().reader(plain)->notation().empty());
  const ModelDescription selfies = description_of("selfies", {"[=O]", "[C]"});
  const auto reader = molecule_vae().reader(selfies);
  BOOST_TEST(reader->notation() == "selfies");
  RowBlock rows;
  reader->read(chem::molecules().write(reader->notation(), "CC=O"), rows);
  BOOST_TEST(row(rows, 0) == (Sequence{2, 2, 1, 0}), kEach);
  BOOST_TEST(!reader->can_read("CC=O"));
}

BOOST_AUTO_TEST_CASE(further_spellings_follow_and_what_cannot_be_read_is_the_text_itself) {
  constexpr std::size_t kSpellings = 12;
  const ModelDescription d = description_of("characters", {"C", "O"}, kSpellings);
  const auto reader = molecule_vae().reader(d);
  RowBlock rows;
  reader->read_for_training("CCCO", "CCCO", rows);
  reader->read("CCCO", rows);
  Sequence expected{1, 1, 1, 2, 0};
  BOOST_TEST(row(rows, 1) == expected, kEach);
  std::size_t replaced = 0;
  std::size_t reversed = 0;
  for (const std::string& spelling : chem::spellings("CCCO", kSpellings)) {
    const bool branched = spelling.find('(') != std::string::npos;
    replaced += branched ? 1 : 0;
    reversed += spelling == "OCCC" ? 1 : 0;
    for (const char symbol : branched ? std::string("CCCO") : spelling) {
      expected.push_back(symbol == 'C' ? 1 : 2);
    }
    expected.push_back(0);
  }
  BOOST_TEST(replaced > 0u);
  BOOST_TEST(reversed > 0u);
  BOOST_TEST(row(rows, 0) == expected, kEach);
  // The further spellings hold the same tokens.
  std::vector<std::size_t> held;
  reader->visit_features(rows, 0, [&](std::size_t feature) { held.push_back(feature); });
  BOOST_TEST(held == (std::vector<std::size_t>{0, 0, 0, 1}), kEach);
  BOOST_TEST(reader->sums(rows).seen == (std::vector<std::int64_t>{2, 2}), kEach);
}

BOOST_AUTO_TEST_SUITE_END()
