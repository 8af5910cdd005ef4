#include "transfer/known_rows.h"

#include <algorithm>

#include "base/error.h"

namespace epitaxy::transfer {

namespace {

/// Rows that tell the threshold, of a table that has more.
constexpr std::size_t kMostLooks = 2000;
/// Share of the rows that are far from all others.
constexpr double kFarShare = 0.02;

}  // namespace

KnownRows KnownRows::of(const data::LabelledRows& rows) {
  KnownRows known;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    known.texts.push_back(rows.text(i));
    known.lines.push_back(rows.line(i));
  }
  const auto neighbors = rows.index().substance->neighbors(known.texts);
  std::vector<double> similarities;
  const std::size_t step = (rows.size() + kMostLooks - 1) / kMostLooks;
  for (std::size_t i = 0; i < rows.size(); i += step) {
    const auto is_same = [&](std::size_t other) { return rows.group(other) == rows.group(i); };
    similarities.push_back(std::max(0.0, neighbors->nearest(known.texts[i], is_same).similarity));
  }
  std::ranges::sort(similarities);
  known.far = similarities.empty()
                  ? 0
                  : similarities[static_cast<std::size_t>(kFarShare * static_cast<double>(similarities.size()))];
  return known;
}

void KnownRows::write(data::Hdf5File& file, const std::string& group) const {
  file.write(group + "/texts", texts);
  file.write(group + "/lines", lines);
  file.write_attribute(group, "far", far);
}

KnownRows KnownRows::read(const data::Hdf5File& file, const std::string& group) {
  KnownRows known{file.read<std::string>(group + "/texts"), file.read<std::int64_t>(group + "/lines"),
                  file.number_attribute(group, "far")};
  if (known.texts.size() != known.lines.size()) {
    fail_input("{}: the training rows do not fit together", file.path().string());
  }
  return known;
}

}  // namespace epitaxy::transfer
