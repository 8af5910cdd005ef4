#include "transfer/way.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "linalg/solvers.h"

namespace epitaxy::transfer {

const std::vector<Way>& all_ways() {
  static const std::vector<Way> ways{{"cheap_alone", Baseline::cheap, false, false},
                                     {"cheap_linear", Baseline::line, false, false},
                                     {"direct", Baseline::none, true, false},
                                     {"difference", Baseline::cheap, true, false},
                                     {"difference_linear", Baseline::line, true, false},
                                     {"stacking", Baseline::none, true, true},
                                     {"stacking_linear", Baseline::line, true, true}};
  return ways;
}

const Way& find_way(const std::string& name) {
  const auto found = std::ranges::find(all_ways(), name, &Way::name);
  if (found == all_ways().end()) {
    fail_input("there is no way '{}' to learn from a cheap value", name);
  }
  return *found;
}

void way_keys(config::Keys& k, std::vector<Way>& ways) {
  std::vector<std::string> known;
  for (const Way& way : all_ways()) {
    known.push_back(way.name);
  }
  std::vector<std::string> chosen;
  for (const Way& way : ways) {
    chosen.push_back(way.name);
  }
  k.texts(chosen, config::Key("ways", "from the cheap value to the measured one, side by side").output());
  if (!k.reading()) {
    return;
  }
  ways.clear();
  for (const auto& name : chosen) {
    const auto found = std::ranges::find(all_ways(), name, &Way::name);
    if (found == all_ways().end()) {
      k.problem("ways", fmt::format("has no '{}'; there are {}", name, text::join(known, ", ")));
    } else if (std::ranges::find(ways, name, &Way::name) != ways.end()) {
      k.problem("ways", fmt::format("lists '{}' twice", name));
    } else {
      ways.push_back(*found);
    }
  }
  if (ways.empty()) {
    k.problem("ways", "must list at least one way");
  }
}

FittedBaseline FittedBaseline::fit(Baseline kind, std::span<const double> cheap, std::size_t columns,
                                   std::span<const double> measured) {
  check(cheap.size() == measured.size() * columns, "cheap values for each label");
  FittedBaseline result{0, std::vector<double>(columns, 0)};
  if (kind == Baseline::none) {
    return result;
  }
  if (kind == Baseline::cheap) {
    result.slopes.at(0) = 1;
    return result;
  }
  linalg::LinearFit line = linalg::fit_linear(cheap, columns, measured);
  result.slopes = std::move(line.coefficients);
  result.offset = line.constant;
  return result;
}

double FittedBaseline::at(std::span<const double> cheap) const {
  double value = offset;
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    value += slopes[i] * cheap[i];
  }
  return value;
}

void FittedBaseline::write(data::Hdf5File& file, const std::string& group) const {
  file.write(group + "/slopes", slopes);
  file.write_attribute(group, "offset", offset);
}

FittedBaseline FittedBaseline::read(const data::Hdf5File& file, const std::string& group) {
  return {file.number_attribute(group, "offset"), file.read<double>(group + "/slopes")};
}

}  // namespace epitaxy::transfer
