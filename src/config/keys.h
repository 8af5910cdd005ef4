#pragma once
/// \file
/// A key of the input is declared once. Each settings struct has one function that visits its keys:
///
///     void keys(config::Keys& k, OptimizerSettings& s) {
///       k.choice(s.kind, {"kind", "how a step follows from the gradient"});
///       k.when(s.kind == OptimizerKind::sgd, "kind: sgd", [&](config::Keys& sgd) {
///         sgd.number(s.momentum, {"momentum", "share of the step before that is kept"}, {0, 0.99999});
///       });
///     }
///
/// What stands in the struct is the default. Run by a `KeyReader` the function fills the struct from the input, records
/// what is wrong, and signs what decides the bits; run by a `KeyList` it tells what there is. So it has one rule: it
/// changes only the values that it visits, and it visits the same keys whatever they are (`when` for those that exist
/// only sometimes).
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/names.h"
#include "config/section.h"

namespace epitaxy::config {

/// What changes with a key.
enum class Affects {
  bits,     ///< The results: a run goes on only with the same value.
  content,  ///< The results, but not by its text: files are compared by what they hold.
  speed,
  output,  ///< What is written, or how much is done; what was done stays valid.
};
inline constexpr Named<Affects> kAffects[] = {
    {Affects::bits, "bits"}, {Affects::content, "content"}, {Affects::speed, "speed"}, {Affects::output, "output"}};
constexpr std::span<const Named<Affects>> names(Affects) { return kAffects; }

/// What is told of a key. `meaning` is a sentence without its capital and its point.
struct Key {
  Key(const char* key_name, const char* key_meaning) : name(key_name), meaning(key_meaning) {}

  Key of(Affects what) const { return with(&Key::affects, what); }
  Key speed() const { return of(Affects::speed); }
  Key output() const { return of(Affects::output); }
  Key content() const { return of(Affects::content); }
  Key in(const char* key_unit) const { return with(&Key::unit, key_unit); }
  Key required() const { return with(&Key::is_required, true); }

  const char* name;
  const char* meaning;
  Affects affects = Affects::bits;
  const char* unit = "";
  bool is_required = false;
  bool may_be_absent = false;  ///< There is no default.

 private:
  template <typename T>
  Key with(T Key::*member, T value) const {
    Key copy = *this;
    copy.*member = value;
    return copy;
  }
  friend class Keys;
};

class Keys {
 public:
  virtual ~Keys() = default;

  /// Single values. Without `fallback` the default is what `value` is; a required key has none. A default outside the
  /// range stands for "not given".
  void text(std::string& value, const Key& key) { visit(key, value, fallback_of(key, value, {})); }
  /// A file that is read: compared by what it holds, not by its path.
  void file(std::string& value, const Key& key) {
    text(value, key.content());
    reads(value);
  }
  void number(double& value, const Key& key, Range range = {}, std::optional<double> fallback = {}) {
    visit(key, value, range, fallback_of(key, value, fallback));
  }
  template <std::integral T>
  void integer(T& value, const Key& key, Range range = {}, std::optional<T> fallback = {}) {
    auto wide = static_cast<long long>(value);
    visit(key, wide, range, fallback_of(key, wide, fallback ? std::optional<long long>(*fallback) : std::nullopt));
    value = static_cast<T>(wide);
  }
  void flag(bool& value, const Key& key, std::optional<bool> fallback = {}) {
    visit(key, value, fallback_of(key, value, fallback));
  }
  /// One of the names of an enumeration (base/names.h).
  template <typename E>
  requires std::is_enum_v<E>
  void choice(E& value, const Key& key, std::optional<E> fallback = {}) {
    std::string name = name_of(value);
    choice(name, key, all_names<E>(), fallback ? std::optional<std::string>(name_of(*fallback)) : std::nullopt);
    value = value_of<E>(name);
  }
  void choice(std::string& value, const Key& key, const std::vector<std::string>& choices,
              const std::optional<std::string>& fallback = {}) {
    visit(key, value, choices, fallback_of(key, value, fallback));
  }
  /// Two names for false and true.
  void either(bool& value, const Key& key, const char* if_false, const char* if_true,
              std::optional<bool> fallback = {}) {
    std::string name = value ? if_true : if_false;
    choice(name, key, {if_false, if_true},
           fallback ? std::optional<std::string>(*fallback ? if_true : if_false) : std::nullopt);
    value = name == if_true;
  }

  /// Values that may be absent.
  void optional(std::optional<double>& value, const Key& key, Range range = {}) {
    if (const Key absent = without_default(key); !reading() || given(key.name)) {
      double inner = 0;
      visit(absent, inner, range, {});
      value = reading() ? std::optional(inner) : value;
    }
  }
  template <std::integral T>
  void optional(std::optional<T>& value, const Key& key, Range range = {}) {
    if (const Key absent = without_default(key); !reading() || given(key.name)) {
      long long inner = 0;
      visit(absent, inner, range, {});
      value = reading() ? std::optional(static_cast<T>(inner)) : value;
    }
  }
  /// A section that may be absent; `visit_keys(Keys&, T&)`.
  template <typename T, typename F>
  void optional(std::optional<T>& value, const Key& key, F&& visit_keys) {
    visit_optional(key, [&](Keys& keys) {
      T inner{};
      visit_keys(keys, inner);
      value = reading() ? std::optional(std::move(inner)) : value;
    });
  }

  /// Lists of single values; one value counts as a list of one.
  void texts(std::vector<std::string>& values, const Key& key,
             const std::optional<std::vector<std::string>>& fallback = {}) {
    visit(key, values, fallback_of(key, values, fallback));
  }
  void numbers(std::vector<double>& values, const Key& key, Range range = {},
               const std::optional<std::vector<double>>& fallback = {}) {
    visit(key, values, range, fallback_of(key, values, fallback));
  }
  template <std::integral T>
  void integers(std::vector<T>& values, const Key& key, Range range = {}) {
    std::vector<long long> wide(values.begin(), values.end());
    visit(key, wide, range, fallback_of(key, wide, {}));
    values.clear();
    for (const long long value : wide) {
      values.push_back(static_cast<T>(value));
    }
  }

  /// A closed interval [low, high], which may be absent; each end may be infinite (`.inf`).
  void interval(double& low, double& high, const Key& key) {
    if (const Key absent = without_default(key); !reading() || given(key.name)) {
      Numbers ends;
      visit(absent, ends, {}, {});
      if (reading() && (ends.size() != 2 || !(ends[0] < ends[1]))) {
        problem(key.name, "must be a pair [low, high] with low < high");
      } else if (reading()) {
        low = ends[0];
        high = ends[1];
      }
    }
  }

  /// A mapping; `visit_keys(Keys&)`.
  void section(const Key& key, const std::function<void(Keys&)>& visit_keys) { visit_section(key, visit_keys); }
  /// A list of mappings; `visit_keys(Keys&, T&)`.
  template <typename T, typename F>
  void list(std::vector<T>& values, const Key& key, F&& visit_keys) {
    visit_list(key, [&](Keys& keys) {
      T item{};
      visit_keys(keys, item);
      if (reading()) {
        values.push_back(std::move(item));
      }
    });
  }
  /// A mapping from names that the user chooses; `placeholder` stands for them. `visit_keys(Keys&, name, T&)`.
  template <typename T, typename F>
  void named(std::vector<T>& values, const Key& key, const char* placeholder, F&& visit_keys) {
    visit_named(key, placeholder, [&](Keys& keys, const std::string& name) {
      T item{};
      visit_keys(keys, name, item);
      if (reading()) {
        values.push_back(std::move(item));
      }
    });
  }
  /// The same with a number for each name; `take(name, value)`.
  template <typename F>
  void named_numbers(const Key& key, const char* placeholder, Range range, F&& take) {
    visit_named_numbers(key, placeholder, range, [&](const std::string& name, double value) {
      if (reading()) {
        take(name, value);
      }
    });
  }
  /// The same with any value, as one line of YAML; `take(name, yaml)`.
  template <typename F>
  void named_yaml(const Key& key, const char* placeholder, F&& take) {
    visit_named_yaml(key, placeholder, [&](const std::string& name, const std::string& yaml) { take(name, yaml); });
  }
  /// Keys that exist only if `active`; `condition` says when, as in the input: "kind: sgd".
  void when(bool active, const std::string& condition, const std::function<void(Keys&)>& visit_keys) {
    visit_when(active, condition, visit_keys);
  }

  /// A key that has another name now.
  virtual void renamed(const std::string& before, const std::string& now) = 0;

  /// Of the input; for a list there is none.
  virtual bool reading() const = 0;
  virtual bool given(const std::string& key) const = 0;
  virtual std::vector<std::string> given_keys() const = 0;
  /// Records a problem with a key (or with the whole section for an empty one).
  virtual void problem(const std::string& key, const std::string& message) = 0;
  /// Signs a value that follows from keys of other than Affects::bits.
  virtual void sign(const std::string& name, const std::string& value) = 0;
  /// What was signed so far in this section and below: see KeyReader.
  virtual std::string signature() const = 0;

 protected:
  using Texts = std::vector<std::string>;
  using Numbers = std::vector<double>;
  using Integers = std::vector<long long>;

  virtual void visit(const Key&, std::string&, const std::optional<std::string>& fallback) = 0;
  virtual void visit(const Key&, double&, Range, const std::optional<double>& fallback) = 0;
  virtual void visit(const Key&, long long&, Range, const std::optional<long long>& fallback) = 0;
  virtual void visit(const Key&, bool&, const std::optional<bool>& fallback) = 0;
  virtual void visit(const Key&, std::string&, const Texts& choices, const std::optional<std::string>& fallback) = 0;
  virtual void visit(const Key&, Texts&, const std::optional<Texts>& fallback) = 0;
  virtual void visit(const Key&, Numbers&, Range, const std::optional<Numbers>& fallback) = 0;
  virtual void visit(const Key&, Integers&, Range, const std::optional<Integers>& fallback) = 0;
  virtual void visit_section(const Key&, const std::function<void(Keys&)>&) = 0;
  virtual void visit_optional(const Key&, const std::function<void(Keys&)>&) = 0;
  virtual void visit_list(const Key&, const std::function<void(Keys&)>&) = 0;
  virtual void visit_named(const Key&, const char* placeholder,
                           const std::function<void(Keys&, const std::string&)>&) = 0;
  virtual void visit_named_numbers(const Key&, const char* placeholder, Range,
                                   const std::function<void(const std::string&, double)>&) = 0;
  virtual void visit_named_yaml(const Key&, const char* placeholder,
                                const std::function<void(const std::string&, const std::string&)>&) = 0;
  virtual void reads(const std::string& file) = 0;
  virtual void visit_when(bool active, const std::string& condition, const std::function<void(Keys&)>&) = 0;

 private:
  template <typename T>
  static std::optional<T> fallback_of(const Key& key, const T& value, const std::optional<T>& fallback) {
    return key.is_required ? std::nullopt : std::optional<T>(fallback.value_or(value));
  }
  static Key without_default(const Key& key) { return key.with(&Key::may_be_absent, true); }
};

}  // namespace epitaxy::config
