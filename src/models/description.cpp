#include "models/description.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "models/head_task.h"
#include "models/kinds.h"

namespace epitaxy::models {

using Json = nlohmann::ordered_json;

namespace {

Json to_json(const Head& head) {
  Json json{{"name", head.name},
            {"target", head.target},
            {"unit", head.unit},
            {"mean", head.standardizer.mean},
            {"scale", head.standardizer.scale}};
  if (head.weight != 1) {
    json["weight"] = head.weight;
  }
  if (head.task != &regression()) {
    json["task"] = head.task->name();
    json["classes"] = head.classes;
  }
  return json;
}

Head head_from(const Json& json) {
  Head head{json.at("name"),
            json.at("target"),
            json.at("unit"),
            {json.at("mean"), json.at("scale")},
            json.value("weight", 1.0)};
  if (json.contains("task")) {
    head.task = &head_task(json.at("task"));
    json.at("classes").get_to(head.classes);
    const data::Target target{head.target, head.unit, {}, head.classes};
    if (const std::string misfit = head.task->misfit(target); !misfit.empty()) {
      fail_input("the model's head '{}' is for the task '{}', but {}", head.name, head.task->name(), misfit);
    }
  }
  return head;
}

/// Deeper texts are none of a description, and what goes down into them would run out of stack.
Json parse(const std::string& text) {
  static constexpr int kDeepest = 64;
  return Json::parse(text, [](int depth, Json::parse_event_t, const Json&) {
    if (depth > kDeepest) {
      fail_input("the model description is not readable: it has more than {} lists in lists", kDeepest);
    }
    return true;
  });
}

/// Sizes of a model that no training makes, found before anything is built of them. Their products are checked where
/// they are made (nn::ParameterLayout).
void check_sizes(const Json& json, const std::string& path) {
  constexpr std::uint64_t kLargest = std::uint64_t{1} << 24;
  if (json.is_number_integer() && (json < 0 || json > kLargest)) {
    fail_input("the model description is not readable: '{}' is {}, where a size from 0 to {} is expected", path,
               json.dump(), kLargest);
  }
  if (json.is_structured()) {
    for (const auto& [key, value] : json.items()) {
      // Counts of rows may be large, and the rest are no sizes.
      if (!path.empty() || (key != "seen" && key != "features" && key != "heads" && key != "preparation")) {
        check_sizes(value, path.empty() ? key : path + "." + key);
      }
    }
  }
}

/// What does not fit together.
void check_parts(const ModelDescription& d) {
  if (!d.seen.empty() && d.seen.size() != d.features.size()) {
    fail_input("the model description has {} features, but counts of {}", d.features.size(), d.seen.size());
  }
  std::set<std::string> names;
  for (const Head& head : d.heads) {
    const double numbers[] = {head.standardizer.mean, head.standardizer.scale, head.weight};
    if (!std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); }) ||
        !(head.standardizer.scale > 0)) {
      fail_input("the model's head '{}' has the mean {}, the scale {}, the weight {}: no labels have these", head.name,
                 numbers[0], numbers[1], numbers[2]);
    }
    if (!names.insert(head.name).second) {
      fail_input("the model description has two heads '{}'", head.name);
    }
  }
}

}  // namespace

std::string ModelDescription::to_json() const {
  Json json;
  json["kind"] = kind->name();
  kind->write(settings, json);
  json["features"] = features;
  json["seen"] = seen;
  json["heads"] = Json::array();
  for (const Head& head : heads) {
    json["heads"].push_back(models::to_json(head));
  }
  if (preparation) {
    json["preparation"] = Json::parse(data::to_json(*preparation));
  }
  return json.dump();
}

ModelDescription ModelDescription::from_json(const std::string& text, std::span<const Kind* const> kinds) {
  try {
    const auto json = parse(text);
    check_sizes(json, "");
    ModelDescription d;
    d.kind = &models::kind(json.at("kind"), kinds.empty() ? models::kinds() : kinds);
    d.settings = d.kind->read(json);
    json.at("features").get_to(d.features);
    json.at("seen").get_to(d.seen);
    for (const auto& head : json.at("heads")) {
      d.heads.push_back(head_from(head));
    }
    check_parts(d);
    if (json.contains("preparation")) {
      d.preparation = data::preparation_from_json(json.at("preparation").dump());
      data::keep_rules_of(d.kind->substance(), *d.preparation);
    }
    return d;
  } catch (const nlohmann::json::exception& error) {
    fail_input("the model description is not readable: {}", error.what());
  }
}

std::vector<std::string> ModelDescription::head_names() const {
  std::vector<std::string> names;
  for (const Head& head : heads) {
    names.push_back(head.name);
  }
  return names;
}

std::size_t ModelDescription::head_index(const std::string& name) const {
  const auto names = head_names();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    const auto hint = text::nearest(name, names);
    fail_input("the model has no head '{}'; it has {}{}", name, text::join(names, ", "),
               hint ? fmt::format(" (did you mean '{}'?)", *hint) : "");
  }
  return static_cast<std::size_t>(found - names.begin());
}

ModelDescription describe(const Kind& kind) { return describe(kind, kind.default_settings()); }

}  // namespace epitaxy::models
