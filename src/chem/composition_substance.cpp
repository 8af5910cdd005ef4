#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "chem/formula.h"
#include "chem/fractions.h"
#include "chem/masked.h"
#include "chem/substance.h"

namespace epitaxy::chem {

namespace {

constexpr int kHydrogen = 1;

Elements elements_of(const Composition& composition) {
  Elements elements;
  for (const auto& [number, count] : composition.atoms) {
    elements.set(static_cast<std::size_t>(number));
  }
  return elements;
}

std::size_t heavy_atoms_of(const Composition& composition) {
  double heavy = 0;
  for (const auto& [number, count] : composition.atoms) {
    heavy += number == kHydrogen ? 0 : count;
  }
  return static_cast<std::size_t>(std::llround(heavy));
}

class FormulaPreparer final : public Preparer {
 public:
  PreparedText prepare(std::string_view text) const override {
    const std::string_view formula = text::trim(text);
    const Composition composition = parse_formula(formula);
    PreparedText result;
    result.text = formula;
    result.elements = elements_of(composition);
    try {
      element_fractions(composition);
    } catch (const FormulaError& error) {
      throw ElementError(error.what(), result.elements);
    }
    CompositionKeys keys = composition.keys();
    result.identity = std::move(keys.identity);
    result.group = std::move(keys.group);
    result.atoms = composition.total();
    result.heavy_atoms = heavy_atoms_of(composition);
    return result;
  }
};

/// Fractions of the elements, by atomic number.
std::vector<std::pair<int, double>> fractions_of(std::string_view text) {
  const Composition composition = parse_formula(text);
  const double total = composition.total();
  std::vector<std::pair<int, double>> fractions;
  for (const auto& [number, count] : composition.atoms) {
    fractions.emplace_back(number, count / total);
  }
  std::ranges::sort(fractions);
  return fractions;
}

/// The share of atoms in common: the sum of the smaller of each element's two fractions.
double common_share(const std::vector<std::pair<int, double>>& a, const std::vector<std::pair<int, double>>& b) {
  double sum = 0;
  auto other = b.begin();
  for (const auto& [number, fraction] : a) {
    while (other != b.end() && other->first < number) {
      ++other;
    }
    if (other != b.end() && other->first == number) {
      sum += std::min(fraction, other->second);
    }
  }
  return std::clamp(sum, 0.0, 1.0);
}

class CompositionNeighbors final : public Neighbors {
 public:
  explicit CompositionNeighbors(std::span<const std::string> texts) {
    std::ranges::transform(texts, std::back_inserter(fractions_), fractions_of);
  }

  Nearest nearest(std::string_view text, const std::function<bool(std::size_t)>& skip) const override {
    const auto fractions = fractions_of(text);
    return best_of(fractions_.size(), skip, [&](std::size_t i) { return common_share(fractions, fractions_[i]); });
  }

  std::vector<std::size_t> clusters() const override {
    return cluster(fractions_.size(), [&](std::size_t i, std::size_t j) {
      return common_share(fractions_[i], fractions_[j]) >= kNeighbors;
    });
  }

 private:
  static constexpr double kNeighbors = 0.75;
  std::vector<std::vector<std::pair<int, double>>> fractions_;
};

class CompositionSubstance final : public Substance {
 public:
  std::string name() const override { return "composition"; }
  std::string text_name() const override { return "formula"; }
  std::string texts() const override { return "formulas"; }

  ImportDefaults import_defaults() const override { return {}; }
  void rule_keys(config::Keys&, Rules&) const override {}
  Rules default_rules() const override { return {}; }
  std::unique_ptr<Preparer> preparer(const Rules& rules) const override {
    for (const auto& [rule, value] : rules) {
      refuse_rule(rule, value);
    }
    return std::make_unique<FormulaPreparer>();
  }

  PartKind part_kind() const override { return {"element", false}; }
  std::vector<Masked> masked(std::string_view text) const override { return without_each_element(text); }

  const std::vector<Representation>& representations() const override {
    static const std::vector<Representation> none;
    return none;
  }
  std::string write(std::string_view notation, std::string_view text) const override {
    check(notation.empty(), "formulas have no further notation");
    return std::string(text);
  }

  /// Not where a symbol follows itself.
  bool is_usual(std::string_view text) const override {
    std::string_view last;
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = begin + 1;
      while (end < text.size() && std::islower(static_cast<unsigned char>(text[end])) != 0) {
        ++end;
      }
      const std::string_view symbol = text.substr(begin, end - begin);
      if (std::isupper(static_cast<unsigned char>(symbol.front())) != 0 && symbol == last) {
        return false;
      }
      last = symbol;
      begin = end;
    }
    return true;
  }

  Makeup makeup(std::string_view text) const override { return {elements_of(parse_formula(text)), 0}; }

  std::string scaffold(std::string_view text) const override {
    std::vector<std::string> symbols = symbols_of(elements_of(parse_formula(text)));
    std::ranges::sort(symbols);
    return text::join(symbols, "-");
  }

  std::unique_ptr<Neighbors> neighbors(std::span<const std::string> texts) const override {
    return std::make_unique<CompositionNeighbors>(texts);
  }

  std::string drawing(std::string_view, int, int) const override { return {}; }
};

}  // namespace

const Substance& compositions() {
  static const CompositionSubstance substance;
  return substance;
}

}  // namespace epitaxy::chem
