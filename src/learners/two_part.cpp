#include "learners/two_part.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/statistics.h"
#include "learners/learners.h"
#include "learners/standard_regressor.h"

namespace epitaxy::learners {

namespace {

/// Of the labels, on either side.
constexpr double kLeastShare = 0.05;
constexpr std::size_t kFewestRows = 10;
/// Of the labels above the lowest: how far they are expected from their prediction, in their standard deviation.
constexpr double kDeviation = 0.4;

/// What the labels above the lowest are, and how likely a row is one of them.
class TwoPartRegressor final : public Regressor {
 public:
  TwoPartRegressor(double lowest, double deviation, std::unique_ptr<Regressor> share, std::unique_ptr<Regressor> above)
      : lowest_(lowest), deviation_(deviation), share_(std::move(share)), above_(std::move(above)) {}

  std::vector<double> predict(const Matrix& rows) const override {
    const auto shares = share_->predict(rows);
    auto values = above_->predict(rows);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = mixture_median(lowest_, shares[i], values[i], deviation_);
    }
    return values;
  }

  std::vector<double> importances() const override { return above_->importances(); }

  void write(data::Hdf5File& file, const std::string& group) const override {
    share_->write(file, group + "/share");
    above_->write(file, group + "/above");
    file.write_attribute(group, "kind", std::string(kTwoPart));
    file.write_attribute(group, "lowest", lowest_);
    file.write_attribute(group, "deviation", deviation_);
  }

 private:
  double lowest_;
  double deviation_;
  std::unique_ptr<Regressor> share_;
  std::unique_ptr<Regressor> above_;
};

/// Those labels alone, and their rows.
struct Above {
  Matrix rows;
  std::vector<double> labels;
  std::vector<double> weights;  ///< Empty: all the same.
};

Above pick_above(const Matrix& rows, std::span<const double> labels, std::span<const double> weights, double lowest) {
  Above above;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] > lowest) {
      positions.push_back(i);
      above.labels.push_back(labels[i]);
      if (!weights.empty()) {
        above.weights.push_back(weights[i]);
      }
    }
  }
  above.rows = pick_rows(rows, positions);
  return above;
}

}  // namespace

bool has_two_parts(std::span<const double> labels) {
  if (labels.empty()) {
    return false;
  }
  const auto at_lowest = static_cast<std::size_t>(std::ranges::count(labels, *std::ranges::min_element(labels)));
  const std::size_t smaller = std::min(at_lowest, labels.size() - at_lowest);
  return smaller >= kFewestRows && static_cast<double>(smaller) >= kLeastShare * static_cast<double>(labels.size());
}

double mixture_median(double lowest, double share, double value, double deviation) {
  if (share <= 0.5) {
    return lowest;
  }
  const double below = 1 - 0.5 / std::min(share, 1.0);  // of the Gaussian
  return std::max(lowest, value + deviation * statistics::normal_quantile(below));
}

std::vector<std::unique_ptr<Regressor>> train_two_parts(std::span<const Candidate> candidates,
                                                        const std::vector<ColumnKind>& kinds, const Matrix& rows,
                                                        std::span<const double> labels, std::uint64_t seed,
                                                        const StopQuestion& stop, const std::vector<bool>& reads,
                                                        std::span<const double> weights) {
  check(has_two_parts(labels), "labels at the lowest value and above it");
  std::vector<Candidate> plain(candidates.begin(), candidates.end());
  for (Candidate& candidate : plain) {
    candidate.two_part = false;
  }
  const double lowest = *std::ranges::min_element(labels);
  std::vector<double> is_above;
  std::ranges::transform(labels, std::back_inserter(is_above),
                         [&](double label) { return label > lowest ? 1.0 : 0.0; });
  const Above above = pick_above(rows, labels, weights, lowest);
  auto shares = train_regressors(plain, kinds, rows, is_above, seed, stop, reads, weights);
  auto values = train_regressors(plain, kinds, above.rows, above.labels, seed, stop, reads, above.weights);
  const double deviation = kDeviation * statistics::spread(above.labels).deviation;
  std::vector<std::unique_ptr<Regressor>> result(candidates.size());
  for (std::size_t c = 0; c < result.size(); ++c) {
    if (shares[c] && values[c]) {
      result[c] = std::make_unique<TwoPartRegressor>(lowest, deviation, std::move(shares[c]), std::move(values[c]));
    }
  }
  return result;
}

std::unique_ptr<Regressor> read_two_parts(const data::Hdf5File& file, const std::string& group) {
  return std::make_unique<TwoPartRegressor>(
      file.number_attribute(group, "lowest"), file.number_attribute(group, "deviation"),
      read_regressor(file, group + "/share"), read_regressor(file, group + "/above"));
}

}  // namespace epitaxy::learners
