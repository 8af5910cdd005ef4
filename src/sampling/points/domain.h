#pragma once
/// \file
/// Where a campaign looks: a map from the unit cube, which Sobol points fill, to latent vectors.
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/keys.h"
#include "sampling/points/half_space.h"

namespace epitaxy::sampling {

enum class DomainKind {
  prior,    ///< Standard normal.
  encoded,  ///< Normal with mean and spread of the training molecules' latent means.
  box,      ///< Uniform between two bounds of each dimension.
  plane     ///< Uniform in a rectangle of two dimensions.
};
inline constexpr Named<DomainKind> kDomainKinds[] = {{DomainKind::prior, "prior"},
                                                     {DomainKind::encoded, "encoded"},
                                                     {DomainKind::box, "box"},
                                                     {DomainKind::plane, "plane"}};
constexpr std::span<const Named<DomainKind>> names(DomainKind) { return kDomainKinds; }

struct DomainSettings {
  DomainKind kind = DomainKind::prior;
  /// encoded: with the correlation of the dimensions, along the principal axes, the longest first.
  bool full_covariance = false;

  // box
  std::vector<double> low;   ///< One number for all dimensions, or one for each.
  std::vector<double> high;  ///< The same.
  /// Along the principal axes, the longest first, from the mean, in standard deviations along each axis.
  bool principal_axes = false;

  // plane: center + u spread_1 direction_1 + v spread_2 direction_2, where u and v are at most `half_width`, directions
  // have length 1 and spreads are the training molecules' standard deviations. The second direction is made orthogonal
  // to the first.
  double half_width = 3;
  std::vector<double> center;                ///< Empty: the mean of the training molecules.
  std::array<std::size_t, 2> axes = {0, 1};  ///< Which principal axes, the longest is 0; unless there are `vectors`.
  /// Two heads: `vectors` are their directions (see property_direction.h), which have to be set before use.
  std::vector<std::string> properties;
  std::vector<std::vector<double>> vectors;  ///< Two directions of any length, or none.

  /// Whether the domain is built from the training molecules.
  bool needs_encoded() const;
};

/// Keys of the section `domain`.
void keys(config::Keys& k, DomainSettings& settings);

/// Of the latent means of the training molecules.
struct EncodedStatistics {
  std::vector<double> mean;        ///< [latent]
  std::vector<double> covariance;  ///< [latent, latent]
  std::size_t rows = 0;
};

class Domain {
 public:
  /// `encoded` may be null unless the settings need it. Throws InputError: numbers that do not fit the size of the
  /// latent space, training molecules that do not vary where they should.
  Domain(const DomainSettings& settings, std::size_t latent, const EncodedStatistics* encoded);

  DomainKind kind() const { return kind_; }
  std::size_t latent() const { return latent_; }
  /// Of the unit cube: as many as the latent space has, 2 for a plane.
  std::size_t dimensions() const { return dimensions_; }
  /// unit [count, dimensions] in (0, 1) -> latent [count, latent]. A vector does not depend on the others.
  void map(const double* unit, std::size_t count, float* latent) const;
  /// latent [latent] -> the point of the unit cube [dimensions] whose vector is nearest in a plane, and equal otherwise
  /// (the same dimension has to vary). Outside of [0, 1] where a box or plane ends. Not of a restricted domain.
  void to_unit(const float* latent, double* unit) const;

  /// Restricts a normal domain to where direction . z + offset is below (or above) a threshold, by a truncated normal
  /// distribution along that direction, so that the points fill the region as evenly as before. Called once at most.
  /// The margin to the threshold covers the rounding of latent vectors to float32. Throws InputError: a box or plane, a
  /// direction in which the domain does not vary, a region that the domain hardly ever reaches.
  void constrain(std::span<const double> direction, double offset, bool below, double threshold);
  /// Probability of the restricted region under the unrestricted domain; 1 without a restriction.
  double mass() const { return mass_; }

 private:
  void set_prior();
  void set_encoded(const DomainSettings& settings, const EncodedStatistics& encoded);
  void set_box(const DomainSettings& settings, const EncodedStatistics* encoded);
  void set_plane(const DomainSettings& settings, const EncodedStatistics& encoded);
  bool is_normal() const { return kind_ == DomainKind::prior || kind_ == DomainKind::encoded; }
  double rounding(std::span<const double> direction, double limit) const;

  DomainKind kind_;
  std::size_t latent_;
  std::size_t dimensions_;
  // z = center + steps * lengths * directions, where the steps are standard normal, or uniform between -1 and 1.
  std::vector<double> center_;
  std::vector<double> lengths_;     ///< [dimensions]
  std::vector<double> directions_;  ///< [dimensions, latent], orthonormal rows; empty: those of the latent space.
  std::optional<HalfSpace> restriction_;
  double mass_ = 1;
};

}  // namespace epitaxy::sampling
