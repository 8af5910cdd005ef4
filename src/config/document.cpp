#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <algorithm>
#include <array>
#include <climits>
#include <filesystem>
#include <iterator>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "config/section.h"
#include "config/state.h"

namespace epitaxy::config {

namespace {

using State = Section::State;

/// Adds the keys nobody asked for, here and in the sections that were read.
void add_unknown_keys(const State& state) {
  for (const Member& member : state.value.members) {
    if (std::ranges::find(state.asked, member.key) != state.asked.end()) {
      continue;
    }
    std::string message = fmt::format("unknown key '{}'", member.key);
    if (!state.path.empty()) {
      message += fmt::format(" in '{}'", state.path);
    }
    if (const auto explained = state.explained.find(member.key); explained != state.explained.end()) {
      message = fmt::format("'{}' {}", state.full(member.key), text::join(explained->second, ", or "));
    } else if (const auto nearest = text::nearest(member.key, state.asked)) {
      message += fmt::format("; did you mean '{}'?", *nearest);
    } else if (!state.asked.empty()) {
      message += "; known keys are " + text::join(state.asked, ", ");
    }
    state.context->add(member.place, message);
  }
  for (const State::Entry& entry : state.entries) {
    if (const auto* section = std::get_if<State::Pointer>(&entry.content)) {
      add_unknown_keys(**section);
    } else if (const auto* sections = std::get_if<std::vector<State::Pointer>>(&entry.content)) {
      std::ranges::for_each(*sections, [](const State::Pointer& one) { add_unknown_keys(*one); });
    }
  }
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether any YAML reader takes the text for a text when it is not quoted.
bool is_plain(const std::string& text) {
  constexpr std::array<const char*, 9> kOther = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
  const std::string lower = text::lower(text);
  if (text.empty() || text::to_double(text) || std::ranges::find(kOther, lower) != kOther.end()) {
    return false;
  }
  const bool starts_plain = std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
                            (is_word(text[0]) || text[0] == '/' || text.starts_with("./") || text.starts_with("../"));
  return starts_plain &&
         std::ranges::all_of(text, [](char c) { return is_word(c) || std::string_view("./+-").find(c) < 4; });
}

void emit(YAML::Emitter& out, const Scalar& value) {
  if (value.is_text && !is_plain(value.text)) {
    out << YAML::DoubleQuoted;
  }
  out << value.text;
}

void emit(YAML::Emitter& out, const State& state);

void emit(YAML::Emitter& out, const State::Pointer& section) { emit(out, *section); }

template <typename T>
void emit(YAML::Emitter& out, const std::vector<T>& list) {
  constexpr bool kOnOneLine = std::is_same_v<T, Scalar>;
  out << (kOnOneLine || list.empty() ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
  for (const T& item : list) {
    emit(out, item);
  }
  out << YAML::EndSeq;
}

bool is_empty_default(const State::Content& content) {
  const auto* section = std::get_if<State::Pointer>(&content);
  return section != nullptr && !(*section)->given &&
         std::ranges::all_of((*section)->entries, [](const State::Entry& e) { return is_empty_default(e.content); });
}

void emit(YAML::Emitter& out, const State& state) {
  out << YAML::BeginMap;
  for (const State::Entry& entry : state.entries) {
    // A section that is not there and of which nothing was read stays away: its mere presence may mean something.
    if (!is_empty_default(entry.content)) {
      out << YAML::Key;
      emit(out, Scalar{entry.key, true});
      out << YAML::Value;
      std::visit([&out](const auto& content) { emit(out, content); }, entry.content);
    }
  }
  out << YAML::EndMap;
}

}  // namespace

Document Document::from_file(const std::string& path, const std::vector<Override>& overrides,
                             const Variables& variables) {
  constexpr std::size_t kMost = 8'000'000;  // of YAML, which takes a hundred times as much memory
  return from_text(file::read_at_most(path, kMost), path, overrides, variables);
}

Document Document::from_text(const std::string& text, const std::string& name, const std::vector<Override>& overrides,
                             const Variables& variables) {
  const std::string folder = std::filesystem::path(name).parent_path().string();
  Document document;
  document.shared_ = std::make_shared<Shared>();
  document.shared_->context = std::make_shared<Context>();
  document.shared_->root = std::make_shared<State>();
  Context& context = *document.shared_->context;
  State& root = *document.shared_->root;
  context.file = name;
  context.variables = variables;
  context.variables["HERE"] = folder.empty() ? "." : folder;
  root.context = document.shared_->context;
  root.value = parse(text, name, context.problems);
  root.place = root.value.place;
  for (const Override& change : overrides) {
    set_value(root.value, change.key, change.value, context.problems);
  }
  return document;
}

Section Document::root() const { return Section(shared_->root); }

void Document::finish() const {
  const Context& context = *shared_->context;
  add_unknown_keys(*shared_->root);
  if (context.problems.empty()) {
    return;
  }
  std::vector<Problem> sorted = context.problems;
  std::ranges::stable_sort(sorted, {}, [](const Problem& problem) {
    return problem.place.override_key.empty() ? problem.place.line : INT_MAX;
  });
  std::string message = fmt::format("{}: {} problem{}{}", context.file, sorted.size(), sorted.size() == 1 ? "" : "s",
                                    sorted.size() < Context::kMostProblems ? "" : " or more");
  for (const Problem& problem : sorted) {
    message += fmt::format("\n{}: {}", problem.place.text(context.file), problem.message);
  }
  throw InputError(message);
}

std::string Document::resolved() const { return root().resolved(); }

std::string Section::resolved() const {
  YAML::Emitter out;
  emit(out, *state_);
  check(out.good(), "the resolved input cannot be written");
  return std::string(out.c_str()) + "\n";
}

}  // namespace epitaxy::config
