#pragma once
/// \file
/// How linearly the latent space of a molecule_vae is ordered by properties, with or without a head (linear heads order
/// it so: Iovanac and Savoie, J. Phys. Chem. A 124, 3679 (2020)). Each property is fitted as a linear function of the
/// latent mean by ordinary least squares on one half of the molecules and measured on the other half; a hash of the
/// molecule chooses its half.
///
/// Dimensions that are not active (their mean varies by no more than 0.01, as in MoleculeMetrics) carry noise that a
/// fit would blow up: they take no part in fits and angles.
#include <span>
#include <string>
#include <vector>

#include "train/training_data.h"

namespace epitaxy::train {

/// The fit of one property.
struct LatentProperty {
  std::string name;        ///< Of the target in the data set.
  std::string unit;        ///< Of its MAE.
  std::size_t fitted = 0;  ///< Molecules in the fit ...
  std::size_t rows = 0;    ///< ... and molecules that measure it.
  double mae = 0;
  double r2 = 0;
  /// [latent] where the property rises most steeply: the fit's coefficients, of length 1; 0 if no dimension is active.
  std::vector<double> direction;
};

struct LatentOrder {
  std::vector<bool> active;        ///< [latent]
  std::vector<double> covariance;  ///< [latent, latent] of the latent means of all molecules.
  std::vector<LatentProperty> properties;
  std::vector<std::string> skipped;  ///< Targets with too few values, or with only one value.

  /// Degrees between two vectors [latent] in the active dimensions, 0 to 180; NaN if one of them vanishes there.
  double angle(std::span<const double> a, std::span<const double> b) const;
  /// Pearson correlation over the molecules of two linear functions with these coefficients [latent]. It is 1 also for
  /// coefficients that differ only where molecules do not. NaN if one of the functions is constant.
  double correlation(std::span<const double> a, std::span<const double> b) const;
};

/// latents [groups.size(), latent]; targets hold a value for each row, NaN where there is none. A target is skipped
/// when its fit has fewer than two values for each coefficient, or fit or measurement fewer than kFewestLabels.
LatentOrder fit_latent_order(std::span<const float> latents, const std::vector<std::string>& groups,
                             const std::vector<data::Target>& targets);

/// Of rows of the training's data sets with every target that these hold, whether or not a head learns it. A target
/// that several data sets hold counts in the unit of the first one.
LatentOrder latent_order(const TrainingData& data, const std::vector<RowReference>& rows,
                         std::span<const float> latents);

}  // namespace epitaxy::train
