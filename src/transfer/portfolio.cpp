#include "transfer/portfolio.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::transfer {

namespace {

/// Beyond so many rows kernels are of centers, and no learner reads counts of fragments.
constexpr std::size_t kMostKernelRows = 6000;
constexpr std::size_t kManyRows = 20000;

/// The lines of a substance, one for each feature and learner. `_many` are for tables with more rows than
/// kMostKernelRows.
struct Entry {
  const char* substance;
  const char* features;
  const char* features_many;
  const char* kernel;
  const char* kernel_quick;
  const char* kernel_many;
  const char* others;
  const char* others_quick;
};

constexpr Entry kEntries[] = {
    {"molecule",
     "  - {kind: morgan, radius: 2, bits: 1024, counts: true}\n"
     "  - {kind: atom_pairs, bits: 1024}\n"
     "  - {kind: paths, bits: 1024}\n"
     "  - {kind: descriptors}\n"
     "  - {kind: more_descriptors}\n"
     "  - {kind: maccs}\n"
     "  - {kind: functional_groups}\n",
     "  - {kind: descriptors}\n"
     "  - {kind: more_descriptors}\n"
     "  - {kind: maccs}\n"
     "  - {kind: functional_groups}\n",
     "  laplace: {kind: kernel_ridge, reads: [descriptors, more_descriptors, maccs, functional_groups], "
     "shape: laplacian, squash: true, penalty: [0.001, 0.003, 0.01, 0.03, 0.1]}\n"
     "  smooth: {kind: kernel_ridge, reads: [descriptors, more_descriptors, maccs, functional_groups], "
     "squash: true, width: [1, 2], penalty: [0.001, 0.003, 0.01, 0.03, 0.1]}\n"
     "  mixed: {kind: kernel_ridge, shape: laplacian, squash: true, fragments: [0.25, 0.5, 1], width: 2, "
     "penalty: [0.003, 0.01, 0.03, 0.1, 0.3]}\n"
     "  coarse: {kind: kernel_ridge, reads: [descriptors, more_descriptors], squash: true, width: [1, 2], "
     "penalty: [0.001, 0.003, 0.01, 0.03, 0.1]}\n",
     "  laplace: {kind: kernel_ridge, reads: [descriptors, more_descriptors, maccs, functional_groups], "
     "shape: laplacian, squash: true, penalty: [0.01, 0.03]}\n"
     "  smooth: {kind: kernel_ridge, reads: [descriptors, more_descriptors, maccs, functional_groups], "
     "squash: true, penalty: [0.003, 0.01, 0.03]}\n"
     "  mixed: {kind: kernel_ridge, shape: laplacian, squash: true, fragments: 0.5, width: 2, penalty: [0.03, 0.1]}\n",
     "  laplace: {kind: kernel_ridge, reads: [descriptors, more_descriptors, maccs, functional_groups], "
     "shape: laplacian, squash: true, centers: 2000, penalty: [0.003, 0.03]}\n"
     "  smooth: {kind: kernel_ridge, reads: [descriptors, more_descriptors, maccs, functional_groups], "
     "squash: true, centers: 2000, penalty: [0.003, 0.03]}\n",
     "  gradient_boosting: {reads: [descriptors, maccs, functional_groups], trees: 400, learning_rate: 0.05, "
     "depth: 5, columns: 0.1}\n"
     "  ridge: {reads: [descriptors, more_descriptors, maccs, functional_groups], penalty: [0.01, 0.1, 1]}\n",
     "  gradient_boosting: {reads: [descriptors, maccs, functional_groups], trees: 100, learning_rate: 0.1, "
     "depth: 4}\n"},
    {"composition",
     "  - {kind: composition}\n"
     "  - {kind: element_statistics}\n"
     "  - {kind: element_map}\n",
     "  - {kind: composition}\n"
     "  - {kind: element_statistics}\n"
     "  - {kind: element_map}\n",
     "  laplace: {kind: kernel_ridge, reads: element_statistics, shape: laplacian, squash: true, "
     "penalty: [0.001, 0.003, 0.01, 0.03]}\n"
     "  mixed: {kind: kernel_ridge, reads: [element_statistics, element_map], shape: laplacian, squash: true, "
     "coordinates: 0.8, penalty: [0.0003, 0.003, 0.01, 0.03]}\n",
     "  mixed: {kind: kernel_ridge, reads: [element_statistics, element_map], shape: laplacian, squash: true, "
     "coordinates: 0.8, penalty: [0.001, 0.01]}\n",
     "  mixed: {kind: kernel_ridge, reads: [element_statistics, element_map], shape: laplacian, squash: true, "
     "coordinates: 0.8, centers: 2000, penalty: [0.001, 0.01]}\n",
     "  gradient_boosting: {reads: [composition, element_statistics], trees: 400, learning_rate: 0.05, depth: 6, "
     "columns: 0.15}\n"
     "  random_forest: {reads: [composition, element_statistics], trees: 100}\n",
     "  gradient_boosting: {reads: [composition, element_statistics], trees: 150, learning_rate: 0.1, depth: 6, "
     "columns: 0.15}\n"}};

/// Each learner as it is, and in two parts.
std::string in_two_parts(const std::string& learners) {
  std::string result;
  for (const auto& line : text::split(learners, '\n')) {
    if (!line.empty()) {
      result += line.substr(0, line.rfind('}')) + ", two_part: [false, true]}\n";
    }
  }
  return result;
}

/// Kernels compare what is given by a width of its own.
std::string with_given(std::string learners, const PortfolioSize& size) {
  const std::string kernel = "kind: kernel_ridge, ";
  for (std::size_t at = learners.find(kernel); size.given && at != std::string::npos; at = learners.find(kernel, at)) {
    at += kernel.size();
    learners.insert(at, "given_width: [1, 4], ");
  }
  return learners;
}

constexpr const char* kLatentLearner =
    "  latent: {kind: kernel_ridge, reads: latent, width: [0.5, 1, 2], penalty: [0.001, 0.01, 0.1]}\n";
constexpr const char* kLatentLearnerOfMany =
    "  latent: {kind: kernel_ridge, reads: latent, width: 1, centers: 2000, penalty: [0.001, 0.01]}\n";

/// Learners that read all features leave those of the pretrained model to its own.
std::string without_latent(const std::string& learners, const std::string& features) {
  std::string kinds;
  const std::string mark = "kind: ";
  for (std::size_t at = features.find(mark); at != std::string::npos; at = features.find(mark, at)) {
    at += mark.size();
    kinds += (kinds.empty() ? "" : ", ") + features.substr(at, features.find_first_of(",}", at) - at);
  }
  std::string result;
  for (const std::string& line : text::split(learners, '\n')) {
    if (!line.empty()) {
      const bool reads_all = line.find("reads:") == std::string::npos;
      result += reads_all ? line.substr(0, line.rfind('}')) + ", reads: [" + kinds + "]}\n" : line + "\n";
    }
  }
  return result;
}

}  // namespace

std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

std::string portfolio(const chem::Substance& substance, const PortfolioSize& size) {
  const auto* entry = std::ranges::find_if(kEntries, [&](const Entry& e) { return e.substance == substance.name(); });
  check(entry != std::end(kEntries), "a portfolio for each substance");
  std::string text = "features:               # columns that the learners read, side by side\n";
  const bool is_many = size.rows > kMostKernelRows;
  const char* const features = is_many ? entry->features_many : entry->features;
  text += features;
  if (size.latent) {
    text += fmt::format("  - {{kind: latent, model: {}}}\n", quoted(size.start));
  }
  text += "learners:               # a list of values is a list of candidates: inner folds choose\n";
  std::string learners = is_many      ? entry->kernel_many
                         : size.quick ? entry->kernel_quick
                                      : with_given(entry->kernel, size);
  learners += size.quick ? entry->others_quick : entry->others;
  if (size.latent) {
    learners = without_latent(learners, features) + (is_many ? kLatentLearnerOfMany : kLatentLearner);
  }
  text += size.two_parts ? in_two_parts(learners) : learners;
  if (!size.start.empty()) {
    text +=
        fmt::format("  fine_tune: {{model: {}, training: {{epochs: {}}}}}\n", quoted(size.start), size.quick ? 10 : 30);
  }
  const bool is_large = size.rows > kManyRows;
  text += fmt::format("folds: {}               # parts of the cross-validation that gives the figures\n",
                      size.folds > 0           ? size.folds
                      : size.quick || is_large ? 5
                                               : 10);
  text += fmt::format("inner_folds: {}          # parts of each training part, which choose\n", size.inner_folds > 0
                                                                                                    ? size.inner_folds
                                                                                                : is_large ? 3
                                                                                                           : 5);
  if (size.quick || is_large) {
    text += "learning_curve: false   # the error with fewer rows is not measured\n";
  }
  return text;
}

}  // namespace epitaxy::transfer
