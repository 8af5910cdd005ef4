#pragma once
/// \file
/// What the parts of a cross-validation keep together, or apart: a substance, all of a scaffold, of a cluster of
/// similar substances, or all that a column of the table says; or earlier and later rows.
#include <string>
#include <vector>

#include "base/names.h"
#include "config/keys.h"
#include "data/labelled_rows.h"

namespace epitaxy::transfer {

enum class SplitBy {
  substance,
  scaffold,  ///< Of molecules (Bemis and Murcko); of compositions the elements. What has none is by itself.
  cluster,   ///< Of similar substances, see chem::Neighbors::clusters.
  column,    ///< A class or a number of the data set; rows without one are by themselves.
  order      ///< Times: what is predicted is later than all that was learned.
};
inline constexpr Named<SplitBy> kSplitBys[] = {{SplitBy::substance, "substance"},
                                               {SplitBy::scaffold, "scaffold"},
                                               {SplitBy::cluster, "cluster"},
                                               {SplitBy::column, "column"},
                                               {SplitBy::order, "order"}};
constexpr std::span<const Named<SplitBy>> names(SplitBy) { return kSplitBys; }

struct SplitRule {
  SplitBy by = SplitBy::substance;
  std::string column = {};  ///< By column or order.
  std::string groups = {};  ///< A column besides; empty: none.
};

/// The section `split`.
void split_keys(config::Keys& k, SplitRule& rule);

/// What a split goes by, of each row. Views into what it was made of.
struct SplitUnits {
  data::Groups groups;        ///< Rows of one are never on both sides.
  std::vector<double> times;  ///< By order; empty otherwise.
};

/// The group of each row: rows of one substance, of one scaffold (cluster, field of the column) and of one field of
/// `groups` are in one, and so are all that are linked by such rows. Throws InputError: no such column.
std::vector<std::string> split_groups(const data::LabelledRows& rows, const SplitRule& rule);
/// The time of each row; none by other rules. Throws InputError: a row without one.
std::vector<double> split_times(const data::LabelledRows& rows, const SplitRule& rule);

/// Where rows of one time lie: on one side, or (inside of a training part, where times may be few) anywhere.
enum class Ties { together, apart };

/// The parts of a cross-validation. Folds hold equal numbers of substances, or by other rules nearly equal numbers of
/// rows. By order the earlier half only trains, and the later half is cut in `count` blocks, each predicted from all
/// that is earlier (forward chaining); of a group only the earliest rows are predicted, so the rows of a block may be
/// fewer than those that later parts learn from. Throws InputError: fewer groups than `count`, or (by order) not more.
std::vector<data::TrainHeldOut> split_parts(const data::Split& split, const SplitRule& rule, const SplitUnits& units,
                                            int count, Ties ties = Ties::together);

/// Whole groups in the order of the split that together hold at most so many rows; the positions of these, ascending.
std::vector<std::size_t> some_groups(const data::Split& split, const data::Groups& groups, std::size_t rows);
/// The same for rows that are tested: by order the latest ones, all of one time.
std::vector<std::size_t> some_rows(const data::Split& split, const SplitRule& rule, const SplitUnits& units,
                                   std::size_t rows);

}  // namespace epitaxy::transfer
