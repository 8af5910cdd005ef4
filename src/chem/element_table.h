#pragma once
/// \file
/// Measured properties of the elements, as tools/make-element-properties wrote them. Of this layer alone: see
/// element_properties.h.
#include <array>

#include "chem/elements.h"

namespace epitaxy::chem {

/// Facts with their source, by way of the Python package mendeleev 1.3.0 (MIT license). CRC: Haynes (ed.), CRC Handbook
/// of Chemistry and Physics, 95th to 97th edition. What the sources lack is filled by the rules that stand in
/// tools/make-element-properties.
struct MeasuredProperties {
  double pettifor_number;            ///< Chemical scale: Pettifor, Sol. State Commun. 51, 31 (1984).
  double atomic_mass;                ///< u. Meija et al., Pure Appl. Chem. 88, 265 (2016).
  double electronegativity_pauling;  ///< CRC.
  double covalent_radius;            ///< pm. Cordero et al., Dalton Trans. 2008, 2832: sp2 carbon; of Mn, Fe, Co the
                                     ///< mean of high and low spin.
  double vdw_radius;                 ///< pm. Alvarez, Dalton Trans. 42, 8617 (2013).
  double ionization_energy;          ///< eV, the first. NIST Atomic Spectra Database.
  double electron_affinity;          ///< eV; 0 where no anion is stable. CRC; Andersen, Phys. Rep. 394, 157 (2004).
  double polarizability;             ///< bohr^3. Schwerdtfeger and Nagle, Mol. Phys. 117, 1200 (2019), table of 2023.
  double melting_point;              ///< K at 101.325 kPa. CRC.
  double atomization_enthalpy;       ///< kJ/mol of atoms, from the standard state at 298 K. CRC.
};

/// Common ones, ascending. Wikipedia's table (revision 1102394064), which goes by that of Greenwood and Earnshaw,
/// Chemistry of the Elements, 2nd edition (1997).
struct OxidationStates {
  int count;
  std::array<int, 5> states;
};

extern const std::array<MeasuredProperties, kElementFeatures> kMeasuredProperties;
extern const std::array<OxidationStates, kElementFeatures> kOxidationStates;

}  // namespace epitaxy::chem
