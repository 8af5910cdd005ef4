#include "sampling/search/search_proof.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/json_number.h"
#include "base/log.h"
#include "base/regression_metrics.h"
#include "base/statistics.h"
#include "train/run_files.h"

namespace epitaxy::sampling {

using Json = nlohmann::ordered_json;

namespace {

constexpr double kDegenerate = 1e-3;  ///< eV

double value_of(const chem::XtbResult& result, XtbQuantity quantity) {
  switch (quantity) {
    case XtbQuantity::homo:
      return result.homo_eV;
    case XtbQuantity::lumo:
      return result.lumo_eV;
    case XtbQuantity::gap:
      break;
  }
  return result.gap_eV;
}

double share(std::size_t part, std::size_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

XtbCause cause_of(const chem::XtbResult& result) {
  if (std::isnan(result.energy_Ha) || (result.converged && !result.failure.empty())) {
    return XtbCause::failed;
  }
  if (!result.converged) {
    return XtbCause::not_converged;
  }
  if (result.rearranged) {
    return result.fell_apart ? XtbCause::fell_apart : XtbCause::rearranged;
  }
  if (result.open_shell) {
    return XtbCause::open_shell;
  }
  return result.gap_eV < kDegenerate ? XtbCause::degenerate : XtbCause::none;
}

std::optional<double> computed_value(const chem::XtbResult& result, XtbQuantity quantity) {
  const double value = value_of(result, quantity);
  return cause_of(result) == XtbCause::none && !std::isnan(value) ? std::optional(value) : std::nullopt;
}

std::vector<std::string> xtb_columns(XtbQuantity quantity) {
  return {std::string("xtb_") + name_of(quantity) + "_eV",
          "xtb_energy_Ha",
          "xtb_converged",
          "xtb_rearranged",
          "meets_objective",
          "xtb_failure",
          "xtb_cause"};
}

std::vector<std::string> xtb_fields(const chem::XtbResult& result, XtbQuantity quantity,
                                    const ObjectiveSettings& objective) {
  const auto value = computed_value(result, quantity);
  return {train::csv_number(value_of(result, quantity)),
          train::csv_number(result.energy_Ha),
          result.converged ? "1" : "0",
          result.rearranged ? "1" : "0",
          value && objective.met_by(*value) ? "1" : "0",
          result.failure,
          cause_of(result) == XtbCause::none ? "" : name_of(cause_of(result))};
}

SearchProof judge_search(std::span<const chem::XtbResult> results, std::span<const double> predicted,
                         XtbQuantity quantity, const ObjectiveSettings& objective) {
  SearchProof proof;
  proof.molecules = results.size();
  std::vector<double> values;
  std::vector<double> predictions;
  for (std::size_t i = 0; i < results.size(); ++i) {
    proof.rearranged += results[i].rearranged ? 1 : 0;
    ++proof.causes[static_cast<std::size_t>(cause_of(results[i]))];
    const auto value = computed_value(results[i], quantity);
    if (!value) {
      continue;
    }
    ++proof.computed;
    proof.hits += objective.met_by(*value) ? 1 : 0;
    values.push_back(*value);
    if (!predicted.empty()) {
      predictions.push_back(predicted[i]);
    }
  }
  proof.mean = statistics::range(values).mean;
  proof.mae = proof.rank_correlation = std::nan("");
  if (!predicted.empty()) {
    proof.mae = statistics::regression_metrics(values, predictions).mae;
    proof.rank_correlation = statistics::rank_correlation(predictions, values);
  }
  return proof;
}

namespace {

Json causes_of(const SearchProof& proof) {
  Json json = Json::object();
  for (const auto& [cause, name] : kXtbCauses) {
    if (cause != XtbCause::none) {
      json[name] = proof.causes[static_cast<std::size_t>(cause)];
    }
  }
  return json;
}

/// `, 1 degenerate`; empty when all have a value.
std::string list_causes(const SearchProof& proof) {
  std::string list;
  for (const auto& [cause, name] : kXtbCauses) {
    const std::size_t count = proof.causes[static_cast<std::size_t>(cause)];
    if (count > 0 && cause != XtbCause::none && cause != XtbCause::rearranged && cause != XtbCause::fell_apart) {
      std::string words = name;
      std::ranges::replace(words, '_', ' ');
      list += fmt::format(", {} {}", count, words);
    }
  }
  return list;
}

}  // namespace

Json to_json(const SearchProof& proof) {
  Json json{{"molecules", proof.molecules},
            {"computed", proof.computed},
            {"rearranged", proof.rearranged},
            {"causes", causes_of(proof)},
            {"hits", proof.hits},
            {"hit_rate", json_number(share(proof.hits, proof.molecules))},
            {"hit_rate_of_computed", json_number(share(proof.hits, proof.computed))},
            {"mean_computed_eV", json_number(proof.mean)}};
  if (!std::isnan(proof.mae)) {
    json["predicted_against_computed"] = {{"mae_eV", proof.mae},
                                          {"rank_correlation", json_number(proof.rank_correlation)}};
  }
  return json;
}

void log_proof(const std::string& name, const SearchProof& proof) {
  std::string against;
  if (!std::isnan(proof.mae)) {
    against = fmt::format("; predicted against computed: MAE {:.3f} eV, rank correlation {:.2f}", proof.mae,
                          proof.rank_correlation);
  }
  log::info("{}: {} of {} computed ({} became another molecule{}), {} meet the objective ({:.1f} % of all){}", name,
            proof.computed, proof.molecules, proof.rearranged, list_causes(proof), proof.hits,
            100 * share(proof.hits, proof.molecules), against);
}

}  // namespace epitaxy::sampling
