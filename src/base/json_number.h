#pragma once
/// \file
/// JSON has no NaN and no infinity.
#include <cmath>
#include <nlohmann/json.hpp>

namespace epitaxy {

/// A number, or null for what JSON cannot write.
inline nlohmann::ordered_json json_number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

}  // namespace epitaxy
