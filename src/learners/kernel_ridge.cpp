#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "learners/candidate_keys.h"
#include "learners/kernel_centers.h"
#include "learners/kernel_of_rows.h"
#include "learners/learners.h"
#include "linalg/solvers.h"

namespace epitaxy::learners {

namespace {

/// The kernel of so many rows takes 3.2 GB.
constexpr std::size_t kMostRows = 20000;

/// Where a file keeps the columns that are no fragment counts.
const std::vector<std::pair<ColumnKind, std::string>> kNumberArrays{{ColumnKind::number, "/numbers"},
                                                                    {ColumnKind::cheap, "/cheap"},
                                                                    {ColumnKind::coordinate, "/coordinates"},
                                                                    {ColumnKind::given, "/given"},
                                                                    {ColumnKind::category, "/categories"}};

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

void write_form(data::Hdf5File& file, const std::string& group, const KernelForm& form) {
  file.write_attribute(group, "fragments", form.fragments);
  file.write_attribute(group, "width", form.width);
  file.write_attribute(group, "cheap_width", form.cheap_width);
  file.write_attribute(group, "shape", std::string(name_of(form.shape)));
  file.write_attribute(group, "squash", static_cast<std::int64_t>(form.squash));
  file.write_attribute(group, "coordinates", form.coordinates);
  file.write_attribute(group, "coordinates_width", form.coordinates_width);
  file.write_attribute(group, "given_width", form.given_width);
}

/// Files of earlier versions have the first three attributes alone, or all but the last.
KernelForm read_form(const data::Hdf5File& file, const std::string& group) {
  KernelForm form;
  form.fragments = file.number_attribute(group, "fragments");
  form.width = file.number_attribute(group, "width");
  form.cheap_width = file.number_attribute(group, "cheap_width");
  if (file.has_attribute(group, "shape")) {
    form.shape = value_of<KernelShape>(file.text_attribute(group, "shape"));
    form.squash = file.integer_attribute(group, "squash") != 0;
    form.coordinates = file.number_attribute(group, "coordinates");
    form.coordinates_width = file.number_attribute(group, "coordinates_width");
  }
  if (file.has_attribute(group, "given_width")) {
    form.given_width = file.number_attribute(group, "given_width");
  }
  return form;
}

/// A trained kernel ridge regression is a kernel and a weight for each of its training rows, or of its centers.
class KernelRidge final : public Regressor {
 public:
  KernelRidge(std::shared_ptr<const RowKernel> kernel, const std::vector<double>& weights)
      : kernel_(std::move(kernel)), weights_(linalg::vector_of(weights)) {}

  std::vector<double> predict(const Matrix& rows) const override {
    std::vector<double> result(rows.rows);
    kernel_->for_rows(rows,
                      [&](std::size_t row, const auto& similarities) { result[row] = similarities.dot(weights_); });
    return result;
  }

  void write(data::Hdf5File& file, const std::string& group) const override {
    file.write(group + "/kinds", kernel_->kinds());
    const Matrix counts = columns_of(kernel_->rows(), kernel_->kinds(), ColumnKind::count);
    if (!counts.values.empty()) {
      file.write_deflated(group + "/counts", small_numbers(counts.values), counts.columns);
    }
    for (const auto& [kind, name] : kNumberArrays) {
      const Matrix numbers = columns_of(kernel_->rows(), kernel_->kinds(), kind);
      if (!numbers.values.empty()) {
        file.write(group + name, numbers.values, numbers.columns);
      }
    }
    file.write(group + "/weights", std::vector<double>(weights_.begin(), weights_.end()));
    write_form(file, group, kernel_->form());
  }

 private:
  std::shared_ptr<const RowKernel> kernel_;  ///< Candidates that differ in their penalty alone have it in common.
  Eigen::VectorXd weights_;
};

std::vector<double> solved(std::optional<std::vector<double>> weights, double penalty) {
  if (!weights) {
    fail_input("kernel_ridge: the equations have no stable solution with penalty {}: raise it", penalty);
  }
  return std::move(*weights);
}

/// Exact: those of the training rows. Overwrites the kernel, of which the lower triangle is given. A row that counts
/// more has the smaller penalty: (K + penalty / W) a = y minimizes the sum of W (y - K a)^2 + penalty a K a.
std::vector<double> weights_of(Kernel kernel, const TrainingTable& table, double penalty) {
  for (Eigen::Index i = 0; i < kernel.rows(); ++i) {
    kernel(i, i) += penalty / table.weight(static_cast<std::size_t>(i));
  }
  return solved(linalg::solve_positive({kernel.data(), static_cast<std::size_t>(kernel.size())}, table.labels),
                penalty);
}

std::vector<std::int64_t> numbers_of(const std::vector<ColumnKind>& kinds) {
  std::vector<std::int64_t> result;
  for (const ColumnKind kind : kinds) {
    result.push_back(static_cast<std::int64_t>(kind));
  }
  return result;
}

/// The reverse of `columns_of`.
void set_columns(Matrix& rows, const std::vector<std::int64_t>& kinds, ColumnKind kind,
                 const std::vector<float>& values) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t j = 0; j < rows.columns; ++j) {
      if (kinds[j] == static_cast<std::int64_t>(kind)) {
        check(next < values.size(), "a training row for each weight");
        rows.values[i * rows.columns + j] = values[next++];
      }
    }
  }
}

struct KernelRidgeSettings : KernelForm {
  double penalty = 0.03;  ///< In units of the labels' variance.
  int centers = 0;        ///< Rows that stand for all; 0: all of them.

  /// What candidates have in common that differ in their penalty alone.
  bool has_kernel_of(const KernelRidgeSettings& other) const {
    return centers == other.centers && static_cast<const KernelForm&>(*this) == other;
  }
  bool is_exact(std::size_t rows) const { return centers == 0 || static_cast<std::size_t>(centers) >= rows; }
};

/// What the candidates with one kernel are trained from, one after another.
class KernelWork {
 public:
  KernelWork(const KernelRidgeSettings& settings, const TrainingTable& table) : table_(table) {
    if (settings.is_exact(table.rows.rows)) {
      check_rows(table.rows.rows);
      kernel_ = std::make_shared<RowKernel>(table.rows, numbers_of(table.kinds), settings);
      similarities_ = kernel_->of_training();
      return;
    }
    const auto centers = choose_centers(table.rows.rows, static_cast<std::size_t>(settings.centers), table.seed);
    kernel_ = std::make_shared<RowKernel>(pick_rows(table.rows, centers), numbers_of(table.kinds), settings);
    equations_.emplace(*kernel_, table);
  }

  /// The last candidate may overwrite the kernel.
  std::unique_ptr<Regressor> train(double penalty, bool is_last) {
    const auto weights = equations_ ? solved(equations_->solve(penalty), penalty)
                         : is_last  ? weights_of(std::move(similarities_), table_, penalty)
                                    : weights_of(similarities_, table_, penalty);
    return std::make_unique<KernelRidge>(kernel_, weights);
  }

 private:
  static void check_rows(std::size_t rows) {
    if (rows > kMostRows) {
      fail_input(
          "kernel_ridge: {} training rows; its matrix would not fit beyond {}: set 'centers' (2000 is usual), or take "
          "gradient_boosting",
          rows, kMostRows);
    }
  }

  const TrainingTable& table_;
  std::shared_ptr<const RowKernel> kernel_;
  Kernel similarities_;
  std::optional<CenterEquations> equations_;
};

class KernelRidgeLearner final : public LearnerOf<KernelRidgeSettings> {
 public:
  const char* name() const override { return "kernel_ridge"; }
  bool keeps_rows() const override { return true; }

  std::unique_ptr<Regressor> read(const data::Hdf5File& file, const std::string& group) const override {
    auto kinds = file.read<std::int64_t>(group + "/kinds");
    const auto weights = file.read<double>(group + "/weights");
    Matrix rows{weights.size(), kinds.size(), std::vector<float>(weights.size() * kinds.size())};
    if (file.exists(group + "/counts")) {
      const auto counts = file.read<std::uint8_t>(group + "/counts");
      set_columns(rows, kinds, ColumnKind::count, {counts.begin(), counts.end()});
    }
    for (const auto& [kind, name] : kNumberArrays) {
      if (file.exists(group + name)) {
        set_columns(rows, kinds, kind, file.read<float>(group + name));
      }
    }
    return std::make_unique<KernelRidge>(
        std::make_shared<RowKernel>(std::move(rows), std::move(kinds), read_form(file, group)), weights);
  }

  bool have_common_work(const std::any& a, const std::any& b) const override {
    return settings_of(a).has_kernel_of(settings_of(b));
  }

  std::vector<std::unique_ptr<Regressor>> train_all(std::span<const std::any> settings, const TrainingTable& table,
                                                    const StopQuestion& stop) const override {
    std::vector<std::unique_ptr<Regressor>> result(settings.size());
    std::optional<KernelWork> work;
    for (std::size_t i = 0; i < settings.size() && !stop(); ++i) {
      const S& one = settings_of(settings[i]);
      if (i == 0 || !one.has_kernel_of(settings_of(settings[i - 1]))) {
        work.emplace(one, table);
      }
      const bool is_last = i + 1 == settings.size() || !one.has_kernel_of(settings_of(settings[i + 1]));
      result[i] = work->train(one.penalty, is_last);
    }
    return result;
  }

 private:
  using S = KernelRidgeSettings;

  static const S& settings_of(const std::any& settings) { return std::any_cast<const S&>(settings); }

  std::vector<S> read_settings(config::Keys& k) const override {
    CandidateKeys<S> keys(k);
    keys.integer(&S::centers,
                 {"centers", "rows, drawn by the seed, that stand for all in a model of many rows (Nyström); 0: all"},
                 {0, static_cast<double>(kMostRows)});
    keys.number(&S::penalty, {"penalty", "on large coefficients, in units of the labels' variance"}, {1e-10, 1e6});
    keys.number(&S::fragments, {"fragments", "weight of the fragments' similarity; the other columns have the rest"},
                {0, 1});
    keys.number(&S::coordinates, {"coordinates", "weight of the similarity of coordinates, such as element_map"},
                {0, 1});
    keys.choice(&S::shape, {"shape", "of the similarity of the other columns: gaussian or laplacian"});
    keys.flag(&S::squash, {"squash", "logarithms of the other columns, clipped to 4 standard deviations"});
    keys.number(&S::width,
                {"width", "of the similarity of the other columns; 1: they differ by one standard deviation each"},
                {1e-3, 1e3});
    keys.number(&S::coordinates_width,
                {"coordinates_width", "of the similarity of coordinates; 1: their median squared distance"},
                {1e-3, 1e3});
    keys.number(&S::cheap_width, {"cheap_width", "of the Gaussian of the cheap values"}, {1e-3, 1e3});
    keys.number(&S::given_width,
                {"given_width", "of the Gaussian of given numbers, and of the similarity of categories"}, {1e-3, 1e3});
    return keys.candidates();
  }

  std::string describe_settings(const S& s) const override {
    const S usual;
    std::string text = fmt::format("penalty {}, fragments {}, width {}, cheap_width {}", s.penalty, s.fragments,
                                   s.width, s.cheap_width);
    if (s.shape != usual.shape || s.squash) {
      text += fmt::format(", {}{}", name_of(s.shape), s.squash ? ", squashed" : "");
    }
    if (s.coordinates != usual.coordinates || s.coordinates_width != usual.coordinates_width) {
      text += fmt::format(", coordinates {}, coordinates_width {}", s.coordinates, s.coordinates_width);
    }
    if (s.given_width != usual.given_width) {
      text += fmt::format(", given_width {}", s.given_width);
    }
    if (s.centers != usual.centers) {
      text += fmt::format(", centers {}", s.centers);
    }
    return text;
  }

  std::unique_ptr<Regressor> train_with(const S& s, const TrainingTable& table,
                                        const StopQuestion& stop) const override {
    const std::any settings = s;
    return std::move(train_all({&settings, 1}, table, stop).front());
  }
};

}  // namespace

const Learner& kernel_ridge() {
  static const KernelRidgeLearner learner;
  return learner;
}

}  // namespace epitaxy::learners
