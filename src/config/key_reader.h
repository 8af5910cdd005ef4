#pragma once
/// \file
/// Fills settings from an input by the function that declares their keys, and signs what decides the bits.
#include <memory>

#include "config/keys.h"

namespace epitaxy::config {

/// The signature has a line for each key that decides the bits and is not at its default, ordered by name: the order
/// of reading does not matter, and a key that is added at its default leaves older signatures as they were. Sections
/// whose own key is of another effect (`Affects::output`) have a signature of their own alone. The default of a key
/// that decides the bits does not change; where it has to, kSignatureVersion does, too.
inline constexpr int kSignatureVersion = 1;

class KeyReader final : public Keys {
 public:
  explicit KeyReader(Section section);

  bool reading() const override { return true; }
  bool given(const std::string& key) const override { return section_.has(key); }
  std::vector<std::string> given_keys() const override { return section_.keys(); }
  void problem(const std::string& key, const std::string& message) override { section_.problem(key, message); }
  void renamed(const std::string& before, const std::string& now) override;
  void sign(const std::string& name, const std::string& value) override;
  std::string signature() const override;
  /// Files that were named, in order.
  const std::vector<std::string>& files() const { return *files_; }

 private:
  struct Signed;
  KeyReader(Section section, const KeyReader& above, const Key& key, const std::string& name);

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
  void reads(const std::string& file) override;
  void visit_when(bool active, const std::string& condition, const std::function<void(Keys&)>&) override;

  void sign(const Key& key, const std::string& value, const std::string& fallback);

  Section section_;
  std::shared_ptr<Signed> signed_;  ///< Shared by the readers whose values are signed together.
  std::string prefix_;              ///< Of the names in `signed_`.
  std::shared_ptr<std::vector<std::string>> files_;
};

/// Whether a text is a signature of this version.
bool is_signature(const std::string& text);
/// The lines in which two signatures differ, each after its mark: "\n  checkpoint: training.epochs: (default)".
std::string signature_difference(const std::string& before, const std::string& now, std::string_view mark_before,
                                 std::string_view mark_now);

/// The settings of an input. `keys` is found beside the struct.
template <typename Settings>
Settings read(const Section& section, Settings settings = {}) {
  KeyReader reader(section);
  keys(reader, settings);
  return settings;
}

}  // namespace epitaxy::config
