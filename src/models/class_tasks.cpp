#include <algorithm>
#include <cmath>

#include "base/class_metrics.h"
#include "models/head_task.h"

namespace epitaxy::models {

namespace {

/// What tasks that tell classes apart have in common. Labels are indices of classes.
class ClassTask : public HeadTask {
 public:
  Standardizer standardizer(const std::vector<double>& /*labels*/) const override { return {}; }
  std::string value_unit(const Head& /*head*/) const override { return "probability"; }
  double relative(const Head& head, double error) const override {
    return error / std::log(static_cast<double>(head.classes.size()));
  }
  std::string field(const Head& head, double label) const override {
    return std::isnan(label) ? "" : head.classes[static_cast<std::size_t>(label)];
  }

 protected:
  /// How frequent each class is.
  static std::vector<double> shares(const Head& head, std::span<const double> labels) {
    std::vector<double> shares(head.classes.size(), 0);
    for (const double label : labels) {
      shares[static_cast<std::size_t>(label)] += 1 / static_cast<double>(labels.size());
    }
    return shares;
  }
};

/// One of two classes: the logit of the second one.
class Binary final : public ClassTask {
 public:
  const char* name() const override { return "binary"; }
  std::string misfit(const data::Target& target) const override {
    return target.classes.size() == 2
               ? ""
               : (target.classes.empty() ? "holds numbers" : fmt::format("names {} classes", target.classes.size()));
  }

  std::size_t outputs(const Head& /*head*/) const override { return 1; }
  double loss(const nn::Loss& /*loss*/, std::span<const float> outputs, float label, float* gradient) const override {
    const double z = outputs.front();
    gradient[0] = static_cast<float>(1 / (1 + std::exp(-z)) - label);
    // ln(1 + e^z) - label z, for large z of either sign, too
    return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))) - label * z;
  }

  std::size_t values(const Head& /*head*/) const override { return 1; }
  void predict(const Head& /*head*/, const float* outputs, double* values) const override {
    values[0] = 1 / (1 + std::exp(-static_cast<double>(outputs[0])));
  }
  std::vector<double> baseline(const Head& head, std::span<const double> labels) const override {
    return {shares(head, labels)[1]};
  }

  std::span<const FigureName> figures() const override {
    static constexpr FigureName names[] = {{"log_loss", "log loss"}, {"accuracy", "accuracy"}, {"roc_auc", "ROC AUC"}};
    return names;
  }
  Figures measure(const Head& /*head*/, std::span<const double> labels,
                  std::span<const double> predictions) const override {
    std::vector<double> both;
    for (const double second : predictions) {
      both.insert(both.end(), {1 - second, second});
    }
    const auto m = statistics::class_metrics(labels, both, 2);
    return {m.count, {m.log_loss, m.accuracy, statistics::area_under_roc(labels, predictions)}};
  }

  std::vector<std::string> value_names(const Head& head) const override { return {"_" + head.classes[1]}; }
  std::string answer(const Head& head, std::span<const double> values) const override {
    return std::isnan(values.front()) ? "" : head.classes[values.front() > 0.5 ? 1 : 0];
  }
};

/// One of several classes: a logit for each (softmax).
class Classes final : public ClassTask {
 public:
  const char* name() const override { return "classes"; }
  std::string misfit(const data::Target& target) const override {
    return target.classes.size() >= 2
               ? ""
               : (target.classes.empty() ? "holds numbers" : "names a single class: there is nothing to tell apart");
  }

  std::size_t outputs(const Head& head) const override { return head.classes.size(); }
  double loss(const nn::Loss& /*loss*/, std::span<const float> outputs, float label, float* gradient) const override {
    const double largest = *std::ranges::max_element(outputs);
    double sum = 0;
    for (const float z : outputs) {
      sum += std::exp(z - largest);
    }
    const auto own = static_cast<std::size_t>(label);
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      gradient[k] = static_cast<float>(std::exp(outputs[k] - largest) / sum - (k == own ? 1 : 0));
    }
    return std::log(sum) + largest - outputs[own];
  }

  std::size_t values(const Head& head) const override { return head.classes.size(); }
  void predict(const Head& head, const float* outputs, double* values) const override {
    const std::size_t count = head.classes.size();
    const double largest = *std::max_element(outputs, outputs + count);
    double sum = 0;
    for (std::size_t k = 0; k < count; ++k) {
      values[k] = std::exp(outputs[k] - largest);
      sum += values[k];
    }
    std::for_each_n(values, count, [&](double& value) { value /= sum; });
  }
  std::vector<double> baseline(const Head& head, std::span<const double> labels) const override {
    return shares(head, labels);
  }

  std::span<const FigureName> figures() const override {
    static constexpr FigureName names[] = {{"log_loss", "log loss"}, {"accuracy", "accuracy"}};
    return names;
  }
  Figures measure(const Head& head, std::span<const double> labels,
                  std::span<const double> predictions) const override {
    const auto m = statistics::class_metrics(labels, predictions, head.classes.size());
    return {m.count, {m.log_loss, m.accuracy}};
  }

  std::vector<std::string> value_names(const Head& head) const override {
    std::vector<std::string> names;
    for (const std::string& name : head.classes) {
      names.push_back("_" + name);
    }
    return names;
  }
  std::string answer(const Head& head, std::span<const double> values) const override {
    const auto likely = static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
    return std::isnan(values.front()) ? "" : head.classes[likely];
  }
};

}  // namespace

const HeadTask& binary() {
  static const Binary task;
  return task;
}

const HeadTask& classes() {
  static const Classes task;
  return task;
}

}  // namespace epitaxy::models
