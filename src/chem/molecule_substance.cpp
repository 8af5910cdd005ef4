#include <GraphMol/SmilesParse/SmilesParse.h>

#include <algorithm>

#include "base/error.h"
#include "chem/fingerprint.h"
#include "chem/masked.h"
#include "chem/molecule_drawing.h"
#include "chem/molecule_standard.h"
#include "chem/rdkit_molecule.h"
#include "chem/selfies.h"
#include "chem/substance.h"

namespace epitaxy::chem {

namespace {

constexpr const char* kSelfies = "selfies";

/// A rule as a key of an import.
struct Rule {
  std::string name;
  const char* meaning;
  std::vector<std::string> values;
  std::string fallback;
  void (*set)(MoleculeRules& rules, const std::string& value);
};

const std::vector<Rule>& known_rules() {
  static const std::vector<Rule> rules{
      {"stereo",
       "marks of stereo in the SMILES",
       {"remove", "keep"},
       "remove",
       [](MoleculeRules& r, const std::string& value) { r.keep_stereo = value == "keep"; }},
      {"radicals", "molecules with unpaired electrons; repair: these become bonds if they can", all_names<Radicals>(),
       epitaxy::name_of(Radicals::repair),
       [](MoleculeRules& r, const std::string& value) { r.radicals = value_of<Radicals>(value); }},
      {"fragments",
       "salts and mixtures: none, or the fragment with most heavy atoms",
       {"reject", "largest"},
       "reject",
       [](MoleculeRules& r, const std::string& value) { r.largest_fragment = value == "largest"; }}};
  return rules;
}

class SmilesPreparer final : public Preparer {
 public:
  explicit SmilesPreparer(const MoleculeRules& rules) : rules_(rules) {}

  PreparedText prepare(std::string_view text) const override {
    StandardMolecule molecule = standardize_molecule(text, rules_);
    PreparedText result;
    result.identity = molecule.smiles;
    result.text = std::move(molecule.smiles);
    result.group = std::move(molecule.group);
    result.elements = molecule.elements;
    result.atoms = static_cast<double>(molecule.atoms);
    result.heavy_atoms = molecule.heavy_atoms;
    result.repaired = molecule.repaired;
    return result;
  }

 private:
  MoleculeRules rules_;
};

class MoleculeNeighbors final : public Neighbors {
 public:
  explicit MoleculeNeighbors(std::span<const std::string> texts) {
    for (const std::string& text : texts) {
      bits_.push_back(morgan_bits(text, kSettings));
    }
  }

  Nearest nearest(std::string_view text, const std::function<bool(std::size_t)>& skip) const override {
    const FingerprintBits bits = morgan_bits(text, kSettings);
    return best_of(bits_.size(), skip, [&](std::size_t i) { return tanimoto(bits, bits_[i]); });
  }

  std::vector<std::size_t> clusters() const override {
    return cluster(bits_.size(),
                   [&](std::size_t i, std::size_t j) { return tanimoto(bits_[i], bits_[j]) >= kNeighbors; });
  }

 private:
  static constexpr double kNeighbors = 0.4;
  static constexpr MorganSettings kSettings{.radius = 2, .bits = 1024};
  std::vector<FingerprintBits> bits_;
};

class MoleculeSubstance final : public Substance {
 public:
  std::string name() const override { return "molecule"; }
  std::string text_name() const override { return "smiles"; }
  std::string texts() const override { return "SMILES"; }

  ImportDefaults import_defaults() const override {
    return {.needs_targets = false, .averages_duplicates = true, .missing_allowed = true};
  }

  void rule_keys(config::Keys& k, Rules& rules) const override {
    Rules visited;
    for (const Rule& rule : known_rules()) {
      const auto found = std::ranges::find(rules, rule.name, &Rules::value_type::first);
      std::string value = found == rules.end() ? rule.fallback : found->second;
      k.choice(value, {rule.name.c_str(), rule.meaning}, rule.values);
      visited.emplace_back(rule.name, value);
    }
    rules = std::move(visited);
  }

  Rules default_rules() const override {
    Rules rules;
    for (const Rule& rule : known_rules()) {
      rules.emplace_back(rule.name, rule.fallback);
    }
    return rules;
  }

  std::unique_ptr<Preparer> preparer(const Rules& rules) const override {
    MoleculeRules result;
    for (const auto& [name, value] : rules) {
      const auto rule = std::ranges::find(known_rules(), name, &Rule::name);
      if (rule == known_rules().end() || std::ranges::find(rule->values, value) == rule->values.end()) {
        refuse_rule(name, value);
      }
      rule->set(result, value);
    }
    return std::make_unique<SmilesPreparer>(result);
  }

  PartKind part_kind() const override { return {"atom", true}; }
  std::vector<Masked> masked(std::string_view text) const override { return without_each_atom(text); }

  const std::vector<Representation>& representations() const override {
    static const std::vector<Representation> all{{"characters", "", Tokenizer::characters},
                                                 {"tokens", "", Tokenizer::tokens},
                                                 {"selfies", kSelfies, Tokenizer::tokens}};
    return all;
  }

  std::string write(std::string_view notation, std::string_view text) const override {
    if (notation.empty()) {
      return std::string(text);
    }
    check(notation == kSelfies, "molecules have no other notation than SELFIES");
    return selfies_of(text);
  }

  bool is_usual(std::string_view) const override { return true; }

  Makeup makeup(std::string_view text) const override {
    RDKit::SmilesParserParams params;
    params.sanitize = false;  // it is a molecule, and only its atoms count
    params.removeHs = false;
    silence_rdkit();
    const std::unique_ptr<RDKit::RWMol> molecule(RDKit::SmilesToMol(std::string(text), params));
    if (molecule == nullptr) {
      fail_input("'{}' is no molecule", text);
    }
    Makeup makeup;
    for (const RDKit::Atom* atom : molecule->atoms()) {
      if (atom->getAtomicNum() > 1) {
        makeup.elements.set(static_cast<std::size_t>(atom->getAtomicNum()));
        ++makeup.size;
      }
    }
    return makeup;
  }

  std::string scaffold(std::string_view text) const override { return murcko_scaffold(text); }

  std::unique_ptr<Neighbors> neighbors(std::span<const std::string> texts) const override {
    return std::make_unique<MoleculeNeighbors>(texts);
  }

  std::string drawing(std::string_view text, int width, int height) const override {
    return molecule_svg(text, width, height);
  }
};

}  // namespace

const Substance& molecules() {
  static const MoleculeSubstance substance;
  return substance;
}

}  // namespace epitaxy::chem
