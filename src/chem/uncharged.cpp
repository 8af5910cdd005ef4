#include "chem/uncharged.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace epitaxy::chem {

namespace {

/// Atoms that stand without brackets, the longer ones first.
constexpr std::array<std::string_view, 16> kPlain = {"Cl", "Br", "B", "C", "N", "O", "S", "P",
                                                     "F",  "I",  "b", "c", "n", "o", "s", "p"};

/// `NH3+` has 1, `O-2` and `O--` have -2. Of an atom between brackets.
int charge_of(std::string_view atom) {
  const std::size_t sign = atom.find_first_of("+-");
  if (sign == std::string_view::npos) {
    return 0;
  }
  const int one = atom[sign] == '+' ? 1 : -1;
  const auto last = atom.substr(sign + 1, 1);
  if (!last.empty() && text::is_digit(last[0])) {
    return one * (last[0] - '0');
  }
  return one * static_cast<int>(std::ranges::count(atom, atom[sign]));
}

std::string_view plain_atom(std::string_view atom) {
  const auto fits = [&](std::string_view plain) {
    const std::string_view next = atom.substr(std::min(plain.size(), atom.size()), 1);
    return atom.starts_with(plain) && (next.empty() || !text::is_lower(next[0]));
  };
  const auto found = std::ranges::find_if(kPlain, fits);
  return found == kPlain.end() ? std::string_view{} : *found;
}

}  // namespace

std::string uncharged_smiles(std::string_view smiles) {
  if (smiles.find_first_of("+-") == std::string_view::npos) {
    return "";
  }
  std::string result;
  int total = 0;
  while (!smiles.empty()) {
    const std::size_t open = std::min(smiles.find('['), smiles.size());
    result += smiles.substr(0, open);
    smiles.remove_prefix(open);
    if (smiles.empty()) {
      break;
    }
    const std::size_t close = smiles.find(']');
    if (close == std::string_view::npos) {
      return "";
    }
    const std::string_view atom = smiles.substr(1, close - 1);
    const int charge = charge_of(atom);
    const std::string_view plain = plain_atom(atom);
    if (charge != 0 && plain.empty()) {
      return "";
    }
    total += charge;
    result += charge == 0 ? smiles.substr(0, close + 1) : plain;
    smiles.remove_prefix(close + 1);
  }
  return total == 0 ? "" : result;
}

}  // namespace epitaxy::chem
