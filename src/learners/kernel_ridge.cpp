#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/error.h"
#include "learners/candidate_keys.h"
#include "learners/kernel_similarity.h"
#include "learners/learners.h"
#include "linalg/solvers.h"

namespace epitaxy::learners {

namespace {

/// Rows whose similarities are computed together: bounds the memory beside the kernel itself.
constexpr std::size_t kBlockRows = 256;
/// The kernel of so many rows takes 3.2 GB.
constexpr std::size_t kMostRows = 20000;

/// A trained kernel ridge regression is its settings, its training rows and a weight for each of them.
struct KernelModel {
  std::vector<std::int64_t> kinds;
  Matrix rows;
  double fragments = 0.5, width = 1, cheap_width = 1;
};

/// Where a file keeps the columns that are no fragment counts.
const std::vector<std::pair<ColumnKind, std::string>> kNumberArrays{{ColumnKind::number, "/numbers"},
                                                                    {ColumnKind::cheap, "/cheap"}};

constexpr float kMostFragments = 255;

/// Fragment counts are small whole numbers (no molecule that is read has more than a thousand atoms, and beyond 255 of
/// a kind the similarity does not need the rest): one byte each in a file.
std::vector<std::uint8_t> small_numbers(const std::vector<float>& counts) {
  std::vector<std::uint8_t> result;
  result.reserve(counts.size());
  for (const float count : counts) {
    result.push_back(static_cast<std::uint8_t>(count));
  }
  return result;
}

class KernelRidge final : public Regressor {
 public:
  explicit KernelRidge(KernelModel model)
      : model_(std::move(model)),
        fragments_(columns_of(model_.rows, model_.kinds, ColumnKind::count)),
        numbers_(columns_of(model_.rows, model_.kinds, ColumnKind::number), model_.width),
        cheap_(columns_of(model_.rows, model_.kinds, ColumnKind::cheap), model_.cheap_width) {}

  void train(const std::vector<double>& labels, double penalty) {
    const auto count = static_cast<Eigen::Index>(model_.rows.rows);
    Kernel k(count, count);
    for_blocks(model_.rows, [&](std::size_t first, std::size_t rows, const Matrix& block) {
      const auto from = static_cast<Eigen::Index>(first);
      const auto size = static_cast<Eigen::Index>(rows);
      k.block(from, 0, size, from + size) = similarity(block, first + rows).topRows(size);
    });
    k.diagonal().array() += penalty;
    const auto weights = linalg::solve_positive({k.data(), static_cast<std::size_t>(k.size())}, labels);
    if (!weights) {
      fail_input("kernel_ridge: the equations have no stable solution with penalty {}: raise it", penalty);
    }
    set_weights(*weights);
  }

  std::vector<double> predict(const Matrix& rows) const override {
    std::vector<double> result;
    for_blocks(rows, [&](std::size_t, std::size_t count, const Matrix& block) {
      const Kernel k = similarity(block, model_.rows.rows);
      for (std::size_t i = 0; i < count; ++i) {
        result.push_back(k.row(static_cast<Eigen::Index>(i)).dot(weights_));
      }
    });
    return result;
  }

  void write(data::Hdf5File& file, const std::string& group) const override {
    file.write(group + "/kinds", model_.kinds);
    const Matrix counts = columns_of(model_.rows, model_.kinds, ColumnKind::count);
    if (!counts.values.empty()) {
      file.write_deflated(group + "/counts", small_numbers(counts.values), counts.columns);
    }
    for (const auto& [kind, name] : kNumberArrays) {
      const Matrix numbers = columns_of(model_.rows, model_.kinds, kind);
      if (!numbers.values.empty()) {
        file.write(group + name, numbers.values, numbers.columns);
      }
    }
    file.write(group + "/weights", std::vector<double>(weights_.begin(), weights_.end()));
    file.write_attribute(group, "fragments", model_.fragments);
    file.write_attribute(group, "width", model_.width);
    file.write_attribute(group, "cheap_width", model_.cheap_width);
  }

  void set_weights(const std::vector<double>& weights) { weights_ = linalg::vector_of(weights); }

 private:
  /// Calls work(first row, rows, block), blocks padded with zeros, so that a row's bits do not depend on how many there
  /// are.
  template <typename Work>
  static void for_blocks(const Matrix& rows, Work work) {
    for (std::size_t first = 0; first < rows.rows; first += kBlockRows) {
      const std::size_t count = std::min(kBlockRows, rows.rows - first);
      Matrix block{kBlockRows, rows.columns, std::vector<float>(kBlockRows * rows.columns, 0.0F)};
      std::copy_n(rows.row(first), count * rows.columns, block.values.data());
      work(first, count, block);
    }
  }

  /// Similarity of at most kBlockRows rows to the first `known` training rows.
  Kernel similarity(const Matrix& rows, std::size_t known) const {
    const double share = numbers_.empty() ? 1 : fragments_.empty() ? 0 : model_.fragments;
    Kernel result = Kernel::Zero(static_cast<Eigen::Index>(rows.rows), static_cast<Eigen::Index>(known));
    if (fragments_.empty() && numbers_.empty()) {
      result.setOnes();
    }
    if (share > 0 && !fragments_.empty()) {
      const Matrix counts = columns_of(rows, model_.kinds, ColumnKind::count);
      for (std::size_t i = 0; i < rows.rows; ++i) {
        fragments_.similarity(counts.row(i), known, result.row(static_cast<Eigen::Index>(i)).data());
      }
      result *= share;
    }
    if (share < 1 && !numbers_.empty()) {
      result += (1 - share) * numbers_.similarity(columns_of(rows, model_.kinds, ColumnKind::number), known);
    }
    if (!cheap_.empty()) {
      result.array() *= cheap_.similarity(columns_of(rows, model_.kinds, ColumnKind::cheap), known).array();
    }
    return result;
  }

  KernelModel model_;
  Fragments fragments_;
  Gaussian numbers_;
  Gaussian cheap_;
  Eigen::VectorXd weights_;
};

/// The reverse of `columns_of`.
void set_columns(KernelModel& model, ColumnKind kind, const std::vector<float>& values) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < model.rows.rows; ++i) {
    for (std::size_t j = 0; j < model.rows.columns; ++j) {
      if (model.kinds[j] == static_cast<std::int64_t>(kind)) {
        check(next < values.size(), "a training row for each weight");
        model.rows.values[i * model.rows.columns + j] = values[next++];
      }
    }
  }
}

struct KernelRidgeSettings {
  double penalty = 0.03;   ///< In units of the labels' variance.
  double fragments = 0.5;  ///< Weight of the fragments' similarity, between 0 and 1; the numbers have the rest.
  double width = 1;  ///< Of the Gaussian of the numbers: 1 for rows that differ by one standard deviation in each.
  double cheap_width = 1;  ///< Of the Gaussian of the cheap values.
};

class KernelRidgeLearner final : public LearnerOf<KernelRidgeSettings> {
 public:
  const char* name() const override { return "kernel_ridge"; }
  bool keeps_rows() const override { return true; }

  std::unique_ptr<Regressor> read(const data::Hdf5File& file, const std::string& group) const override {
    KernelModel model;
    model.kinds = file.read<std::int64_t>(group + "/kinds");
    const auto weights = file.read<double>(group + "/weights");
    model.rows = {weights.size(), model.kinds.size(), std::vector<float>(weights.size() * model.kinds.size())};
    if (file.exists(group + "/counts")) {
      const auto counts = file.read<std::uint8_t>(group + "/counts");
      set_columns(model, ColumnKind::count, {counts.begin(), counts.end()});
    }
    for (const auto& [kind, name] : kNumberArrays) {
      if (file.exists(group + name)) {
        set_columns(model, kind, file.read<float>(group + name));
      }
    }
    model.fragments = file.number_attribute(group, "fragments");
    model.width = file.number_attribute(group, "width");
    model.cheap_width = file.number_attribute(group, "cheap_width");
    auto result = std::make_unique<KernelRidge>(std::move(model));
    result->set_weights(weights);
    return result;
  }

 private:
  using S = KernelRidgeSettings;

  std::vector<S> read_settings(config::Keys& k) const override {
    CandidateKeys<S> keys(k);
    keys.number(&S::penalty, {"penalty", "on large coefficients, in units of the labels' variance"}, {1e-10, 1e6});
    keys.number(&S::fragments, {"fragments", "weight of the fragments' similarity; the other columns have the rest"},
                {0, 1});
    keys.number(&S::width,
                {"width", "of the Gaussian of the other columns; 1: they differ by one standard deviation each"},
                {1e-3, 1e3});
    keys.number(&S::cheap_width, {"cheap_width", "of the Gaussian of the cheap values"}, {1e-3, 1e3});
    return keys.candidates();
  }

  std::string describe_settings(const S& s) const override {
    return fmt::format("penalty {}, fragments {}, width {}, cheap_width {}", s.penalty, s.fragments, s.width,
                       s.cheap_width);
  }

  std::unique_ptr<Regressor> train_with(const S& s, const TrainingTable& table,
                                        const StopQuestion& /*stop*/) const override {
    if (table.rows.rows > kMostRows) {
      fail_input("kernel_ridge: {} training rows; its matrix would not fit beyond {}: take gradient_boosting",
                 table.rows.rows, kMostRows);
    }
    KernelModel model{{}, table.rows, s.fragments, s.width, s.cheap_width};
    for (const ColumnKind kind : table.kinds) {
      model.kinds.push_back(static_cast<std::int64_t>(kind));
    }
    for (std::size_t i = 0; i < model.rows.values.size(); ++i) {
      if (table.kinds[i % model.kinds.size()] == ColumnKind::count) {
        model.rows.values[i] = std::min(model.rows.values[i], kMostFragments);
      }
    }
    auto result = std::make_unique<KernelRidge>(std::move(model));
    result->train(table.labels, s.penalty);
    return result;
  }
};

}  // namespace

const Learner& kernel_ridge() {
  static const KernelRidgeLearner learner;
  return learner;
}

}  // namespace epitaxy::learners
