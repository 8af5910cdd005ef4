#pragma once
/// \file
/// The proof of a search: candidates are computed with GFN2-xTB (chem/xtb.h), shared by the ranks in small batches. The
/// results of each batch are a file in one folder, written atomically, so that a run that was killed goes on where it
/// was, a longer list computes only what is new, and several jobs may work on one list.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "chem/xtb.h"
#include "config/keys.h"
#include "parallel/communicator.h"
#include "parallel/stop.h"

namespace epitaxy::sampling {

struct VerifySettings {
  chem::XtbSettings xtb;
  std::size_t batch = 8;  ///< Molecules in a file.
};

/// Keys of `verify: {kind: xtb, ...}`; in a build without libxtb that is a problem of the input. What decides the bits
/// of a result is recorded beside it.
void keys(config::Keys& k, VerifySettings& settings);

struct VerifyTask {
  std::filesystem::path folder;  ///< Of the batches.
  VerifySettings settings;
  /// What is done with each molecule; a result depends on SMILES and settings alone.
  std::function<chem::XtbResult(const std::string& smiles, const chem::XtbSettings&)> compute = chem::optimize_with_xtb;
};

struct Verification {
  bool done = false;                     ///< There is a result for every molecule.
  std::size_t computed = 0;              ///< By this job; the other results were there or came from another one.
  std::vector<chem::XtbResult> results;  ///< On rank 0, when done: in the order of the molecules.
};

/// Results for the molecules of rank 0; those of the other ranks are ignored. At the end `structures.xyz` in the folder
/// holds the geometries in that order. Not done when it was stopped: each rank ends the molecule that it is at and
/// keeps its results. A damaged file is computed again, with a warning. A molecule that a process was at when it died
/// is computed in a process of its own; what ends that, too, is its failure. Collective. Throws InputError in a build
/// without libxtb.
Verification verify(const parallel::Communicator& communicator, std::vector<std::string> molecules,
                    const VerifyTask& task, parallel::StopHandler& stop);

}  // namespace epitaxy::sampling
