#include "chem/xtb_calculator.h"

#include <xtb.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "chem/xtb.h"

namespace epitaxy::chem {

bool xtb_available() { return true; }

struct XtbCalculator::Handles {
  xtb_TEnvironment environment = xtb_newEnvironment();
  xtb_TMolecule molecule = nullptr;
  xtb_TCalculator calculator = xtb_newCalculator();
  xtb_TResults results = xtb_newResults();
  std::size_t numbers = 0;  ///< Coordinates.
  int unpaired = 0;

  Handles() { xtb_setVerbosity(environment, XTB_VERBOSITY_MUTED); }
  ~Handles() {
    xtb_delResults(&results);
    xtb_delCalculator(&calculator);
    xtb_delMolecule(&molecule);
    xtb_delEnvironment(&environment);
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  /// Throws what libxtb complains of.
  void require_success() {
    if (xtb_checkEnvironment(environment) == 0) {
      return;
    }
    std::array<char, 512> message{};
    const int size = static_cast<int>(message.size());
    xtb_getError(environment, message.data(), &size);
    message.back() = '\0';
    fail("xtb: {}", text::trim(message.data()));
  }
};

namespace {

/// libxtb ends the program for others.
void require_parameters(const std::vector<int>& elements) {
  constexpr int kRadon = 86;
  for (const int element : elements) {
    if (element < 1 || element > kRadon) {
      fail("GFN2-xTB has no parameters for the element with number {}", element);
    }
  }
}

}  // namespace

XtbCalculator::XtbCalculator(const std::vector<int>& elements, std::span<const double> positions, int charge,
                             int unpaired)
    : handles_(std::make_unique<Handles>()) {
  require_parameters(elements);
  const int atoms = static_cast<int>(elements.size());
  const double total_charge = charge;
  Handles& h = *handles_;
  h.numbers = positions.size();
  h.unpaired = unpaired;
  h.molecule = xtb_newMolecule(h.environment, &atoms, elements.data(), positions.data(), &total_charge, &unpaired,
                               nullptr, nullptr);
  h.require_success();
  xtb_loadGFN2xTB(h.environment, h.molecule, h.calculator, nullptr);
  h.require_success();
}

XtbCalculator::~XtbCalculator() = default;

double XtbCalculator::energy(std::span<const double> positions, std::span<double> gradient) {
  Handles& h = *handles_;
  check(positions.size() == h.numbers && gradient.size() == h.numbers, "a molecule keeps its atoms");
  double energy = 0;
  xtb_updateMolecule(h.environment, h.molecule, positions.data(), nullptr);
  h.require_success();
  xtb_singlepoint(h.environment, h.molecule, h.calculator, h.results);
  h.require_success();
  xtb_getEnergy(h.environment, h.results, &energy);
  xtb_getGradient(h.environment, h.results, gradient.data());
  h.require_success();
  if (!std::isfinite(energy) || !std::ranges::all_of(gradient, [](double x) { return std::isfinite(x); })) {
    fail("xtb: the energy is not finite");
  }
  return energy;
}

FrontierOrbitals XtbCalculator::orbitals() const {
  Handles& h = *handles_;
  int count = 0;
  xtb_getNao(h.environment, h.results, &count);
  std::vector<double> energies(static_cast<std::size_t>(count));
  std::vector<double> occupations(energies.size());
  xtb_getOrbitalEigenvalues(h.environment, h.results, energies.data());
  xtb_getOrbitalOccupations(h.environment, h.results, occupations.data());
  h.require_success();
  // Occupations are those at 300 K; the highest occupied orbital is that at 0 K, as in xtb's output.
  const double electrons = std::accumulate(occupations.begin(), occupations.end(), 0.0);
  const auto occupied = static_cast<std::size_t>((std::lround(electrons) + h.unpaired) / 2);
  if (occupied == 0 || occupied >= energies.size()) {
    fail("xtb: there is no gap between {} electrons in {} orbitals", std::lround(electrons), count);
  }
  return {energies[occupied - 1], energies[occupied]};
}

}  // namespace epitaxy::chem
