#include "data/preparation.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::data {

namespace {

using Json = nlohmann::ordered_json;

/// Of these names, all of which have to be there.
chem::Rules rules_named(const Json& json, const std::vector<std::string>& names) {
  chem::Rules rules;
  for (const std::string& name : names) {
    rules.emplace_back(name, json.at(name).get<std::string>());
  }
  return rules;
}

chem::Rules rules_from(const Json& json) {
  if (!json.contains("rules")) {
    // Files of earlier versions.
    return rules_named(json, {"stereo", "radicals", "fragments"});
  }
  chem::Rules rules;
  for (const auto& [name, value] : json.at("rules").items()) {
    rules.emplace_back(name, value.get<std::string>());
  }
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

/// Nothing where the list has no such rule.
std::optional<std::string> value_in(const chem::Rules& rules, const std::string& name) {
  const auto found = std::ranges::find(rules, name, &chem::Rules::value_type::first);
  return found == rules.end() ? std::nullopt : std::optional(found->second);
}

bool has_rules(const chem::Substance& substance) { return !substance.default_rules().empty(); }

}  // namespace

std::string to_json(const Preparation& preparation) {
  Json json;
  json["column"] = preparation.column;
  json["rules"] = Json::object();
  for (const auto& [name, value] : preparation.rules) {
    json["rules"][name] = value;
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
    const chem::Substance& substance = chem::substance(json.at("kind"));
    std::vector<std::string> names;
    for (const auto& [name, value] : substance.default_rules()) {
      names.push_back(name);
    }
    return Preparation{rules_named(json, names), json.at(substance.text_name() + "_column"),
                       columns_from(json.at("targets"), "name")};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

void keep_rules_of(const chem::Substance& substance, Preparation& preparation) {
  if (!has_rules(substance)) {
    preparation.rules.clear();
  }
}

TransformedUnit transform_of(const std::optional<Preparation>& preparation, const std::string& target,
                             const std::string& unit) {
  const auto taken = [&](const SourceColumn& column) {
    return column.target == target && column.to == unit && column.unit != unit;
  };
  const bool any = preparation && std::ranges::any_of(preparation->columns, taken);
  return any ? parse_unit(unit) : TransformedUnit{Transform::none, unit};
}

void add_columns(Preparation& to, const Preparation& from) {
  for (const SourceColumn& column : from.columns) {
    if (std::ranges::find(to.columns, column) == to.columns.end()) {
      to.columns.push_back(column);
    }
  }
}

std::string difference_of_rules(const chem::Rules& a, const chem::Rules& b) {
  std::vector<std::string> differences;
  const auto compare = [&](const std::string& name) {
    const auto first = value_in(a, name);
    const auto second = value_in(b, name);
    if (first != second) {
      differences.push_back(fmt::format("{}: {} / {}", name, first.value_or("none"), second.value_or("none")));
    }
  };
  for (const auto& [name, value] : a) {
    compare(name);
  }
  for (const auto& [name, value] : b) {
    if (!value_in(a, name)) {
      compare(name);
    }
  }
  return text::join(differences, ", ");
}

void check_same_rules(const chem::Substance& substance, const std::string& file,
                      const std::optional<Preparation>& preparation, const std::string& dataset,
                      const std::optional<Preparation>& other) {
  if (!has_rules(substance)) {
    return;
  }
  if (preparation.has_value() != other.has_value()) {
    fail_input(
        "{} does not say how its {} were prepared (it was written by an earlier version), but {} does: import or train "
        "the first one again",
        preparation ? dataset : file, substance.plural(), preparation ? file : dataset);
  }
  if (!preparation) {
    return;
  }
  const std::string difference = difference_of_rules(preparation->rules, other->rules);
  if (!difference.empty()) {
    fail_input("the {} of {} and {} were prepared by different rules ({}): import {} again with the same rules",
               substance.plural(), file, dataset, difference, dataset);
  }
}

std::unique_ptr<chem::Preparer> preparer_of(const chem::Substance& substance, const std::string& file,
                                            const std::optional<Preparation>& preparation) {
  if (!has_rules(substance)) {
    return substance.preparer({});
  }
  if (!preparation) {
    fail_input(
        "{}: does not say how its {} were prepared (it was written by an earlier version): train it again, or predict "
        "with the version that wrote it",
        file, substance.plural());
  }
  try {
    return substance.preparer(preparation->rules);
  } catch (const InputError& error) {
    fail_input("{}: {}", file, error.what());
  }
}

}  // namespace epitaxy::data
