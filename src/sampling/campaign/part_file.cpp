#include "sampling/campaign/part_file.h"

#include "base/file.h"
#include "base/hash.h"
#include "data/hdf5.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;
using data::DamagedFileError;
using data::Hdf5File;

namespace {

constexpr const char* kPartFormat = "epitaxy campaign part";
constexpr std::int64_t kPartVersion = 1;

std::vector<std::uint8_t> numbers_of(const std::vector<chem::MoleculeCause>& causes) {
  std::vector<std::uint8_t> numbers;
  numbers.reserve(causes.size());
  for (const chem::MoleculeCause cause : causes) {
    numbers.push_back(static_cast<std::uint8_t>(cause));
  }
  return numbers;
}

std::vector<chem::MoleculeCause> causes_of(const std::vector<std::uint8_t>& numbers) {
  std::vector<chem::MoleculeCause> causes;
  causes.reserve(numbers.size());
  for (const std::uint8_t number : numbers) {
    if (number > static_cast<std::uint8_t>(chem::MoleculeCause::other)) {
      throw DamagedFileError(fmt::format("there is no cause number {}", number));
    }
    causes.push_back(static_cast<chem::MoleculeCause>(number));
  }
  return causes;
}

/// Whatever is wrong with the file: it is to be made again.
template <typename Work>
auto or_damaged(Work work) {
  try {
    return work();
  } catch (const DamagedFileError&) {
    throw;
  } catch (const InputError& error) {
    throw DamagedFileError(error.what());
  }
}

Hdf5File open_part(const fs::path& path) {
  return or_damaged([&] { return Hdf5File(path, Hdf5File::Mode::read); });
}

PartHeader read_header(const Hdf5File& in) {
  if (!in.has_attribute("/", "format") || in.text_attribute("/", "format") != kPartFormat) {
    fail_input("{}: is no part of a campaign", in.path().string());
  }
  PartHeader header;
  header.key.scramble = static_cast<std::uint32_t>(in.integer_attribute("/", "scramble"));
  header.key.first = static_cast<std::uint64_t>(in.integer_attribute("/", "first_point"));
  header.points = static_cast<std::size_t>(in.integer_attribute("/", "points"));
  header.attempts = static_cast<std::size_t>(in.integer_attribute("/", "attempts"));
  header.hash = in.text_attribute("/", "hash");
  if (part_name(header.key) != in.path().filename()) {
    fail_input("{}: holds the block of another name, {}", in.path().string(), part_name(header.key));
  }
  return header;
}

PartHeader read_own_header(const Hdf5File& in, const std::string& campaign) {
  PartHeader header = or_damaged([&] { return read_header(in); });
  const std::string owner = or_damaged([&] { return in.text_attribute("/", "campaign"); });
  if (!campaign.empty() && owner != campaign) {
    fail_input("{}: belongs to another campaign ({} instead of {}): move it away", in.path().string(), owner, campaign);
  }
  return header;
}

}  // namespace

std::string part_name(BlockKey key) { return fmt::format("{:04}_{:010}.h5", key.scramble, key.first); }

std::string hash_of(const BlockResults& block) {
  Hasher hasher;
  for (const std::uint64_t number : {std::uint64_t{block.key.scramble}, block.key.first, std::uint64_t{block.points},
                                     std::uint64_t{block.attempts}}) {
    hasher.add_bytes(&number, sizeof number);
  }
  for (const auto* texts : {&block.smiles, &block.canonical}) {
    for (const std::string& text : *texts) {
      hasher.add(text);
    }
  }
  const auto causes = numbers_of(block.causes);
  for (const auto* numbers : {&causes, &block.rdkit_valid, &block.novel}) {
    hasher.add(std::span<const std::uint8_t>(*numbers));
  }
  hasher.add(std::span<const std::uint64_t>(block.identity));
  hasher.add(std::span<const float>(block.properties));
  return hasher.hex();
}

void write_part(const fs::path& path, const BlockResults& block, const std::string& campaign) {
  file::write_atomically(path, [&](const fs::path& temporary) {
    Hdf5File out(temporary, Hdf5File::Mode::create);
    out.write_deflated("/smiles", block.smiles);
    out.write_deflated("/canonical", block.canonical);
    out.write_deflated("/cause", numbers_of(block.causes));
    out.write_deflated("/rdkit_valid", block.rdkit_valid);
    out.write_deflated("/novel", block.novel);
    const std::size_t heads = block.points > 0 ? block.properties.size() / block.points : 0;
    if (heads > 0) {
      out.write_deflated("/properties", block.properties, heads);
    }
    out.write_attribute("/", "format", std::string(kPartFormat));
    out.write_attribute("/", "format_version", kPartVersion);
    out.write_attribute("/", "campaign", campaign);
    out.write_attribute("/", "scramble", static_cast<std::int64_t>(block.key.scramble));
    out.write_attribute("/", "first_point", static_cast<std::int64_t>(block.key.first));
    out.write_attribute("/", "points", static_cast<std::int64_t>(block.points));
    out.write_attribute("/", "attempts", static_cast<std::int64_t>(block.attempts));
    out.write_attribute("/", "hash", hash_of(block));
    out.close();
  });
}

namespace {

BlockResults read_block(const Hdf5File& in, const PartHeader& header) {
  BlockResults block;
  block.key = header.key;
  block.points = header.points;
  block.attempts = header.attempts;
  or_damaged([&] {
    block.smiles = in.read<std::string>("/smiles");
    block.canonical = in.read<std::string>("/canonical");
    block.causes = causes_of(in.read<std::uint8_t>("/cause"));
    block.rdkit_valid = in.read<std::uint8_t>("/rdkit_valid");
    block.novel = in.read<std::uint8_t>("/novel");
    if (in.exists("/properties")) {
      block.properties = in.read<float>("/properties");
    }
  });
  for (std::size_t i = 0; i < block.causes.size() && i < block.canonical.size(); ++i) {
    const bool valid = block.causes[i] == chem::MoleculeCause::valid;
    block.identity.push_back(valid ? latent::molecule_identity(block.canonical[i]) : 0);
  }
  if (hash_of(block) != header.hash) {
    throw DamagedFileError(in.path().string() + ": the file is damaged (its content does not fit its hash)");
  }
  return block;
}

}  // namespace

PartHeader read_part_header(const fs::path& path, const std::string& campaign) {
  const Hdf5File in = open_part(path);
  PartHeader header = read_own_header(in, campaign);
  if (!in.is_sealed()) {  // another program wrote in it
    read_block(in, header);
  }
  return header;
}

BlockResults read_part(const fs::path& path, const std::string& campaign) {
  const Hdf5File in = open_part(path);
  return read_block(in, read_own_header(in, campaign));
}

}  // namespace epitaxy::sampling
