#pragma once
/// \file
/// A YAML input as a plain tree that knows where each value was written, so that problems can name the place.
#include <string>
#include <unordered_map>
#include <vector>

namespace epitaxy::config {

/// Where something was written: a line of the input (from 1), or a `--set` of the command line.
struct Place {
  int line = 1;
  std::string override_key;  ///< Not empty for a `--set`.

  std::string text(const std::string& file) const;  ///< "file:line" or "--set key".
};

struct Problem {
  Place place;
  std::string message;
};

struct Member;

/// A scalar, list or mapping. Scalars are kept as written, without quotes.
struct Value {
  enum class Kind { nothing, scalar, list, mapping };

  Kind kind = Kind::nothing;
  Place place;
  std::string text;
  std::vector<Value> items;
  std::vector<Member> members;  ///< `add` adds to them.

  const Member* find(const std::string& key) const;  ///< Null when there is no such key.
  Member* find(const std::string& key);
  /// To a mapping that has no such key.
  Member& add(Member member);

 private:
  std::unordered_map<std::string, std::size_t> places_;  ///< In `members`, by key.
};

struct Member {
  std::string key;
  Place place;
  Value value;
};

/// Parses an input whose top is a mapping (or nothing). Duplicate keys are added to `problems` and the first is kept.
/// Throws InputError when the text is not YAML.
Value parse(const std::string& text, const std::string& file, std::vector<Problem>& problems);

/// A value as one line of YAML that reads as the same value.
std::string one_line(const Value& value);

/// Sets the value that a path such as `data.0.file` leads to, read as YAML; missing mappings are created.
void set_value(Value& root, const std::string& path, const std::string& value, std::vector<Problem>& problems);

}  // namespace epitaxy::config
