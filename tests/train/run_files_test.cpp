#include "train/run_files.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::train;

BOOST_AUTO_TEST_SUITE(run_files_test)

BOOST_AUTO_TEST_CASE(units_become_parts_of_names) {
  BOOST_TEST(unit_suffix("eV/atom") == "eV_atom");
  BOOST_TEST(unit_suffix("kJ mol-1") == "kJ_mol_1");
  BOOST_TEST(unit_suffix("K") == "K");
}

BOOST_AUTO_TEST_CASE(numbers_come_back_from_their_text) {
  for (const double value : {0.1, -1.0 / 3, 1e-300, 123456789.0, 0.0}) {
    BOOST_TEST(std::stod(csv_number(value)) == value);
  }
  BOOST_TEST(csv_number(0.1) == "0.1");
  BOOST_TEST(csv_number(std::numeric_limits<double>::quiet_NaN()).empty());
}

BOOST_AUTO_TEST_CASE(a_new_table_has_its_header_and_grows_by_rows) {
  const test::TemporaryFolder folder;
  const auto path = folder / "metrics.csv";
  EpochTable table(path, {"epoch", "loss"}, 0);
  BOOST_TEST(test::read_file(path) == "epoch,loss\n");
  table.append({"1", "0.5"});
  BOOST_TEST(test::read_file(path) == "epoch,loss\n1,0.5\n");
  table.append({"2", "0.25"});
  BOOST_TEST(test::read_file(path) == "epoch,loss\n1,0.5\n2,0.25\n");
}

BOOST_AUTO_TEST_CASE(a_table_is_cut_back_to_the_epoch_of_the_checkpoint) {
  const test::TemporaryFolder folder;
  const auto path = folder.write("metrics.csv", "epoch,loss\n1,0.5\n2,0.25\n3,0.2\n10,0.1\n");
  EpochTable table(path, {"epoch", "loss"}, 2);
  BOOST_TEST(test::read_file(path) == "epoch,loss\n1,0.5\n2,0.25\n");
  table.append({"3", "0.3"});
  BOOST_TEST(test::read_file(path) == "epoch,loss\n1,0.5\n2,0.25\n3,0.3\n");
}

BOOST_AUTO_TEST_CASE(a_row_that_was_cut_off_by_a_crash_is_dropped_with_its_epoch) {
  const test::TemporaryFolder folder;
  const auto path = folder.write("metrics.csv", "epoch,loss\n1,0.5\n2,0.25\n3");
  const EpochTable table(path, {"epoch", "loss"}, 2);
  BOOST_TEST(test::read_file(path) == "epoch,loss\n1,0.5\n2,0.25\n");
}

BOOST_AUTO_TEST_CASE(a_table_with_other_columns_or_of_a_new_run_starts_anew) {
  const test::TemporaryFolder folder;
  const std::string old = "epoch,loss\n1,0.5\n";
  const EpochTable other(folder.write("a.csv", old), {"epoch", "loss", "mae"}, 1);
  const EpochTable fresh(folder.write("b.csv", old), {"epoch", "loss"}, 0);
  BOOST_TEST(test::read_file(folder / "a.csv") == "epoch,loss,mae\n");
  BOOST_TEST(test::read_file(folder / "b.csv") == "epoch,loss\n");
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error) {
  const test::TemporaryFolder folder;
  EpochTable table(folder / "metrics.csv", {"epoch"}, 0);
  std::filesystem::remove(folder / "metrics.csv");
  std::filesystem::create_symlink("/dev/full", folder / "metrics.csv");
  BOOST_CHECK_EXCEPTION(table.append({"1"}), Error, test::says("metrics.csv", "disk full"));
}

BOOST_AUTO_TEST_CASE(fields_are_quoted_as_needed) {
  const test::TemporaryFolder folder;
  CsvWriter writer({"formula", "note"});
  writer.row({"Fe2O3", "red, \"rust\""});
  writer.row({"", "1.5"});
  writer.write(folder / "predictions.csv");
  BOOST_TEST(test::read_file(folder / "predictions.csv") == "formula,note\nFe2O3,\"red, \"\"rust\"\"\"\n,1.5\n");
}

BOOST_AUTO_TEST_SUITE_END()
