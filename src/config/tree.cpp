#include "config/tree.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::config {

namespace {

/// Nested deeper than any input, and not yet so deep that walking through it needs much of the stack.
constexpr std::size_t kDeepest = 50;

/// What ends the reading, with its place.
struct Unreadable {
  Problem problem;
};

/// Where a value stands below others; its text is needed in messages only.
struct Way {
  const Way* above = nullptr;
  std::string_view key;
  std::size_t index = 0;  ///< In a list, whose items have no key.
  std::size_t depth = 0;

  std::string text() const {
    const std::string own = key.empty() ? std::to_string(index) : std::string(key);
    const std::string before = above == nullptr ? "" : above->text();
    return depth == 0 ? std::string(key) : before.empty() ? own : before + "." + own;
  }
};

/// Converts the nodes of yaml-cpp, which accepts duplicate keys silently. It expands aliases, which may multiply, and
/// may hold themselves: `most` bounds the values and letters that are made. A text without aliases gives no more than
/// it has letters.
class Converter {
 public:
  Converter(std::string override_key, std::size_t most, std::vector<Problem>& problems)
      : override_key_(std::move(override_key)), most_(most), problems_(problems) {}

  Value convert(const YAML::Node& node, const Way& way) {
    if (way.depth > kDeepest) {
      throw Unreadable{{place(node), fmt::format("'{}' is nested too deeply (more than {} levels; does an alias '*' "
                                                 "hold itself?)",
                                                 way.text(), kDeepest)}};
    }
    Value value;
    value.place = place(node);
    count(1);
    if (node.IsScalar()) {
      value.kind = Value::Kind::scalar;
      value.text = text_of(node);
      count(value.text.size());
    } else if (node.IsSequence()) {
      value.kind = Value::Kind::list;
      for (const YAML::Node& item : node) {
        value.items.push_back(convert(item, {&way, "", value.items.size(), way.depth + 1}));
      }
    } else if (node.IsMap()) {
      value.kind = Value::Kind::mapping;
      std::unordered_map<std::string, int> lines;
      for (const auto& pair : node) {
        add_member(value, lines, pair.first, pair.second, way);
      }
    }
    return value;
  }

 private:
  const std::string& text_of(const YAML::Node& scalar) const {
    if (!text::is_utf8(scalar.Scalar())) {
      throw Unreadable{{place(scalar), "holds bytes that are no text in UTF-8: save the file as UTF-8"}};
    }
    return scalar.Scalar();
  }

  Place place(const YAML::Node& node) const { return {node.Mark().line + 1, override_key_}; }

  /// An alias has the place of what it stands for, so the key at the top tells where it is.
  void count(std::size_t made) {
    made_ += made;
    if (made_ > most_) {
      throw Unreadable{
          {top_, "aliases ('*name') multiply what is written here beyond all measure: write out what is meant"}};
    }
  }

  void add_member(Value& mapping, std::unordered_map<std::string, int>& lines, const YAML::Node& key,
                  const YAML::Node& value, const Way& way) {
    if (!key.IsScalar()) {
      problems_.push_back({place(key), "a key must be a plain text"});
      return;
    }
    const std::string& name = text_of(key);
    count(name.size());
    const Way own{&way, name, 0, way.depth + 1};
    top_ = own.depth == 1 ? place(key) : top_;
    const auto [first, is_new] = lines.emplace(name, place(key).line);
    if (!is_new) {
      problems_.push_back(
          {place(key), fmt::format("'{}' is given twice; the first is in line {}", own.text(), first->second)});
      return;
    }
    mapping.add({name, place(key), convert(value, own)});
  }

  std::string override_key_;
  Place top_{1, override_key_};
  std::size_t most_;
  std::size_t made_ = 0;
  std::vector<Problem>& problems_;
};

/// For a text of this size, with aliases as people use them.
std::size_t most_made(std::size_t text) { return 20 * text + 100'000; }

/// Notes where documents start, and nothing else.
struct DocumentStarts final : YAML::EventHandler {
  std::vector<YAML::Mark> marks;

  void OnDocumentStart(const YAML::Mark& mark) override { marks.push_back(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}
};

/// YAML::LoadAll never ends where a sign is out of place (a file that starts with a comma): it takes that for one empty
/// document after another.
void check_one_document(const std::string& text, const std::string& file) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStarts starts;
  const std::vector<YAML::Mark>& marks = starts.marks;
  while (marks.size() < 3 && parser.HandleNextDocument(starts)) {
    const std::size_t last = marks.size() - 1;
    if (last > 0 && marks[last].pos == marks[last - 1].pos) {
      fail_input("{}:{}: not valid YAML: there is a sign where a key or a value should begin", file,
                 marks[last].line + 1);
    }
  }
  if (marks.size() > 1) {
    fail_input("{}: holds several YAML documents; one is expected", file);
  }
}

/// The first line, up to the one where YAML ends, that is indented by a tab; 0: none.
int line_with_tab(const std::string& text, int last) {
  int line = 1;
  std::size_t begin = 0;
  for (; begin < text.size() && line <= last; ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view indent(text.data() + begin, std::min(text.find_first_not_of(" \t-", begin), end) - begin);
    if (indent.find('\t') != std::string_view::npos) {
      return line;
    }
    begin = end + 1;
  }
  return 0;
}

/// YAML ends a line there, but yaml-cpp does not: what follows would be a part of a comment or a value.
void refuse_bare_returns(const std::string& text, const std::string& file) {
  for (std::size_t place = text.find('\r'); place != std::string::npos; place = text.find('\r', place + 1)) {
    if (place + 1 == text.size() || text[place + 1] != '\n') {
      fail_input("{}:{}: holds a carriage return (CR) without a line feed (LF): save it with line ends of this system",
                 file, 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
    }
  }
}

/// The number of leading parts of `rest` that make up a key of `mapping`; keys such as `body.*` hold points themselves.
std::size_t key_length(const Value& mapping, const std::vector<std::string>& rest) {
  for (std::size_t length = rest.size(); length > 1; --length) {
    if (mapping.find(text::join({rest.begin(), rest.begin() + length}, ".")) != nullptr) {
      return length;
    }
  }
  return 1;
}

/// The value `rest` leads to below `top`, created where missing. Throws InputError where there is no way.
Value& descend(Value& top, std::vector<std::string> rest, const Place& place) {
  Value* value = &top;
  while (!rest.empty()) {
    std::size_t used = 1;
    if (value->kind == Value::Kind::list) {
      const auto index = text::to_integer(rest[0]);
      if (!index || *index < 0 || *index >= static_cast<long long>(value->items.size())) {
        fail_input("the list has {} items, counted from 0, and no item '{}'", value->items.size(), rest[0]);
      }
      value = &value->items[static_cast<std::size_t>(*index)];
    } else if (value->kind == Value::Kind::scalar) {
      fail_input("'{}' cannot be set in the value '{}'", rest[0], value->text);
    } else {
      if (value->kind == Value::Kind::nothing) {
        value->kind = Value::Kind::mapping;
        value->place = place;
      }
      used = key_length(*value, rest);
      const std::string key = text::join({rest.begin(), rest.begin() + used}, ".");
      Member* member = value->find(key);
      member = member == nullptr ? &value->add({key, place, {}}) : member;
      if (used == rest.size()) {
        member->place = place;
      }
      value = &member->value;
    }
    rest.erase(rest.begin(), rest.begin() + used);
  }
  return *value;
}

void emit(YAML::Emitter& out, const Value& value) {
  switch (value.kind) {
    case Value::Kind::nothing:
      out << YAML::Null;
      break;
    case Value::Kind::scalar:
      out << YAML::DoubleQuoted << value.text;
      break;
    case Value::Kind::list:
      out << YAML::Flow << YAML::BeginSeq;
      std::ranges::for_each(value.items, [&out](const Value& item) { emit(out, item); });
      out << YAML::EndSeq;
      break;
    case Value::Kind::mapping:
      out << YAML::Flow << YAML::BeginMap;
      for (const Member& member : value.members) {
        out << YAML::Key << YAML::DoubleQuoted << member.key << YAML::Value;
        emit(out, member.value);
      }
      out << YAML::EndMap;
      break;
  }
}

}  // namespace

std::string Place::text(const std::string& file) const {
  return override_key.empty() ? fmt::format("{}:{}", file, line) : "--set " + override_key;
}

const Member* Value::find(const std::string& key) const {
  const auto found = places_.find(key);
  return found == places_.end() ? nullptr : &members[found->second];
}

Member* Value::find(const std::string& key) { return const_cast<Member*>(std::as_const(*this).find(key)); }

Member& Value::add(Member member) {
  places_.emplace(member.key, members.size());
  members.push_back(std::move(member));
  return members.back();
}

Value parse(const std::string& text, const std::string& file, std::vector<Problem>& problems) {
  refuse_bare_returns(text, file);
  try {
    check_one_document(text, file);
    Value root = Converter("", most_made(text.size()), problems).convert(YAML::Load(text), {});
    if (root.kind != Value::Kind::mapping && root.kind != Value::Kind::nothing) {
      fail_input("{}: 'key: value' lines are expected at the top", root.place.text(file));
    }
    return root;
  } catch (const YAML::DeepRecursion& error) {
    fail_input("{}:{}: not valid YAML: it is nested too deeply (more than {} levels)", file, error.mark.line + 1,
               kDeepest);
  } catch (const YAML::Exception& error) {
    if (text.find('\0') != std::string::npos) {
      fail_input("{}: holds a zero byte, so it is no text: is it the right file?", file);
    }
    if (const int line = line_with_tab(text, error.mark.line + 1)) {
      fail_input("{}:{}: not valid YAML: the line is indented by a tab; write spaces instead", file, line);
    }
    fail_input("{}:{}: not valid YAML: {}", file, error.mark.line + 1, error.msg);
  } catch (const Unreadable& unreadable) {
    fail_input("{}: {}", unreadable.problem.place.text(file), unreadable.problem.message);
  }
}

std::string one_line(const Value& value) {
  YAML::Emitter out;
  emit(out, value);
  check(out.good(), "a value cannot be written as YAML");
  return out.c_str();
}

void set_value(Value& root, const std::string& path, const std::string& value, std::vector<Problem>& problems) {
  const Place place{1, path};
  try {
    const std::vector<std::string> parts = text::split(path, '.');
    if (std::ranges::any_of(parts, &std::string::empty)) {
      fail_input("not a key: write --set key=value or --set section.key=value");
    }
    if (parts.size() > kDeepest) {
      fail_input("is nested too deeply (more than {} levels)", kDeepest);
    }
    const YAML::Node node = YAML::Load(value);
    descend(root, parts, place) = Converter(path, most_made(value.size()), problems).convert(node, {nullptr, path});
  } catch (const YAML::Exception& error) {
    problems.push_back({place, fmt::format("'{}' is not valid YAML: {}", value, error.msg)});
  } catch (const Unreadable& unreadable) {
    problems.push_back(unreadable.problem);
  } catch (const InputError& error) {
    problems.push_back({place, error.what()});
  }
}

}  // namespace epitaxy::config
