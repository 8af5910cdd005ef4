#pragma once
/// \file
/// What the rows of a table are: compositions or molecules, behind one interface. Whoever reads, splits or reports rows
/// asks the substance and not which one it is.
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chem/elements.h"
#include "chem/text_error.h"
#include "chem/tokens.h"
#include "config/keys.h"

namespace epitaxy::chem {

/// How texts are made alike: names and values of an import's keys, e.g. `stereo`: `keep`. Each substance has its own.
using Rules = std::vector<std::pair<std::string, std::string>>;

/// A text made alike.
struct PreparedText {
  std::string text;             ///< What models read: a formula, or canonical SMILES.
  std::string identity;         ///< What it is, with all that the rules keep: rows of one identity are duplicates.
  std::string group;            ///< Coarser, e.g. without stereo: rows of one group never part in a split.
  Elements elements;            ///< That it holds.
  double atoms = 0;             ///< Of the formula unit or the molecule, with hydrogen.
  std::size_t heavy_atoms = 0;  ///< All atoms but hydrogen; of a formula unit rounded.
  bool repaired = false;        ///< It was changed to obey the rules, e.g. unpaired electrons became bonds.
};

/// What a prepared text is made of, without hydrogen of molecules.
struct Makeup {
  Elements elements;
  std::size_t size = 0;  ///< Heavy atoms of a molecule; 0 of a formula unit, which is no larger for its multiples.
};

/// Makes texts alike by rules that do not change. May be used by several threads.
class Preparer {
 public:
  virtual ~Preparer() = default;
  /// Throws TextError: the text is no such substance, or none that the rules allow.
  virtual PreparedText prepare(std::string_view text) const = 0;
};

/// A way to write prepared texts as sequences of tokens.
struct Representation {
  std::string name;      ///< `characters` or `tokens` of SMILES, `selfies`.
  std::string notation;  ///< In which it is written: empty for the prepared text itself, or `selfies`.
  Tokenizer tokenizer;
};

/// Prepared texts among which the most similar one to another is found.
class Neighbors {
 public:
  virtual ~Neighbors() = default;
  struct Nearest {
    std::size_t index = 0;  ///< Of equally similar ones the first.
    double similarity = -1;
  };
  /// Of those for which `skip` does not hold (of all without it); a similarity of -1 where there is none. Throws
  /// TextError or InputError for a text that cannot be read.
  virtual Nearest nearest(std::string_view text, const std::function<bool(std::size_t)>& skip = {}) const = 0;

  /// Clusters of similar ones (Butina, J. Chem. Inf. Comput. Sci. 39, 747, 1999): again and again the text with most
  /// neighbors among all is the middle of a cluster, which takes the neighbors that no other has. Two texts are
  /// neighbors from a similarity of 0.4 (molecules) or 0.75 (compositions) on. Returns the middle of each. The time
  /// grows with the square of their number.
  virtual std::vector<std::size_t> clusters() const = 0;

 protected:
  /// similar(i, j).
  template <typename F>
  static std::vector<std::size_t> cluster(std::size_t count, F similar) {
    std::vector<std::size_t> neighbors(count, 0);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (similar(i, j)) {
          ++neighbors[i];
          ++neighbors[j];
        }
      }
    }
    return cluster(neighbors, similar);
  }
  /// similarity(i) for the others.
  template <typename F>
  static Nearest best_of(std::size_t count, const std::function<bool(std::size_t)>& skip, F similarity) {
    Nearest best;
    for (std::size_t i = 0; i < count; ++i) {
      if (!skip || !skip(i)) {
        if (const double s = similarity(i); s > best.similarity) {
          best = {i, s};
        }
      }
    }
    return best;
  }

 private:
  static std::vector<std::size_t> cluster(const std::vector<std::size_t>& neighbors,
                                          const std::function<bool(std::size_t, std::size_t)>& similar);
};

/// What an import does unless it is told otherwise.
struct ImportDefaults {
  bool needs_targets = true;  ///< Rows without any target are of no use.
  bool averages_duplicates = false;
  bool missing_allowed = false;
};

/// A substance without one of its parts, to ask a model what that part contributes.
struct Masked {
  std::size_t index = 0;  ///< Of the part, from 0.
  std::string symbol;     ///< Its element.
  std::string text;       ///< The substance without it; empty where nothing is left.
};
/// What such a part is.
struct PartKind {
  std::string name;         ///< `atom`, `element`
  bool may_repeat = false;  ///< Several have one symbol.
};

class Substance {
 public:
  virtual ~Substance() = default;

  virtual std::string name() const = 0;       ///< `composition`, `molecule`
  virtual std::string text_name() const = 0;  ///< Of the column with its texts, unless another is named: `formula`.
  virtual std::string texts() const = 0;      ///< These, for people: `formulas`, `SMILES`.
  std::string plural() const { return name() + "s"; }

  virtual ImportDefaults import_defaults() const = 0;
  /// The keys of its rules, which are at their defaults or as another file has them.
  virtual void rule_keys(config::Keys& k, Rules& rules) const = 0;
  virtual Rules default_rules() const = 0;
  /// Throws InputError: a rule, or a value of one, that this version does not know.
  virtual std::unique_ptr<Preparer> preparer(const Rules& rules) const = 0;

  virtual PartKind part_kind() const = 0;
  /// A text without each of its parts, see masked.h; none of a text that cannot be read.
  virtual std::vector<Masked> masked(std::string_view text) const = 0;

  /// Ways to write its texts as tokens; none for what is no string.
  virtual const std::vector<Representation>& representations() const = 0;
  /// The one of a name; throws InputError with the names that there are.
  const Representation& representation(const std::string& name) const;
  /// Notations besides that of the prepared texts, each once.
  std::vector<std::string> notations() const;
  /// A prepared text in a notation (empty: as it is). Throws TextError where that cannot write it.
  virtual std::string write(std::string_view notation, std::string_view text) const = 0;

  /// Whether people write a readable text so: C2O, while CCO, a formula as well, is meant as SMILES.
  virtual bool is_usual(std::string_view text) const = 0;
  /// Of prepared texts, as all that follows.
  virtual Makeup makeup(std::string_view text) const = 0;
  /// What similar substances have in common, as a text: the scaffold of a molecule (Bemis and Murcko, J. Med. Chem. 39,
  /// 2887, 1996), the elements of a composition.
  virtual std::string scaffold(std::string_view text) const = 0;
  /// To find similar ones among these. Similarities lie between 0 and 1: the Tanimoto similarity of Morgan fingerprints
  /// (radius 2, 1024 bits), or the share of atoms that two compositions have in common.
  virtual std::unique_ptr<Neighbors> neighbors(std::span<const std::string> texts) const = 0;
  double similarity(const std::string& a, std::string_view b) const {
    return neighbors({&a, 1})->nearest(b).similarity;
  }
  /// As SVG; empty for what has no structure to draw.
  virtual std::string drawing(std::string_view text, int width, int height) const = 0;

 protected:
  /// Throws the InputError of `preparer`.
  [[noreturn]] void refuse_rule(const std::string& rule, const std::string& value) const;
};

const Substance& compositions();
const Substance& molecules();
/// All of them: the one place where they are listed.
std::span<const Substance* const> substances();
/// By name, or its plural. Throws InputError with the nearest name.
const Substance& substance(const std::string& name);

}  // namespace epitaxy::chem
