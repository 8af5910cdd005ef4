// Parts of a campaign.
#include "base/file.h"
#include "fuzz/hdf5_edits.h"
#include "fuzz/target.h"
#include "sampling/campaign/part_file.h"

namespace epitaxy::fuzz {

namespace {

using chem::MoleculeCause;

std::vector<std::string> valid_part_files(const std::string& name) {
  sampling::BlockResults block;
  block.key = {1, 64};
  block.points = 2;
  block.attempts = 2;
  block.smiles = {"CCO", "C1CC", "", "c1ccccc1"};
  block.canonical = {"CCO", "", "", "c1ccccc1"};
  block.causes = {MoleculeCause::valid, MoleculeCause::syntax, MoleculeCause::empty, MoleculeCause::valid};
  block.rdkit_valid = {1, 0, 0, 1};
  block.novel = {0, 0, 0, 1};
  for (const std::string& canonical : block.canonical) {
    block.identity.push_back(canonical.empty() ? 0 : latent::molecule_identity(canonical));
  }
  block.properties = {1.5f, -2.0f, 0.25f, 3e-9f};
  const auto path = scratch_file(name, "");
  sampling::write_part(path, block, "mine");
  return {file::read(path)};
}

void read_part(std::string_view bytes) {
  static const std::string name = sampling::part_name({1, 64});
  static const std::vector<std::string> bases = valid_part_files(name);
  const auto path = scratch_file(name, edited_hdf5(bases, bytes));
  const sampling::PartHeader header = sampling::read_part_header(path, "");
  const sampling::BlockResults block = sampling::read_part(path, "mine");
  expect(header.points == block.points && sampling::hash_of(block) == header.hash, "a header is that of its block");
  const std::size_t decodes = block.points * block.attempts;
  expect(block.smiles.size() == decodes && block.causes.size() == decodes && block.novel.size() == decodes,
         "a block has all of its molecules");
}

const Target kPart("part", read_part);

}  // namespace

}  // namespace epitaxy::fuzz
