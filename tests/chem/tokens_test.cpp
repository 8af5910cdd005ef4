#include "chem/tokens.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "base/error.h"

using namespace epitaxy;
using chem::TokenError;
using chem::Tokenizer;
using chem::TokenTable;
using Ids = std::vector<std::int32_t>;
using Texts = std::vector<std::string>;

namespace {

Texts pieces(Tokenizer tokenizer, const std::string& text) {
  const auto views = chem::split(tokenizer, text);
  return {views.begin(), views.end()};
}

/// True when the exception's message holds the text.
auto says(const std::string& text) {
  return [text](const std::exception& error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tokens_test)

BOOST_AUTO_TEST_CASE(characters_are_single) {
  const Texts expected{"C", "l", "[", "n", "H", "]", "%", "1", "2"};
  BOOST_TEST(pieces(Tokenizer::characters, "Cl[nH]%12") == expected, boost::test_tools::per_element());
  BOOST_TEST(pieces(Tokenizer::characters, "").empty());
}

BOOST_AUTO_TEST_CASE(tokens_keep_atoms_and_ring_closures_whole) {
  const Texts expected{"Cl", "C",      "Br", "B",        "c", "[nH]", "%12", "3",
                       "=",  "[C@@H]", "(",  "[13CH3+]", ")", "/",    "C",   "C"};
  BOOST_TEST(pieces(Tokenizer::tokens, "ClCBrBc[nH]%123=[C@@H]([13CH3+])/CC") == expected,
             boost::test_tools::per_element());
  const Texts selfies{"[C]", "[=C]", "[Branch1]", "[Ring1]", ".", "[O]"};
  BOOST_TEST(pieces(Tokenizer::tokens, "[C][=C][Branch1][Ring1].[O]") == selfies, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(strings_that_cannot_be_cut_are_refused_with_the_place) {
  BOOST_CHECK_EXCEPTION(pieces(Tokenizer::tokens, "CC[nH"), TokenError, says("bracket at character 3 of 'CC[nH'"));
  for (const std::string text : {"C%", "C%1", "C%1C", "C%C1"}) {
    BOOST_CHECK_EXCEPTION(pieces(Tokenizer::tokens, text), TokenError, says("'%' at character 2"));
    BOOST_TEST(pieces(Tokenizer::characters, text).size() == text.size());
  }
  for (const Tokenizer tokenizer : {Tokenizer::characters, Tokenizer::tokens}) {
    for (const std::string text : {"CC C", "CC\n", "CC\xc3\x85", "CC\x7f"}) {
      BOOST_CHECK_EXCEPTION(pieces(tokenizer, text), TokenError, says("character 3"));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_table_is_made_of_all_strings_in_one_order) {
  const Texts texts{"CCO", "ClC=C", "c1cc[nH]c1"};
  const Texts reversed{"c1cc[nH]c1", "ClC=C", "CCO"};
  const Texts expected{"1", "=", "C", "Cl", "O", "[nH]", "c"};
  const TokenTable table = TokenTable::of(Tokenizer::tokens, texts);
  BOOST_TEST(table.symbols() == expected, boost::test_tools::per_element());
  BOOST_TEST(table.size() == 9u);
  BOOST_TEST(TokenTable::of(Tokenizer::tokens, reversed).symbols() == expected, boost::test_tools::per_element());
  const Texts letters{"1", "=", "C", "H", "O", "[", "]", "c", "l", "n"};
  BOOST_TEST(TokenTable::of(Tokenizer::characters, texts).symbols() == letters, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(strings_come_back) {
  const Texts texts{"CCO", "ClC=C", "c1cc[nH]c1", ""};
  for (const Tokenizer tokenizer : {Tokenizer::characters, Tokenizer::tokens}) {
    const TokenTable made = TokenTable::of(tokenizer, texts);
    const TokenTable table(tokenizer, made.symbols());
    for (const std::string& text : texts) {
      const Ids ids = table.encode(text);
      BOOST_TEST(ids == made.encode(text), boost::test_tools::per_element());
      BOOST_TEST(table.decode(ids) == text);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_end_comes_before_the_symbols_and_the_start_behind_them) {
  const TokenTable table(Tokenizer::tokens, {"C", "O", "Cl"});
  BOOST_TEST(TokenTable::end == 0);
  BOOST_TEST(table.start() == 4);
  BOOST_TEST(table.size() == 5U);
  BOOST_TEST(table.encode("CClO") == (Ids{1, 3, 2}), boost::test_tools::per_element());
  const Ids ids{table.start(), 1, 2, TokenTable::padding, 3, TokenTable::end, 2, 99};
  BOOST_TEST(table.decode(ids) == "COCl");
  for (const std::int32_t wrong : {-2, 5}) {
    BOOST_CHECK_THROW(table.decode(Ids{1, wrong}), Error);
  }
}

BOOST_AUTO_TEST_CASE(unknown_tokens_are_named) {
  const TokenTable table(Tokenizer::tokens, {"C", "O"});
  BOOST_CHECK_EXCEPTION(table.encode("CCBrO"), TokenError, says("'Br' of 'CCBrO'"));
  BOOST_CHECK_EXCEPTION(table.encode("C[nH]O"), TokenError, says("'[nH]'"));
}

BOOST_AUTO_TEST_CASE(tables_with_doubtful_symbols_are_refused) {
  BOOST_CHECK_THROW(TokenTable(Tokenizer::tokens, {"C", "O", "C"}), Error);
  BOOST_CHECK_THROW(TokenTable(Tokenizer::tokens, {"C", ""}), Error);
}

BOOST_AUTO_TEST_CASE(tokenizers_have_names) {
  for (const Tokenizer tokenizer : {Tokenizer::characters, Tokenizer::tokens}) {
    BOOST_TEST((chem::tokenizer(chem::name_of(tokenizer)) == tokenizer));
  }
  BOOST_CHECK_THROW(chem::tokenizer("words"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
