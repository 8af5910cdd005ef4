// Molecule strings as tokens, which joined give the string again.
#include "chem/tokens.h"

#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

void read_tokens(std::string_view bytes) {
  for (const chem::Tokenizer tokenizer : {chem::Tokenizer::tokens, chem::Tokenizer::characters}) {
    std::string joined;
    for (const std::string_view token : chem::split(tokenizer, bytes)) {
      expect(!token.empty(), "tokens are not empty");
      joined += token;
    }
    expect(joined == bytes, "tokens give their string", joined);
    const std::string text(bytes);
    const auto table = chem::TokenTable::of(tokenizer, {&text, 1});
    expect(table.decode(table.encode(text)) == text, "ids of tokens give their string", text);
  }
}

const Target kTokens("tokens", read_tokens);

}  // namespace

}  // namespace epitaxy::fuzz
