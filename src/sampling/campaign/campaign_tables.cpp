#include "sampling/campaign/campaign_tables.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/progress.h"
#include "base/text.h"
#include "data/csv.h"
#include "sampling/campaign/part_file.h"
#include "train/run_files.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;

namespace {

/// A text that is written in large pieces.
class TextFile {
 public:
  explicit TextFile(const fs::path& path) : path_(path), out_(path, std::ios::binary) {}

  std::string& text() { return text_; }
  void flush(std::size_t above) {
    if (text_.size() > above) {
      out_ << text_;
      text_.clear();
    }
  }
  void close() {
    flush(0);
    out_.close();
    if (!out_) {
      fail("cannot write {}: is the disk full?", path_.string());
    }
  }

 private:
  fs::path path_;
  std::ofstream out_;
  std::string text_;
};

std::string letters_of(const std::string& text) {
  std::string letters;
  std::ranges::copy_if(text, std::back_inserter(letters),
                       [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
  return letters;
}

/// `gap` in eV -> `gap_eV`; `gap_eV` stays.
std::string with_unit(const models::Head& head) {
  const bool has_unit = head.unit == "none" || letters_of(head.target).ends_with(letters_of(head.unit));
  return has_unit ? head.target : head.target + "_" + train::unit_suffix(head.unit);
}

std::string molecule_header(const models::ModelDescription& description) {
  std::string header = "scramble,point,attempt,smiles,canonical,valid,cause,novel";
  for (const std::string& column : property_columns(description)) {
    header += ',';
    header += data::csv_field(column);
  }
  return header + "\n";
}

void add_molecules(const BlockResults& block, bool novelty, std::string& text) {
  const std::size_t heads = block.points > 0 ? block.properties.size() / block.points : 0;
  std::string properties;
  for (std::size_t i = 0; i < block.smiles.size(); ++i) {
    const std::size_t point = i / block.attempts;
    if (i % block.attempts == 0) {
      properties.clear();
      for (std::size_t h = 0; h < heads; ++h) {
        fmt::format_to(std::back_inserter(properties), ",{}", block.properties[point * heads + h]);
      }
    }
    const bool valid = block.causes[i] == chem::MoleculeCause::valid;
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{},{}{}\n", block.key.scramble, block.key.first + point,
                   i % block.attempts + 1, data::csv_field(block.smiles[i]), data::csv_field(block.canonical[i]),
                   valid ? 1 : 0, valid ? "" : chem::name_of(block.causes[i]),
                   novelty ? (block.novel[i] != 0 ? "1" : "0") : "", properties);
  }
}

std::string block_header() {
  std::string header = "scramble,first_point,points,decoded,rdkit_valid,valid,unique,novel";
  for (std::size_t cause = 1; cause < latent::kCauses; ++cause) {
    header += std::string(",") + chem::name_of(static_cast<chem::MoleculeCause>(cause));
  }
  return header + "\n";
}

std::string block_row(const BlockResults& block, bool novelty) {
  const latent::MoleculeCounts counts = count_molecules(block);
  std::string row =
      fmt::format("{},{},{},{},{},{},{},{}", block.key.scramble, block.key.first, block.points, counts.decodes,
                  counts.rdkit_valid, counts.valid, counts.unique, novelty ? fmt::format("{}", counts.novel) : "");
  for (std::size_t cause = 1; cause < latent::kCauses; ++cause) {
    row += fmt::format(",{}", counts.causes[cause]);
  }
  return row + "\n";
}

std::size_t longest(const std::vector<std::string>& texts, std::size_t before) {
  for (const std::string& text : texts) {
    before = std::max(before, text.size());
  }
  return before;
}

}  // namespace

std::vector<std::string> property_columns(const models::ModelDescription& description) {
  std::vector<std::string> columns;
  for (const models::Head& head : description.heads) {
    const auto shared = std::ranges::count(description.heads, head.target, &models::Head::target);
    columns.push_back(with_unit(head) + (shared > 1 ? "_" + head.name : ""));
  }
  return columns;
}

std::string campaign_hash(const std::vector<std::string>& parts) {
  Hasher hasher;
  for (const std::string& part : parts) {
    hasher.add(part);
  }
  return hasher.hex();
}

CampaignContent write_tables(const BlockList& list, const std::string& campaign,
                             const models::ModelDescription& description, const fs::path& folder, bool novelty,
                             const std::function<void(const BlockResults&)>& use) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  CampaignContent content;
  std::vector<std::string> hashes;
  std::string blocks = block_header();
  const auto keys = list.keys();
  log::Progress progress("collecting", "block");
  progress.plan("", static_cast<std::int64_t>(keys.size()));
  file::write_atomically(folder / "molecules.csv", [&](const fs::path& temporary) {
    TextFile molecules(temporary);
    molecules.text() = molecule_header(description);
    for (const BlockKey key : keys) {
      const BlockResults block = read_part(list.path(key), campaign);
      hashes.push_back(hash_of(block));
      add_molecules(block, novelty, molecules.text());
      molecules.flush(kPiece);
      blocks += block_row(block, novelty);
      content.longest_smiles = longest(block.smiles, content.longest_smiles);
      content.longest_canonical = longest(block.canonical, content.longest_canonical);
      use(block);
      progress.reached(static_cast<std::int64_t>(hashes.size()));
    }
    molecules.close();
  });
  file::write_atomically(folder / "blocks.csv", blocks);
  content.hash = campaign_hash(hashes);
  return content;
}

}  // namespace epitaxy::sampling
