#include "app/input_columns.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::app;
using epitaxy::test::says;

namespace {

/// A table with this header.
data::CsvTable table(const std::string& header) {
  const test::TemporaryFolder folder;
  return data::CsvTable::read(folder.write("in.csv", header + "\n\n1" + std::string(20, ',') + "\n"));
}

const data::Preparation kPrepared{{},
                                  "structure",
                                  {{"gap_eV", "calc", "kcal/mol", "eV"},
                                   {"energy", "energy", "kJ/mol", "eV/atom"},
                                   {"energy", "total", "eV/formula", "eV/atom"}}};

const std::unique_ptr<chem::Preparer> kMolecules = chem::molecules().preparer({});
const std::unique_ptr<chem::Preparer> kFormulas = chem::compositions().preparer({});

std::size_t text_of(const std::string& header, const std::string& named = "",
                    const std::optional<data::Preparation>& preparation = kPrepared) {
  return text_column("in.csv", table(header), named, preparation, "smiles");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(input_columns)

BOOST_AUTO_TEST_CASE(texts_stand_where_they_stood_in_the_source) {
  BOOST_TEST(text_of("smiles,structure,mine") == 1U);
  BOOST_TEST(text_of("smiles,structure,mine", "mine") == 2U);
  BOOST_TEST(text_of("a,smiles") == 1U);
  BOOST_TEST(text_of("structure,smiles", "", {}) == 1U);
  BOOST_CHECK_EXCEPTION(text_of("a,b"), InputError, says("in.csv", "'structure'", "'smiles'", "a, b"));
  BOOST_CHECK_EXCEPTION(text_of("a,b", "", {}), InputError, says("no column 'smiles'"));
  BOOST_CHECK_EXCEPTION(text_of("structure,b", "mine"), InputError, says("no column 'mine'"));
}

BOOST_AUTO_TEST_CASE(values_are_found_by_the_target_or_as_in_the_source, *boost::unit_test::tolerance(1e-9)) {
  const auto own = find_value_column(table("smiles,calc,gap_eV"), "gap_eV", "eV", kPrepared);
  BOOST_REQUIRE(own.has_value());
  BOOST_TEST(own->column == 2U);
  BOOST_TEST(own->told.empty());
  BOOST_TEST(converted(*own, 7.0, "no SMILES", *kMolecules) == 7.0);

  const auto source = find_value_column(table("smiles,calc"), "gap_eV", "eV", kPrepared);
  BOOST_REQUIRE(source.has_value());
  BOOST_TEST(source->told == "gap_eV is the column 'calc', converted from kcal/mol to eV");
  BOOST_TEST(converted(*source, 96.48533212 / 4.184, "C", *kMolecules) == 1.0);

  BOOST_TEST(!find_value_column(table("smiles,gap"), "gap_eV", "eV", kPrepared).has_value());
  BOOST_TEST(!find_value_column(table("smiles,calc"), "gap_eV", "eV", {}).has_value());
  BOOST_CHECK_EXCEPTION(value_column("in.csv", table("smiles,gap"), "gap_eV", "eV", kPrepared), InputError,
                        says("in.csv", "'gap_eV' (eV)", "'calc' (kcal/mol)", "smiles, gap"));
  BOOST_CHECK_EXCEPTION(value_column("in.csv", table("smiles,gap"), "gap_eV", "eV", {}), InputError,
                        says("no column 'gap_eV'"));
}

BOOST_AUTO_TEST_CASE(capitals_matter_where_that_decides) {
  const auto alike = find_value_column(table("smiles,GAP_EV"), "gap_eV", "eV", kPrepared);
  BOOST_REQUIRE(alike.has_value());
  BOOST_TEST(alike->told == "gap_eV is the column 'GAP_EV'");
  BOOST_TEST(find_value_column(table("smiles,Calc"), "gap_eV", "eV", kPrepared)->column == 1U);
  BOOST_TEST(find_value_column(table("smiles,GAP_EV,calc"), "gap_eV", "eV", kPrepared)->column == 2U);
  BOOST_TEST(find_value_column(table("smiles,GAP_EV,gap_eV"), "gap_eV", "eV", kPrepared)->column == 2U);
  BOOST_TEST(!find_value_column(table("smiles,GAP_EV,Gap_eV"), "gap_eV", "eV", kPrepared).has_value());
}

BOOST_AUTO_TEST_CASE(energies_are_divided_by_the_atoms_of_the_row, *boost::unit_test::tolerance(1e-9)) {
  // The column has the target's name, but it has it in the source, too: it is in the source's unit.
  const auto alike = find_value_column(table("smiles,total,energy"), "energy", "eV/atom", kPrepared);
  BOOST_REQUIRE(alike.has_value());
  BOOST_TEST(alike->told == "energy is the column 'energy', converted from kJ/mol to eV/atom");
  BOOST_TEST(converted(*alike, 96.48533212 * 5, "C", *kMolecules) == 1.0);
  BOOST_TEST(converted(*alike, 96.48533212 * 6, "Al4O6", *kFormulas) == 0.6);
  BOOST_CHECK_THROW(converted(*alike, 1, "C1CC", *kMolecules), std::runtime_error);
  const auto second = find_value_column(table("smiles,total"), "energy", "eV/atom", kPrepared);
  BOOST_REQUIRE(second.has_value());
  BOOST_TEST(second->column == 1U);
  BOOST_TEST(converted(*second, 5, "C", *kMolecules) == 1.0);
}

BOOST_AUTO_TEST_SUITE_END()
