#include "nn/parameters.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace epitaxy::nn {

std::size_t ParameterLayout::add(std::string name, std::vector<std::size_t> shape, double init_bound) {
  check(!has(name), "parameter names are unique");
  Parameter parameter{std::move(name), std::move(shape), size_, 1, init_bound};
  constexpr std::size_t kMost = std::size_t{1} << 48;  // more than any memory, and products stay numbers
  for (const std::size_t extent : parameter.shape) {
    if (extent != 0 && parameter.size > kMost / extent) {
      fail_input("the model's parameter '{}' would have more than {} numbers", parameter.name, kMost);
    }
    parameter.size *= extent;
  }
  if (parameter.size > kMost - std::min(size_, kMost)) {
    fail_input("the model would have more than {} weights", kMost);
  }
  size_ += (parameter.size + 15) / 16 * 16;
  parameters_.push_back(std::move(parameter));
  return parameters_.size() - 1;
}

bool ParameterLayout::has(const std::string& name) const {
  return std::ranges::any_of(parameters_, [&](const Parameter& p) { return p.name == name; });
}

const Parameter& ParameterLayout::find(const std::string& name) const {
  const auto found = std::ranges::find(parameters_, name, &Parameter::name);
  if (found == parameters_.end()) {
    fail("the model has no parameter '{}'", name);
  }
  return *found;
}

std::size_t ParameterLayout::weight_count() const {
  std::size_t count = 0;
  for (const auto& parameter : parameters_) {
    count += parameter.size;
  }
  return count;
}

void ParameterLayout::initialize(float* flat, std::uint64_t seed) const {
  std::fill_n(flat, size_, 0.0f);
  for (const auto& parameter : parameters_) {
    initialize(parameter, flat, seed);
  }
}

void ParameterLayout::initialize(const Parameter& parameter, float* flat, std::uint64_t seed) const {
  std::uint32_t key = 2166136261u;  // FNV-1a of the name
  for (const char c : parameter.name) {
    key = (key ^ static_cast<unsigned char>(c)) * 16777619u;
  }
  RandomStream stream(seed, Purpose::init, key);
  for (std::size_t i = 0; i < parameter.size; ++i) {
    const double u = parameter.init_bound > 0 ? stream.uniform() : 0.5;
    flat[parameter.offset + i] = static_cast<float>((2 * u - 1) * parameter.init_bound);
  }
}

double he_bound(std::size_t fan_in) { return std::sqrt(6.0 / static_cast<double>(fan_in)); }

}  // namespace epitaxy::nn
