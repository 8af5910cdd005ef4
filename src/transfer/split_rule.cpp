#include "transfer/split_rule.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "base/log.h"

namespace epitaxy::transfer {

void split_keys(config::Keys& k, SplitRule& s) {
  k.section({"split", "what the parts of the cross-validation keep together"}, [&](config::Keys& split) {
    split.choice(s.by, {"by",
                        "rows of one substance, of one scaffold (of compositions: the same elements), or with the same "
                        "value in a column are never on both sides"});
    split.when(s.by == SplitBy::column, "by: column", [&](config::Keys& column) {
      column.text(s.column, config::Key("column", "a target of the table: classes or numbers").required());
    });
  });
}

namespace {

std::vector<std::string> column_groups(const data::LabelledRows& rows, const std::string& name) {
  const data::Target column = rows.labels(name);
  std::vector<std::string> groups;
  std::map<std::string, std::set<std::string>> seen;  // groups of each substance
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double value = column.values[i];
    groups.push_back(std::isnan(value)        ? "substance " + rows.group(i)
                     : column.classes.empty() ? fmt::format("{}", value)
                                              : column.classes[static_cast<std::size_t>(value)]);
    seen[rows.group(i)].insert(groups.back());
  }
  const auto parted = std::ranges::count_if(seen, [](const auto& entry) { return entry.second.size() > 1; });
  if (parted > 0) {
    log::warning(
        "{} of {} substances stand in several groups of '{}': the folds part their rows, and figures may be "
        "better than for new substances",
        parted, seen.size(), name);
  }
  return groups;
}

}  // namespace

std::vector<std::string> split_groups(const data::LabelledRows& rows, const SplitRule& rule) {
  if (rule.by == SplitBy::column) {
    return column_groups(rows, rule.column);
  }
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string scaffold;
    if (rule.by == SplitBy::scaffold) {
      scaffold = rows.index().substance->scaffold(rows.group(i));
    }
    groups.push_back(scaffold.empty() ? rows.group(i) : "scaffold " + scaffold);
  }
  return groups;
}

std::vector<int> split_folds(const data::Split& split, const SplitRule& rule, const data::Groups& groups, int count) {
  return rule.by == SplitBy::substance ? split.folds(groups, count) : split.even_folds(groups, count);
}

}  // namespace epitaxy::transfer
