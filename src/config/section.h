#pragma once
/// \file
/// Typed, checked reading of a YAML input. A `Document` holds one input file; a `Section` is one mapping in it.
///
///     Document document = Document::from_file("pretrain.yaml", overrides);
///     Section root = document.root();
///     Section training = root.section("training");
///     int epochs = training.integer("epochs", 40, {1, 1e6});
///     document.finish();   // throws InputError that lists every problem found
///
/// Every problem (unknown, duplicate or misspelt key, wrong type, out of range, missing key) is collected with file and
/// line; a getter that met one returns its default, so that all are listed at once by `finish`.
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace epitaxy::config {

/// The closed range a number has to lie in. Infinite values are accepted only where a limit is infinite.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

class Document;

/// One mapping of the input. Copies refer to the same mapping.
class Section {
 public:
  /// Getters without a default make the key required. Values have their variables expanded (see
  /// text::expand_variables). A default outside `range` or `choices` can stand for "not given"; it is left out of the
  /// resolved input.
  std::string string(const std::string& key, std::optional<std::string> fallback = std::nullopt);
  double number(const std::string& key, std::optional<double> fallback = std::nullopt, Range range = {});
  long long integer(const std::string& key, std::optional<long long> fallback = std::nullopt, Range range = {});
  bool boolean(const std::string& key, std::optional<bool> fallback = std::nullopt);
  /// One of `choices`.
  std::string choice(const std::string& key, const std::vector<std::string>& choices,
                     std::optional<std::string> fallback = std::nullopt);
  /// A list; a single value counts as a list of one.
  std::vector<std::string> strings(const std::string& key,
                                   std::optional<std::vector<std::string>> fallback = std::nullopt);
  std::vector<long long> integers(const std::string& key, std::optional<std::vector<long long>> fallback = std::nullopt,
                                  Range range = {});
  std::vector<double> numbers(const std::string& key, std::optional<std::vector<double>> fallback = std::nullopt,
                              Range range = {});
  /// A mapping below this one; a missing one reads as an empty one (its own required keys then report themselves).
  Section section(const std::string& key);
  /// A list of mappings; a single mapping counts as a list of one. A missing key gives an empty list.
  std::vector<Section> sections(const std::string& key);
  /// A required value of any kind, such as a list of mappings, as one line of YAML: for an `Override`.
  std::string yaml(const std::string& key);
  /// Keys as the user wrote them, for mappings whose keys are free (patterns, target names).
  std::vector<std::string> keys() const;
  /// Whether the user gave this key. Asking makes the key a known one.
  bool has(const std::string& key) const;

  /// What to say of a key that is not known here, if the user gives it: "is a key of 'kind: sgd' alone".
  void explain(const std::string& key, const std::string& message);

  /// What was read of this mapping so far, as `Document::resolved` gives it.
  std::string resolved() const;

  /// Records a problem with the value of `key` (or with the whole section for an empty key).
  void problem(const std::string& key, const std::string& message);
  /// "file:line" of a key, for messages of later checks.
  std::string where(const std::string& key) const;

  struct State;
  explicit Section(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

/// `key=value` from the command line: `training.epochs=5`; the value is read as YAML. List items by index:
/// `data.0.file=x.h5`.
struct Override {
  std::string key;
  std::string value;
};

class Document {
 public:
  using Variables = std::map<std::string, std::string>;

  /// Throws InputError when the file cannot be read or is not YAML. In texts `${NAME}` is one of `variables`, or
  /// `HERE`, the folder of the file, or a variable of the environment.
  static Document from_file(const std::string& path, const std::vector<Override>& overrides = {},
                            const Variables& variables = {});
  static Document from_text(const std::string& text, const std::string& name,
                            const std::vector<Override>& overrides = {}, const Variables& variables = {});

  Section root() const;
  /// Ends reading: unknown and duplicate keys are added to the problems; any problem throws one InputError listing all.
  void finish() const;
  /// The input with every default filled in and variables expanded, as YAML in the order the keys were read. Reading
  /// it again gives the same text.
  std::string resolved() const;

  struct Shared;

 private:
  std::shared_ptr<Shared> shared_;
};

}  // namespace epitaxy::config
