#include "features/text_features.h"

#include <algorithm>
#include <stdexcept>

#include "base/error.h"
#include "features/block_kinds.h"

namespace epitaxy::features {

TextFeatures::TextFeatures(std::vector<Block> blocks) : blocks_(std::move(blocks)), firsts_{0} {
  std::vector<const chem::Substance*> substances;
  for (const Block& block : blocks_) {
    const BlockKind& kind = entry_of(block.kind);
    substances.push_back(&kind.substance());
    std::ranges::move(kind.names(block), std::back_inserter(names_));
    kinds_.resize(names_.size(), kind.columns);
    firsts_.push_back(names_.size());
  }
  if (const std::string problem = mixture_problem(substances); !problem.empty()) {
    fail_input("'features': {}", problem);
  }
}

std::vector<std::string> TextFeatures::block_of_columns() const {
  std::vector<std::string> kinds;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    kinds.insert(kinds.end(), firsts_[b + 1] - firsts_[b], name_of(blocks_[b].kind));
  }
  return kinds;
}

const chem::Substance& TextFeatures::substance() const {
  check(!blocks_.empty(), "no features are of no substance");
  return substance_of(blocks_.front().kind);
}

void TextFeatures::compute(std::string_view text, float* row) const {
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    entry_of(blocks_[b].kind).compute(blocks_[b], text, row + firsts_[b]);
  }
}

Matrix TextFeatures::compute(std::span<const std::string> texts, std::vector<std::string>& problems) const {
  Matrix result{texts.size(), columns(), std::vector<float>(texts.size() * columns(), 0.0F)};
  problems.assign(texts.size(), "");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    try {
      compute(texts[i], result.row(i));
    } catch (const std::runtime_error& error) {
      std::fill_n(result.row(i), columns(), 0.0F);
      problems[i] = error.what();
    }
  }
  return result;
}

std::string TextFeatures::fragment(std::size_t column, std::string_view text) const {
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const BlockKind& kind = entry_of(blocks_[b].kind);
    if (kind.fragment != nullptr && column >= firsts_[b] && column < firsts_[b + 1]) {
      return kind.fragment(blocks_[b], column - firsts_[b], text);
    }
  }
  return "";
}

}  // namespace epitaxy::features
