#include "models/kind.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace epitaxy::models {

bool RowReader::can_read(std::string_view text) const {
  try {
    RowBlock scratch;
    read(text, scratch);
    return true;
  } catch (const chem::TextError&) {
    return false;
  }
}

void RowReader::read_for_training(std::string_view text, std::string_view /*prepared*/, RowBlock& rows) const {
  read(text, rows);
}

RowSums RowReader::sums(const RowBlock& rows) const {
  const std::size_t features = description_.features.size();
  RowSums sums{std::vector<std::int64_t>(features, 0), {}};
  std::vector<std::size_t> last_row(features, rows.rows());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    visit_features(rows, i, [&](std::size_t feature) {
      if (last_row[feature] != i) {
        last_row[feature] = i;
        ++sums.seen[feature];
      }
    });
  }
  return sums;
}

std::string RowReader::unseen(const RowBlock& rows, std::size_t row) const {
  std::vector<std::string> names;
  visit_features(rows, row, [&](std::size_t feature) {
    const std::string& name = description_.features[feature];
    if (description_.seen[feature] == 0 && std::ranges::find(names, name) == names.end()) {
      names.push_back(name);
    }
  });
  return names.empty() ? "" : "never seen in training: " + text::join(names, " ");
}

void check_substance(const Kind& kind, const data::DatasetIndex& index) {
  if (index.substance != &kind.substance()) {
    fail_input("{} holds {}, but a {} reads {}", index.path.string(), index.substance->plural(), kind.name(),
               kind.substance().plural());
  }
}

RowBlock read_rows(const RowReader& reader, const data::DatasetIndex& index, std::span<const std::size_t> rows) {
  const auto& texts = data::texts(index, reader.notation());
  RowBlock block;
  for (const std::size_t row : rows) {
    reader.read(texts[row], block);
  }
  return block;
}

}  // namespace epitaxy::models
