#include "chem/substance.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::chem {

std::vector<std::size_t> Neighbors::cluster(const std::vector<std::size_t>& neighbors,
                                            const std::function<bool(std::size_t, std::size_t)>& similar) {
  std::vector<std::size_t> order(neighbors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return neighbors[a] > neighbors[b]; });
  std::vector<std::size_t> middles(neighbors.size());
  std::vector<std::size_t> left = order;  // that no cluster has
  while (!left.empty()) {
    const std::size_t middle = left.front();
    std::erase_if(left, [&](std::size_t i) {
      const bool takes = i == middle || similar(i, middle);
      if (takes) {
        middles[i] = middle;
      }
      return takes;
    });
  }
  return middles;
}

const Representation& Substance::representation(const std::string& name) const {
  std::vector<std::string> names;
  for (const Representation& candidate : representations()) {
    if (candidate.name == name) {
      return candidate;
    }
    names.push_back(candidate.name);
  }
  if (names.empty()) {
    fail_input("{} cannot be written as '{}': they are no strings of tokens", plural(), name);
  }
  fail_input("{} cannot be written as '{}'; known representations: {}", plural(), name, text::join(names, ", "));
}

std::vector<std::string> Substance::notations() const {
  std::vector<std::string> notations;
  for (const Representation& representation : representations()) {
    if (!representation.notation.empty() && std::ranges::find(notations, representation.notation) == notations.end()) {
      notations.push_back(representation.notation);
    }
  }
  return notations;
}

void Substance::refuse_rule(const std::string& rule, const std::string& value) const {
  fail_input("{} were prepared with '{}: {}', which this version does not know", plural(), rule, value);
}

std::span<const Substance* const> substances() {
  static const std::array<const Substance*, 2> all{&compositions(), &molecules()};
  return all;
}

const Substance& substance(const std::string& name) {
  std::vector<std::string> names;
  std::vector<std::string> plurals;
  for (const Substance* candidate : substances()) {
    if (name == candidate->name() || name == candidate->plural()) {
      return *candidate;
    }
    names.push_back(candidate->name());
    plurals.push_back(candidate->plural());
  }
  std::vector<std::string> all = names;
  all.insert(all.end(), plurals.begin(), plurals.end());
  const auto nearest = text::nearest(name, all);
  fail_input("unknown substance '{}'{}; known ones: {}", name, nearest ? " (did you mean '" + *nearest + "'?)" : "",
             text::join(names, ", "));
}

}  // namespace epitaxy::chem
