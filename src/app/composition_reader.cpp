#include <algorithm>

#include "app/input_rows.h"
#include "base/error.h"
#include "base/text.h"
#include "chem/formula.h"
#include "chem/fractions.h"

namespace epitaxy::app {

namespace {

/// Elements of a composition that no training row held.
std::string unseen_elements(const models::ModelDescription& d, const float* features) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < d.features.size(); ++i) {
    if (features[i] > 0 && d.seen[i] == 0) {
      names.push_back(d.features[i]);
    }
  }
  return names.empty() ? "" : "never seen in training: " + text::join(names, " ");
}

}  // namespace

RowReader composition_reader(const models::ModelDescription& description) {
  return [&description](std::string_view formula, float* features) {
    const auto fractions = chem::element_fractions(chem::parse_formula(formula));
    check(fractions.size() == description.features.size(), "a composition is the fractions of all elements");
    std::copy(fractions.begin(), fractions.end(), features);
    return RowNote{true, std::string(formula), unseen_elements(description, features)};
  };
}

}  // namespace epitaxy::app
