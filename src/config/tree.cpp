#include "config/tree.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::config {

namespace {

/// Converts the nodes of yaml-cpp, which accepts duplicate keys silently.
class Converter {
 public:
  Converter(std::string override_key, std::vector<Problem>& problems)
      : override_key_(std::move(override_key)), problems_(problems) {}

  Value convert(const YAML::Node& node, const std::string& path, int depth = 0) {
    if (depth > kDeepest) {
      fail_input("'{}' is nested too deeply", path);  // an alias may hold itself
    }
    Value value;
    value.place = place(node);
    if (node.IsScalar()) {
      value.kind = Value::Kind::scalar;
      value.text = node.Scalar();
    } else if (node.IsSequence()) {
      value.kind = Value::Kind::list;
      for (const YAML::Node& item : node) {
        value.items.push_back(convert(item, fmt::format("{}.{}", path, value.items.size()), depth + 1));
      }
    } else if (node.IsMap()) {
      value.kind = Value::Kind::mapping;
      for (const auto& pair : node) {
        add_member(value, pair.first, pair.second, path, depth);
      }
    }
    return value;
  }

 private:
  static constexpr int kDeepest = 50;

  Place place(const YAML::Node& node) const { return {node.Mark().line + 1, override_key_}; }

  void add_member(Value& mapping, const YAML::Node& key, const YAML::Node& value, const std::string& path, int depth) {
    if (!key.IsScalar()) {
      problems_.push_back({place(key), "a key must be a plain text"});
      return;
    }
    const std::string full = path.empty() ? key.Scalar() : path + "." + key.Scalar();
    if (const Member* first = mapping.find(key.Scalar())) {
      problems_.push_back(
          {place(key), fmt::format("'{}' is given twice; the first is in line {}", full, first->place.line)});
      return;
    }
    mapping.members.push_back({key.Scalar(), place(key), convert(value, full, depth + 1)});
  }

  std::string override_key_;
  std::vector<Problem>& problems_;
};

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
      if (value->find(key) == nullptr) {
        value->members.push_back({key, place, {}});
      }
      Member* member = value->find(key);
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
  const auto found = std::ranges::find(members, key, &Member::key);
  return found == members.end() ? nullptr : &*found;
}

Member* Value::find(const std::string& key) { return const_cast<Member*>(std::as_const(*this).find(key)); }

Value parse(const std::string& text, const std::string& file, std::vector<Problem>& problems) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) {
      fail_input("{}: holds {} YAML documents; one is expected", file, documents.size());
    }
    Value root = documents.empty() ? Value{} : Converter("", problems).convert(documents[0], "");
    if (root.kind != Value::Kind::mapping && root.kind != Value::Kind::nothing) {
      fail_input("{}: 'key: value' lines are expected at the top", root.place.text(file));
    }
    return root;
  } catch (const YAML::Exception& error) {
    fail_input("{}:{}: not valid YAML: {}", file, error.mark.line + 1, error.msg);
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
    const YAML::Node node = YAML::Load(value);
    descend(root, parts, place) = Converter(path, problems).convert(node, path);
  } catch (const YAML::Exception& error) {
    problems.push_back({place, fmt::format("'{}' is not valid YAML: {}", value, error.msg)});
  } catch (const InputError& error) {
    problems.push_back({place, error.what()});
  }
}

}  // namespace epitaxy::config
