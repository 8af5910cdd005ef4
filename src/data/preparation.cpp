#include "data/preparation.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::data {

namespace {

using Json = nlohmann::ordered_json;

/// Throws InputError for a value that is none of these.
std::string one_of(const Json& json, const std::string& key, const std::vector<std::string>& known) {
  const auto value = json.at(key).get<std::string>();
  if (std::ranges::find(known, value) == known.end()) {
    fail_input("molecules were prepared with '{}: {}', which this version does not know", key, value);
  }
  return value;
}

chem::MoleculeRules rules_from(const Json& json) {
  chem::MoleculeRules rules;
  rules.keep_stereo = one_of(json, "stereo", {"keep", "remove"}) == "keep";
  rules.radicals = value_of<chem::Radicals>(one_of(json, "radicals", all_names<chem::Radicals>()));
  rules.largest_fragment = one_of(json, "fragments", {"reject", "largest"}) == "largest";
  return rules;
}

/// `name` is the key of a target's name.
std::vector<SourceColumn> columns_from(const Json& list, const char* name) {
  std::vector<SourceColumn> columns;
  for (const Json& item : list) {
    columns.push_back({item.at(name), item.at("column"), item.at("unit"), item.at("to")});
  }
  return columns;
}

}  // namespace

std::string to_json(const Preparation& preparation) {
  Json json;
  json["column"] = preparation.column;
  for (const auto& [key, value] : named_rules(preparation.rules)) {
    json[key] = value;
  }
  json["targets"] = Json::array();
  for (const SourceColumn& column : preparation.columns) {
    json["targets"].push_back(
        {{"target", column.target}, {"column", column.column}, {"unit", column.unit}, {"to", column.to}});
  }
  // Names of columns may be anything, so bytes that are not UTF-8 are replaced.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Preparation preparation_from_json(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    return {rules_from(json), json.at("column"), columns_from(json.at("targets"), "target")};
  } catch (const nlohmann::json::exception& error) {
    fail_input("what was done to the data is not readable: {}", error.what());
  }
}

std::optional<Preparation> preparation_of_settings(const std::string& settings) {
  try {
    const Json json = Json::parse(settings);
    const bool molecules = json.at("kind") == "molecules";
    return Preparation{molecules ? rules_from(json) : chem::MoleculeRules{},
                       json.at(molecules ? "smiles_column" : "formula_column"),
                       columns_from(json.at("targets"), "name")};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

void add_columns(Preparation& to, const Preparation& from) {
  for (const SourceColumn& column : from.columns) {
    if (std::ranges::find(to.columns, column) == to.columns.end()) {
      to.columns.push_back(column);
    }
  }
}

std::vector<std::pair<std::string, std::string>> named_rules(const chem::MoleculeRules& rules) {
  return {{"stereo", rules.keep_stereo ? "keep" : "remove"},
          {"radicals", name_of(rules.radicals)},
          {"fragments", rules.largest_fragment ? "largest" : "reject"}};
}

std::string difference_of_rules(const chem::MoleculeRules& a, const chem::MoleculeRules& b) {
  const auto first = named_rules(a);
  const auto second = named_rules(b);
  std::vector<std::string> differences;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] != second[i]) {
      differences.push_back(fmt::format("{}: {} / {}", first[i].first, first[i].second, second[i].second));
    }
  }
  return text::join(differences, ", ");
}

void check_same_rules(const std::string& file, const std::optional<Preparation>& preparation,
                      const std::string& dataset, const std::optional<Preparation>& other) {
  if (preparation.has_value() != other.has_value()) {
    fail_input(
        "{} does not say how its molecules were prepared (it was written by an earlier version), but {} does: import "
        "or "
        "train the first one again",
        preparation ? dataset : file, preparation ? file : dataset);
  }
  if (preparation && preparation->rules != other->rules) {
    fail_input("the molecules of {} and {} were prepared by different rules ({}): import {} again with the same rules",
               file, dataset, difference_of_rules(preparation->rules, other->rules), dataset);
  }
}

const chem::MoleculeRules& rules_of_model(const std::string& file, const std::optional<Preparation>& preparation) {
  if (!preparation) {
    fail_input(
        "{}: does not say how its molecules were prepared (it was written by an earlier version): train it again, or "
        "predict with the version that wrote it",
        file);
  }
  return preparation->rules;
}

}  // namespace epitaxy::data
