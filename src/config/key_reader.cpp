#include "config/key_reader.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string_view>

#include "base/text.h"
#include "config/key_list.h"
#include "config/state.h"

namespace epitaxy::config {

namespace {

template <typename T>
std::string text_of(const T& value) {
  return scalar(value).text;
}

template <typename T>
std::string text_of(const std::vector<T>& values) {
  std::vector<std::string> texts;
  for (const T& value : values) {
    texts.push_back(text_of(value));
  }
  return "[" + text::join(texts, ", ") + "]";
}

template <typename T>
std::string text_of(const std::optional<T>& value) {
  return value ? text_of(*value) : "";
}

}  // namespace

/// Names that users choose become names of files.
void check_name(Section& section, const std::string& name) {
  constexpr std::size_t kLongest = 80;
  const bool plain = std::ranges::all_of(
      name, [](unsigned char c) { return std::isalnum(c) != 0 || std::string_view("_-.+").find(char(c)) < 4; });
  if (!plain || name.empty() || name.starts_with('.') || name.size() > kLongest) {
    section.problem(name, fmt::format("is a name of files, too: use letters, digits, '_', '-', '+' and '.', at most {} "
                                      "of them, and none that begins with '.'",
                                      kLongest));
  }
}

/// The values by name. Those of a section that has a signature of its own are elsewhere.
struct KeyReader::Signed {
  std::map<std::string, std::string> values;
};

KeyReader::KeyReader(Section section)
    : section_(std::move(section)),
      signed_(std::make_shared<Signed>()),
      files_(std::make_shared<std::vector<std::string>>()) {}

KeyReader::KeyReader(Section section, const KeyReader& above, const Key& key, const std::string& name)
    : section_(std::move(section)), signed_(above.signed_), prefix_(above.prefix_ + name + "."), files_(above.files_) {
  if (key.affects != Affects::bits) {
    signed_ = std::make_shared<Signed>();
    prefix_.clear();
  }
}

void KeyReader::renamed(const std::string& before, const std::string& now) {
  section_.explain(before, fmt::format("is called '{}' now", now));
}

void KeyReader::sign(const std::string& name, const std::string& value) { signed_->values[prefix_ + name] = value; }

void KeyReader::sign(const Key& key, const std::string& value, const std::string& fallback) {
  if (key.affects == Affects::bits && value != fallback) {
    sign(key.name, value);
  }
}

std::string KeyReader::signature() const {
  std::string text = fmt::format("keys: {}\n", kSignatureVersion);
  for (const auto& [name, value] : signed_->values) {
    if (name.starts_with(prefix_)) {
      text += fmt::format("{}: {}\n", name.substr(prefix_.size()), value);
    }
  }
  return text;
}

void KeyReader::visit(const Key& key, std::string& value, const std::optional<std::string>& fallback) {
  value = section_.string(key.name, fallback);
  sign(key, text_of(value), text_of(fallback));
}

void KeyReader::visit(const Key& key, double& value, Range range, const std::optional<double>& fallback) {
  value = section_.number(key.name, fallback, range);
  sign(key, text_of(value), text_of(fallback));
}

void KeyReader::visit(const Key& key, long long& value, Range range, const std::optional<long long>& fallback) {
  value = section_.integer(key.name, fallback, range);
  sign(key, text_of(value), text_of(fallback));
}

void KeyReader::visit(const Key& key, bool& value, const std::optional<bool>& fallback) {
  value = section_.boolean(key.name, fallback);
  sign(key, text_of(value), text_of(fallback));
}

void KeyReader::visit(const Key& key, std::string& value, const Texts& choices,
                      const std::optional<std::string>& fallback) {
  value = section_.choice(key.name, choices, fallback);
  sign(key, value, fallback.value_or(""));
}

void KeyReader::visit(const Key& key, Texts& values, const std::optional<Texts>& fallback) {
  values = section_.strings(key.name, fallback);
  sign(key, text_of(values), text_of(fallback));
}

void KeyReader::visit(const Key& key, Numbers& values, Range range, const std::optional<Numbers>& fallback) {
  values = section_.numbers(key.name, fallback, range);
  sign(key, text_of(values), text_of(fallback));
}

void KeyReader::visit(const Key& key, Integers& values, Range range, const std::optional<Integers>& fallback) {
  values = section_.integers(key.name, fallback, range);
  sign(key, text_of(values), text_of(fallback));
}

void KeyReader::visit_section(const Key& key, const std::function<void(Keys&)>& visit_keys) {
  KeyReader inner(section_.section(key.name), *this, key, key.name);
  visit_keys(inner);
}

void KeyReader::visit_optional(const Key& key, const std::function<void(Keys&)>& visit_keys) {
  if (section_.has(key.name)) {
    // Its presence decides, even if all in it is at its default.
    sign(key, "given", "");
    visit_section(key, visit_keys);
  }
}

void KeyReader::visit_list(const Key& key, const std::function<void(Keys&)>& visit_keys) {
  const std::vector<Section> sections = section_.sections(key.name);
  if (sections.empty() && key.is_required) {
    section_.problem(key.name, fmt::format("must list at least one: {}", key.meaning));
  }
  sign(key, fmt::format("{} items", sections.size()), "0 items");
  for (std::size_t i = 0; i < sections.size(); ++i) {
    KeyReader inner(sections[i], *this, key, fmt::format("{}.{}", key.name, i));
    visit_keys(inner);
  }
}

void KeyReader::visit_named(const Key& key, const char*,
                            const std::function<void(Keys&, const std::string&)>& visit_keys) {
  Section section = section_.section(key.name);
  const std::vector<std::string> names = section.keys();
  if (names.empty() && key.is_required) {
    section_.problem(key.name, fmt::format("must name at least one: {}", key.meaning));
  }
  std::set<std::string> distinct;
  for (const std::string& name : names) {
    sign(key, "given", "");
    check_name(section, name);
    if (!distinct.insert(text::lower(name)).second) {
      section.problem(name, "is there twice, but for capitals: files of these names could not be told apart");
    }
    KeyReader inner(section.section(name), *this, key, fmt::format("{}.{}", key.name, name));
    visit_keys(inner, name);
  }
}

void KeyReader::visit_named_numbers(const Key& key, const char*, Range range,
                                    const std::function<void(const std::string&, double)>& take) {
  if (!section_.has(key.name)) {
    return;
  }
  Section section = section_.section(key.name);
  for (const std::string& name : section.keys()) {
    const double value = section.number(name, std::nullopt, range);
    if (key.affects == Affects::bits) {
      sign(fmt::format("{}.{}", key.name, name), text_of(value));
    }
    take(name, value);
  }
}

void KeyReader::visit_named_yaml(const Key& key, const char*,
                                 const std::function<void(const std::string&, const std::string&)>& take) {
  if (!section_.has(key.name)) {
    return;
  }
  Section section = section_.section(key.name);
  for (const std::string& name : section.keys()) {
    take(name, section.yaml(name));
  }
}

void KeyReader::reads(const std::string& file) {
  if (!file.empty()) {
    files_->push_back(file);
  }
}

void KeyReader::visit_when(bool active, const std::string& condition, const std::function<void(Keys&)>& visit_keys) {
  if (active) {
    visit_keys(*this);
    return;
  }
  KeyList list;
  visit_keys(list);
  for (const KeyInfo& key : list.keys()) {
    section_.explain(key.name, fmt::format("is a key of '{}' alone", condition));
  }
}

namespace {

std::map<std::string, std::string> lines_by_name(const std::string& signature) {
  std::map<std::string, std::string> lines;
  for (const std::string& line : text::split(signature, '\n')) {
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) {
      lines.emplace(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  return lines;
}

}  // namespace

bool is_signature(const std::string& text) { return text.starts_with(fmt::format("keys: {}\n", kSignatureVersion)); }

std::string signature_difference(const std::string& before, const std::string& now, std::string_view mark_before,
                                 std::string_view mark_now) {
  const auto old_lines = lines_by_name(before);
  const auto new_lines = lines_by_name(now);
  auto all = old_lines;
  all.insert(new_lines.begin(), new_lines.end());
  const auto value = [](const auto& lines, const std::string& name) {
    const auto found = lines.find(name);
    return found == lines.end() ? std::string("(default)") : found->second;
  };
  std::string text;
  for (const auto& [name, any] : all) {
    const std::string old_value = value(old_lines, name);
    const std::string new_value = value(new_lines, name);
    if (old_value != new_value) {
      text += fmt::format("\n  {}{}: {}\n  {}{}: {}", mark_before, name, old_value, mark_now, name, new_value);
    }
  }
  return text;
}

}  // namespace epitaxy::config
