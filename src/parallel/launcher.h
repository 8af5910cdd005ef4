#pragma once
/// \file
/// How a process was started: alone, or as one of the ranks of mpirun or srun. Known before MPI is, which costs time
/// and fails on login nodes, so that it is started where there are ranks and nowhere else.
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace epitaxy::parallel {

/// Environment variables.
using Variables = std::map<std::string, std::string>;

/// What a launcher told this process.
struct Launch {
  std::optional<int> ranks;  ///< Absent when no launcher told it.
  std::optional<int> rank;
  bool pmix = false;  ///< There is a launcher that speaks PMIx.

  /// Whether there are other ranks, or may be.
  bool has_ranks() const { return ranks ? *ranks > 1 : pmix; }
};

/// Reads the variables of Open MPI, of PMI (MPICH, Intel MPI) and of Slurm; the first that tells a number of ranks
/// counts: mpirun may itself run in a step of Slurm.
Launch launch_of(const Variables& variables);
/// Those of this process that `launch_of` looks at.
Variables launch_variables();

/// What a process does.
enum class Role {
  alone,      ///< All the work; without MPI.
  rank,       ///< Its part; MPI is started.
  bystander,  ///< Nothing: the command is one for a single process, and that is the launcher's rank 0.
};

/// `command`: the first word of the command line.
Role role_of(const Launch& launch, std::string_view command);

}  // namespace epitaxy::parallel
