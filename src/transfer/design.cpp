#include "transfer/design.h"

#include <algorithm>

namespace epitaxy::transfer {

learners::Matrix design_rows(const Way& way, const learners::Matrix& features, const std::vector<double>& cheap) {
  if (!way.learns) {
    return {features.rows, 0, {}};
  }
  if (!way.reads_cheap) {
    return features;
  }
  const std::size_t columns = cheap.size() / std::max<std::size_t>(1, features.rows);
  learners::Matrix result{features.rows, features.columns + columns, {}, features.texts};
  result.values.reserve(result.rows * result.columns);
  for (std::size_t i = 0; i < features.rows; ++i) {
    result.values.insert(result.values.end(), features.row(i), features.row(i) + features.columns);
    for (std::size_t c = 0; c < columns; ++c) {
      result.values.push_back(static_cast<float>(cheap[i * columns + c]));
    }
  }
  return result;
}

std::vector<learners::ColumnKind> design_kinds(const Way& way, const std::vector<learners::ColumnKind>& features,
                                               std::size_t cheap) {
  if (!way.learns) {
    return {};
  }
  std::vector<learners::ColumnKind> kinds = features;
  kinds.insert(kinds.end(), way.reads_cheap ? cheap : 0, learners::ColumnKind::cheap);
  return kinds;
}

Design Design::pick(const std::vector<std::size_t>& positions) const {
  Design result{learners::pick_rows(rows, positions), kinds, {}, {}, cheap_columns, {}, reads};
  for (const std::size_t i : positions) {
    result.measured.push_back(measured[i]);
    if (!weights.empty()) {
      result.weights.push_back(weights[i]);
    }
    const auto values = cheap_of(i);
    result.cheap.insert(result.cheap.end(), values.begin(), values.end());
  }
  return result;
}

std::vector<bool> columns_read(const DifferenceData& data, const std::vector<std::string>& kinds, std::size_t columns) {
  if (kinds.empty()) {
    return {};
  }
  std::vector<bool> reads(columns, true);
  const auto& of = data.features.block_of_columns();
  for (std::size_t c = 0; c < of.size(); ++c) {
    reads[c] = std::ranges::find(kinds, of[c]) != kinds.end();
  }
  return reads;
}

Design make_design(const DifferenceData& data, const Way& way, const DifferenceRows& rows,
                   const std::vector<std::size_t>& positions) {
  Design part;
  part.cheap_columns = data.cheap.size();
  for (const std::size_t i : positions) {
    part.measured.push_back(rows.measured[i]);
    const auto values = rows.cheap_of(i);
    part.cheap.insert(part.cheap.end(), values.begin(), values.end());
  }
  part.rows = design_rows(way, learners::pick_rows(rows.features, positions), part.cheap);
  part.kinds = design_kinds(way, data.kinds(), part.cheap_columns);
  part.weights = rows.weights_of(positions);
  return part;
}

}  // namespace epitaxy::transfer
