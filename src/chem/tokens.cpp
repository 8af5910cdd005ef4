#include "chem/tokens.h"

#include <set>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::chem {

Tokenizer tokenizer(const std::string& name) {
  if (name == "characters") {
    return Tokenizer::characters;
  }
  check(name == "tokens", "tokenizers are characters and tokens");
  return Tokenizer::tokens;
}

const char* name_of(Tokenizer tokenizer) { return tokenizer == Tokenizer::characters ? "characters" : "tokens"; }

namespace {

constexpr std::int32_t kFirstSymbol = 1;  // behind the end

/// How many characters the token at `text[at]` has.
std::size_t token_length(Tokenizer tokenizer, std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c <= ' ' || c > '~') {
    throw TokenError(fmt::format("character {} is no printable ASCII character", at + 1));
  }
  if (tokenizer == Tokenizer::characters) {
    return 1;
  }
  if (c == '[') {
    const std::size_t close = text.find(']', at);
    if (close == std::string_view::npos) {
      throw TokenError(fmt::format("the bracket at character {} of '{}' is not closed", at + 1, text));
    }
    return close - at + 1;
  }
  if (c == '%') {
    if (at + 2 >= text.size() || !text::is_digit(text[at + 1]) || !text::is_digit(text[at + 2])) {
      throw TokenError(fmt::format("'%' at character {} of '{}' is not followed by two digits", at + 1, text));
    }
    return 3;
  }
  const std::string_view two = text.substr(at, 2);
  return two == "Cl" || two == "Br" ? 2 : 1;
}

}  // namespace

std::vector<std::string_view> split(Tokenizer tokenizer, std::string_view text) {
  std::vector<std::string_view> tokens;
  for (std::size_t at = 0; at < text.size(); at += tokens.back().size()) {
    tokens.push_back(text.substr(at, token_length(tokenizer, text, at)));
  }
  return tokens;
}

TokenTable::TokenTable(Tokenizer tokenizer, std::vector<std::string> symbols)
    : tokenizer_(tokenizer), symbols_(std::move(symbols)) {
  for (std::size_t i = 0; i < symbols_.size(); ++i) {
    const bool added = ids_.emplace(symbols_[i], kFirstSymbol + static_cast<std::int32_t>(i)).second;
    if (!added || symbols_[i].empty()) {
      fail("the token '{}' is empty or twice in its table", symbols_[i]);
    }
  }
}

TokenTable TokenTable::of(Tokenizer tokenizer, std::span<const std::string> texts) {
  std::set<std::string, std::less<>> symbols;
  for (const std::string& text : texts) {
    for (const std::string_view token : split(tokenizer, text)) {
      if (!symbols.contains(token)) {
        symbols.emplace(token);
      }
    }
  }
  return {tokenizer, {symbols.begin(), symbols.end()}};
}

std::optional<std::int32_t> TokenTable::id(std::string_view token) const {
  const auto found = ids_.find(token);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::int32_t> TokenTable::encode(std::string_view text) const {
  std::vector<std::int32_t> ids;
  for (const std::string_view token : split(tokenizer_, text)) {
    const auto found = ids_.find(token);
    if (found == ids_.end()) {
      throw TokenError(
          fmt::format("the token '{}' of '{}' is not among the {} tokens of the model", token, text, symbols_.size()));
    }
    ids.push_back(found->second);
  }
  return ids;
}

std::string TokenTable::decode(std::span<const std::int32_t> ids) const {
  std::string text;
  for (const std::int32_t id : ids) {
    if (id == end) {
      break;
    }
    if (id != start() && id != padding) {
      check(id >= kFirstSymbol && id < start(), "token ids are inside their table");
      text += symbols_[static_cast<std::size_t>(id - kFirstSymbol)];
    }
  }
  return text;
}

}  // namespace epitaxy::chem
