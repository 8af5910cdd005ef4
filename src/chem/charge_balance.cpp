#include "chem/charge_balance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "chem/element_properties.h"

namespace epitaxy::chem {

namespace {

constexpr int kMostSums = 100000;

/// What the elements from one on can add to a charge.
struct Reach {
  double lowest = 0;
  double highest = 0;
};

/// Depth first over the elements, without branches that cannot come closer to zero than the best so far.
class ChargeSearch {
 public:
  explicit ChargeSearch(std::span<const ElementFraction> fractions)
      : fractions_(fractions), reach_(fractions.size() + 1) {
    for (std::size_t i = fractions.size(); i-- > 0;) {
      const auto states = oxidation_states(fractions[i].feature);
      reach_[i].lowest = reach_[i + 1].lowest + fractions[i].fraction * states.front();
      reach_[i].highest = reach_[i + 1].highest + fractions[i].fraction * states.back();
    }
  }

  double run() {
    visit(0, 0);
    return least_;
  }

 private:
  void visit(std::size_t element, double charge) {
    const Reach& reach = reach_[element];
    const double bound = std::max({charge + reach.lowest, -charge - reach.highest, 0.0});
    if (bound >= least_ || ++sums_ > kMostSums) {
      return;
    }
    if (element == fractions_.size()) {
      least_ = std::abs(charge);
      return;
    }
    for (const int state : oxidation_states(fractions_[element].feature)) {
      visit(element + 1, charge + fractions_[element].fraction * state);
    }
  }

  std::span<const ElementFraction> fractions_;
  std::vector<Reach> reach_;  ///< [elements + 1]
  double least_ = std::numeric_limits<double>::infinity();
  int sums_ = 0;
};

}  // namespace

double least_charge(std::span<const ElementFraction> fractions) { return ChargeSearch(fractions).run(); }

}  // namespace epitaxy::chem
