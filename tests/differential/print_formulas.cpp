// Prints what the reader of formulas makes of each line of the standard input, a text in JSON: a line of JSON with its
// atoms by symbol and its keys, or with the message that refuses it. For formulas.py.
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text.h"
#include "chem/elements.h"
#include "chem/formula.h"

using namespace epitaxy;

namespace {

nlohmann::json told(const std::string& formula) {
  try {
    const chem::Composition composition = chem::parse_formula(text::trim(formula));
    nlohmann::json atoms = nlohmann::json::object();
    for (const auto& [number, count] : composition.atoms) {
      atoms[std::string(chem::symbol(number))] = count;
    }
    const chem::CompositionKeys keys = composition.keys();
    return {{"atoms", atoms}, {"identity", keys.identity}, {"group", keys.group}};
  } catch (const chem::FormulaError& error) {
    return {{"refused", error.what()}};
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto formula = nlohmann::json::parse(line).get<std::string>();
    std::puts(told(formula).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
  }
}
