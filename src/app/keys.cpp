#include "app/keys.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/stage.h"
#include "app/workflow.h"
#include "base/table.h"
#include "base/text.h"
#include "config/key_list.h"

namespace epitaxy::app {

namespace {

using config::KeyInfo;
using config::PlacedKey;

constexpr const char* kWorkflow = "workflow";
constexpr const char* kWorkflowMeaning = "stages that run one after another";

std::vector<KeyInfo> keys_of(const std::string& stage) {
  if (stage == kWorkflow) {
    return config::list_keys<Workflow>();
  }
  config::KeyList list;
  Stage any;
  stage_keys(list, any, stage);
  return list.keys();
}

std::string default_of(const KeyInfo& key) {
  if (key.required) {
    return "required";
  }
  return key.fallback;
}

std::string meaning_of(const KeyInfo& key) {
  const std::string unit = key.unit.empty() ? "" : fmt::format(" ({})", key.unit);
  const std::string condition = key.condition.empty() ? "" : fmt::format("{}: ", key.condition);
  return condition + key.meaning + unit;
}

std::string list_of_stages() {
  text::Table table({{"", text::Align::left, 12}, {"", text::Align::left}}, 2);
  for (const StageKind& kind : stage_kinds()) {
    table.row({kind.name, kind.meaning});
  }
  table.row({kWorkflow, kWorkflowMeaning});
  std::string text;
  for (const std::string& line : table.lines()) {
    text += line + "\n";
  }
  return text + "Keys of one of them: epitaxy keys STAGE; one key: epitaxy keys STAGE KEY\n";
}

std::string table_of(const std::vector<PlacedKey>& keys) {
  std::size_t width = 0;
  for (const PlacedKey& key : keys) {
    width = std::max(width, key.path.size());
  }
  std::string text;
  for (const PlacedKey& key : keys) {
    const std::string given = default_of(*key.key);
    text += fmt::format("{:<{}}  {:<10}  {}\n", key.path, width, given, meaning_of(*key.key));
  }
  return text;
}

std::string all_of(const PlacedKey& placed) {
  const KeyInfo& key = *placed.key;
  std::string text = fmt::format("{}\n  {}\n  values:  {}\n", placed.path, key.meaning, config::describe_values(key));
  const auto line = [&](const char* name, const std::string& value) {
    if (!value.empty()) {
      text += fmt::format("  {:<8} {}\n", name, value);
    }
  };
  line("default:", default_of(key));
  line("unit:", key.unit);
  line("only if:", key.condition);
  line("affects:", name_of(key.affects));
  return text;
}

/// The keys that a word names: a path, the end of one, or a section and all below it.
std::vector<PlacedKey> matching(const std::vector<PlacedKey>& keys, const std::string& word) {
  std::vector<PlacedKey> result;
  std::ranges::copy_if(keys, std::back_inserter(result),
                       [&](const PlacedKey& key) { return key.path == word || key.path.ends_with("." + word); });
  return result;
}

std::string describe_key(const std::string& stage, const std::vector<PlacedKey>& keys, const std::string& word) {
  const std::vector<PlacedKey> found = matching(keys, word);
  if (found.empty()) {
    std::vector<std::string> names;
    for (const PlacedKey& key : keys) {
      names.push_back(key.path);
      names.push_back(key.key->name);
    }
    const auto nearest = text::nearest(word, names);
    fail_input(
        "'{}' has no key '{}'{}", stage, word,
        nearest ? fmt::format(": did you mean '{}'?", *nearest) : fmt::format("; 'epitaxy keys {}' lists them", stage));
  }
  std::string text;
  for (const PlacedKey& key : found) {
    text += all_of(key);
    std::vector<PlacedKey> below;
    std::ranges::copy_if(keys, std::back_inserter(below), [&](const PlacedKey& other) {
      return other.path.starts_with(key.path + ".") || other.path.starts_with(key.path + "[].");
    });
    text += table_of(below);
  }
  return text;
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, "\\");
  }
  return text;
}

std::string markdown_of(const std::string& stage, const std::string& meaning) {
  std::string text =
      fmt::format("\n## {}\n\nHere {}.\n\n| key | default | values | affects | meaning |\n", stage, meaning);
  text += "|---|---|---|---|---|\n";
  const std::vector<KeyInfo> keys = keys_of(stage);
  for (const PlacedKey& key : config::placed(keys)) {
    const std::string given = key.key->fallback.empty() ? default_of(*key.key) : "`" + key.key->fallback + "`";
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.path, cell(given),
                        cell(config::describe_values(*key.key)), name_of(key.key->affects), cell(meaning_of(*key.key)));
  }
  return text;
}

std::string markdown() {
  std::string text =
      "# Keys of the input\n\n"
      "This page is written by the program: `epitaxy keys --markdown`.\n"
      "`epitaxy keys STAGE` shows a part of it, `epitaxy keys STAGE --json` a JSON Schema for editors.\n\n"
      "- `data[].file`: of each item of a list. `variants.NAME.freeze`: of each entry, whose name is free.\n"
      "- *affects bits*: a run goes on only with the same value.\n"
      "- *affects content*: a file is compared by what it holds, and `precision` by what it stands for.\n"
      "- *affects output*: what is written, or how much is done. What was done stays valid.\n"
      "- A meaning that begins with a condition, such as `schedule: step:`, is of a key that exists only then.\n";
  for (const StageKind& kind : stage_kinds()) {
    text += markdown_of(kind.name, kind.meaning);
  }
  return text + markdown_of(kWorkflow, kWorkflowMeaning);
}

void check_stage(const std::string& stage) {
  std::vector<std::string> names{kWorkflow};
  for (const StageKind& kind : stage_kinds()) {
    names.emplace_back(kind.name);
  }
  if (std::ranges::find(names, stage) == names.end()) {
    const auto nearest = text::nearest(stage, names);
    fail_input("there is no stage '{}'{}", stage,
               nearest ? fmt::format(": did you mean '{}'?", *nearest)
                       : fmt::format("; there are {}", text::join(names, ", ")));
  }
}

}  // namespace

std::string keys_text(const KeysOptions& options) {
  if (options.markdown) {
    return markdown();
  }
  if (options.stage.empty()) {
    return list_of_stages();
  }
  check_stage(options.stage);
  const std::vector<KeyInfo> keys = keys_of(options.stage);
  if (options.json) {
    nlohmann::ordered_json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                                  {"title", "epitaxy " + options.stage}};
    schema.update(config::json_schema(keys));
    return schema.dump(2) + "\n";
  }
  const std::vector<PlacedKey> placed = config::placed(keys);
  return options.key.empty() ? table_of(placed) : describe_key(options.stage, placed, options.key);
}

}  // namespace epitaxy::app
