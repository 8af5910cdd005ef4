#include "chem/rdkit_molecule.h"

#include <GraphMol/MolOps.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <GraphMol/SmilesParse/SmilesWrite.h>
#include <RDGeneral/RDLog.h>

#include <algorithm>
#include <new>
#include <sstream>

#include "base/error.h"
#include "chem/molecule_check.h"

namespace epitaxy::chem {

namespace {

/// RDKit drops what is not printable ASCII from the ends of a string and stops at a zero, so this is asked first.
bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

/// Catches RDKit's error messages as long as it lives: its parser says what is wrong nowhere else.
class CaughtErrors {
 public:
  CaughtErrors() : enabled_({rdErrorLog}), usual_(rdErrorLog->dp_dest) { rdErrorLog->dp_dest = &text_; }
  ~CaughtErrors() { rdErrorLog->dp_dest = usual_; }
  CaughtErrors(const CaughtErrors&) = delete;
  CaughtErrors& operator=(const CaughtErrors&) = delete;

  std::string first_line() const {
    const std::string text = text_.str();
    return text.substr(0, text.find('\n'));
  }

 private:
  std::ostringstream text_;
  RDLog::LogStateSetter enabled_;
  std::ostream* usual_;
};

}  // namespace

void silence_rdkit() {
  static const bool silent = [] {
    RDLog::InitLogs();
    boost::logging::disable_logs("rdApp.*");
    return true;
  }();
  static_cast<void>(silent);
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(space);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::unique_ptr<RDKit::RWMol> parse_smiles(std::string_view smiles) {
  silence_rdkit();
  if (!is_printable(smiles)) {
    return nullptr;
  }
  RDKit::SmilesParserParams settings;
  settings.parseName = false;
  settings.allowCXSMILES = false;
  return std::unique_ptr<RDKit::RWMol>(RDKit::SmilesToMol(std::string(smiles), settings));
}

std::unique_ptr<RDKit::RWMol> molecule_of(std::string_view smiles) {
  if (const std::string problem = size_problem(smiles); !problem.empty()) {
    fail_input("{}", problem);
  }
  std::unique_ptr<RDKit::RWMol> molecule;
  try {
    molecule = parse_smiles(without_blanks(smiles));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    fail_input("'{}' is no molecule: {}", smiles, error.what());
  }
  if (!molecule) {
    fail_input("'{}' is no SMILES: {}", smiles, syntax_problem(without_blanks(smiles)));
  }
  return molecule;
}

std::string syntax_problem(std::string_view smiles) {
  if (!is_printable(smiles)) {
    return "a character that is not printable ASCII, or a space";
  }
  silence_rdkit();
  const CaughtErrors errors;
  parse_smiles(smiles);
  // E.g. "[12:51:13] SMILES Parse Error: unclosed ring for input: 'C1CC'".
  std::string message = errors.first_line();
  constexpr std::string_view kMark = "Parse Error: ";
  const std::size_t mark = message.find(kMark);
  if (mark != std::string::npos) {
    message.erase(0, mark + kMark.size());
  }
  for (const char* quote : {" while parsing: ", " for input: "}) {
    message = message.substr(0, message.find(quote));
  }
  return message.empty() ? "RDKit cannot read it" : message;
}

void remove_labels(RDKit::RWMol& molecule) {
  bool any = false;
  for (RDKit::Atom* atom : molecule.atoms()) {
    any = any || atom->getIsotope() != 0 || atom->getAtomMapNum() != 0;
    atom->setIsotope(0);
    atom->setAtomMapNum(0);
  }
  if (any) {
    RDKit::MolOps::removeHs(molecule);
  }
}

std::string canonical_smiles(const RDKit::ROMol& molecule, bool with_stereo) {
  RDKit::SmilesWriteParams settings;
  settings.doIsomericSmiles = with_stereo;
  return RDKit::MolToSmiles(molecule, settings);
}

}  // namespace epitaxy::chem
