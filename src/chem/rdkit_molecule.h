#pragma once
/// \file
/// How this layer reads and writes SMILES with RDKit. Not for other layers.
#include <GraphMol/GraphMol.h>

#include <memory>
#include <string>
#include <string_view>

namespace epitaxy::chem {

/// Switches RDKit's messages off.
void silence_rdkit();

/// Without the white space around it.
std::string_view without_blanks(std::string_view text);

/// Parses and sanitizes a string without white space around it; null on a syntax error, RDKit's exceptions on an error
/// of chemistry. Text after a space is not a name: it is a syntax error.
std::unique_ptr<RDKit::RWMol> parse_smiles(std::string_view smiles);

/// The same of a string that has to be a molecule. Throws InputError: not readable, or a `size_problem`.
std::unique_ptr<RDKit::RWMol> molecule_of(std::string_view smiles);

/// What RDKit says of a string for which `parse_smiles` gives null; e.g. `unclosed ring`.
std::string syntax_problem(std::string_view smiles);

/// What is no part of the molecule: isotopes become plain atoms, map numbers (`[CH3:1]`) and labels of open ends
/// (`[*:1]`,
/// `[1*]`) go. RDKit keeps heavy hydrogens and mapped ones as atoms of their own, so these become implicit, too.
void remove_labels(RDKit::RWMol& molecule);

std::string canonical_smiles(const RDKit::ROMol& molecule, bool with_stereo = false);

}  // namespace epitaxy::chem
