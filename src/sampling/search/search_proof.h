#pragma once
/// \file
/// What the verification of a search showed: predicted against computed values, and how many candidates are hits.
#include <array>
#include <cstddef>
#include <iterator>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/names.h"
#include "chem/xtb.h"
#include "sampling/sample_settings.h"

namespace epitaxy::sampling {

/// Why there is no computed value of a molecule; the first that applies.
enum class XtbCause {
  none,           ///< There is one.
  failed,         ///< The calculation.
  not_converged,  ///< The geometry.
  fell_apart,     ///< The geometry: it is no longer one piece.
  rearranged,     ///< The geometry: it is another molecule.
  open_shell,     ///< Unpaired electrons: the orbitals are half filled.
  degenerate,     ///< The gap is below 1e-3 eV, as electrons are shared by orbitals: O2 as a closed shell.
};
inline constexpr Named<XtbCause> kXtbCauses[] = {{XtbCause::none, "none"},
                                                 {XtbCause::failed, "failed"},
                                                 {XtbCause::not_converged, "not_converged"},
                                                 {XtbCause::fell_apart, "fell_apart"},
                                                 {XtbCause::rearranged, "rearranged"},
                                                 {XtbCause::open_shell, "open_shell"},
                                                 {XtbCause::degenerate, "degenerate"}};
constexpr std::span<const Named<XtbCause>> names(XtbCause) { return kXtbCauses; }

XtbCause cause_of(const chem::XtbResult& result);

/// The computed value of a quantity, in eV; nothing where there is a cause.
std::optional<double> computed_value(const chem::XtbResult& result, XtbQuantity quantity);

/// The columns of a result in tables, and its fields.
std::vector<std::string> xtb_columns(XtbQuantity quantity);
std::vector<std::string> xtb_fields(const chem::XtbResult& result, XtbQuantity quantity,
                                    const ObjectiveSettings& objective);

/// Counts over verified molecules.
struct SearchProof {
  std::size_t molecules = 0;
  std::size_t computed = 0;                                 ///< With a computed value.
  std::size_t rearranged = 0;                               ///< That ended in another molecule, or in pieces.
  std::array<std::size_t, std::size(kXtbCauses)> causes{};  ///< By XtbCause; each molecule once.
  std::size_t hits = 0;                                     ///< Whose computed value meets the objective.
  double mean = 0;                                          ///< Of the computed values, in eV; NaN of none.
  // Predicted against computed; NaN without predictions.
  double mae = 0;               ///< In eV.
  double rank_correlation = 0;  ///< Spearman's.
};

/// `predicted`: [results] or empty.
SearchProof judge_search(std::span<const chem::XtbResult> results, std::span<const double> predicted,
                         XtbQuantity quantity, const ObjectiveSettings& objective);

nlohmann::ordered_json to_json(const SearchProof& proof);
/// A line; `name` says which molecules.
void log_proof(const std::string& name, const SearchProof& proof);

}  // namespace epitaxy::sampling
