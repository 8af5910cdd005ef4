#pragma once
/// \file
/// What the sections of a document share and remember: the problems met and the values read. Internal to `config`.
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "config/section.h"
#include "config/tree.h"

namespace epitaxy::config {

struct Context {
  std::string file;
  std::map<std::string, std::string> variables;
  std::vector<Problem> problems;

  /// More of them tell nothing new, and each is compared with those before it.
  static constexpr std::size_t kMostProblems = 1000;
  void add(const Place& place, const std::string& message);  ///< The same problem only once.
};

/// A value as it was read. Text is quoted where YAML would take it for something else.
struct Scalar {
  std::string text;
  bool is_text = false;
};

Scalar scalar(const std::string& value);
Scalar scalar(long long value);
Scalar scalar(bool value);
Scalar scalar(double value);

struct Section::State {
  using Pointer = std::shared_ptr<State>;
  using Content = std::variant<Scalar, std::vector<Scalar>, Pointer, std::vector<Pointer>>;

  struct Entry {
    std::string key;
    Content content;
  };

  std::shared_ptr<Context> context;
  Value value;  ///< The mapping, or nothing.
  Place place;
  std::string path;                ///< "data.0", empty at the top.
  bool given = true;               ///< The user wrote this section.
  bool broken = false;             ///< The user wrote something else here, which was reported: do not ask for keys.
  std::vector<std::string> asked;  ///< Keys that were asked for, each once: the known ones.
  std::vector<Entry> entries;      ///< Values in the order they were read.
  std::map<std::string, std::vector<std::string>>
      explained;  ///< Keys that are not known here, and what to say of them.

  std::string full(const std::string& key) const { return path.empty() ? key : path + "." + key; }
  void ask(const std::string& key);
  void record(const std::string& key, Content content);
  const Content* recorded(const std::string& key) const;
  /// The value of a key to be read; null when there is none, which is a problem when the key is required.
  const Value* read(const std::string& key, bool required);
};

struct Document::Shared {
  std::shared_ptr<Context> context;
  std::shared_ptr<Section::State> root;
};

}  // namespace epitaxy::config
