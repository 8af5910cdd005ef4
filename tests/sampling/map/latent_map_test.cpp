#include "sampling/map/latent_map.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/csv.h"
#include "data/hdf5.h"
#include "data/temporary_folder.h"
#include "sampling/map/map_output.h"
#include "sampling/sampling_blocks.h"

using namespace epitaxy;
using namespace epitaxy::sampling;
using test::block_of;

namespace {

const auto kClose = boost::test_tools::tolerance(1e-12);

models::Head gap() {
  models::Head head;
  head.name = "gap";
  head.target = "gap_eV";
  head.unit = "eV";
  return head;
}

/// Two by two cells; four points and four training molecules, one of which lies beside the map. Cell 2 (the upper left
/// one) stays empty.
LatentMap small_map() {
  LatentMap map({.cells = 2}, {gap()});
  auto first = block_of({0, 0}, {"C", "C"}, {"C"});
  first.properties = {1, 2};
  map.add(first, std::vector<double>{0.1, 0.1, 0.2, 0.4});
  auto second = block_of({0, 2}, {"C(", "CC"}, {"C"});
  second.properties = {4, 8};
  map.add(second, std::vector<double>{0.6, 0.1, 0.9, 1.0});
  map.add_molecules(std::vector<double>{0.1, 0.1, 0.3, 0.3, 0.9, 0.9, 1.5, 0.2});
  return map;
}

/// A map of one row of cells with so many decodes, valid ones and training molecules each.
LatentMap map_of(const std::vector<MapCell>& cells) {
  LatentMap map({.cells = cells.size()}, {});
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double u = (static_cast<double>(i) + 0.5) / static_cast<double>(cells.size());
    for (std::int64_t k = 0; k < cells[i].decodes; ++k) {
      map.add(block_of({0, 0}, {k < cells[i].valid ? "C" : "C("}), std::vector<double>{u, 0.0});
    }
    for (std::int64_t k = 0; k < cells[i].molecules; ++k) {
      map.add_molecules(std::vector<double>{u, 0.0});
    }
  }
  return map;
}

MapCell cell_with(std::int64_t decodes, std::int64_t valid, std::int64_t molecules) {
  MapCell cell;
  cell.decodes = decodes;
  cell.valid = valid;
  cell.molecules = molecules;
  return cell;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(latent_map_test)

BOOST_AUTO_TEST_CASE(points_are_counted_in_their_cells) {
  const LatentMap map = small_map();
  const auto& cells = map.values();
  BOOST_REQUIRE(cells.size() == 4u);
  BOOST_TEST(cells[0].points == 2);
  BOOST_TEST(cells[0].valid == 2);
  BOOST_TEST(cells[0].unique == 1);
  BOOST_TEST(cells[0].novel == 0);
  BOOST_TEST(cells[0].molecules == 2);
  BOOST_TEST(cells[0].valid_share() == 1.0);
  BOOST_TEST(map.property(0, 0) == 1.5);
  BOOST_TEST(cells[1].points == 1);
  BOOST_TEST(cells[1].valid == 0);
  BOOST_TEST(cells[1].rdkit_valid == 0);
  BOOST_TEST(cells[1].valid_share() == 0.0);
  BOOST_TEST(map.property(1, 0) == 4.0);
  BOOST_TEST(cells[2].points == 0);
  BOOST_TEST(std::isnan(cells[2].valid_share()));
  BOOST_TEST(std::isnan(map.property(2, 0)));
  BOOST_TEST(cells[3].novel == 1);
  BOOST_TEST(cells[3].molecules == 1);
  BOOST_TEST(map.molecules_outside() == 1);
}

BOOST_AUTO_TEST_CASE(a_molecule_counts_once_in_each_cell_that_decodes_to_it) {
  LatentMap map({.cells = 2}, {});
  map.add(block_of({0, 0}, {"C", "C", "OC", "CO", "C", "O"}, {}, 2), std::vector<double>{0, 0, 0.4, 0.4, 0.6, 0.6});
  BOOST_TEST(map.values()[0].points == 2);
  BOOST_TEST(map.values()[0].decodes == 4);
  BOOST_TEST(map.values()[0].unique == 2);
  BOOST_TEST(map.values()[3].unique == 2);
}

BOOST_AUTO_TEST_CASE(validity_is_compared_with_the_density_of_molecules) {
  // Ranks of the density 3, 1, 2 and of the share 2.5, 1, 2.5.
  BOOST_TEST(density_correlation(small_map()) == 1.5 / std::sqrt(2 * 1.5), kClose);
  BOOST_TEST(density_correlation(map_of({cell_with(2, 0, 0), cell_with(2, 1, 1), cell_with(2, 2, 5)})) == 1.0, kClose);
  BOOST_TEST(std::isnan(density_correlation(map_of({cell_with(2, 1, 0), cell_with(2, 1, 3)}))));
}

BOOST_AUTO_TEST_CASE(cells_are_grouped_by_density) {
  // Two cells without molecules (and one without decodes, which does not count), five with one molecule, five with 2.
  std::vector<MapCell> cells{cell_with(2, 0, 0), cell_with(4, 1, 0), cell_with(0, 0, 7)};
  cells.insert(cells.end(), 5, cell_with(2, 1, 1));
  cells.insert(cells.end(), 5, cell_with(1, 1, 2));
  const auto groups = density_groups(map_of(cells));
  BOOST_REQUIRE(groups.size() == 3u);
  BOOST_TEST(groups[0].most == 0);
  BOOST_TEST(groups[0].cells == 2u);
  BOOST_TEST(groups[0].sum.decodes == 6);
  BOOST_TEST(groups[0].sum.valid_share() == 1.0 / 6, kClose);
  BOOST_TEST(groups[1].least == 1);
  BOOST_TEST(groups[1].most == 1);
  BOOST_TEST(groups[1].cells == 5u);
  BOOST_TEST(groups[1].sum.valid_share() == 0.5);
  BOOST_TEST(groups[2].most == 2);
  BOOST_TEST(groups[2].sum.valid_share() == 1.0);
}

BOOST_AUTO_TEST_CASE(tenths_of_cells_with_different_densities) {
  std::vector<MapCell> cells;
  for (std::int64_t i = 1; i <= 20; ++i) {
    cells.push_back(cell_with(1, 1, i));
  }
  const auto groups = density_groups(map_of(cells));
  BOOST_REQUIRE(groups.size() == 10u);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    BOOST_TEST(groups[i].cells == 2u);
    BOOST_TEST(groups[i].least == static_cast<std::int64_t>(2 * i + 1));
    BOOST_TEST(groups[i].most == static_cast<std::int64_t>(2 * i + 2));
  }
}

BOOST_AUTO_TEST_CASE(files_hold_the_cells) {
  const test::TemporaryFolder folder;
  const std::vector<float> latent{-1, -1, 1, -1, -1, 1, 1, 1};
  write_map(folder.path(), small_map(), latent);
  const data::Hdf5File file(folder.path() / "map.h5", data::Hdf5File::Mode::read);
  BOOST_TEST(file.shape("/valid") == (std::vector<std::size_t>{2, 2}), boost::test_tools::per_element());
  BOOST_TEST(file.read<std::int64_t>("/valid") == (std::vector<std::int64_t>{2, 0, 0, 1}),
             boost::test_tools::per_element());
  BOOST_TEST(file.read<std::int64_t>("/training_molecules") == (std::vector<std::int64_t>{2, 0, 0, 1}),
             boost::test_tools::per_element());
  BOOST_TEST(file.read<double>("/properties/gap")[1] == 4.0);
  BOOST_TEST(std::isnan(file.read<double>("/properties/gap")[2]));
  BOOST_TEST(file.text_attribute("/properties/gap", "unit") == "eV");
  BOOST_TEST(file.read<float>("/latent") == latent, boost::test_tools::per_element());

  const auto table = data::CsvTable::read(folder.path() / "map.csv");
  BOOST_REQUIRE(table.rows() == 4u);
  BOOST_TEST(table.field(1, table.column("i")) == "1");
  BOOST_TEST(table.field(1, table.column("j")) == "0");
  BOOST_TEST(table.field(1, table.column("latent_1")) == "1");
  BOOST_TEST(table.field(1, table.column("unit_1")) == "0.75");
  BOOST_TEST(table.field(0, table.column("valid_share")) == "1");
  BOOST_TEST(table.field(2, table.column("valid_share")) == "");
  BOOST_TEST(table.field(3, table.column("gap_eV")) == "8");
}

BOOST_AUTO_TEST_CASE(a_map_through_a_larger_space_leaves_latent_vectors_to_hdf5) {
  const test::TemporaryFolder folder;
  write_map(folder.path(), small_map(), std::vector<float>(12, 0.5F));
  const data::Hdf5File file(folder.path() / "map.h5", data::Hdf5File::Mode::read);
  BOOST_TEST(file.shape("/latent") == (std::vector<std::size_t>{4, 3}), boost::test_tools::per_element());
  const auto table = data::CsvTable::read(folder.path() / "map.csv");
  BOOST_TEST(table.columns()[4] == "points");
}

BOOST_AUTO_TEST_CASE(summary_and_picture) {
  const auto json = to_json(small_map());
  BOOST_TEST(json["training_molecules"] == 3);
  BOOST_TEST(json["training_molecules_outside"] == 1);
  BOOST_TEST(json["valid_against_density_rank_correlation"].get<double>() == 1.5 / std::sqrt(3.0), kClose);
  BOOST_TEST(json["by_density"].size() == 3u);
  BOOST_TEST(json["by_density"][0]["valid"] == 0.0);
  // Two columns and one row for the four cells: left 2 of 2 valid, right 1 of 2; two and one training molecules.
  const auto picture = draw_map(small_map());
  BOOST_REQUIRE(picture.size() == 1u);
  BOOST_TEST(picture[0] == "|@+|  |@#|");
}

BOOST_AUTO_TEST_CASE(points_beside_the_square_are_refused) {
  LatentMap map({.cells = 2}, {});
  BOOST_CHECK_THROW(map.add(block_of({0, 0}, {"C"}), std::vector<double>{0.5, 1.1}), Error);
  BOOST_CHECK_THROW(map.add(block_of({0, 0}, {"C"}), std::vector<double>{0.5}), Error);
}

BOOST_AUTO_TEST_SUITE_END()
