#include "sampling/metrics/diversity.h"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "base/error.h"
#include "chem/fingerprint.h"

using namespace epitaxy;
using namespace epitaxy::sampling;
using Texts = std::vector<std::string>;

namespace {

const auto kClose = boost::test_tools::tolerance(1e-12);

/// A fingerprint with bits [first, last).
std::vector<std::uint64_t> bits(std::size_t first, std::size_t last) {
  std::vector<std::uint64_t> words(FingerprintTable::kWords);
  for (std::size_t bit = first; bit < last; ++bit) {
    words[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  return words;
}

FingerprintTable table_of(const std::vector<std::vector<std::uint64_t>>& fingerprints) {
  FingerprintTable table;
  for (const auto& fingerprint : fingerprints) {
    table.add(fingerprint);
  }
  return table;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(diversity_test)

BOOST_AUTO_TEST_CASE(internal_diversity_of_three_fingerprints) {
  const auto world = parallel::Communicator::world();
  // Bits 0 to 99, 50 to 149 (similarity 50 / 150 = 1/3) and 1000 to 1023 (similarity 0 to both).
  const auto table = table_of({bits(0, 100), bits(50, 150), bits(1000, 1024)});
  const InternalDiversity diversity = internal_diversity(world, table);
  // Nine pairs: three with themselves, two with 1/3, four with 0.
  BOOST_TEST(diversity.first == 1 - (3 + 2.0 / 3) / 9, kClose);
  BOOST_TEST(diversity.second == 1 - std::sqrt((3 + 2.0 / 9) / 9), kClose);
}

BOOST_AUTO_TEST_CASE(equal_molecules_have_no_diversity_and_none_has_none_to_speak_of) {
  const auto world = parallel::Communicator::world();
  const InternalDiversity equal = internal_diversity(world, gather_fingerprints(world, Texts{"CCO", "OCC", "C(C)O"}));
  BOOST_TEST(std::abs(equal.first) < 1e-12);
  BOOST_TEST(std::abs(equal.second) < 1e-12);
  BOOST_TEST(std::isnan(internal_diversity(world, {}).first));
}

BOOST_AUTO_TEST_CASE(gathered_fingerprints_are_those_of_the_molecules_in_their_order) {
  const auto world = parallel::Communicator::world();
  const Texts smiles{"CCO", "c1ccccc1", "CC(=O)N", "C", "CCCCO"};
  const FingerprintTable table = gather_fingerprints(world, smiles);
  BOOST_REQUIRE(table.size() == smiles.size());
  for (std::size_t i = 0; i < smiles.size(); ++i) {
    const auto expected = chem::morgan_bits(smiles[i], {});
    const auto* words = table.words.data() + i * FingerprintTable::kWords;
    BOOST_TEST(std::vector<std::uint64_t>(words, words + FingerprintTable::kWords) == expected,
               boost::test_tools::per_element());
  }
  BOOST_CHECK_THROW(gather_fingerprints(world, Texts{"CCO", "C("}), InputError);
}

BOOST_AUTO_TEST_CASE(nearest_neighbors_lie_on_any_rank) {
  const auto world = parallel::Communicator::world();
  const Texts references{"CCO", "c1ccccc1", "CC(=O)N", "CCCCO", "FC(F)F", "C1CC1"};
  const ReferencePart part = reference_part(world, references);
  const Texts molecules{"CCCO", "C1CC1", "[He]"};
  const auto nearest = nearest_similarities(world, gather_fingerprints(world, molecules), part);
  BOOST_REQUIRE(nearest.size() == 3u);
  BOOST_TEST(nearest[0] == chem::tanimoto(chem::morgan_bits("CCCO", {}), chem::morgan_bits("CCCCO", {})), kClose);
  BOOST_TEST(nearest[0] < 1.0);
  BOOST_TEST(nearest[1] == 1.0);
  BOOST_TEST(nearest[2] == 0.0);
}

BOOST_AUTO_TEST_CASE(a_reference_does_not_count_as_its_own_neighbor) {
  const auto world = parallel::Communicator::world();
  const Texts references{"CCO", "CCCCO", "CCCO", "CCCO"};
  const ReferencePart part = reference_part(world, references);
  const Texts molecules{"CCO", "CCCO"};
  const std::vector<std::size_t> own{0, 3};
  const auto nearest = nearest_similarities(world, gather_fingerprints(world, molecules), part, own);
  BOOST_TEST(nearest[0] == chem::tanimoto(chem::morgan_bits("CCO", {}), chem::morgan_bits("CCCO", {})), kClose);
  BOOST_TEST(nearest[1] == 1.0);  // reference 2 is the same molecule and another reference
}

BOOST_AUTO_TEST_CASE(more_references_than_a_tile_are_all_seen) {
  const auto world = parallel::Communicator::world();
  FingerprintTable far = table_of({});
  for (std::size_t i = 0; i < 300; ++i) {
    far.add(bits(500 + i, 501 + i));
  }
  far.add(bits(0, 4));
  const ReferencePart part{.fingerprints = far, .first = 0};
  const auto nearest = nearest_similarities(world, table_of({bits(0, 8), bits(799, 801)}), part);
  BOOST_TEST(nearest[0] == 0.5, kClose);
  BOOST_TEST(nearest[1] == 0.5, kClose);
}

BOOST_AUTO_TEST_SUITE_END()
