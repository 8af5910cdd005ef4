#include "chem/descriptor_list.h"

#include <GraphMol/Descriptors/MQN.h>
#include <GraphMol/Descriptors/MolSurf.h>
#include <GraphMol/Descriptors/Property.h>
#include <GraphMol/GraphMol.h>
#include <fmt/format.h>

#include <cmath>

#include "chem/rdkit_molecule.h"

namespace epitaxy::chem {

namespace {

/// RDKit's properties, in order of their names there.
const RDKit::Descriptors::Properties& properties() {
  static const RDKit::Descriptors::Properties all;
  return all;
}

/// The numbers of a molecule with the names of each: one place fixes their order.
template <typename Add>
void for_all(const RDKit::ROMol& molecule, Add add) {
  const auto names = properties().getPropertyNames();
  const auto values = properties().computeProperties(molecule);
  for (std::size_t i = 0; i < names.size(); ++i) {
    add(names[i], values[i]);
  }
  const auto numbered = [&](const char* name, const auto& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      add(fmt::format("{}{}", name, i + 1), static_cast<double>(list[i]));
    }
  };
  numbered("SlogP_VSA", RDKit::Descriptors::calcSlogP_VSA(molecule));
  numbered("SMR_VSA", RDKit::Descriptors::calcSMR_VSA(molecule));
  numbered("PEOE_VSA", RDKit::Descriptors::calcPEOE_VSA(molecule));
  numbered("MQN", RDKit::Descriptors::calcMQNs(molecule));
}

}  // namespace

const std::vector<std::string>& descriptor_list_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for_all(*molecule_of("C"), [&](const std::string& name, double) { list.push_back(name); });
    return list;
  }();
  return names;
}

std::vector<float> descriptor_list(std::string_view smiles) {
  std::vector<float> values;
  for_all(*molecule_of(smiles), [&](const std::string&, double value) {
    values.push_back(std::isfinite(value) ? static_cast<float>(value) : 0.0F);
  });
  return values;
}

}  // namespace epitaxy::chem
