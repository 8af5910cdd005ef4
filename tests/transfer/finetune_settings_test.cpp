#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "config/key_reader.h"
#include "data/temporary_folder.h"
#include "transfer/finetune.h"

using namespace epitaxy;
using test::says;
using transfer::FinetuneSettings;

namespace {

FinetuneSettings read(const std::string& keys) {
  const auto document = config::Document::from_text("data: {file: d.h5}\npretrained: m.h5\n" + keys, "x.yaml");
  auto settings = config::read<FinetuneSettings>(document.root());
  document.finish();
  return settings;
}

void check_refused(const std::string& keys, const std::string& part) {
  BOOST_TEST_CONTEXT(keys) { BOOST_CHECK_EXCEPTION(read(keys), InputError, says("x.yaml", part)); }
}

const std::string kVariants = "variants: {fine_tune: {}}\n";
const std::string kTest = "test: {file: t.h5}\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(finetune_settings)

BOOST_AUTO_TEST_CASE(coverage_is_of_folds_and_decides_no_job) {
  BOOST_TEST(read(kVariants).coverage == 0.9);
  const auto other = read("coverage: 0.8\n" + kVariants);
  BOOST_TEST(other.coverage == 0.8);
  BOOST_TEST(other.signature == read(kVariants).signature);
  check_refused("coverage: 1.5\n" + kVariants, "must lie between 0.01 and 0.999");
  check_refused("coverage: 0.8\nlabel_shares: [0.1, 1]\n" + kTest + kVariants, "coverage");
}

BOOST_AUTO_TEST_CASE(folds_by_default) {
  const auto s = read(kVariants);
  BOOST_TEST(!s.is_curve());
  BOOST_TEST(s.folds == 10);
  BOOST_TEST(s.variants[0].also.empty());
  BOOST_TEST(s.variants[0].least_steps == 0);
  BOOST_TEST(!s.head.hidden.has_value());
}

BOOST_AUTO_TEST_CASE(a_learning_curve) {
  const auto s = read(kTest +
                      "label_shares: [1.0, 0.01]\ncheap: quick\nhead: {hidden: 12}\ntraining: {least_steps: 500}\n"
                      "variants:\n  joint: {start: scratch, also: [a, b], weight: 3}\n"
                      "  scratch: {training: {epochs: 3}}\n  frozen_features: {}\n");
  BOOST_TEST(s.is_curve());
  BOOST_TEST(s.shares == (std::vector<double>{0.01, 1.0}), boost::test_tools::per_element());
  BOOST_TEST(s.cheap == "quick");
  BOOST_TEST(*s.head.hidden == 12U);
  BOOST_TEST(s.variants[0].also == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
  BOOST_TEST(s.variants[0].weight == 3);
  BOOST_TEST(!s.variants[0].pretrained);
  BOOST_TEST(s.variants[0].least_steps == 500);
  BOOST_TEST(s.variants[1].least_steps == 0);
  BOOST_TEST(s.variants[1].training.epochs == 3);
  BOOST_TEST(s.variants[2].freeze == (std::vector<std::string>{transfer::kFeatures}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_does_not_go_together) {
  check_refused(kVariants + "label_shares: [0.1]\n", "'test.file': is missing: a learning curve");
  check_refused(kVariants + "label_shares: [0.1]\ntest: {fraction: 0.1}\n",
                "'test.file': is missing: a learning curve");
  check_refused(kVariants + kTest + "label_shares: [0.1]\nfolds: 3\n",
                "'folds': and 'label_shares' exclude each other");
  check_refused(kVariants + kTest + "label_shares: [0.1, 0.1]\n", "'label_shares': lists a share twice");
  check_refused(kVariants + kTest + "label_shares: []\n", "'label_shares': must list at least one share");
  check_refused(kVariants + kTest + "label_shares: [0.1, 2]\n", "between");
  check_refused(kVariants + "seeds: [1, 1]\n", "'seeds': lists 1 twice: the same job would count as two");
  check_refused(kVariants + kTest + "label_shares: [0.1]\nseeds: [2, 3, 2]\n", "'seeds': lists 2 twice");
  check_refused(kVariants + "seeds: []\n", "'seeds': must list at least one seed");
  check_refused(kVariants + "cheap: a\n", "'cheap' is a key of 'label_shares: [...]' alone");
  check_refused("variants: {direct: {also: [a]}}\n", "is for variants that train");
  check_refused("variants: {fine_tune: {weight: 2}}\n", "'variants.fine_tune.weight' is a key of 'also: [...]' alone");
}

BOOST_AUTO_TEST_CASE(what_a_job_depends_on) {
  const std::string keys = kTest + "label_shares: [0.1, 1]\nseeds: [1]\ntraining: {epochs: 7}\n";
  const auto before = read(keys + kVariants);
  const auto more = read(kTest + "label_shares: [0.1, 0.5, 1]\nseeds: [1, 2]\ntraining: {epochs: 7}\ncheap: a\n" +
                         "variants: {scratch: {training: {epochs: 9}}, fine_tune: {}}\n");
  BOOST_TEST(more.signature == before.signature);
  BOOST_TEST(more.variants[1].settings == before.variants[0].settings);
  BOOST_TEST(more.variants[0].settings != before.variants[0].settings);
  for (const char* other : {"split_seed: 2\n", "validation: {fraction: 0.2}\n", "head: {hidden: 3}\n"}) {
    BOOST_TEST(read(keys + kVariants + other).signature != before.signature, other);
  }
  BOOST_TEST(read(kTest + "label_shares: [1]\ntraining: {epochs: 8}\n" + kVariants).signature != before.signature);
  BOOST_TEST(read(kVariants).signature != read(kVariants + "folds: 3\n").signature);
  BOOST_TEST(read(keys + "variants: {fine_tune: {keep: last}}\n").variants[0].settings != before.variants[0].settings);
}

BOOST_AUTO_TEST_SUITE_END()
