#pragma once
/// \file
/// Molecule strings as sequences of token ids, the alphabet of a model that reads or writes them.
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chem/text_error.h"

namespace epitaxy::chem {

/// How a string is cut.
enum class Tokenizer {
  characters,  ///< Every character.
  tokens,      ///< Bracket atoms (`[nH]`), Cl, Br and ring closures of two digits (`%12`) are whole. Cuts SELFIES too.
};

/// "characters" or "tokens"; throws Error for another name.
Tokenizer tokenizer(const std::string& name);
const char* name_of(Tokenizer tokenizer);

/// A string that cannot be written in tokens; the message names the place in the string.
class TokenError : public TextError {
 public:
  using TextError::TextError;
};

/// The tokens of a string, views into it. Throws TokenError for a bracket that is not closed, `%` without two digits
/// and characters that are not printable ASCII.
std::vector<std::string_view> split(Tokenizer tokenizer, std::string_view text);

/// The tokens of a model and their ids, which its layers use, too: 0 is the end, then come the symbols in their order,
/// then the start.
class TokenTable {
 public:
  static constexpr std::int32_t padding = -1;  ///< No token: what follows the end.
  static constexpr std::int32_t end = 0;

  /// Throws Error when a symbol is empty or there twice.
  TokenTable(Tokenizer tokenizer, std::vector<std::string> symbols);
  /// The table of all tokens of some strings, in the order of their bytes. Throws TokenError as `split`.
  static TokenTable of(Tokenizer tokenizer, std::span<const std::string> texts);

  Tokenizer tokenizer() const { return tokenizer_; }
  std::size_t size() const { return symbols_.size() + 2; }  ///< With start and end.
  /// What a decoder reads before the first token.
  std::int32_t start() const { return static_cast<std::int32_t>(symbols_.size()) + 1; }
  /// Without start and end: what a table is stored as.
  const std::vector<std::string>& symbols() const { return symbols_; }

  /// The id of a token; nothing when it is not in the table.
  std::optional<std::int32_t> id(std::string_view token) const;
  /// The ids of a string, without start and end. Throws TokenError for a token that is not in the table.
  std::vector<std::int32_t> encode(std::string_view text) const;
  /// The string of ids up to the first end; start and padding add nothing. Throws Error for an id outside the table.
  std::string decode(std::span<const std::int32_t> ids) const;

 private:
  Tokenizer tokenizer_;
  std::vector<std::string> symbols_;
  std::map<std::string, std::int32_t, std::less<>> ids_;
};

}  // namespace epitaxy::chem
