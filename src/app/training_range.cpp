#include "app/training_range.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::app {

namespace {

/// Times the largest size of the training.
constexpr double kMuchLarger = 1.25;

}  // namespace

TrainingRange::TrainingRange(const chem::Substance& substance, std::span<const std::string> texts)
    : substance_(substance) {
  for (const std::string& text : texts) {
    const chem::Makeup makeup = substance.makeup(text);
    all_.elements |= makeup.elements;
    all_.size = std::max(all_.size, makeup.size);
  }
}

std::string TrainingRange::doubt(const std::string& text) const {
  const chem::Makeup makeup = substance_.makeup(text);
  std::vector<std::string> doubts;
  if (const auto unseen = chem::symbols_of(makeup.elements & ~all_.elements); !unseen.empty()) {
    doubts.push_back(fmt::format("holds {}, which no training row has", text::join(unseen, ", ")));
  }
  if (static_cast<double>(makeup.size) > kMuchLarger * static_cast<double>(all_.size)) {
    doubts.push_back(
        fmt::format("has {} atoms beside hydrogen, the largest training row has {}", makeup.size, all_.size));
  }
  return text::join(doubts, "; ");
}

}  // namespace epitaxy::app
