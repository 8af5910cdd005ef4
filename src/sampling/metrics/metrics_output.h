#pragma once
/// \file
/// The metrics of a campaign for scripts (summary.json) and for people (the log). docs/stages/sample.md defines them.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "sampling/metrics/metrics_report.h"

namespace epitaxy::sampling {

/// Entry `metrics` of summary.json, with the definitions; null for what is not defined.
nlohmann::ordered_json to_json(const MetricsReport& report);
/// Of molecules without replicates, such as those of a control.
nlohmann::ordered_json to_json(const latent::MoleculeCounts& counts);

/// A table.
void log_report(const MetricsReport& report);
/// A line on molecules without replicates.
void log_counts(const std::string& name, const latent::MoleculeCounts& counts);

}  // namespace epitaxy::sampling
