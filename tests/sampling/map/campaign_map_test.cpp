#include "sampling/map/campaign_map.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "data/hdf5.h"
#include "data/temporary_folder.h"
#include "sampling/sampling_blocks.h"

using namespace epitaxy;
using namespace epitaxy::sampling;
using test::block_of;

namespace {

/// A box from -1 to 3 in the first and from -1 to 1 in the second latent dimension.
Domain box() {
  DomainSettings settings;
  settings.kind = DomainKind::box;
  settings.low = {-1, -1};
  settings.high = {3, 1};
  return Domain(settings, 2, nullptr);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(campaign_map_test)

BOOST_AUTO_TEST_CASE(aligned_blocks_of_sobol_points_fill_the_cells_evenly) {
  const Domain domain = box();
  CampaignMap campaign({.cells = 4}, domain, 7, {});
  for (const std::uint32_t scramble : {0U, 1U}) {
    for (const std::uint64_t first : {0U, 16U}) {
      campaign.add(block_of({scramble, first}, std::vector<std::string>(16, "C")));
    }
  }
  // 16 aligned points are a net: one in each of 16 cells.
  for (const MapCell& cell : campaign.map().values()) {
    BOOST_TEST(cell.points == 4);
    BOOST_TEST(cell.unique == 1);
  }
}

BOOST_AUTO_TEST_CASE(points_and_molecules_share_the_coordinates_of_the_domain) {
  const Domain domain = box();
  CampaignMap campaign({.cells = 2}, domain, 7, {});
  // The molecules that the first 64 points are decoded from lie in the points' cells.
  const SobolSequence sequence(2, SobolSequence::Scramble::linear_matrix, 7, 3);
  std::vector<double> unit(2 * 64);
  sequence.points(64, 64, unit.data());
  std::vector<float> latent(2 * 64);
  domain.map(unit.data(), 64, latent.data());
  for (std::size_t i = 0; i < 64; ++i) {
    CampaignMap one({.cells = 64}, domain, 7, {});
    one.add(block_of({3, 64 + i}, {"C"}));
    one.add_encoded(std::span(latent).subspan(2 * i, 2));
    for (const MapCell& cell : one.map().values()) {
      BOOST_REQUIRE(cell.points == cell.molecules);
    }
  }
  campaign.add_encoded(std::vector<float>{-0.5F, -0.5F, 2.5F, -0.5F, 0.5F, 0.9F, 4.0F, 0.0F});
  BOOST_TEST(campaign.map().values()[0].molecules == 1);
  BOOST_TEST(campaign.map().values()[1].molecules == 1);
  BOOST_TEST(campaign.map().values()[2].molecules == 1);
  BOOST_TEST(campaign.map().molecules_outside() == 1);
}

BOOST_AUTO_TEST_CASE(the_file_tells_where_cells_lie_in_the_latent_space) {
  const test::TemporaryFolder folder;
  const Domain domain = box();
  CampaignMap campaign({.cells = 2}, domain, 7, {});
  campaign.add(block_of({0, 0}, {"C"}));
  campaign.write(folder.path());
  const data::Hdf5File file(folder.path() / "map.h5", data::Hdf5File::Mode::read);
  const std::vector<float> expected{0, -0.5, 2, -0.5, 0, 0.5, 2, 0.5};
  BOOST_TEST(file.read<float>("/latent") == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(domains_without_a_map_are_refused) {
  BOOST_CHECK_THROW(check_map(Domain({}, 3, nullptr)), InputError);
  Domain restricted({}, 2, nullptr);
  BOOST_CHECK_NO_THROW(check_map(restricted));
  restricted.constrain(std::vector<double>{1, 0}, 0, true, 0);
  BOOST_CHECK_THROW(check_map(restricted), InputError);
}

BOOST_AUTO_TEST_SUITE_END()
