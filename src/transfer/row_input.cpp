#include "transfer/row_input.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/statistics.h"
#include "base/text.h"

namespace epitaxy::transfer {

namespace {

/// Names that a message lists.
constexpr std::size_t kMostNames = 12;
constexpr std::size_t kMostLines = 5;

/// The first of them, and how many more there are.
std::string told(const std::vector<std::string>& items, std::size_t most, const char* separator) {
  const std::size_t count = std::min(items.size(), most);
  std::string list = text::join({items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count)}, separator);
  return items.size() > most ? list + fmt::format("{}and {} more", separator, items.size() - most) : list;
}

}  // namespace

std::vector<std::string> RowInput::known_names() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    if (known.at(i) != 0) {
      names.push_back(categories[i]);
    }
  }
  return names;
}

double RowInput::category(std::string_view text) const {
  const auto found = std::ranges::find(categories, text);
  const auto index = static_cast<std::size_t>(found - categories.begin());
  if (found == categories.end() || known.at(index) == 0) {
    fail_input("{} '{}' is none of the training's: {}", name, text, told(known_names(), kMostNames, ", "));
  }
  return static_cast<double>(index);
}

std::string RowInput::doubt(double value, data::Transform done) const {
  if (!std::isfinite(value)) {
    fail_input("no value of {}", name);
  }
  if (is_number() && value >= low && value <= high) {
    return "";
  }
  if (is_number()) {
    const std::string own = done == data::Transform::none ? unit : data::parse_unit(unit).inner;
    const auto [from, to] = std::minmax({data::undo(done, low), data::undo(done, high)});
    return fmt::format("{} is outside of the training's {:.4g} to {:.4g}{}", name, from, to,
                       own == "none" ? "" : " " + own);
  }
  if (value < 0 || value >= static_cast<double>(categories.size()) || value != std::floor(value)) {
    fail_input("{} is no number of a category of {}, of which there are {}", value, name, categories.size());
  }
  category(categories[static_cast<std::size_t>(value)]);
  return "";
}

void RowInput::learn(const std::vector<double>& values) {
  if (is_number()) {
    low = std::ranges::min(values);
    high = std::ranges::max(values);
    typical = statistics::upper_median(values);
    return;
  }
  std::vector<std::size_t> counts(categories.size(), 0);
  known.assign(categories.size(), 0);
  for (const double value : values) {
    known[static_cast<std::size_t>(value)] = 1;
    ++counts[static_cast<std::size_t>(value)];
  }
  typical = static_cast<double>(std::ranges::max_element(counts) - counts.begin());
}

void RowInput::narrow(const RowInput& other) {
  low = std::max(low, other.low);
  high = std::min(high, other.high);
  for (std::size_t i = 0; i < known.size(); ++i) {
    known[i] = std::min(known[i], other.known.at(i));
  }
}

void RowInput::write(data::Hdf5File& file, const std::string& group) const {
  file.write(group + "/categories", categories);
  file.write(group + "/known", known);
  file.write_attribute(group, "name", name);
  file.write_attribute(group, "unit", unit);
  file.write_attribute(group, "low", low);
  file.write_attribute(group, "high", high);
  if (typical) {
    file.write_attribute(group, "typical", *typical);
  }
}

RowInput RowInput::read(const data::Hdf5File& file, const std::string& group) {
  RowInput input{file.text_attribute(group, "name"),
                 file.text_attribute(group, "unit"),
                 false,
                 file.number_attribute(group, "low"),
                 file.number_attribute(group, "high"),
                 file.read<std::string>(group + "/categories"),
                 file.read<std::int64_t>(group + "/known")};
  if (file.has_attribute(group, "typical")) {
    input.typical = file.number_attribute(group, "typical");
  }
  if (input.known.size() != input.categories.size()) {
    fail_input("{}: the categories of {} do not fit together", file.path().string(), input.name);
  }
  return input;
}

RowInput given_input(const data::Target& target) {
  return {.name = target.name,
          .unit = target.unit,
          .categories = target.classes,
          .known = std::vector<std::int64_t>(target.classes.size(), 0)};
}

std::vector<features::ColumnKind> given_kinds(std::span<const RowInput> inputs) {
  std::vector<features::ColumnKind> kinds;
  for (const RowInput& input : inputs) {
    if (!input.is_cheap) {
      kinds.insert(kinds.end(), input.columns(),
                   input.is_number() ? features::ColumnKind::given : features::ColumnKind::category);
    }
  }
  return kinds;
}

void append_given(features::Matrix& rows, std::span<const RowInput> inputs, std::span<const double> values) {
  const std::size_t added = given_kinds(inputs).size();
  if (added == 0) {
    return;
  }
  check(values.size() == rows.rows * inputs.size(), "a value of each input for each row");
  features::Matrix result{rows.rows, rows.columns + added, {}, rows.texts};
  result.values.reserve(result.rows * result.columns);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    result.values.insert(result.values.end(), rows.row(i), rows.row(i) + rows.columns);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const double value = values[i * inputs.size() + k];
      for (std::size_t c = 0; c < inputs[k].columns() && !inputs[k].is_cheap; ++c) {
        const bool is_this = value == static_cast<double>(c);
        result.values.push_back(inputs[k].is_number() ? static_cast<float>(value) : is_this ? 1.0F : 0.0F);
      }
    }
  }
  rows = std::move(result);
}

std::vector<double> cheap_values(std::span<const RowInput> inputs, std::span<const double> values) {
  std::vector<double> result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (inputs[i % inputs.size()].is_cheap) {
      result.push_back(values[i]);
    }
  }
  return result;
}

void check_given(const RowInput& input, const std::vector<double>& values) {
  const std::size_t different = std::set<double>(values.begin(), values.end()).size();
  if (different == 1) {
    const double value = values.front();
    const std::string text =
        input.is_number() ? fmt::format("{}", value) : "'" + input.categories[static_cast<std::size_t>(value)] + "'";
    fail_input("{} is {} in every one of {} rows: it tells nothing. Leave it out of 'given' (--features)", input.name,
               text, values.size());
  }
  if (!input.is_number() && 2 * different > values.size()) {
    fail_input(
        "{} has {} different texts in {} rows: these are names, which tell nothing of new rows. Leave it out of "
        "'given' "
        "(--features)",
        input.name, different, values.size());
  }
}

std::vector<double> row_weights(const data::LabelledRows& rows, const std::string& target) {
  const data::Target column = rows.labels(target);
  if (!column.classes.empty()) {
    fail_input("{}: '{}' holds classes, but weights are numbers", rows.index().path.string(), target);
  }
  std::vector<std::string> wrong;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double weight = column.values[i];
    if (!std::isfinite(weight) || weight <= 0) {
      wrong.push_back(
          fmt::format("line {}: {}", rows.line(i), std::isnan(weight) ? "none" : fmt::format("{}", weight)));
    }
  }
  if (!wrong.empty()) {
    fail_input("{} is the weight of rows, but no positive number in {} of {}:\n  {}", target, wrong.size(), rows.size(),
               told(wrong, kMostLines, "\n  "));
  }
  const bool is_same = std::ranges::all_of(column.values, [&](double w) { return w == column.values.front(); });
  return is_same ? std::vector<double>() : column.values;
}

}  // namespace epitaxy::transfer
