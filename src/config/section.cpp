#include "config/section.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "base/text.h"
#include "config/state.h"

namespace epitaxy::config {

namespace {

using State = Section::State;

/// A converted value, or what is wrong with the text.
template <typename T>
struct Result {
  std::optional<T> value;
  std::string complaint;
};

template <typename T>
using Conversion = std::function<Result<T>(const std::string&)>;

std::string hint(const std::string& text, const std::vector<std::string>& candidates) {
  const auto nearest = text::nearest(text, candidates);
  return nearest ? fmt::format("; did you mean '{}'?", *nearest) : "";
}

std::string limits(Range range) {
  if (std::isfinite(range.low) && std::isfinite(range.high)) {
    return fmt::format("lie between {} and {}", range.low, range.high);
  }
  return std::isfinite(range.low) ? fmt::format("be at least {}", range.low) : fmt::format("be at most {}", range.high);
}

template <typename T>
Result<T> in_range(std::optional<T> value, Range range, const char* what, const std::string& text) {
  if (!value || std::isnan(static_cast<double>(*value))) {
    return {{}, fmt::format("must be {}, not '{}'", what, text)};
  }
  if (static_cast<double>(*value) < range.low || static_cast<double>(*value) > range.high) {
    return {{}, fmt::format("must {}, not {}", limits(range), text)};
  }
  return {value, ""};
}

Conversion<double> number_in(Range range) {
  return [range](const std::string& text) {
    std::string plain = text;  // YAML writes infinity with a point
    if (const std::size_t point = plain.find(".i"); point != std::string::npos && point <= 1) {
      plain.erase(point, 1);
    }
    return in_range(text::to_double(plain), range, "a number", text);
  };
}

Conversion<long long> integer_in(Range range) {
  return [range](const std::string& text) { return in_range(text::to_integer(text), range, "a whole number", text); };
}

Result<std::string> any_text(const std::string& text) { return {text, ""}; }

Result<bool> truth(const std::string& text) {
  const std::string lower = text::lower(text);
  if (lower == "true" || lower == "yes" || lower == "on") {
    return {true, ""};
  }
  if (lower == "false" || lower == "no" || lower == "off") {
    return {false, ""};
  }
  return {{}, fmt::format("must be true or false, not '{}'", text)};
}

/// A value that does no harm until the problem with its key is reported.
double harmless(Range range) { return std::clamp(0.0, range.low, range.high); }

const char* kind_name(const Value& value) {
  switch (value.kind) {
    case Value::Kind::nothing:
      return "nothing";
    case Value::Kind::list:
      return "a list";
    case Value::Kind::mapping:
      return "a mapping";
    case Value::Kind::scalar:
      break;
  }
  return "a single value";
}

/// Converts one scalar, recording what is wrong with it under the name `full` at `place`.
template <typename T>
std::optional<T> convert(State& state, const std::string& full, const Place& place, const Value& value,
                         const Conversion<T>& conversion) {
  if (value.kind != Value::Kind::scalar) {
    state.context->add(place, fmt::format("'{}' must be a single value, not {}", full, kind_name(value)));
    return std::nullopt;
  }
  try {
    const Result<T> result = conversion(text::expand_variables(value.text, state.context->variables));
    if (!result.value) {
      state.context->add(place, fmt::format("'{}' {}", full, result.complaint));
    }
    return result.value;
  } catch (const InputError& error) {
    state.context->add(place, fmt::format("'{}': {}", full, error.what()));
    return std::nullopt;
  }
}

template <typename T>
T read_value(State& state, const std::string& key, const std::optional<T>& fallback, const T& neutral,
             const Conversion<T>& conversion) {
  const Value* value = state.read(key, !fallback);
  if (value != nullptr) {
    const Place place = state.value.find(key)->place;
    if (const auto result = convert(state, state.full(key), place, *value, conversion)) {
      state.record(key, scalar(*result));
      return *result;
    }
  } else if (fallback && conversion(scalar(*fallback).text).value) {
    state.record(key, scalar(*fallback));
  }
  return fallback.value_or(neutral);
}

template <typename T>
std::vector<T> read_list(State& state, const std::string& key, const std::optional<std::vector<T>>& fallback,
                         const Conversion<T>& conversion) {
  const Value* value = state.read(key, !fallback);
  std::vector<T> result;
  if (value == nullptr) {
    result = fallback.value_or(std::vector<T>{});
    if (!std::ranges::all_of(result, [&](const T& e) { return conversion(scalar(e).text).value.has_value(); })) {
      return result;
    }
  } else if (value->kind == Value::Kind::list) {
    for (std::size_t i = 0; i < value->items.size(); ++i) {
      const Value& item = value->items[i];
      const auto converted = convert(state, fmt::format("{}.{}", state.full(key), i), item.place, item, conversion);
      if (!converted) {
        return fallback.value_or(std::vector<T>{});
      }
      result.push_back(*converted);
    }
  } else if (const auto single = convert(state, state.full(key), state.value.find(key)->place, *value, conversion)) {
    result.push_back(*single);
  } else {
    return fallback.value_or(std::vector<T>{});
  }
  std::vector<Scalar> scalars;
  for (const T& element : result) {
    scalars.push_back(scalar(element));
  }
  state.record(key, std::move(scalars));
  return result;
}

/// Expands the variables in every scalar of a value; false when one is not set, which is recorded.
bool expand(State& state, const std::string& key, Value& value) {
  try {
    value.text = text::expand_variables(value.text, state.context->variables);
  } catch (const InputError& error) {
    state.context->add(value.place, fmt::format("'{}': {}", state.full(key), error.what()));
    return false;
  }
  bool good = true;
  for (Value& item : value.items) {
    good = expand(state, key, item) && good;
  }
  for (Member& member : value.members) {
    good = expand(state, key, member.value) && good;
  }
  return good;
}

/// The section of a value that should be a mapping. An empty mapping may be written as nothing.
State::Pointer child(State& state, const std::string& path, const Place& place, const Value* value) {
  auto result = std::make_shared<State>();
  result->context = state.context;
  result->place = place;
  result->path = path;
  result->given = value != nullptr;
  result->broken = state.broken;
  if (value != nullptr && (value->kind == Value::Kind::scalar || value->kind == Value::Kind::list)) {
    state.context->add(place, fmt::format("'{}' must be a mapping of keys to values, not {}", path, kind_name(*value)));
    result->broken = true;
  } else if (value != nullptr) {
    result->value = *value;
  }
  return result;
}

}  // namespace

Scalar scalar(const std::string& value) { return {value, true}; }
Scalar scalar(long long value) { return {fmt::format("{}", value)}; }
Scalar scalar(bool value) { return {value ? "true" : "false"}; }
Scalar scalar(double value) {
  if (!std::isfinite(value)) {
    return {std::isnan(value) ? ".nan" : value > 0 ? ".inf" : "-.inf"};
  }
  std::string text = fmt::format("{}", value);
  const std::size_t exponent = text.find('e');
  if (exponent != std::string::npos && text.find('.') == std::string::npos) {
    text.insert(exponent, ".0");  // YAML 1.1 takes 1e-5 for a text
  }
  return {text};
}

void Context::add(const Place& place, const std::string& message) {
  if (problems.size() >= kMostProblems) {
    return;
  }
  const bool known = std::ranges::any_of(problems, [&](const Problem& problem) {
    return problem.message == message && problem.place.text(file) == place.text(file);
  });
  if (!known) {
    problems.push_back({place, message});
  }
}

void State::ask(const std::string& key) {
  if (std::ranges::find(asked, key) == asked.end()) {
    asked.push_back(key);
  }
}

void State::record(const std::string& key, Content content) {
  const auto found = std::ranges::find(entries, key, &Entry::key);
  if (found != entries.end()) {
    found->content = std::move(content);
  } else {
    entries.push_back({key, std::move(content)});
  }
}

const State::Content* State::recorded(const std::string& key) const {
  const auto found = std::ranges::find(entries, key, &Entry::key);
  return found == entries.end() ? nullptr : &found->content;
}

const Value* State::read(const std::string& key, bool required) {
  ask(key);
  const Member* member = value.find(key);
  if (member == nullptr) {
    if (required && !broken) {
      context->add(place,
                   path.empty() ? fmt::format("'{}' is missing", key) : fmt::format("'{}' lacks '{}'", path, key));
    }
    return nullptr;
  }
  if (member->value.kind == Value::Kind::nothing) {
    context->add(member->place, fmt::format("'{}' has no value", full(key)));
    return nullptr;
  }
  return &member->value;
}

std::string Section::string(const std::string& key, std::optional<std::string> fallback) {
  return read_value<std::string>(*state_, key, fallback, "", any_text);
}

double Section::number(const std::string& key, std::optional<double> fallback, Range range) {
  return read_value<double>(*state_, key, fallback, harmless(range), number_in(range));
}

long long Section::integer(const std::string& key, std::optional<long long> fallback, Range range) {
  const auto neutral = static_cast<long long>(std::ceil(harmless(range)));
  return read_value<long long>(*state_, key, fallback, neutral, integer_in(range));
}

bool Section::boolean(const std::string& key, std::optional<bool> fallback) {
  return read_value<bool>(*state_, key, fallback, false, truth);
}

std::string Section::choice(const std::string& key, const std::vector<std::string>& choices,
                            std::optional<std::string> fallback) {
  check(!choices.empty(), "a choice among nothing");
  const Conversion<std::string> one_of = [&](const std::string& text) -> Result<std::string> {
    if (std::ranges::find(choices, text) != choices.end()) {
      return {text, ""};
    }
    return {{}, fmt::format("must be one of {}, not '{}'{}", text::join(choices, ", "), text, hint(text, choices))};
  };
  return read_value<std::string>(*state_, key, fallback, choices.front(), one_of);
}

std::vector<std::string> Section::strings(const std::string& key, std::optional<std::vector<std::string>> fallback) {
  return read_list<std::string>(*state_, key, fallback, any_text);
}

std::vector<long long> Section::integers(const std::string& key, std::optional<std::vector<long long>> fallback,
                                         Range range) {
  return read_list<long long>(*state_, key, fallback, integer_in(range));
}

std::vector<double> Section::numbers(const std::string& key, std::optional<std::vector<double>> fallback, Range range) {
  return read_list<double>(*state_, key, fallback, number_in(range));
}

std::string Section::yaml(const std::string& key) {
  const Value* value = state_->read(key, true);
  if (value == nullptr) {
    return "";
  }
  Value expanded = *value;
  if (!expand(*state_, key, expanded)) {
    return "";
  }
  const std::string text = expanded.kind == Value::Kind::scalar ? expanded.text : one_line(expanded);
  state_->record(key, scalar(text));
  return text;
}

Section Section::section(const std::string& key) {
  if (const auto* before = state_->recorded(key);
      before != nullptr && std::holds_alternative<State::Pointer>(*before)) {
    return Section(std::get<State::Pointer>(*before));
  }
  state_->ask(key);
  const Member* member = state_->value.find(key);
  auto result = child(*state_, state_->full(key), member != nullptr ? member->place : state_->place,
                      member != nullptr ? &member->value : nullptr);
  state_->record(key, result);
  return Section(result);
}

std::vector<Section> Section::sections(const std::string& key) {
  using Pointers = std::vector<State::Pointer>;
  Pointers pointers;
  if (const auto* before = state_->recorded(key); before != nullptr && std::holds_alternative<Pointers>(*before)) {
    pointers = std::get<Pointers>(*before);
  } else if (const Value* value = state_->read(key, false)) {
    if (value->kind == Value::Kind::list) {
      for (std::size_t i = 0; i < value->items.size(); ++i) {
        const Value& item = value->items[i];
        pointers.push_back(child(*state_, fmt::format("{}.{}", state_->full(key), i), item.place, &item));
      }
    } else {
      pointers.push_back(child(*state_, state_->full(key), state_->value.find(key)->place, value));
    }
    state_->record(key, pointers);
  }
  std::vector<Section> result;
  for (const State::Pointer& pointer : pointers) {
    result.emplace_back(pointer);
  }
  return result;
}

std::vector<std::string> Section::keys() const {
  std::vector<std::string> result;
  for (const Member& member : state_->value.members) {
    result.push_back(member.key);
  }
  return result;
}

void Section::explain(const std::string& key, const std::string& message) { state_->explained[key].push_back(message); }

bool Section::has(const std::string& key) const {
  state_->ask(key);
  return state_->value.find(key) != nullptr;
}

void Section::problem(const std::string& key, const std::string& message) {
  const Member* member = state_->value.find(key);
  const std::string name = key.empty() ? state_->path : state_->full(key);
  state_->context->add(member != nullptr ? member->place : state_->place,
                       name.empty() ? message : fmt::format("'{}': {}", name, message));
}

std::string Section::where(const std::string& key) const {
  const Member* member = state_->value.find(key);
  return (member != nullptr ? member->place : state_->place).text(state_->context->file);
}

}  // namespace epitaxy::config
