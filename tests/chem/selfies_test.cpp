#include "chem/selfies.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "chem/molecule_check.h"
#include "data/csv.h"
#include "fixtures/fixture.h"

using namespace epitaxy::chem;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs fixture_pairs(const std::string& name) { return epitaxy::test::fixture("selfies.json").at(name).get<Pairs>(); }

void check_decoded(const Pairs& examples) {
  for (const auto& [selfies, smiles] : examples) {
    BOOST_TEST_CONTEXT(selfies) { BOOST_TEST(smiles_of(selfies) == smiles); }
  }
}

/// Both directions.
void check_translated(const Pairs& examples) {
  for (const auto& [smiles, selfies] : examples) {
    BOOST_TEST_CONTEXT(smiles) {
      BOOST_TEST(selfies_of(smiles) == selfies);
      BOOST_TEST(check_smiles(smiles_of(selfies)).canonical == check_smiles(smiles).canonical);
    }
  }
}

template <typename Function>
std::string message_of(Function&& function) {
  try {
    function();
  } catch (const SelfiesError& error) {
    return error.what();
  }
  return "no error";
}

/// Every string is refused, with a message that says so.
void check_refused(const Pairs& examples) {
  for (const auto& [smiles, part] : examples) {
    const std::string message = message_of([&text = smiles] { selfies_of(text); });
    BOOST_TEST_CONTEXT(smiles << ": " << message) { BOOST_TEST((message.find(part) != std::string::npos)); }
  }
}

/// Every string over the robust symbols of some elements is a molecule, and comes back from SELFIES.
void check_random_strings(const std::vector<std::string>& elements, std::size_t number_of_symbols) {
  const auto symbols = robust_selfies_symbols(elements);
  BOOST_TEST(symbols.size() == number_of_symbols);
  epitaxy::RandomStream random(20240611, epitaxy::Purpose::tokens);
  std::set<std::string> molecules;
  for (int i = 0; i < 5000; ++i) {
    std::string selfies;
    for (std::uint64_t length = 1 + random.below(40); length > 0; --length) {
      selfies += symbols[random.below(symbols.size())];
    }
    const std::string smiles = smiles_of(selfies);
    const auto result = check_smiles(smiles);
    BOOST_TEST_CONTEXT(selfies << " -> " << smiles) {
      BOOST_TEST(result.rdkit_valid);
      if (!smiles.empty()) {
        BOOST_TEST(check_smiles(smiles_of(selfies_of(smiles))).canonical == result.canonical);
      }
    }
    molecules.insert(result.canonical);
  }
  BOOST_TEST(molecules.size() > 500);
}

std::filesystem::path qm9_file() {
  const char* folder = std::getenv("EPITAXY_DATA");
  return folder == nullptr ? "" : std::filesystem::path(folder) / "qm9" / "qm9_train.csv.gz";
}

boost::test_tools::assertion_result has_qm9(boost::unit_test::test_unit_id /*unit*/) {
  if (std::filesystem::exists(qm9_file())) {
    return true;
  }
  std::cout << "skipped: EPITAXY_DATA does not name a folder with qm9/qm9_train.csv.gz (see tools/get-data)\n";
  boost::test_tools::assertion_result result(false);
  result.message() << "EPITAXY_DATA does not name a folder with qm9/qm9_train.csv.gz";
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(selfies_test)

BOOST_AUTO_TEST_CASE(molecules_have_the_symbols_of_the_reference) { check_translated(fixture_pairs("encoded")); }

BOOST_AUTO_TEST_CASE(aromatic_molecules_are_those_of_the_reference) {
  for (const auto& [smiles, selfies] : fixture_pairs("aromatic")) {
    BOOST_TEST_CONTEXT(smiles) {
      const std::string canonical = check_smiles(smiles).canonical;
      BOOST_TEST(!canonical.empty());
      BOOST_TEST(check_smiles(smiles_of(selfies_of(smiles))).canonical == canonical);
      BOOST_TEST(check_smiles(smiles_of(selfies)).canonical == canonical);
    }
  }
}

BOOST_AUTO_TEST_CASE(random_symbols_decode_as_the_reference_decodes_them) {
  const auto examples = fixture_pairs("decoded");
  BOOST_TEST(examples.size() >= 500);
  check_decoded(examples);
}

BOOST_AUTO_TEST_CASE(atoms_take_the_bonds_that_are_free) {
  check_decoded({{"", ""},
                 {"[C]", "C"},
                 {"[=C]", "C"},
                 {"[C][=C][#N]", "C=C=N"},
                 {"[F][=C][=O]", "FC=O"},
                 {"[C][F][C]", "CF"},
                 {"[O][#C][#C][#C]", "O=C=C=C"},
                 {"[CH3][C]", "[CH3]C"},
                 {"[CH4][C]", "[CH4]"},
                 {"[C][CH4][C]", "C"},
                 {"[CH0][=NH1+1][O-1]", "[C]=[NH+][O-]"},
                 {"[13C][=18O]", "[13C]=[18O]"},
                 {"[Fe+2][O][Cl]", "[Fe+2]OCl"},
                 {"[C+1][=C][C-1]", "[C+]=C[C-]"}});
}

BOOST_AUTO_TEST_CASE(the_index_alphabet_counts_in_sixteens) {
  const std::vector<std::string> digits{
      "[C]",        "[Ring1]", "[Ring2]", "[Branch1]", "[=Branch1]", "[#Branch1]", "[Branch2]", "[=Branch2]",
      "[#Branch2]", "[O]",     "[N]",     "[=N]",      "[=C]",       "[#C]",       "[S]",       "[P]"};
  const auto chain = [](std::size_t length) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) {
      text += "[C]";
    }
    return text;
  };
  for (std::size_t i = 0; i < digits.size(); ++i) {
    BOOST_TEST(selfies_of("N(" + std::string(i + 1, 'C') + ")O") == "[N][Branch1]" + digits[i] + chain(i + 1) + "[O]");
    const std::string two = "[N][Branch2]" + digits[i] + "[=Branch1]" + chain(16 * i + 5) + "[O]";
    BOOST_TEST(smiles_of(two) == "N(" + std::string(16 * i + 5, 'C') + ")O");
  }
  const std::string three = "[N][Branch3][Ring1][Ring1][=Branch1]" + chain(277) + "[O]";
  BOOST_TEST(selfies_of("N(" + std::string(277, 'C') + ")O") == three);
  BOOST_TEST(smiles_of(three) == "N(" + std::string(277, 'C') + ")O");
  // What is no digit counts as 0, and so do missing ones.
  check_decoded({{"[C][C][C][Branch1][F][N][O]", "CCC(N)O"},
                 {"[C][C][C][C][Ring1]", "CCC=C"},
                 {"[C][C][C][C][Ring2][C]", "CCC=C"}});
}

BOOST_AUTO_TEST_CASE(branches_need_two_free_bonds) {
  check_decoded({{"[Branch1][C][O]", "CO"},
                 {"[C][F][Branch1][C][O]", "CF"},
                 {"[C][O][Branch1][C][F]", "COCF"},
                 {"[C][Branch1][C][F][O]", "C(F)O"},
                 {"[C][=Branch1][C][=O][O]", "C(=O)O"},
                 {"[C][Branch1][C][=O][O]", "C(O)O"},
                 {"[C][#Branch1][C][#N][O]", "C(#N)O"},
                 {"[N][#Branch1][C][#C][#C]", "N(=C)C"},
                 {"[C][Branch1][C][F]", "CF"},
                 {"[C][Branch1]", "C"},
                 {"[C][Branch3][Ring1]", "C"},
                 {"[C][Branch1][P][F][O]", "CF"}});
}

BOOST_AUTO_TEST_CASE(branches_nest) {
  check_decoded({{"[C][Branch1][#Branch1][C][Branch1][C][F][C][Cl][O]", "C(C(F)CCl)O"},
                 {"[C][Branch1][Branch2][C][Branch1][C][F][C][Cl][O]", "CC(F)CCl"},
                 {"[C][Branch1][#Branch1][C][Branch1][Ring1][C][F][Cl][O]", "C(C(CF)Cl)O"},
                 {"[C][Branch1][C][C][Branch1][C][C][Branch1][C][C][C]", "C(C)(C)(C)C"},
                 {"[C][Branch1][Ring2][Branch1][C][F][O]", "C(CF)O"},
                 {"[C][#Branch1][Branch1][=Branch1][C][F][O][N]", "C(F)(O)N"}});
  std::string nested;
  for (int i = 0; i < 200000; ++i) {
    nested += "[C][Branch1][P]";
  }
  BOOST_TEST(smiles_of(nested) == std::string(200000, 'C'));
}

BOOST_AUTO_TEST_CASE(rings_bind_at_both_ends) {
  check_decoded({{"[C][C][C][Ring1][Ring1]", "C1CC1"},
                 {"[C][C][C][=Ring1][Ring1]", "C=1CC=1"},
                 {"[C][C][C][#Ring1][Ring1]", "C#1CC#1"},
                 {"[C][C][C][C][#Ring1][Ring2]", "C#1CCC#1"},
                 {"[C][=C][C][#Ring1][Ring1]", "C=1=CC=1"},
                 {"[Ring1][Ring1][C]", "C"},
                 {"[C][Ring1][C]", "C"},
                 {"[C][C][Ring1][C]", "C=C"},
                 {"[C][C][#Ring1][C]", "C#C"},
                 {"[C][C][#Ring1][C][O]", "C#C"},
                 {"[F][C][C][Ring1][P]", "FCC"},
                 {"[C][C][C][C][Ring1][Ring1][Ring1][Ring1]", "CC=1CC=1"},
                 {"[C][C][C][C][C][Ring1][Ring2][Ring1][Ring2]", "CC=1CCC=1"},
                 {"[C][C][C][-/Ring1][Ring1]", "C1CC/1"},
                 {"[C][C].[C][C][Ring1][Ring2]", "C1C.CC1"}});
  std::string many = "[C]";
  for (int i = 0; i < 120; ++i) {
    many += "[C][C][C][Ring1][Ring1]";
  }
  const std::string smiles = smiles_of(many);
  BOOST_TEST(smiles.substr(smiles.size() - 15) == "C%(120)CC%(120)");
  BOOST_TEST(check_smiles(smiles_of(selfies_of(smiles))).canonical == check_smiles(smiles).canonical);
}

BOOST_AUTO_TEST_CASE(symbols_without_meaning_are_passed_over) {
  check_decoded({{"[nop]", ""},
                 {"[C][nop][O][nop]", "CO"},
                 {"[C][C][C][nop][Ring1][nop][Ring1]", "C1CC1"},
                 {"[C][epsilon][O]", "C"},
                 {"[epsilon][O]", "O"},
                 {".[C]..[O].", "C.O"},
                 {"[C@H1][Branch1][C][F][/C][=C][\\F]", "[C@H](F)/C=C\\F"}});
}

BOOST_AUTO_TEST_CASE(atom_maps_are_left_out) { BOOST_TEST(selfies_of("[CH3:1][OH:12]") == "[CH3][OH1]"); }

BOOST_AUTO_TEST_CASE(rings_over_fragments_are_kept) {
  check_translated({{"C1.C1", "[C].[C][Ring1][C]"}, {"C%(123)CC%(123)", "[C][C][C][Ring1][Ring1]"}});
}

BOOST_AUTO_TEST_CASE(random_strings_are_molecules) {
  check_random_strings({"C", "N", "O", "F"}, 3 + 3 + 2 + 1 + 15);
  check_random_strings({"H", "B", "C", "N", "O", "F", "P", "S", "Cl", "Br", "I"}, 5 * 1 + 5 * 3 + 2 + 15);
}

BOOST_AUTO_TEST_CASE(robust_symbols_are_those_of_their_elements) {
  const std::vector<std::string> elements{"O", "Cl"};
  const auto symbols = robust_selfies_symbols(elements);
  const std::vector<std::string> atoms{"[O]", "[=O]", "[Cl]"};
  BOOST_TEST(std::equal(atoms.begin(), atoms.end(), symbols.begin()));
  BOOST_TEST(std::ranges::count(symbols, "[#Branch3]") == 1);
  for (const std::string name : {"Fe", "Xx", "", "c"}) {
    const std::vector<std::string> unknown{name};
    BOOST_CHECK_THROW(robust_selfies_symbols(unknown), epitaxy::Error);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_symbol_is_refused_wherever_it_stands) {
  for (const std::string text : {"C",
                                 "[C",
                                 "[C]]",
                                 "[]",
                                 "[C][",
                                 "[C]x",
                                 "[Xx]",
                                 "[c]",
                                 "[CH]",
                                 "[CH5]",
                                 "[C+]",
                                 "[C+0]",
                                 "[==C]",
                                 "[Branch4]",
                                 "[Branch0]",
                                 "[Ring]",
                                 "[/Branch1]",
                                 "[--Ring1]",
                                 "[/Ring1]",
                                 "[C.C]",
                                 "[*]",
                                 " [C]",
                                 "[C] [C]",
                                 "[1234C]",
                                 "[F][F][Xx]",
                                 "[C][Branch1][Xx]",
                                 "[C][epsilon][Xx]",
                                 "[-C]",
                                 "[C@@@H1]",
                                 "[H0]x",
                                 "[\xc3\x85]"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_CHECK_THROW(smiles_of(text), SelfiesError); }
  }
  BOOST_TEST(message_of([] { smiles_of("[C][Xx][O]"); }) ==
             "'[Xx]' at character 4 of '[C][Xx][O]' is no SELFIES symbol");
  BOOST_TEST(message_of([] { smiles_of("[C][O"); }) == "the bracket at character 4 of '[C][O' is not closed");
  BOOST_TEST(message_of([] { smiles_of("[C]O"); }) == "character 4 of '[C]O' is outside of brackets");
}

BOOST_AUTO_TEST_CASE(what_is_no_smiles_is_refused) {
  check_refused({{"", "empty"},
                 {"C(", "character 2"},
                 {"C(C", "not closed"},
                 {"C)", "not open"},
                 {"(C)", "without an"},
                 {"C()C", "empty branch"},
                 {"C((C))", "branch"},
                 {"C1CC", "ring"},
                 {"1CC", "ring number"},
                 {"C11", "same"},
                 {"C1C1", "bound"},
                 {"C12CC12", "bound"},
                 {"C=1CC#1", "orders"},
                 {"=C", "without an atom"},
                 {"C=", "not an atom"},
                 {"C==C", "not an atom"},
                 {"C=(C)C", "an atom"},
                 {"C.", "missing"},
                 {".C", "dot"},
                 {"C..C", "dot"},
                 {"C.=C", "without"},
                 {"C(C.C)", "dot"},
                 {"CX", "character 2"},
                 {"C C", "not an atom"},
                 {"[C", "bracket"},
                 {"[]", "not an atom"},
                 {"[Xx]", "not an atom"},
                 {"C%1", "'%'"},
                 {"C%(1", "'%'"},
                 {"[CH10]", "bracket"},
                 {"[C+10]", "bracket"},
                 {"*C", "wildcard"},
                 {"[*]C", "wildcard"},
                 {"C$C", "quadruple"},
                 {"[C@TH1]", "bracket"},
                 {"H", "not an atom"},
                 {"Fe", "aromatic"},
                 {"c1cccc1", "aromatic"},
                 {"cC", "aromatic"},
                 {"xC", "aromatic"},
                 {"C:C", "aromatic"},
                 {"[C:]C", "bracket"},
                 {"si1ccccc1", "aromatic"},
                 {"C\xc3\x85", "an atom"},
                 {std::string("C\0C", 3), "character 2"}});
}

BOOST_AUTO_TEST_CASE(too_many_bonds_are_refused) {
  check_refused({{"CC(C)(C)(C)C", "the C at character 2 of 'CC(C)(C)(C)C' has 5 bonds, SELFIES allow it 4"},
                 {"C#O", "the O at character 3"},
                 {"N(=O)(=O)C", "the N at character 1"},
                 {"FCl(F)F", "the Cl"},
                 {"[CH4]C", "SELFIES allow it 0"},
                 {"[CH5]", "hydrogens"},
                 {"[Na+].[Cl-]1(C)(C)(C)(C)(C)(C)(C)CC1", "the Cl"},
                 {"C1" + std::string(4096, 'C') + "C1", "too long"},
                 {"C(" + std::string(4097, 'C') + ")C", "too long"}});
  for (const std::string& inside : {"C1" + std::string(4095, 'C') + "C1", "C(" + std::string(4096, 'C') + ")C"}) {
    BOOST_TEST(smiles_of(selfies_of(inside)) == inside);
  }
}

BOOST_AUTO_TEST_CASE(qm9_comes_back, *boost::unit_test::label("data") * boost::unit_test::precondition(has_qm9)) {
  const auto table = epitaxy::data::CsvTable::read(qm9_file());
  const std::size_t column = table.column("smiles");
  std::vector<std::string> failures;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string smiles(table.field(row, column));
    try {
      const std::string selfies = selfies_of(smiles);
      const std::string canonical = check_smiles(smiles).canonical;
      if (canonical.empty() || check_smiles(smiles_of(selfies)).canonical != canonical) {
        failures.push_back(smiles + " -> " + selfies);
      }
    } catch (const SelfiesError& error) {
      failures.emplace_back(error.what());
    }
  }
  for (const std::string& failure : failures) {
    BOOST_TEST_MESSAGE(failure);
  }
  BOOST_TEST(table.rows() > 100000);
  BOOST_TEST(failures.size() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
