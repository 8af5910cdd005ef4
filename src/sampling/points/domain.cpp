#include "sampling/points/domain.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/statistics.h"
#include "sampling/points/principal_axes.h"

namespace epitaxy::sampling {

namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double length_of(std::span<const double> a) { return std::sqrt(dot(a, a)); }

/// No quantile of a Sobol point is longer.
constexpr double kLongestStep = 7;

/// The number of a dimension where one may be given for all.
double number_of(const std::vector<double>& numbers, std::size_t dimension) {
  return numbers.size() == 1 ? numbers.front() : numbers[dimension];
}

void check_size(const char* key, std::size_t size, std::size_t latent, bool one_for_all) {
  if (size != latent && !(one_for_all && size == 1)) {
    fail_input("'domain.{}' has {} numbers, but the model's latent space has {} dimensions: give {}{}", key, size,
               latent, one_for_all ? "one number or " : "", latent);
  }
}

void check_encoded(const EncodedStatistics& encoded, std::size_t latent) {
  if (encoded.mean.size() != latent || encoded.covariance.size() != latent * latent) {
    fail_input("the encoded training molecules have {} latent dimensions, the model has {}", encoded.mean.size(),
               latent);
  }
  if (encoded.rows < 2) {
    fail_input("a domain of encoded molecules needs at least two training molecules that the model can read, not {}",
               encoded.rows);
  }
}

/// Standard deviation of the molecules along a direction of length 1.
double deviation_along(const EncodedStatistics& encoded, std::span<const double> direction) {
  const std::size_t size = direction.size();
  double variance = 0;
  for (std::size_t i = 0; i < size; ++i) {
    variance += direction[i] * dot(std::span(encoded.covariance).subspan(i * size, size), direction);
  }
  return std::sqrt(std::max(0.0, variance));
}

void normalize(std::vector<double>& vector, const char* what) {
  const double length = length_of(vector);
  if (!(length > 0) || !std::isfinite(length)) {
    fail_input("the plane of 'domain' is not defined: its {}", what);
  }
  for (double& number : vector) {
    number /= length;
  }
}

/// The two directions of a plane, orthonormal.
std::array<std::vector<double>, 2> plane_directions(const DomainSettings& settings, const EncodedStatistics& encoded) {
  const std::size_t latent = encoded.mean.size();
  if (settings.vectors.empty()) {
    check(settings.properties.empty(), "the directions of a plane's properties are set before its use");
    const PrincipalAxes axes = principal_axes(encoded);
    std::array<std::vector<double>, 2> directions;
    for (std::size_t i = 0; i < 2; ++i) {
      if (settings.axes[i] >= latent) {
        fail_input("'domain.axes' names the principal axis {}, but the model's latent space has {} dimensions",
                   settings.axes[i] + 1, latent);
      }
      const auto row = axes.directions.begin() + static_cast<std::ptrdiff_t>(settings.axes[i] * latent);
      directions[i].assign(row, row + static_cast<std::ptrdiff_t>(latent));
    }
    return directions;
  }
  check(settings.vectors.size() == 2, "a plane has two directions");
  std::vector<double> first = settings.vectors[0];
  std::vector<double> second = settings.vectors[1];
  check_size("first", first.size(), latent, false);
  check_size("second", second.size(), latent, false);
  normalize(first, "first direction is zero");
  normalize(second, "second direction is zero");
  const double common = dot(first, second);
  if (1 - common * common < 1e-12) {
    fail_input("the plane of 'domain' is not defined: its two directions are the same");
  }
  for (std::size_t i = 0; i < latent; ++i) {
    second[i] -= common * first[i];
  }
  normalize(second, "second direction is zero");
  return {first, second};
}

}  // namespace

Domain::Domain(const DomainSettings& settings, std::size_t latent, const EncodedStatistics* encoded)
    : kind_(settings.kind), latent_(latent), dimensions_(settings.kind == DomainKind::plane ? 2 : latent) {
  check(latent > 0, "a latent space has dimensions");
  if (settings.needs_encoded()) {
    check(encoded != nullptr, "a domain of encoded molecules is given their statistics");
    check_encoded(*encoded, latent);
  }
  switch (kind_) {
    case DomainKind::prior:
      set_prior();
      break;
    case DomainKind::encoded:
      set_encoded(settings, *encoded);
      break;
    case DomainKind::box:
      set_box(settings, encoded);
      break;
    case DomainKind::plane:
      set_plane(settings, *encoded);
      break;
  }
}

void Domain::set_prior() {
  center_.assign(latent_, 0.0);
  lengths_.assign(latent_, 1.0);
}

void Domain::set_encoded(const DomainSettings& settings, const EncodedStatistics& encoded) {
  center_ = encoded.mean;
  if (settings.full_covariance) {
    PrincipalAxes axes = principal_axes(encoded);
    lengths_ = std::move(axes.deviations);
    directions_ = std::move(axes.directions);
    return;
  }
  for (std::size_t j = 0; j < latent_; ++j) {
    lengths_.push_back(std::sqrt(std::max(0.0, encoded.covariance[j * latent_ + j])));
  }
}

void Domain::set_box(const DomainSettings& settings, const EncodedStatistics* encoded) {
  check_size("low", settings.low.size(), latent_, true);
  check_size("high", settings.high.size(), latent_, true);
  std::vector<double> middles;
  for (std::size_t j = 0; j < latent_; ++j) {
    const double low = number_of(settings.low, j);
    const double high = number_of(settings.high, j);
    middles.push_back(0.5 * (low + high));
    lengths_.push_back(0.5 * (high - low));
  }
  if (!settings.principal_axes) {
    center_ = std::move(middles);
    return;
  }
  PrincipalAxes axes = principal_axes(*encoded);
  directions_ = std::move(axes.directions);
  center_ = encoded->mean;
  for (std::size_t j = 0; j < latent_; ++j) {
    lengths_[j] *= axes.deviations[j];
    for (std::size_t i = 0; i < latent_; ++i) {
      center_[i] += middles[j] * axes.deviations[j] * directions_[j * latent_ + i];
    }
  }
}

void Domain::set_plane(const DomainSettings& settings, const EncodedStatistics& encoded) {
  if (latent_ < 2) {
    fail_input(
        "a plane needs a latent space of at least two dimensions, and the model's has one: choose another domain");
  }
  center_ = settings.center.empty() ? encoded.mean : settings.center;
  check_size("center", center_.size(), latent_, false);
  const double largest = principal_axes(encoded).deviations.front();
  for (const auto& direction : plane_directions(settings, encoded)) {
    const double deviation = deviation_along(encoded, direction);
    if (!(deviation > 1e-9 * largest)) {
      fail_input("the training molecules do not vary along direction {} of the plane in 'domain': choose another one",
                 lengths_.size() + 1);
    }
    lengths_.push_back(settings.half_width * deviation);
    directions_.insert(directions_.end(), direction.begin(), direction.end());
  }
}

void Domain::map(const double* unit, std::size_t count, float* latent) const {
  std::vector<double> steps(dimensions_);
  std::vector<double> z(latent_);
  for (std::size_t i = 0; i < count; ++i) {
    const double* point = unit + i * dimensions_;
    for (std::size_t j = 0; j < dimensions_; ++j) {
      steps[j] = is_normal() ? statistics::normal_quantile(point[j]) : 2 * point[j] - 1;
    }
    if (restriction_) {
      restriction_->restrict(point[0], steps.data());
    }
    z = center_;
    for (std::size_t j = 0; j < dimensions_; ++j) {
      const double length = lengths_[j] * steps[j];
      if (directions_.empty()) {
        z[j] += length;
        continue;
      }
      const double* direction = directions_.data() + j * latent_;
      for (std::size_t k = 0; k < latent_; ++k) {
        z[k] += length * direction[k];
      }
    }
    std::ranges::transform(z, latent + i * latent_, [](double number) { return static_cast<float>(number); });
  }
}

void Domain::to_unit(const float* latent, double* unit) const {
  check(!restriction_, "vectors of a restricted domain are not mapped back");
  for (std::size_t j = 0; j < dimensions_; ++j) {
    double length = 0;
    if (directions_.empty()) {
      length = latent[j] - center_[j];
    } else {
      for (std::size_t k = 0; k < latent_; ++k) {
        length += (latent[k] - center_[k]) * directions_[j * latent_ + k];
      }
    }
    const double step = lengths_[j] > 0 ? length / lengths_[j] : 0.0;
    unit[j] = is_normal() ? statistics::normal_below(step) : 0.5 * (step + 1);
  }
}

/// How much rounding to float32 can change the value direction . z of a vector in the restricted domain.
double Domain::rounding(std::span<const double> direction, double limit) const {
  const auto size = static_cast<double>(dimensions_);
  const double longest = kLongestStep * (std::sqrt(size) + 1) + std::abs(limit);
  double sum = 0;
  for (std::size_t k = 0; k < latent_; ++k) {
    double reach = std::abs(center_[k]);
    for (std::size_t j = 0; j < dimensions_; ++j) {
      const double part = directions_.empty() ? (j == k ? 1.0 : 0.0) : std::abs(directions_[j * latent_ + k]);
      reach += longest * lengths_[j] * part;
    }
    sum += std::abs(direction[k]) * reach;
  }
  return 0x1p-23 * sum;
}

// The steps are standard normal, so the value direction . z + offset is normal, too.
void Domain::constrain(std::span<const double> direction, double offset, bool below, double threshold) {
  if (!is_normal()) {
    fail_input("an objective restricts the domains 'prior' and 'encoded' alone, and this one is '{}'", name_of(kind_));
  }
  check(!restriction_, "a domain is restricted once");
  if (direction.size() != latent_) {
    fail_input("the property's direction has {} numbers, but the model's latent space has {} dimensions",
               direction.size(), latent_);
  }
  const double sign = below ? 1 : -1;
  std::vector<double> along(dimensions_);
  for (std::size_t k = 0; k < latent_; ++k) {
    for (std::size_t j = 0; j < dimensions_; ++j) {
      const double part = directions_.empty() ? (j == k ? 1.0 : 0.0) : directions_[j * latent_ + k];
      along[j] += sign * lengths_[j] * part * direction[k];
    }
  }
  const double mean = dot(direction, center_) + offset;
  const double deviation = length_of(along);
  if (!(deviation > 0) || !std::isfinite(deviation) || !std::isfinite(mean)) {
    fail_input("the objective's property does not vary in the domain '{}'", name_of(kind_));
  }
  const double limit = sign * (threshold - mean) / deviation;
  mass_ = statistics::normal_below(limit);
  if (!(mass_ > 1e-200)) {
    fail_input(
        "the domain '{}' does not reach the objective: the property is {:.6g} +- {:.3g} there, so that {} {} is {:.0f} "
        "standard deviations away",
        name_of(kind_), mean, deviation, below ? "below" : "above", threshold, -limit);
  }
  for (double& number : along) {
    number /= deviation;
  }
  restriction_.emplace(std::move(along), limit - rounding(direction, limit) / deviation);
}

}  // namespace epitaxy::sampling
