#include <algorithm>

#include "transfer/difference.h"
#include "transfer/job_folder.h"

namespace epitaxy::transfer {

namespace {

using config::Key;
using config::Keys;

void data_keys(Keys& k, DifferenceSettings& s) {
  k.file(s.file, Key("file", "a data set that import wrote").required());
  k.text(s.measured, Key("measured", "its target to predict").content().required());
  k.texts(
      s.cheap,
      Key("cheap", "its targets that a cheap model computed; the first is what is subtracted").content().required());
  if (s.cheap.empty()) {
    k.problem("cheap", "must name the target that a cheap model computed");
  }
}

/// Folds, or test rows of their own with some or all of the labels.
void part_keys(Keys& k, DifferenceSettings& s) {
  k.section({"test", "rows that report, in place of folds"}, [&](Keys& test) {
    test.file(s.test_file, {"file", "a data set of test rows, with the same targets"});
  });
  k.when(!s.has_test(), "no test.file", [&](Keys& validation) {
    validation.integer(s.folds, {"folds", "parts of the cross-validation, by substance"}, {2, 1e5});
  });
  k.when(s.has_test(), "test.file: FILE", [&](Keys& test) {
    test.integers(s.labels, Key("label_counts", "numbers of labels to train on, such as [100, 1000]; []: all").output(),
                  {10, 1e9});
  });
  k.renamed("labels", "label_counts");
  std::ranges::sort(s.labels);
  if (s.has_test() && k.given("folds")) {
    k.problem("folds", "and 'test.file' exclude each other");
  }
  if (!s.has_test() && k.given("label_counts")) {
    k.problem("label_counts", "needs 'test.file': fewer labels are measured on rows of their own");
  }
}

}  // namespace

void cross_validation_keys(Keys& k, DifferenceSettings& s) {
  split_keys(k, s.split);
  seed_keys(k, s.seeds);
  k.integer(s.split_seed, {"split_seed", "of the folds and of the labels that are taken"}, {0, 1e9});
  k.integer(s.inner_folds, {"inner_folds", "parts of the cross-validation in each training part"}, {2, 1e4});
  k.number(s.coverage, {"coverage", "share of the measured values that lie in their intervals"}, {0.01, 0.999});
}

void keys(Keys& k, DifferenceSettings& s) {
  k.section({"data", "the data"}, [&](Keys& data) { data_keys(data, s); });
  feature_keys(k, s.features);
  learner_keys(k, block_kinds(s.features), s.learners);
  way_keys(k, s.ways);
  part_keys(k, s);
  cross_validation_keys(k, s);
  s.signature = k.signature();
}

}  // namespace epitaxy::transfer
