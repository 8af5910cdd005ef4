#include "config/key_list.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "config/state.h"

namespace epitaxy::config {

namespace {

using Json = nlohmann::ordered_json;

template <typename T>
bool is_within(const T& value, Range range) {
  return static_cast<double>(value) >= range.low && static_cast<double>(value) <= range.high;
}

/// A default as the input would have it; one outside the range stands for none.
template <typename T>
std::string as_given(const std::optional<T>& fallback, Range range = {}) {
  if constexpr (std::is_arithmetic_v<T>) {
    if (fallback && !is_within(*fallback, range)) {
      return "";
    }
  }
  return fallback ? scalar(*fallback).text : "";
}

template <typename T>
std::string as_given(const std::optional<std::vector<T>>& fallback) {
  std::vector<std::string> texts;
  for (const T& value : fallback.value_or(std::vector<T>{})) {
    texts.push_back(scalar(value).text);
  }
  return fallback ? "[" + text::join(texts, ", ") + "]" : "";
}

std::string describe_range(Range range) {
  const bool low = std::isfinite(range.low);
  const bool high = std::isfinite(range.high);
  if (low && high) {
    return fmt::format(" from {} to {}", scalar(range.low).text, scalar(range.high).text);
  }
  return low    ? fmt::format(" from {}", scalar(range.low).text)
         : high ? fmt::format(" up to {}", scalar(range.high).text)
                : "";
}

bool is_mapping(KeyType type) { return type == KeyType::section || type == KeyType::list || type == KeyType::named; }

void place(const std::string& above, const std::vector<KeyInfo>& keys, std::vector<PlacedKey>& result) {
  for (const KeyInfo& key : keys) {
    const std::string path = above + key.name;
    result.push_back({path, &key});
    if (is_mapping(key.type)) {
      const std::string item = key.type == KeyType::list    ? path + "[]."
                               : key.type == KeyType::named ? fmt::format("{}.{}.", path, key.placeholder)
                                                            : path + ".";
      place(item, key.keys, result);
    }
  }
}

Json bounded(const char* type, Range range) {
  Json json{{"type", type}};
  if (std::isfinite(range.low)) {
    json["minimum"] = range.low;
  }
  if (std::isfinite(range.high)) {
    json["maximum"] = range.high;
  }
  return json;
}

/// A list, or one of it.
Json list_of(const Json& item) { return {{"anyOf", {item, {{"type", "array"}, {"items", item}}}}}; }

Json schema_of(const KeyInfo& key) {
  switch (key.type) {
    case KeyType::text:
      return {{"type", {"string", "number", "boolean"}}};
    case KeyType::number:
      return bounded("number", key.range);
    case KeyType::integer:
      return bounded("integer", key.range);
    case KeyType::flag:
      return {{"type", "boolean"}};
    case KeyType::choice:
      return {{"enum", key.choices}};
    case KeyType::texts:
      return list_of({{"type", {"string", "number"}}});
    case KeyType::numbers:
      return list_of(bounded("number", key.range));
    case KeyType::integers:
      return list_of(bounded("integer", key.range));
    case KeyType::section: {
      Json schema = json_schema(key.keys);
      schema["type"] = {"object", "null"};
      return schema;
    }
    case KeyType::list:
      return list_of(json_schema(key.keys));
    case KeyType::named: {
      Json item = json_schema(key.keys);
      item["type"] = {"object", "null"};
      return {{"type", "object"}, {"additionalProperties", item}};
    }
    case KeyType::named_numbers:
      return {{"type", "object"}, {"additionalProperties", bounded("number", key.range)}};
    case KeyType::named_yaml:
      return {{"type", "object"}};
  }
  return {};
}

}  // namespace

KeyInfo& KeyList::add(const Key& key, KeyType type) {
  return keys_.emplace_back(KeyInfo{.name = key.name,
                                    .meaning = key.meaning,
                                    .type = type,
                                    .fallback = "",
                                    .required = key.is_required,
                                    .range = {},
                                    .choices = {},
                                    .unit = key.unit,
                                    .affects = key.affects,
                                    .condition = condition_,
                                    .placeholder = "",
                                    .keys = {}});
}

void KeyList::visit(const Key& key, std::string&, const std::optional<std::string>& fallback) {
  add(key, KeyType::text).fallback = as_given(fallback);
}

void KeyList::visit(const Key& key, double&, Range range, const std::optional<double>& fallback) {
  KeyInfo& info = add(key, KeyType::number);
  info.range = range;
  info.fallback = as_given(fallback, range);
}

void KeyList::visit(const Key& key, long long&, Range range, const std::optional<long long>& fallback) {
  KeyInfo& info = add(key, KeyType::integer);
  info.range = range;
  info.fallback = as_given(fallback, range);
}

void KeyList::visit(const Key& key, bool&, const std::optional<bool>& fallback) {
  add(key, KeyType::flag).fallback = as_given(fallback);
}

void KeyList::visit(const Key& key, std::string&, const Texts& choices, const std::optional<std::string>& fallback) {
  KeyInfo& info = add(key, KeyType::choice);
  info.choices = choices;
  info.fallback = as_given(fallback);
}

void KeyList::visit(const Key& key, Texts&, const std::optional<Texts>& fallback) {
  add(key, KeyType::texts).fallback = as_given(fallback);
}

void KeyList::visit(const Key& key, Numbers&, Range range, const std::optional<Numbers>& fallback) {
  KeyInfo& info = add(key, KeyType::numbers);
  info.range = range;
  info.fallback = as_given(fallback);
}

void KeyList::visit(const Key& key, Integers&, Range range, const std::optional<Integers>& fallback) {
  KeyInfo& info = add(key, KeyType::integers);
  info.range = range;
  info.fallback = as_given(fallback);
}

void KeyList::visit_section(const Key& key, const std::function<void(Keys&)>& visit_keys) {
  KeyList inner;
  visit_keys(inner);
  add(key, KeyType::section).keys = inner.keys_;
}

void KeyList::visit_optional(const Key& key, const std::function<void(Keys&)>& visit_keys) {
  visit_section(key, visit_keys);
}

void KeyList::visit_list(const Key& key, const std::function<void(Keys&)>& visit_keys) {
  visit_section(key, visit_keys);
  keys_.back().type = KeyType::list;
}

void KeyList::visit_named(const Key& key, const char* placeholder,
                          const std::function<void(Keys&, const std::string&)>& visit_keys) {
  visit_section(key, [&](Keys& keys) { visit_keys(keys, placeholder); });
  keys_.back().type = KeyType::named;
  keys_.back().placeholder = placeholder;
}

void KeyList::visit_named_numbers(const Key& key, const char* placeholder, Range range,
                                  const std::function<void(const std::string&, double)>&) {
  KeyInfo& info = add(key, KeyType::named_numbers);
  info.placeholder = placeholder;
  info.range = range;
}

void KeyList::visit_named_yaml(const Key& key, const char* placeholder,
                               const std::function<void(const std::string&, const std::string&)>&) {
  add(key, KeyType::named_yaml).placeholder = placeholder;
}

void KeyList::visit_when(bool, const std::string& condition, const std::function<void(Keys&)>& visit_keys) {
  const std::string above = condition_;
  condition_ = above.empty() ? condition : fmt::format("{}, {}", above, condition);
  visit_keys(*this);
  condition_ = above;
}

std::vector<PlacedKey> placed(const std::vector<KeyInfo>& keys) {
  std::vector<PlacedKey> result;
  place("", keys, result);
  return result;
}

std::string describe_values(const KeyInfo& key) {
  switch (key.type) {
    case KeyType::text:
      return "text";
    case KeyType::number:
      return "number" + describe_range(key.range);
    case KeyType::integer:
      return "whole number" + describe_range(key.range);
    case KeyType::flag:
      return "true or false";
    case KeyType::choice:
      return text::join(key.choices, ", ");
    case KeyType::texts:
      return "list of texts";
    case KeyType::numbers:
      return "list of numbers" + describe_range(key.range);
    case KeyType::integers:
      return "list of whole numbers" + describe_range(key.range);
    case KeyType::section:
      return "keys below";
    case KeyType::list:
      return "list, each with the keys below";
    case KeyType::named:
      return fmt::format("by {}, each with the keys below", key.placeholder);
    case KeyType::named_numbers:
      return fmt::format("number by {}{}", key.placeholder, describe_range(key.range));
    case KeyType::named_yaml:
      return fmt::format("any value by {}", key.placeholder);
  }
  return "";
}

Json json_schema(const std::vector<KeyInfo>& keys) {
  Json schema{{"type", "object"}, {"properties", Json::object()}};
  std::vector<std::string> required;
  for (const KeyInfo& key : keys) {
    Json property = schema_of(key);
    property["description"] = key.condition.empty() ? key.meaning : fmt::format("{} ({})", key.meaning, key.condition);
    if (!key.fallback.empty()) {
      property["default"] = key.fallback;
    }
    if (!key.unit.empty()) {
      property["unit"] = key.unit;
    }
    property["affects"] = name_of(key.affects);
    Json& known = schema["properties"][key.name];
    if (known.is_null()) {
      known = std::move(property);
    } else if (known.contains("anyOf") && known.size() == 1) {
      known["anyOf"].push_back(std::move(property));
    } else {
      known = Json{{"anyOf", {known, property}}};
    }
    if (key.required && key.condition.empty()) {
      required.push_back(key.name);
    }
  }
  if (!required.empty()) {
    schema["required"] = required;
  }
  schema["additionalProperties"] = false;
  return schema;
}

}  // namespace epitaxy::config
