#include "transfer/portfolio.h"

#include <algorithm>

#include "base/error.h"

namespace epitaxy::transfer {

namespace {

/// Beyond so many rows the matrix of a kernel costs more than it brings.
constexpr std::size_t kMostKernelRows = 6000;
constexpr std::size_t kManyRows = 20000;

/// The lines of a substance. Of `kernel` those for tables that are small enough for it; the rest is for all.
struct Entry {
  const char* substance;
  const char* features;
  const char* kernel;
  const char* kernel_quick;
  const char* others;
  const char* others_quick;
};

constexpr Entry kEntries[] = {
    {"molecule",
     "  - {kind: morgan, radius: 2, bits: 2048, counts: true}\n"
     "  - {kind: descriptors}\n",
     "  kernel_ridge: {penalty: [0.01, 0.03, 0.1], fragments: [0.3, 0.6], width: [1, 2]}\n",
     "  kernel_ridge: {penalty: [0.03, 0.1], fragments: 0.5, width: 1}\n",
     "  gradient_boosting: {trees: 400, learning_rate: 0.05, depth: 5}\n"
     "  random_forest: {trees: 100}\n",
     "  gradient_boosting: {trees: 100, learning_rate: 0.1, depth: 4}\n"},
    {"composition",
     "  - {kind: composition}\n"
     "  - {kind: element_statistics}\n",
     "  kernel_ridge: {reads: element_statistics, penalty: [0.001, 0.003, 0.01], width: [0.3, 0.6, 1]}\n",
     "  kernel_ridge: {reads: element_statistics, penalty: 0.003, width: [0.5, 1]}\n",
     "  gradient_boosting: {trees: 600, learning_rate: 0.05, depth: 6, columns: 0.3}\n"
     "  random_forest: {trees: 100}\n",
     "  gradient_boosting: {trees: 200, learning_rate: 0.1, depth: 6, columns: 0.3}\n"}};

}  // namespace

std::string portfolio(const chem::Substance& substance, const PortfolioSize& size) {
  const auto* entry = std::ranges::find_if(kEntries, [&](const Entry& e) { return e.substance == substance.name(); });
  check(entry != std::end(kEntries), "a portfolio for each substance");
  std::string text = "features:               # columns that the learners read, side by side\n";
  text += entry->features;
  text += "learners:               # a list of values is a list of candidates: inner folds choose\n";
  if (size.rows <= kMostKernelRows) {
    text += size.quick ? entry->kernel_quick : entry->kernel;
  }
  text += size.quick ? entry->others_quick : entry->others;
  const bool is_large = size.rows > kManyRows;
  text += fmt::format("folds: {}               # parts of the cross-validation that gives the figures\n",
                      size.folds > 0           ? size.folds
                      : size.quick || is_large ? 5
                                               : 10);
  text += fmt::format("inner_folds: {}          # parts of each training part, which choose\n", is_large ? 3 : 5);
  return text;
}

}  // namespace epitaxy::transfer
