#include "transfer/split_rule.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "base/error.h"

namespace epitaxy::transfer {

void split_keys(config::Keys& k, SplitRule& s) {
  k.section({"split", "what the parts of the cross-validation keep together, or apart"}, [&](config::Keys& split) {
    split.choice(s.by, {"by",
                        "rows of one substance, of one scaffold (of compositions: the same elements), of one cluster "
                        "of similar substances, or with the same value in a column are never on both sides; by order "
                        "each part is predicted from earlier rows"});
    split.when(s.by == SplitBy::column, "by: column", [&](config::Keys& column) {
      column.text(s.column, config::Key("column", "a target of the table: classes or numbers").required());
    });
    split.when(s.by == SplitBy::order, "by: order", [&](config::Keys& order) {
      order.text(s.column, config::Key("column", "a target of the table: numbers or times").required());
    });
    split.text(s.groups, {"groups", "a target of the table besides: rows with the same value are never apart"});
  });
}

namespace {

/// What each row has in a column, as a name; empty: nothing.
std::vector<std::string> fields_of(const data::LabelledRows& rows, const std::string& name) {
  const data::Target column = rows.labels(name);
  std::vector<std::string> fields;
  for (const double value : column.values) {
    fields.push_back(std::isnan(value)        ? ""
                     : column.classes.empty() ? fmt::format("{}", value)
                                              : column.classes[static_cast<std::size_t>(value)]);
  }
  return fields;
}

/// One name for all clusters: that of the text in its middle.
std::vector<std::string> cluster_names(const data::LabelledRows& rows) {
  std::map<std::string, std::size_t> numbers;  // sorted: clusters do not depend on the order of the rows
  for (std::size_t i = 0; i < rows.size(); ++i) {
    numbers.emplace(rows.group(i), 0);
  }
  std::vector<std::string> texts;
  for (auto& [text, number] : numbers) {
    number = texts.size();
    texts.push_back(text);
  }
  const auto middles = rows.index().substance->neighbors(texts)->clusters();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    names.push_back("cluster " + texts[middles[numbers.at(rows.group(i))]]);
  }
  return names;
}

/// What the rule alone calls the group of each row.
std::vector<std::string> names_by_rule(const data::LabelledRows& rows, const SplitRule& rule) {
  std::vector<std::string> names;
  if (rule.by == SplitBy::cluster) {
    return cluster_names(rows);
  }
  if (rule.by == SplitBy::column) {
    names = fields_of(rows, rule.column);
  }
  names.resize(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rule.by == SplitBy::scaffold) {
      const std::string scaffold = rows.index().substance->scaffold(rows.group(i));
      names[i] = scaffold.empty() ? "" : "scaffold " + scaffold;
    }
    if (names[i].empty()) {
      names[i] = (rule.by == SplitBy::column ? "substance " : "") + rows.group(i);
    }
  }
  return names;
}

/// Rows that are linked by equal fields, whatever the column.
class Links {
 public:
  explicit Links(std::size_t rows) : parents_(rows) { std::iota(parents_.begin(), parents_.end(), std::size_t{0}); }

  /// Joins rows of the same field; an empty one links nothing.
  template <typename Field>
  void join(Field field) {
    std::map<std::string, std::size_t> first;
    for (std::size_t i = 0; i < parents_.size(); ++i) {
      if (const std::string& name = field(i); !name.empty()) {
        parents_[root(i)] = root(first.try_emplace(name, i).first->second);
      }
    }
  }
  std::size_t root(std::size_t row) {
    while (parents_[row] != row) {
      row = parents_[row] = parents_[parents_[row]];
    }
    return row;
  }

 private:
  std::vector<std::size_t> parents_;
};

}  // namespace

std::vector<std::string> split_groups(const data::LabelledRows& rows, const SplitRule& rule) {
  std::vector<std::string> names = names_by_rule(rows, rule);
  Links links(rows.size());
  links.join([&](std::size_t i) -> const std::string& { return names[i]; });
  links.join([&](std::size_t i) -> const std::string& { return rows.group(i); });
  if (!rule.groups.empty()) {
    const auto fields = fields_of(rows, rule.groups);
    links.join([&](std::size_t i) -> const std::string& { return fields[i]; });
  }
  // The first name in the order of bytes is that of all.
  std::map<std::size_t, std::string> name_of;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto [found, is_new] = name_of.try_emplace(links.root(i), names[i]);
    found->second = std::min(found->second, names[i]);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    names[i] = name_of.at(links.root(i));
  }
  return names;
}

std::vector<double> split_times(const data::LabelledRows& rows, const SplitRule& rule) {
  if (rule.by != SplitBy::order) {
    return {};
  }
  const data::Target column = rows.labels(rule.column);
  if (!column.classes.empty()) {
    fail_input("{}: '{}' holds classes, which have no order: import it with `values: times`",
               rows.index().path.string(), rule.column);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (std::isnan(column.values[i])) {
      fail_input("line {} has no '{}', so it is neither earlier nor later than others: fill it in, or remove the row",
                 rows.line(i), rule.column);
    }
  }
  return column.values;
}

namespace {

/// The place of each row in time; rows of one time share one, or (`apart`) those of one group and time.
std::vector<std::size_t> ranks_of(const data::Split& split, const SplitUnits& units, Ties ties) {
  using Place = std::tuple<double, double, std::string_view>;
  const auto key = [&](std::size_t i) {
    return ties == Ties::together ? Place{units.times[i], 0, ""}
                                  : Place{units.times[i], split.position(units.groups[i]), units.groups[i]};
  };
  std::map<Place, std::size_t> ranks;
  for (std::size_t i = 0; i < units.times.size(); ++i) {
    ranks.emplace(key(i), 0);
  }
  std::size_t next = 0;
  for (auto& [unused, rank] : ranks) {
    rank = next++;
  }
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < units.times.size(); ++i) {
    result.push_back(ranks.at(key(i)));
  }
  return result;
}

/// Where the blocks begin, as ranks; the last is the end. `counts` [ranks]: rows that are predicted.
std::vector<std::size_t> cut_blocks(const std::vector<std::size_t>& counts, std::size_t blocks) {
  std::vector<std::size_t> starts;  // ranks with rows to predict, but for the first, which only trains
  std::vector<std::size_t> before;  // rows to predict before each
  std::size_t rows = 0;
  for (std::size_t rank = 0; rank < counts.size(); ++rank) {
    if (rows > 0 && counts[rank] > 0) {
      starts.push_back(rank);
      before.push_back(rows);
    }
    rows += counts[rank];
  }
  if (starts.size() < blocks) {
    fail_input(
        "{} different times cannot be cut into {} folds, of which the first must have earlier rows to learn "
        "from: set 'folds' (--folds) to at most {}",
        starts.size() + 1, blocks, starts.size());
  }
  const std::size_t half = rows / 2;
  std::vector<std::size_t> cuts;
  std::size_t next = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    const std::size_t wanted = half + b * (rows - half) / blocks;
    const auto at = static_cast<std::size_t>(std::ranges::lower_bound(before, wanted) - before.begin());
    next = std::clamp(at, next, starts.size() - (blocks - b));
    cuts.push_back(starts[next++]);
  }
  cuts.push_back(counts.size());
  return cuts;
}

std::vector<data::TrainHeldOut> chain(const data::Split& split, const SplitUnits& units, int count, Ties ties) {
  const auto ranks = ranks_of(split, units, ties);
  std::map<std::string_view, std::size_t> first;  // of each group
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const auto [found, is_new] = first.try_emplace(units.groups[i], ranks[i]);
    found->second = std::min(found->second, ranks[i]);
  }
  const auto is_predicted = [&](std::size_t i) { return ranks[i] == first.at(units.groups[i]); };
  std::vector<std::size_t> counts(ranks.empty() ? 0 : *std::ranges::max_element(ranks) + 1, 0);
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    counts[ranks[i]] += is_predicted(i) ? 1 : 0;
  }
  const auto cuts = cut_blocks(counts, static_cast<std::size_t>(count));
  std::vector<data::TrainHeldOut> parts(static_cast<std::size_t>(count));
  for (std::size_t b = 0; b < parts.size(); ++b) {
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      if (ranks[i] < cuts[b]) {
        parts[b].train.push_back(i);
      } else if (ranks[i] < cuts[b + 1] && is_predicted(i)) {
        parts[b].held_out.push_back(i);
      }
    }
  }
  return parts;
}

}  // namespace

std::vector<data::TrainHeldOut> split_parts(const data::Split& split, const SplitRule& rule, const SplitUnits& units,
                                            int count, Ties ties) {
  if (rule.by == SplitBy::order) {
    return chain(split, units, count, ties);
  }
  const bool is_plain = rule.by == SplitBy::substance && rule.groups.empty();
  const auto folds = is_plain ? split.folds(units.groups, count) : split.even_folds(units.groups, count);
  std::vector<data::TrainHeldOut> parts;
  for (int fold = 0; fold < count; ++fold) {
    parts.push_back(data::hold_out(folds, fold));
  }
  return parts;
}

std::vector<std::size_t> some_groups(const data::Split& split, const data::Groups& groups, std::size_t rows) {
  std::map<std::pair<double, std::string_view>, std::vector<std::size_t>> ordered;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    ordered[{split.position(groups[i]), groups[i]}].push_back(i);
  }
  std::vector<std::size_t> taken;
  for (const auto& [place, of] : ordered) {
    if (taken.size() + of.size() <= rows) {
      taken.insert(taken.end(), of.begin(), of.end());
    }
  }
  std::ranges::sort(taken);
  return taken;
}

std::vector<std::size_t> some_rows(const data::Split& split, const SplitRule& rule, const SplitUnits& units,
                                   std::size_t rows) {
  if (rule.by != SplitBy::order) {
    return some_groups(split, units.groups, rows);
  }
  std::vector<double> sorted = units.times;
  std::ranges::sort(sorted, std::greater<>());
  std::vector<std::size_t> taken;
  for (std::size_t i = 0; i < units.times.size(); ++i) {
    // Times of which not all rows have room are earlier.
    if (rows >= sorted.size() || units.times[i] > sorted[rows]) {
      taken.push_back(i);
    }
  }
  return taken;
}

}  // namespace epitaxy::transfer
