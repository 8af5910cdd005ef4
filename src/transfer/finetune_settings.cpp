#include <algorithm>

#include "base/error.h"
#include "models/head_task.h"
#include "transfer/finetune.h"
#include "transfer/job_folder.h"

namespace epitaxy::transfer {

namespace {

/// The section `training` of a variant, or the one that is common to those without.
struct JobTraining {
  JobTraining() {
    training.epochs = 60;
    training.batch = 32;
  }

  train::TrainingSettings training;
  int least_steps = 0;
};

void job_training_keys(config::Keys& k, JobTraining& s) {
  keys(k, s.training);
  if (s.training.shards != 1) {
    k.problem("shards", "must be 1: the jobs of 'finetune' run on one rank each");
  }
  k.integer(s.least_steps, {"least_steps", "small training parts get more epochs, to make at least so many steps"},
            {0, 1e9});
}

void apply(const JobTraining& training, Variant& variant) {
  variant.training = training.training;
  variant.least_steps = training.least_steps;
}

void rate_keys(config::Keys& k, std::vector<RatePattern>& rates) {
  std::string order;
  k.named_numbers({"learning_rates", "factors on the learning rate of the parameters that match; the last match holds"},
                  "PATTERN", {0, 1e3}, [&](const std::string& pattern, double multiplier) {
                    rates.push_back({pattern, multiplier});
                    order += pattern + " ";
                  });
  if (!order.empty()) {
    // The order decides, too.
    k.sign("learning_rates", order);
  }
}

void variant_keys(config::Keys& k, const std::string& name, Variant& s) {
  s.name = name;
  k.either(s.pretrained, {"start", "weights at the start; of the variant scratch the default is scratch"}, "scratch",
           "pretrained", name != "scratch");
  k.flag(s.trains, {"train", "false: the model stays as it starts, the default of the variant direct"},
         name != "direct");
  const auto frozen = name == "frozen_features" ? std::vector<std::string>{kFeatures} : std::vector<std::string>{};
  k.texts(s.freeze,
          {"freeze",
           "patterns of parameters that do not learn; features: all below the heads, the default of the variant "
           "frozen_features"},
          frozen);
  rate_keys(k, s.rates);
  k.either(s.keep_best, {"keep", "weights of the best validation epoch, or of the last"}, "last", "best");
  k.texts(s.also, {"also", "further targets, learned at the same time by heads of their own"});
  k.when(!s.also.empty(), "also: [...]", [&](config::Keys& several) {
    several.number(s.weight, {"weight", "of the target in the loss; that of each further one is 1"}, {1e-6, 1e6});
  });
  auto sorted = s.also;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) {
    k.problem("also", "lists a target twice");
  }
  if (!s.also.empty() && !s.trains) {
    k.problem("also", "is for variants that train");
  }
  std::optional<JobTraining> own;
  k.optional(own, {"training", "a training of its own, in place of the common one as a whole"}, job_training_keys);
  if (own) {
    apply(*own, s);
  }
  s.settings = k.signature();
}

void head_keys(config::Keys& k, NewHead& s) {
  const std::string fresh = "fresh";
  std::string start = s.start_from.empty() ? fresh : s.start_from;
  k.text(s.name, {"name", "of the new output"});
  std::vector<std::string> tasks{"auto"};
  for (const models::HeadTask* task : models::head_tasks()) {
    tasks.emplace_back(task->name());
  }
  k.choice(s.task, {"task", "what it does; auto: as its target is, numbers, two classes or several"}, tasks);
  k.text(start, {"start_from", "a head of the pretrained model that is copied, or fresh"});
  s.start_from = start == fresh ? "" : start;
  k.optional(s.hidden,
             {"hidden",
              "width of the hidden layer below the heads of a molecule_vae, 0: none; without it as the pretrained "
              "model has it"},
             {0, 65536});
}

void share_keys(config::Keys& k, std::vector<double>& shares) {
  if (!k.reading() || k.given("label_shares")) {
    k.numbers(
        shares,
        config::Key("label_shares",
                    "shares of the labels to train on, such as [0.01, 0.1, 1]: a learning curve in place of folds")
            .output(),
        {1e-9, 1});
    if (shares.empty()) {
      k.problem("label_shares", "must list at least one share of the labels, for example [0.01, 0.1, 1]");
    }
  }
  k.renamed("labels", "label_shares");
  std::ranges::sort(shares);
  if (std::ranges::adjacent_find(shares) != shares.end()) {
    k.problem("label_shares", "lists a share twice");
  }
}

/// Folds, or a learning curve.
void part_keys(config::Keys& k, FinetuneSettings& s) {
  const bool is_curve = k.given("label_shares");
  share_keys(k, s.shares);
  k.when(is_curve, "label_shares: [...]", [&](config::Keys& curve) {
    curve.text(s.cheap, config::Key("cheap", "a target whose straight line to this one is a baseline").output());
  });
  k.when(!is_curve, "no label_shares", [&](config::Keys& validation) {
    validation.integer(s.folds, {"folds", "parts of the cross-validation, by substance"}, {2, 1e5});
    validation.number(s.coverage,
                      config::Key("coverage", "share of the measured values that lie in their intervals").output(),
                      {0.01, 0.999});
  });
  if (is_curve && k.given("folds")) {
    k.problem("folds", "and 'label_shares' exclude each other: a learning curve is measured on 'test.file'");
  }
}

void test_keys(config::Keys& k, FinetuneSettings& s) {
  k.number(s.test_fraction, {"fraction", "share of the substances that are kept out of every fold"}, {0, 0.9});
  k.file(s.test_file, {"file", "a data set of test rows, with the same target"});
  if (s.test_fraction > 0 && !s.test_file.empty()) {
    k.problem("file", "and 'fraction' exclude each other");
  } else if (s.is_curve() && s.test_file.empty()) {
    k.problem("file", "is missing: a learning curve ('label_shares') is measured on rows of their own");
  }
}

}  // namespace

void keys(config::Keys& k, FinetuneSettings& s) {
  using config::Key;
  using config::Keys;
  k.section({"data", "the data of the target"}, [&](Keys& data) {
    data.file(s.file, Key("file", "a data set that import wrote").required());
    data.text(s.target, Key("target", "target to learn; needed where the data set has several").content());
  });
  k.file(s.pretrained, Key("pretrained", "model that is transferred: a best.h5, a model or a checkpoint").required());
  k.section({"head", "the new output"}, [&](Keys& head) { head_keys(head, s.head); });
  part_keys(k, s);
  seed_keys(k, s.seeds);
  k.integer(s.split_seed, {"split_seed", "of folds, test and validation rows"}, {0, 1e9});
  k.section({"validation", "rows that choose the epoch and the variant"}, [&](Keys& validation) {
    validation.number(s.validation_fraction, {"fraction", "share of each training part that is drawn"}, {0, 0.5});
  });
  k.section({"test", "rows that report"}, [&](Keys& test) { test_keys(test, s); });
  JobTraining common;
  k.section({"training", "the training of the variants that have none of their own"},
            [&](Keys& training) { job_training_keys(training, common); });
  k.named(s.variants, Key("variants", "ways of transfer that are compared").output(), "NAME",
          [&](Keys& variant, const std::string& name, Variant& item) {
            apply(common, item);
            variant_keys(variant, name, item);
          });
  if (s.variants.empty()) {
    k.problem("variants", "must name at least one variant: scratch, direct, frozen_features, fine_tune");
  }
  s.signature = k.signature();
}

}  // namespace epitaxy::transfer
