#include "parallel/launcher.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.h"

namespace epitaxy::parallel {

namespace {

constexpr std::array kSizes{"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"};
constexpr std::array kRanks{"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"};
constexpr std::array<std::string_view, 5> kCommandsOfRanks{"run", "fit", "predict", "encode", "decode"};

/// The first of these variables that holds a number.
std::optional<int> first_number(const Variables& variables, const auto& names) {
  for (const char* name : names) {
    const auto found = variables.find(name);
    if (found == variables.end()) {
      continue;
    }
    if (const auto number = text::to_integer(found->second)) {
      return static_cast<int>(*number);
    }
  }
  return std::nullopt;
}

}  // namespace

Launch launch_of(const Variables& variables) {
  return {first_number(variables, kSizes), first_number(variables, kRanks), variables.contains("PMIX_RANK")};
}

Variables launch_variables() {
  Variables variables;
  const auto read = [&](const auto& names) {
    for (const char* name : names) {
      if (const char* value = std::getenv(name)) {
        variables.emplace(name, value);
      }
    }
  };
  read(kSizes);
  read(kRanks);
  return variables;
}

Role role_of(const Launch& launch, std::string_view command) {
  if (!launch.has_ranks()) {
    return Role::alone;
  }
  if (std::ranges::find(kCommandsOfRanks, command) != kCommandsOfRanks.end()) {
    return Role::rank;
  }
  return launch.rank.value_or(0) == 0 ? Role::alone : Role::bystander;
}

}  // namespace epitaxy::parallel
