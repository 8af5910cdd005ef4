#pragma once
/// \file
/// How wrong predictions are, how sure one is, and how sure it is that one way is better than another.
#include <cstddef>
#include <span>

namespace epitaxy::statistics {

/// Over pairs in which neither value is NaN. Sums are float64 in the order of the rows.
struct RegressionMetrics {
  std::size_t count = 0;
  double mae = 0;   ///< Mean absolute error.
  double rmse = 0;  ///< Root mean square error.
  double r2 = 0;    ///< 1 - SSE / SST; NaN for fewer than two rows or a constant truth.
};

RegressionMetrics regression_metrics(std::span<const double> truth, std::span<const double> prediction);

/// Means of the metrics of several models; the count of the first.
RegressionMetrics average(std::span<const RegressionMetrics> all);

struct Interval {
  double low = 0;
  double high = 0;
};

/// The CV+ interval (Barber et al., Ann. Stat. 49, 486, 2021) of a new row: `residuals` [training rows] are absolute
/// errors on rows that the model of their fold was not trained on, `folds` [training rows] name that model, and
/// `predictions` [folds] are what each of these models says of the new row. At least 2 coverage - 1 of new rows lie in
/// such intervals whatever the model, and about `coverage` of them in practice. Infinite for too few training rows.
Interval cv_plus_interval(std::span<const double> residuals, std::span<const int> folds,
                          std::span<const double> predictions, double coverage);

/// Of a paired test: the mean of the differences and the two-sided probability that a true mean of zero gives one as
/// large; 1 when all differences are zero, NaN for less than two.
struct PairedTest {
  double mean = 0;
  double p = 1;
};

/// The corrected resampled t-test (Nadeau and Bengio, Mach. Learn. 52, 239, 2003) of differences by fold (and
/// repetition): folds share training rows, so the plain t-test would claim too much. `test_share` is the number of test
/// rows over that of training rows.
PairedTest resampled_t_test(std::span<const double> differences, double test_share);

/// The plain t-test of differences by row, for one set of test rows.
PairedTest paired_t_test(std::span<const double> differences);

}  // namespace epitaxy::statistics
