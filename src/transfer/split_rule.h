#pragma once
/// \file
/// What the parts of a cross-validation keep together: a substance, all of a scaffold, or all that a column of the
/// table says.
#include <string>
#include <vector>

#include "base/names.h"
#include "config/keys.h"
#include "data/labelled_rows.h"

namespace epitaxy::transfer {

enum class SplitBy {
  substance,
  scaffold,  ///< Of molecules (Bemis and Murcko); of compositions the elements. What has none is by itself.
  column     ///< A class or a number of the data set; rows without one are by themselves.
};
inline constexpr Named<SplitBy> kSplitBys[] = {
    {SplitBy::substance, "substance"}, {SplitBy::scaffold, "scaffold"}, {SplitBy::column, "column"}};
constexpr std::span<const Named<SplitBy>> names(SplitBy) { return kSplitBys; }

struct SplitRule {
  SplitBy by = SplitBy::substance;
  std::string column;
};

/// The section `split`.
void split_keys(config::Keys& k, SplitRule& rule);

/// The group of each row: those of one are never on both sides. Warns when a substance stands in several. Throws
/// InputError: no such column.
std::vector<std::string> split_groups(const data::LabelledRows& rows, const SplitRule& rule);

/// The fold of each row. Folds hold equal numbers of substances, or by other rules nearly equal numbers of rows.
std::vector<int> split_folds(const data::Split& split, const SplitRule& rule, const data::Groups& groups, int count);

}  // namespace epitaxy::transfer
