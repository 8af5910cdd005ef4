#pragma once
/// \file
/// The keys that a function declares, as data: for `epitaxy keys`, docs/keys.md, and the JSON Schema.
#include <nlohmann/json_fwd.hpp>

#include "config/keys.h"

namespace epitaxy::config {

enum class KeyType {
  text,
  number,
  integer,
  flag,
  choice,
  texts,
  numbers,
  integers,
  section,
  list,
  named,
  named_numbers,
  named_yaml
};

struct KeyInfo {
  std::string name;
  std::string meaning;
  KeyType type = KeyType::text;
  std::string fallback;  ///< As in the input; empty: none.
  bool required = false;
  Range range;
  std::vector<std::string> choices;
  std::string unit;
  Affects affects = Affects::bits;
  std::string condition;      ///< "kind: sgd"; empty: always there.
  std::string placeholder;    ///< For the names of a mapping whose names are free.
  std::vector<KeyInfo> keys;  ///< Of a section, or of each item.
};

/// Collects what is visited.
class KeyList final : public Keys {
 public:
  bool reading() const override { return false; }
  bool given(const std::string&) const override { return false; }
  std::vector<std::string> given_keys() const override { return {}; }
  void problem(const std::string&, const std::string&) override {}
  void renamed(const std::string&, const std::string&) override {}
  void sign(const std::string&, const std::string&) override {}
  std::string signature() const override { return ""; }

  const std::vector<KeyInfo>& keys() const { return keys_; }

 private:
  void visit(const Key&, std::string&, const std::optional<std::string>& fallback) override;
  void visit(const Key&, double&, Range, const std::optional<double>& fallback) override;
  void visit(const Key&, long long&, Range, const std::optional<long long>& fallback) override;
  void visit(const Key&, bool&, const std::optional<bool>& fallback) override;
  void visit(const Key&, std::string&, const Texts& choices, const std::optional<std::string>& fallback) override;
  void visit(const Key&, Texts&, const std::optional<Texts>& fallback) override;
  void visit(const Key&, Numbers&, Range, const std::optional<Numbers>& fallback) override;
  void visit(const Key&, Integers&, Range, const std::optional<Integers>& fallback) override;
  void visit_section(const Key&, const std::function<void(Keys&)>&) override;
  void visit_optional(const Key&, const std::function<void(Keys&)>&) override;
  void visit_list(const Key&, const std::function<void(Keys&)>&) override;
  void visit_named(const Key&, const char* placeholder, const std::function<void(Keys&, const std::string&)>&) override;
  void visit_named_numbers(const Key&, const char* placeholder, Range,
                           const std::function<void(const std::string&, double)>&) override;
  void visit_named_yaml(const Key&, const char* placeholder,
                        const std::function<void(const std::string&, const std::string&)>&) override;
  void reads(const std::string&) override {}
  void visit_when(bool active, const std::string& condition, const std::function<void(Keys&)>&) override;

  KeyInfo& add(const Key& key, KeyType type);

  std::vector<KeyInfo> keys_;
  std::string condition_;
};

/// The keys of a settings struct.
template <typename Settings>
std::vector<KeyInfo> list_keys(Settings settings = {}) {
  KeyList list;
  keys(list, settings);
  return list.keys();
}

/// `data[].heads[].range`, `variants.NAME.freeze`: every key with its place, in order.
struct PlacedKey {
  std::string path;
  const KeyInfo* key;
};
std::vector<PlacedKey> placed(const std::vector<KeyInfo>& keys);

/// "a whole number from 1 to 1000000", "adam, adamw or sgd".
std::string describe_values(const KeyInfo& key);
/// A JSON Schema (draft 2020-12) of a mapping with these keys.
nlohmann::ordered_json json_schema(const std::vector<KeyInfo>& keys);

}  // namespace epitaxy::config
