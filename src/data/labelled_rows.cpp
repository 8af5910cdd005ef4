#include "data/labelled_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace epitaxy::data {

namespace {

std::vector<const Target*> columns_of(const DatasetIndex& index, const std::vector<std::string>& targets) {
  std::vector<const Target*> columns;
  for (const std::string& name : targets) {
    columns.push_back(&index.target(name));
  }
  return columns;
}

}  // namespace

LabelledRows::LabelledRows(DatasetIndex index)
    : index_(std::make_shared<const DatasetIndex>(std::move(index))), rows_(index_->rows) {
  std::iota(rows_.begin(), rows_.end(), std::size_t{0});
}

Groups LabelledRows::groups() const {
  Groups groups;
  groups.reserve(rows_.size());
  for (const std::size_t row : rows_) {
    groups.emplace_back(index_->groups[row]);
  }
  return groups;
}

Groups LabelledRows::groups(const std::vector<std::size_t>& positions) const {
  Groups groups;
  groups.reserve(positions.size());
  for (const std::size_t i : positions) {
    groups.emplace_back(group(i));
  }
  return groups;
}

Target LabelledRows::labels(const std::string& target) const {
  const Target& all = index_->target(target);
  Target labels{all.name, all.unit, {}, all.classes};
  labels.values.reserve(rows_.size());
  for (const std::size_t row : rows_) {
    labels.values.push_back(all.values[row]);
  }
  return labels;
}

std::vector<std::size_t> LabelledRows::leave_out(LeftOut why, const std::function<bool(std::size_t)>& out) {
  std::vector<std::size_t> stay;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    if (!out(i)) {
      rows_[stay.size()] = rows_[i];
      stay.push_back(i);
    }
  }
  left_out_[static_cast<std::size_t>(why)] += rows_.size() - stay.size();
  rows_.resize(stay.size());
  return stay;
}

LabelledRows LabelledRows::take_out(LeftOut why, const std::function<bool(std::size_t)>& out) {
  LabelledRows taken = *this;
  taken.rows_.clear();
  taken.left_out_ = {};
  leave_out(why, [&](std::size_t i) {
    const bool is_out = out(i);
    if (is_out) {
      taken.rows_.push_back(rows_[i]);
    }
    return is_out;
  });
  return taken;
}

void LabelledRows::leave_out_groups(LeftOut why, const std::set<std::string>& groups) {
  leave_out(why, [&](std::size_t i) { return groups.contains(group(i)); });
}

void LabelledRows::need_any(LeftOut why, const std::vector<std::string>& targets) {
  const auto columns = columns_of(*index_, targets);
  leave_out(why, [&](std::size_t i) {
    return std::ranges::all_of(columns, [&](const Target* c) { return std::isnan(c->values[rows_[i]]); });
  });
}

void LabelledRows::need_all(LeftOut why, const std::vector<std::string>& targets) {
  const auto columns = columns_of(*index_, targets);
  leave_out(why, [&](std::size_t i) {
    return std::ranges::any_of(columns, [&](const Target* c) { return std::isnan(c->values[rows_[i]]); });
  });
}

std::set<std::string> distinct_groups(const LabelledRows& rows) {
  std::set<std::string> groups;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    groups.insert(rows.group(i));
  }
  return groups;
}

}  // namespace epitaxy::data
