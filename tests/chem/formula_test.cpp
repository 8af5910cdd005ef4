#include "chem/formula.h"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "chem/elements.h"

using namespace epitaxy::chem;

namespace {

using Counts = std::map<std::string, double>;

void check_counts(const std::string& formula, const Counts& expected) {
  BOOST_TEST_CONTEXT(formula) {
    const Composition composition = parse_formula(formula);
    BOOST_TEST(composition.atoms.size() == expected.size());
    int previous = 0;
    for (const auto& [number, count] : composition.atoms) {
      BOOST_TEST(number > previous);
      previous = number;
      const auto found = expected.find(std::string(symbol(number)));
      BOOST_REQUIRE(found != expected.end());
      BOOST_TEST(count == found->second, boost::test_tools::tolerance(1e-12));
    }
  }
}

void check_refused(const std::string& formula, const std::string& reason) {
  BOOST_TEST_CONTEXT(formula) {
    BOOST_CHECK_EXCEPTION(parse_formula(formula), FormulaError, [&](const FormulaError& error) {
      BOOST_TEST_MESSAGE(error.what());
      return std::string(error.what()).find(reason) != std::string::npos;
    });
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(formula)

BOOST_AUTO_TEST_CASE(plain_formulas) {
  check_counts("C1Pt1", {{"C", 1}, {"Pt", 1}});
  check_counts("CO2", {{"C", 1}, {"O", 2}});
  check_counts("Co2", {{"Co", 2}});
  check_counts("CH3COOH", {{"C", 2}, {"H", 4}, {"O", 2}});
}

BOOST_AUTO_TEST_CASE(nested_groups) {
  check_counts("Lu(MnGe)6", {{"Lu", 1}, {"Mn", 6}, {"Ge", 6}});
  check_counts("Pb(NO3)2", {{"Pb", 1}, {"N", 2}, {"O", 6}});
  check_counts("[Co(NH3)6]Cl3", {{"Co", 1}, {"N", 6}, {"H", 18}, {"Cl", 3}});
  check_counts("K{Fe[(CN)2]3}0.5", {{"K", 1}, {"Fe", 0.5}, {"C", 3}, {"N", 3}});
}

BOOST_AUTO_TEST_CASE(decimal_counts) {
  check_counts("Zn0.15Ga0.85As0.85Se0.15", {{"Zn", 0.15}, {"Ga", 0.85}, {"As", 0.85}, {"Se", 0.15}});
  check_counts("Fe0.5O", {{"Fe", 0.5}, {"O", 1}});
  check_counts("Li1.5Fe2O4", {{"Li", 1.5}, {"Fe", 2}, {"O", 4}});
}

BOOST_AUTO_TEST_CASE(hydrates_and_adducts) {
  const Counts blue_vitriol = {{"Cu", 1}, {"S", 1}, {"O", 9}, {"H", 10}};
  check_counts("CuSO4.5H2O", blue_vitriol);
  check_counts("CuSO4\u00b75H2O", blue_vitriol);
  check_counts("CuSO4*5H2O", blue_vitriol);
  check_counts("CuSO4.5(H2O)", blue_vitriol);
  check_counts("Al2(SO4)3.18H2O", {{"Al", 2}, {"S", 3}, {"O", 30}, {"H", 36}});
  check_counts("CaSO4.0.5H2O", {{"Ca", 1}, {"S", 1}, {"O", 4.5}, {"H", 1}});
  check_counts("Sc2O3.H2O", {{"Sc", 2}, {"O", 4}, {"H", 2}});
  check_counts("MgO.SiO2", {{"Mg", 1}, {"Si", 1}, {"O", 3}});
  check_counts("MgO.{SiO2}2", {{"Mg", 1}, {"Si", 2}, {"O", 5}});
  check_counts("CaO*2SiO2", {{"Ca", 1}, {"Si", 2}, {"O", 5}});
  check_counts("(CuSO4.5H2O)2", {{"Cu", 2}, {"S", 2}, {"O", 18}, {"H", 20}});
}

BOOST_AUTO_TEST_CASE(ambiguous_dots_are_refused) {
  check_refused("CaO.2SiO2", "character 4");
  check_refused("Fe.5O", "decimal point");
  check_refused("Fe.", "decimal point");
  check_refused("Fe1.2.3O", "decimal point");
}

BOOST_AUTO_TEST_CASE(unknown_elements) {
  check_refused("Xx2O", "unknown element 'Xx' at character 1");
  check_refused("NaJ", "unknown element 'J' at character 3");
  check_refused("D2O", "write H");
  check_refused("nacl", "capital letter");
}

BOOST_AUTO_TEST_CASE(charges) {
  for (const char* text : {"Na+", "SO4-2", "SO4^2-", "Ca(2+)", "[Fe(CN)6]4-", "Cl\u207b", "O2\u2212"}) {
    check_refused(text, "charges are not supported");
  }
}

BOOST_AUTO_TEST_CASE(malformed_texts) {
  check_refused("", "empty");
  check_refused("Fe(OH", "never closed at character 3");
  check_refused("FeOH)2", "closes nothing at character 5");
  check_refused("Fe(OH]2", "closes nothing");
  check_refused("Fe()2", "an element is missing");
  check_refused("123", "an element is missing");
  check_refused("H2O*", "an element is missing");
  check_refused("Fe0O", "not 0,");
  check_refused("Fe0.0O", "not 0.0,");
  check_refused("Fe99999999O", "at most 1000000");
  check_refused("(((((Fe999999)999999)999999)999999)999999)999999", "no reasonable number");
  check_refused("Fe O", "unexpected space at character 3");
  check_refused("Fe,O", "unexpected ','");
  check_refused(std::string("Fe\0O", 4), "unexpected");
}

BOOST_AUTO_TEST_CASE(dots_that_may_be_points_or_join_are_refused) {
  check_refused("MgCl2.6NH3", "'2.6' may be a count, or its dot joins '6NH3' to what is before (write '*'");
  for (const char* text : {"LaCl3.7CH3OH",    "MgCl2.6(NH3)",       "La(NO3)3.6NH3",
                           "Al2O3.2SiO2",     "Al2O3.2SiO2.2H2O",   "80TeO2.20ZnO",
                           "Al2O3.50SiO2",    "Fe3O4.20SiO2.30CaO", "CaSO4.2H20",
                           "C60.2S8",         "CaCl2.4Xe",          "LaNi5.2H2",
                           "K2O*Al2O3.6SiO2", "Al2O3.2SiO2.2Fe2O3", "MgCl2.10NH3",
                           "2MgCl2.6NH3",     "(MgCl2.6NH3)2",      "MgCl\u2082.6NH\u2083",
                           "NiCl2.6H2O2",     "ZnCl2.2C5H5N.H2O",   "[Co(NH3)6]Cl3.2[NH4]Cl"}) {
    check_refused(text, "may be a count");
  }
  check_refused("La0.7Sr0.3MnO2.9.5H2O", "'2.9' may be a count, or its dot joins '9.5H2O' to what is before");
  check_counts("Na0.3CoO2*1.3H2O", {{"Na", 0.3}, {"Co", 1}, {"O", 3.3}, {"H", 2.6}});
  check_counts("Tb2.5Mg6N3.10H2O", {{"Tb", 2.5}, {"Mg", 6}, {"N", 3}, {"H", 20}, {"O", 10}});
  check_counts("Cu(NO3)2.2.5H2O", {{"Cu", 1}, {"N", 2}, {"O", 8.5}, {"H", 5}});
  check_counts("Ca0.9SO4.0.5H2O", {{"Ca", 0.9}, {"S", 1}, {"O", 4.5}, {"H", 1}});
  check_counts("MgCl2*6NH3", {{"Mg", 1}, {"Cl", 2}, {"N", 6}, {"H", 18}});
  check_counts("LaCl3\u00b77CH3OH", {{"La", 1}, {"Cl", 3}, {"C", 7}, {"H", 28}, {"O", 7}});
  check_counts("MgCl2.NH3", {{"Mg", 1}, {"Cl", 2}, {"N", 1}, {"H", 3}});
  check_counts("MgNH3Cl2.6", {{"Mg", 1}, {"Cl", 2.6}, {"N", 1}, {"H", 3}});
}

BOOST_AUTO_TEST_CASE(dots_that_can_only_be_points_are_points) {
  check_counts("Cd1Hg6.5As4Cl6", {{"Cd", 1}, {"Hg", 6.5}, {"As", 4}, {"Cl", 6}});
  check_counts("La5Cu6.33S7O4", {{"La", 5}, {"Cu", 6.33}, {"S", 7}, {"O", 4}});
  check_counts("Gd6Ge2.5S14", {{"Gd", 6}, {"Ge", 2.5}, {"S", 14}});
  check_counts("Hg7.5As4Cl6", {{"Hg", 7.5}, {"As", 4}, {"Cl", 6}});
  check_counts("Bi2Te2.1Se0.9", {{"Bi", 2}, {"Te", 2.1}, {"Se", 0.9}});
  check_counts("LiNi0.5Mn1.5O4", {{"Li", 1}, {"Ni", 0.5}, {"Mn", 1.5}, {"O", 4}});
  check_counts("Ni2.2MnGa", {{"Ni", 2.2}, {"Mn", 1}, {"Ga", 1}});
}

BOOST_AUTO_TEST_CASE(words_of_tables_are_no_formulas) {
  check_refused("NaN", "NaN is read as a missing value; sodium nitride is written Na1N1");
  for (const char* text : {"nan", "None", "null", "NULL", "NA", "N/A"}) {
    check_refused(text, "missing value");
  }
  check_refused("INF", "infinity; as a formula it is written I1N1F1");
  check_counts("Na1N1", {{"Na", 1}, {"N", 1}});
  check_counts("NO", {{"N", 1}, {"O", 1}});
}

BOOST_AUTO_TEST_CASE(two_symbols_are_a_formula_whatever_word_they_resemble) {
  for (int first = 1; first <= 118; ++first) {
    for (int second = 1; second <= 118; ++second) {
      const std::string formula = std::string(symbol(first)) + std::string(symbol(second));
      if (first == second || formula == "NaN") {
        continue;
      }
      check_counts(formula, {{std::string(symbol(first)), 1}, {std::string(symbol(second)), 1}});
    }
  }
}

BOOST_AUTO_TEST_CASE(numbers_of_other_forms_are_refused) {
  check_refused("Fe1e-5Ni0.99999", "an exponent: write the count without, as in 0.00001 for 1e-5, at character 4");
  check_refused("Fe1E+05O", "an exponent");
  check_refused("Fe2E5", "an exponent");
  check_counts("Fe2Er5", {{"Fe", 2}, {"Er", 5}});
  check_refused("Al0,65Ga0,35N", "a decimal comma: write a point, as in Al0.65Ga0.35N, at character 4");
  check_refused("Fe1-xO", "variable counts");
  check_refused("YBa2Cu3O7-\u03b4", "variable counts");
}

BOOST_AUTO_TEST_CASE(subscripts_are_digits) {
  check_counts("Fe\u2082O\u2083", {{"Fe", 2}, {"O", 3}});
  check_counts("Ca\u2081\u2080(PO\u2084)\u2086", {{"Ca", 10}, {"P", 6}, {"O", 24}});
  check_counts("CuSO\u2084\u00b75H\u2082O", {{"Cu", 1}, {"S", 1}, {"O", 9}, {"H", 10}});
}

BOOST_AUTO_TEST_CASE(other_signs_are_refused_by_name_and_place) {
  check_refused("Fe2\u00a0O3", "unexpected no-break space (U+00A0) at character 4");
  check_refused("Fe\u2082O\u2083\u00a0", "no-break space (U+00A0) at character 6 of 'Fe2O3");
  check_refused("Fe\u00b2O", "superscript (U+00B2) at character 3");
  check_refused("\u0421O2", "unexpected character (U+0421) at character 1");
  check_refused("\ufeffFeO", "byte order mark");
  check_refused("Fe\xff", "byte 0xff");
}

BOOST_AUTO_TEST_CASE(parentheses_nest_to_a_depth) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '(') + "FeO" + std::string(depth, ')'); };
  check_counts(nested(100), {{"Fe", 1}, {"O", 1}});
  check_refused(nested(101), "more than 100 parentheses are open at character 101");
  check_refused(nested(100000), "more than 100 parentheses");
  BOOST_CHECK_EXCEPTION(parse_formula(nested(100000)), FormulaError,
                        [](const FormulaError& error) { return std::string(error.what()).size() < 200; });
}

BOOST_AUTO_TEST_CASE(total_counts_atoms) {
  BOOST_TEST(parse_formula("Pb(NO3)2").total() == 9.0);
  BOOST_TEST(parse_formula("Fe0.5O").total() == 1.5);
}

BOOST_AUTO_TEST_CASE(reduced_composition) {
  const auto reduced = [](const char* text) { return parse_formula(text).reduced(); };
  BOOST_TEST(reduced("O6Al4") == "Al2O3");
  BOOST_TEST(reduced("C1Pt1") == "CPt");
  BOOST_TEST(reduced("Fe4") == "Fe");
  BOOST_TEST(reduced("Fe0.3") == "Fe");
  // Elements in order of symbol, not of atomic number: Cl before H before N.
  BOOST_TEST(reduced("NH4Cl") == "ClH4N");
  BOOST_TEST(reduced("CuSO4.5H2O") == "CuH10O9S");
}

BOOST_AUTO_TEST_CASE(decimals_share_the_key_of_whole_counts) {
  const auto reduced = [](const char* text) { return parse_formula(text).reduced(); };
  BOOST_TEST(reduced("Fe0.5O") == reduced("FeO2"));
  BOOST_TEST(reduced("Fe2.0000004O3") == "Fe2O3");
  BOOST_TEST(reduced("K0.333333O") == "KO3");
  // 0.15 : 0.85 = 3 : 17.
  BOOST_TEST(reduced("Zn0.15Ga0.85As0.85Se0.15") == "As17Ga17Se3Zn3");
  // The whole numbers would add up to a million; these are fractions of the total already.
  BOOST_TEST(reduced("Fe0.333211O0.666789") == "Fe0.333211O0.666789");
  BOOST_TEST(reduced("Fe0.666422O1.333578") == "Fe0.333211O0.666789");
}

BOOST_AUTO_TEST_CASE(rounded_fractions_have_the_group_of_small_whole_numbers) {
  const auto group = [](const char* text) { return parse_formula(text).keys().group; };
  for (const char* text : {"Li0.3333Fe0.6667", "Li0.333Fe0.667", "Fe0.66667Li0.33333", "Li0.6666Fe1.3334",
                           "Li0.9999Fe2.0001", "Li0.333Fe0.666", "LiFe2", "Li4Fe8"}) {
    BOOST_TEST(group(text) == "Fe2Li", text);
  }
  BOOST_TEST(parse_formula("Li0.3333Fe0.6667").reduced() == "Fe6667Li3333");
  BOOST_TEST(parse_formula("Li0.333Fe0.667").reduced() == "Fe667Li333");
  BOOST_TEST(group("K0.333O") == "KO3");
  BOOST_TEST(group("Ca0.667Sr0.333O") == "Ca2O3Sr");
  BOOST_TEST(group("Fe0.1429Ni0.8571") == "FeNi6");
  // 0.33 and 0.67 are further off than 0.002; 5 : 6 would be 0.4545 and 0.5455; 13 is too large a sum.
  for (const char* text : {"Li0.33Fe0.67", "Ga0.47In0.53", "Fe0.0769Ni0.9231", "Zn0.15Ga0.85As0.85Se0.15", "Co17Sm2",
                           "C60H122", "Fe0.333211O0.666789", "Ca10P6O26H2", "Y3Al5O12"}) {
    BOOST_TEST(group(text) == parse_formula(text).reduced(), text);
  }
}

// Spellings of one composition: other orders, multiples, parts of its atoms in parentheses.
BOOST_AUTO_TEST_CASE(spellings_of_one_composition_have_one_identity_and_one_group) {
  epitaxy::RandomStream random(20240917, epitaxy::Purpose::tokens);
  for (int round = 0; round < 3000; ++round) {
    std::map<int, int> counts;
    for (std::uint64_t elements = 1 + random.below(4); counts.size() < elements;) {
      counts[static_cast<int>(1 + random.below(100))] = static_cast<int>(1 + random.below(round % 3 == 0 ? 99 : 9));
    }
    const auto spelled = [&] {
      std::vector<std::pair<int, int>> order(counts.begin(), counts.end());
      for (std::size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[random.below(i)]);
      }
      const auto factor = 1 + random.below(12);
      const int decimals = static_cast<int>(random.below(3));
      std::string text;
      for (const auto& [number, count] : order) {
        const double scaled = static_cast<double>(count) * static_cast<double>(factor) / (decimals == 2 ? 8.0 : 1.0);
        text += decimals == 0 ? fmt::format("({}{}){}", symbol(number), count, factor)
                              : fmt::format("{}{:.3f}", symbol(number), scaled);
      }
      return text;
    };
    const std::string first = spelled();
    const std::string second = spelled();
    BOOST_TEST_CONTEXT(first << " and " << second) {
      BOOST_TEST(parse_formula(first).reduced() == parse_formula(second).reduced());
      BOOST_TEST(parse_formula(first).keys().group == parse_formula(second).keys().group);
    }
  }
}

// 0.333216 of 1 is 10413 of 31250, which are whole numbers of a sum that counts.
BOOST_AUTO_TEST_CASE(rounded_fractions_have_the_identity_of_what_they_are_rounded_to) {
  const CompositionKeys keys = parse_formula("Fe0.333219O0.666789").keys();
  BOOST_TEST(keys.identity == parse_formula("Fe0.333216O0.666784").reduced());
  BOOST_TEST(keys.identity == parse_formula(keys.identity).reduced());
  BOOST_TEST(keys.group == parse_formula(keys.identity).keys().group);
}

BOOST_AUTO_TEST_CASE(traces_are_not_rounded_to_nothing) {
  const std::string identity = parse_formula("Fe0.333211OGa666790").keys().identity;
  BOOST_TEST(identity == "Fe0.000001Ga0.999998O0.000001");
  BOOST_TEST(parse_formula(identity).reduced() == identity);
  BOOST_TEST(parse_formula("Ne0.0000003O").reduced() == "Ne0.000001O1");
  BOOST_TEST(parse_formula("ClFe0.0000003").reduced() == "Cl1Fe0.000001");
}

BOOST_AUTO_TEST_CASE(multiples_of_rounded_fractions_have_one_identity_and_one_group) {
  epitaxy::RandomStream random(77, epitaxy::Purpose::tokens);
  for (int round = 0; round < 2000; ++round) {
    const double first = static_cast<double>(1 + random.below(9998)) / 1e4;
    const auto text = [&](int factor) { return fmt::format("Al{:.4f}Ga{:.4f}", factor * first, factor * (1 - first)); };
    const Composition once = parse_formula(text(1));
    const Composition more = parse_formula(text(static_cast<int>(2 + random.below(20))));
    BOOST_TEST_CONTEXT(text(1)) {
      BOOST_TEST(once.reduced() == more.reduced());
      BOOST_TEST(once.keys().group == more.keys().group);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
