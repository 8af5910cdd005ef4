#include "sampling/campaign/campaign.h"

#include <boost/test/unit_test.hpp>
#include <csignal>

#include "base/error.h"
#include "base/file.h"
#include "data/hdf5.h"
#include "data/temporary_folder.h"
#include "sampling/campaign/campaign_file.h"
#include "sampling/campaign/campaign_tables.h"
#include "sampling/campaign/part_file.h"
#include "sampling/sampling_blocks.h"

using namespace epitaxy;
using namespace epitaxy::sampling;
using parallel::Communicator;
using parallel::TaskWork;
using test::says;
namespace fs = std::filesystem;

namespace {

/// One folder for all ranks, and blocks that count how often they are computed.
struct Case {
  Communicator world = Communicator::world();
  test::TemporaryFolder own;
  fs::path folder{world.broadcast(own.path().string())};
  parallel::StopHandler stop;
  std::size_t computed = 0;  ///< By this rank.

  Case() { world.barrier(); }
  ~Case() { world.barrier(); }

  static BlockResults block(BlockKey key, std::size_t points) {
    std::vector<std::string> smiles;
    for (std::size_t i = 0; i < points; ++i) {
      smiles.push_back(i % 3 == 2 ? "C1CC" : std::string(1 + (key.first + i + key.scramble) % 9, 'C'));
    }
    BlockResults results = test::block_of(key, smiles, {"CC"});
    for (std::size_t i = 0; i < points; ++i) {
      results.identity[i] = results.identity[i] == 0 ? 0 : latent::molecule_identity(results.canonical[i]);
      results.properties.push_back(static_cast<float>(key.first + i));
    }
    return results;
  }

  BlockList list(std::size_t points, std::uint32_t scrambles) {
    return {"test", folder / "parts", points, scrambles, 4, [this](BlockKey key) {
              ++computed;
              return block(key, 4);
            }};
  }

  TaskWork compute(const BlockList& list) { return compute_blocks(world, {list}, "mine", stop); }

  /// By all ranks.
  std::string hash(const BlockList& list) const {
    world.barrier();
    std::vector<std::string> hashes;
    for (const BlockKey key : list.keys()) {
      hashes.push_back(read_part_header(list.path(key), "mine").hash);
    }
    world.barrier();
    return campaign_hash(hashes);
  }

  static std::string expected_hash(const BlockList& list) {
    std::vector<std::string> hashes;
    for (const BlockKey key : list.keys()) {
      hashes.push_back(hash_of(block(key, list.block)));
    }
    return campaign_hash(hashes);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(campaign_test, Case)

BOOST_AUTO_TEST_CASE(every_block_is_computed_once_and_extension_adds_the_rest) {
  const BlockList small = list(16, 2);
  const TaskWork first = compute(small);
  BOOST_TEST(first.done);
  BOOST_TEST(first.computed == 8U);
  BOOST_TEST(first.cost == 32);
  BOOST_TEST(hash(small) == expected_hash(small));

  BOOST_TEST(compute(small).computed == 0U);
  const BlockList large = list(32, 3);
  const TaskWork second = compute(large);
  BOOST_TEST(second.missing == 16U);
  BOOST_TEST(second.computed == 16U);
  BOOST_TEST(hash(large) == expected_hash(large));
  BOOST_TEST(hash(small) == expected_hash(small));
}

BOOST_AUTO_TEST_CASE(damaged_parts_are_computed_again) {
  const BlockList blocks = list(16, 1);
  compute(blocks);
  const fs::path cut = blocks.path({0, 4});
  world.on_root([&] {
    fs::resize_file(cut, fs::file_size(cut) / 2);
    file::write_atomically(blocks.path({0, 8}), "no part");
    fs::remove(blocks.path({0, 12}));
  });
  const TaskWork work = compute(blocks);
  BOOST_TEST(work.missing == 3U);
  BOOST_TEST(work.computed == 3U);
  BOOST_TEST(hash(blocks) == expected_hash(blocks));
}

BOOST_AUTO_TEST_CASE(parts_that_another_job_adds_meanwhile_are_left_to_it) {
  BlockList blocks = list(32, 1);
  const auto compute_here = blocks.compute;
  blocks.compute = [&](BlockKey key) {
    for (const BlockKey other : blocks.keys()) {  // the other job is quick
      if (!fs::exists(blocks.path(other)) && other != key) {
        write_part(blocks.path(other), block(other, 4), "mine");
      }
    }
    return compute_here(key);
  };
  const TaskWork work = compute(blocks);
  BOOST_TEST(work.done);
  BOOST_TEST(work.missing == 8U);
  BOOST_TEST(work.computed <= static_cast<std::size_t>(world.size()));
  BOOST_TEST(hash(blocks) == expected_hash(blocks));
}

BOOST_AUTO_TEST_CASE(a_stop_ends_at_a_block_and_the_rest_follows) {
  BlockList blocks = list(256, 1);
  const auto compute_here = blocks.compute;
  blocks.compute = [&](BlockKey key) {
    ::raise(SIGUSR1);
    return compute_here(key);
  };
  const TaskWork stopped = compute(blocks);
  BOOST_TEST(!stopped.done);
  BOOST_TEST(stopped.computed >= 1U);
  BOOST_TEST(stopped.computed <= static_cast<std::size_t>(world.size()));
  const parallel::StopHandler fresh;  // forgets the signal
  const TaskWork rest = compute(list(256, 1));
  BOOST_TEST(rest.done);
  BOOST_TEST(rest.computed == 64 - stopped.computed);
}

BOOST_AUTO_TEST_CASE(an_error_in_one_block_ends_all_ranks) {
  BlockList blocks = list(64, 1);
  blocks.compute = [](BlockKey key) {
    if (key.first == 32) {
      throw Error("no such molecule");
    }
    return block(key, 4);
  };
  BOOST_CHECK_EXCEPTION(compute(blocks), Error, says("no such molecule"));
}

BOOST_AUTO_TEST_CASE(parts_of_other_campaigns_are_refused) {
  const BlockList blocks = list(16, 1);
  world.on_root([&] {
    file::make_writable_folder(blocks.folder);
    write_part(blocks.path({0, 12}), block({0, 12}, 4), "other");
  });
  BOOST_CHECK_EXCEPTION(compute(blocks), InputError, says("0000_0000000012.h5: belongs to another campaign"));
  BOOST_TEST(computed == 0U);
}

BOOST_AUTO_TEST_CASE(a_folder_belongs_to_the_campaign_that_claims_it_first) {
  if (!world.is_root()) {
    return;
  }
  claim_folder(folder, "keys: 1\nmodel: a\n");
  BOOST_CHECK_NO_THROW(claim_folder(folder, "keys: 1\nmodel: a\n"));
  BOOST_CHECK_EXCEPTION(claim_folder(folder, "keys: 1\nseed: 2\nmodel: a\n"), InputError,
                        says("\n  campaign: seed: (default)\n  input:    seed: 2\nUse another --output, or --fresh"));
  file::write_atomically(folder / "campaign.yaml", "seed: 1\nmodel: a\n");
  BOOST_CHECK_EXCEPTION(claim_folder(folder, "keys: 1\nmodel: a\n"), InputError,
                        says("of an earlier version", "Use another --output, or --fresh"));
}

BOOST_AUTO_TEST_CASE(tables_and_view_show_all_parts) {
  const BlockList blocks = list(8, 2);
  compute(blocks);
  if (!world.is_root()) {
    return;
  }
  models::ModelDescription model;
  model.heads = {{"gap", "gap", "eV", {}, 1}};
  std::vector<BlockKey> used;
  const CampaignContent content =
      write_tables(blocks, "mine", model, folder, true, [&](const BlockResults& b) { used.push_back(b.key); });
  BOOST_TEST((used == blocks.keys()));
  BOOST_TEST(content.hash == expected_hash(blocks));
  BOOST_TEST(content.longest_smiles == 9U);
  const std::string molecules = test::read_file(folder / "molecules.csv");
  BOOST_TEST(
      molecules.starts_with("scramble,point,attempt,smiles,canonical,valid,cause,novel,gap_eV\n"
                            "0,0,1,C,C,1,,1,0\n0,1,1,CC,CC,1,,0,1\n0,2,1,C1CC,,0,syntax,0,2\n"));
  BOOST_TEST(std::ranges::count(molecules, '\n') == 17);
  const std::string table = test::read_file(folder / "blocks.csv");
  BOOST_TEST(table.starts_with("scramble,first_point,points,decoded,rdkit_valid,valid,unique,novel,empty,syntax,"));
  BOOST_TEST(table.find("\n0,0,4,4,3,3,3,2,0,1,") != std::string::npos);
  const auto without_novelty = folder / "no_training_data";
  std::filesystem::create_directory(without_novelty);
  write_tables(blocks, "mine", model, without_novelty, false, [](const BlockResults&) {});
  BOOST_TEST(test::read_file(without_novelty / "molecules.csv").find("\n0,0,1,C,C,1,,,0\n") != std::string::npos);
  BOOST_TEST(test::read_file(without_novelty / "blocks.csv").find("\n0,0,4,4,3,3,3,,0,1,") != std::string::npos);

  write_campaign(folder / "campaign.h5", blocks, {8, 2, 4, 1, "seed: 1\n", content.hash}, content, model);
  fs::create_directories(folder / "moved");
  for (const char* name : {"campaign.h5", "parts"}) {
    fs::rename(folder / name, folder / "moved" / name);
  }
  const data::Hdf5File file(folder / "moved/campaign.h5", data::Hdf5File::Mode::read);
  const auto smiles = file.read<std::string>("/smiles");
  BOOST_REQUIRE(smiles.size() == 16U);
  BOOST_TEST(smiles[8] == "CC");  // scramble 1, point 0
  BOOST_TEST(smiles[15] == block({1, 4}, 4).smiles[3]);
  BOOST_TEST(file.read<std::uint8_t>("/novel")[1] == 0);
  BOOST_TEST(read_campaign(folder / "moved/campaign.h5").hash == content.hash);
  write_part(folder / "moved/parts" / part_name({0, 4}), block({0, 4}, 4), "mine");
  BOOST_CHECK_NO_THROW(read_campaign(folder / "moved/campaign.h5"));
  BlockResults other = block({0, 4}, 4);
  other.novel[0] ^= 1;
  write_part(folder / "moved/parts" / part_name({0, 4}), other, "mine");
  BOOST_CHECK_EXCEPTION(read_campaign(folder / "moved/campaign.h5"), InputError, says("its parts have changed"));

  fs::remove(folder / "moved/parts" / part_name({0, 4}));
  BOOST_CHECK_EXCEPTION(read_campaign(folder / "moved/campaign.h5"), InputError,
                        says("1 of its 4 parts cannot be read", "0000_0000000004.h5: no such file"));
  BOOST_CHECK_THROW(file.read<std::uint8_t>("/cause"), data::DamagedFileError);
}

BOOST_AUTO_TEST_SUITE_END()
