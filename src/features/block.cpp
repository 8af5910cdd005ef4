#include "features/block.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "features/block_kinds.h"

namespace epitaxy::features {

using Json = nlohmann::ordered_json;

void block_keys(config::Keys& k, Block& block) {
  k.choice(block.kind,
           {"kind",
            "what the columns hold: counts of fragments, pairs, torsions or paths, descriptors, keys or functional "
            "groups of molecules; element fractions, statistics or map of compositions"});
  block_setting_keys(k, name_of(block.kind), block);
}

void block_setting_keys(config::Keys& k, std::string_view kind, Block& block) {
  // Kinds with the same keys visit them once.
  std::vector<std::pair<void (*)(config::Keys&, Block&), std::vector<std::string>>> kinds_of_keys;
  for (const auto& [value, name] : kBlockKinds) {
    if (const auto keys = entry_of(value).keys) {
      const auto known = std::ranges::find(kinds_of_keys, keys, [](const auto& entry) { return entry.first; });
      (known == kinds_of_keys.end() ? kinds_of_keys.emplace_back(keys, std::vector<std::string>{}) : *known)
          .second.emplace_back(name);
    }
  }
  for (const auto& entry : kinds_of_keys) {
    const auto& kinds = entry.second;
    k.when(std::ranges::find(kinds, kind) != kinds.end(), fmt::format("kind: {}", fmt::join(kinds, " or ")),
           [&](config::Keys& keys) { entry.first(keys, block); });
  }
}

Json json_of(const Block& block) {
  Json json{{"kind", name_of(block.kind)}};
  if (const auto write = entry_of(block.kind).write) {
    write(block, json);
  }
  return json;
}

Block block_of(const Json& json) {
  const auto name = json.at("kind").get<std::string>();
  const auto known = all_names<Block::Kind>();
  if (std::ranges::find(known, name) == known.end()) {
    fail_input("features of kind '{}', which this version does not know", name);
  }
  Block block;
  block.kind = value_of<Block::Kind>(name);
  if (const auto read = entry_of(block.kind).read) {
    read(json, block);
  }
  return block;
}

std::string to_json(const std::vector<Block>& blocks) {
  Json list = Json::array();
  for (const Block& block : blocks) {
    list.push_back(json_of(block));
  }
  return list.dump();
}

std::vector<Block> blocks_from_json(const std::string& text) {
  try {
    std::vector<Block> blocks;
    for (const Json& item : Json::parse(text)) {
      blocks.push_back(block_of(item));
    }
    return blocks;
  } catch (const nlohmann::json::exception& error) {
    fail_input("no description of features: {}", error.what());
  }
}

const chem::Substance& substance_of(Block::Kind kind) { return entry_of(kind).substance(); }

std::string mixture_problem(std::span<const chem::Substance* const> substances) {
  std::set<std::string> names;
  for (const chem::Substance* substance : substances) {
    names.insert(substance->plural());
  }
  return names.size() < 2 ? "" : fmt::format("mixes {} with features of {}", *names.begin(), *std::next(names.begin()));
}

}  // namespace epitaxy::features
