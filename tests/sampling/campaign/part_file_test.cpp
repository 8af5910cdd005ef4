#include "sampling/campaign/part_file.h"

#include <boost/test/unit_test.hpp>

#include "data/hdf5.h"
#include "data/hdf5_handle.h"
#include "data/temporary_folder.h"
#include "sampling/sampling_blocks.h"

using namespace epitaxy;
using namespace epitaxy::sampling;
using test::says;
using test::TemporaryFolder;

namespace {

BlockResults example() {
  BlockResults block = test::block_of({1, 64}, {"CCO", "C1CC", "", "c1ccccc1"}, {"CCO"}, 2);
  for (std::size_t i = 0; i < block.identity.size(); ++i) {
    block.identity[i] = block.identity[i] == 0 ? 0 : latent::molecule_identity(block.canonical[i]);
  }
  block.properties = {1.5f, -2.0f, 0.25f, 3e-9f};
  return block;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(part_file_test)

BOOST_AUTO_TEST_CASE(a_block_comes_back) {
  const TemporaryFolder folder;
  const BlockResults block = example();
  const auto path = folder / part_name(block.key);
  write_part(path, block, "mine");
  const BlockResults read = read_part(path, "mine");
  BOOST_TEST((read.key == block.key));
  BOOST_TEST(read.points == 2U);
  BOOST_TEST(read.attempts == 2U);
  BOOST_TEST(read.smiles == block.smiles, boost::test_tools::per_element());
  BOOST_TEST(read.canonical == block.canonical, boost::test_tools::per_element());
  BOOST_TEST((read.causes == block.causes));
  BOOST_TEST(read.rdkit_valid == block.rdkit_valid, boost::test_tools::per_element());
  BOOST_TEST(read.identity == block.identity, boost::test_tools::per_element());
  BOOST_TEST(read.novel == block.novel, boost::test_tools::per_element());
  BOOST_TEST(read.properties == block.properties, boost::test_tools::per_element());
  BOOST_TEST(hash_of(read) == hash_of(block));
  BOOST_TEST(read_part_header(path, "mine").hash == hash_of(block));
}

BOOST_AUTO_TEST_CASE(names_sort_as_blocks_do) {
  BOOST_TEST(part_name({1, 65536}) == "0001_0000065536.h5");
  BOOST_TEST(part_name({1, 1024}) < part_name({1, 65536}));
  BOOST_TEST(part_name({1, 4294966272U}) < part_name({2, 0}));
}

BOOST_AUTO_TEST_CASE(every_part_of_a_block_counts_in_its_hash) {
  const std::string before = hash_of(example());
  const auto changed = [&](auto change) {
    BlockResults block = example();
    change(block);
    return hash_of(block) != before;
  };
  BOOST_TEST(changed([](BlockResults& b) { b.key.first = 65; }));
  BOOST_TEST(changed([](BlockResults& b) { b.key.scramble = 0; }));
  BOOST_TEST(changed([](BlockResults& b) { b.smiles[0] = "OCC"; }));
  BOOST_TEST(changed([](BlockResults& b) { b.causes[1] = chem::MoleculeCause::valence; }));
  BOOST_TEST(changed([](BlockResults& b) { b.novel[3] = 0; }));
  BOOST_TEST(changed([](BlockResults& b) { b.properties[3] = 4e-9f; }));
}

BOOST_AUTO_TEST_CASE(parts_of_other_campaigns_are_refused) {
  const TemporaryFolder folder;
  const auto path = folder / part_name(example().key);
  write_part(path, example(), "other");
  BOOST_CHECK_EXCEPTION(read_part(path, "mine"), InputError, says("belongs to another campaign"));
  BOOST_CHECK_EXCEPTION(read_part_header(path, "mine"), InputError, says("belongs to another campaign"));
  BOOST_CHECK_NO_THROW(read_part(path, ""));
}

// Wherever a byte changes, or the file ends, it is noticed or the block is the same.
BOOST_AUTO_TEST_CASE(damage_is_noticed) {
  const TemporaryFolder folder;
  const BlockResults block = example();
  const auto path = folder / part_name(block.key);
  write_part(path, block, "mine");
  const std::string whole = test::read_file(path);
  std::size_t noticed = 0;
  const auto is_safe = [&](const std::string& bytes) {
    folder.write(part_name(block.key), bytes);
    try {
      return hash_of(read_part(path, "mine")) == hash_of(block);
    } catch (const data::DamagedFileError&) {
      ++noticed;
      return true;
    }
  };
  for (std::size_t place = 0; place < whole.size(); place += 97) {
    std::string bytes = whole;
    bytes[place] = static_cast<char>(bytes[place] ^ 4);
    BOOST_TEST(is_safe(bytes), "byte " << place);
    BOOST_TEST(is_safe(whole.substr(0, place)), "cut at " << place);
  }
  BOOST_TEST(noticed > 20U);
}

BOOST_AUTO_TEST_CASE(what_another_program_changed_is_noticed_by_its_header_alone) {
  const TemporaryFolder folder;
  const BlockResults block = example();
  const auto path = folder / part_name(block.key);
  write_part(path, block, "mine");
  const auto edit = [&](std::uint8_t cause) {
    const data::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    const data::Handle causes(H5Dopen2(file, "/cause", H5P_DEFAULT), H5Dclose);
    const std::vector<std::uint8_t> all(block.causes.size(), cause);
    H5Dwrite(causes, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
  };
  edit(3);
  BOOST_CHECK_EXCEPTION(read_part_header(path, "mine"), data::DamagedFileError, says("does not fit its hash"));
  edit(255);
  BOOST_CHECK_EXCEPTION(read_part_header(path, "mine"), data::DamagedFileError, says("no cause number 255"));
}

BOOST_AUTO_TEST_CASE(a_part_under_the_name_of_another_is_damaged) {
  const TemporaryFolder folder;
  write_part(folder / part_name({0, 0}), example(), "mine");
  BOOST_CHECK_THROW(read_part(folder / part_name({0, 0}), "mine"), data::DamagedFileError);
}

BOOST_AUTO_TEST_SUITE_END()
