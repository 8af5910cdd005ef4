#include "app/output_columns.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace epitaxy::app {

OutputColumns::OutputColumns(std::vector<std::string> columns)
    : names_(std::move(columns)), taken_(names_.begin(), names_.end()) {}

std::string OutputColumns::add(std::string name, const std::string& suffix) {
  while (!taken_.insert(name).second) {
    name += suffix;
  }
  return names_.emplace_back(std::move(name));
}

std::vector<std::size_t> choose_heads(const models::ModelDescription& description, const std::string& name) {
  if (!name.empty()) {
    return {description.head_index(name)};
  }
  std::vector<std::size_t> all(description.heads.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::string property_name(const models::ModelDescription& description, const std::vector<std::size_t>& chosen,
                          std::size_t head) {
  const models::Head& own = description.heads[head];
  const auto same = [&](std::size_t other) { return description.heads[other].target == own.target; };
  return std::ranges::count_if(chosen, same) > 1 ? own.target + "_" + own.name : own.target;
}

void log_units(const models::ModelDescription& description, const std::vector<std::size_t>& chosen,
               const std::vector<std::string>& columns) {
  std::vector<std::string> units;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    units.push_back(fmt::format("{} in {}", columns[i], description.heads[chosen[i]].unit));
  }
  if (!units.empty()) {
    log::info("units: {}", text::join(units, ", "));
  }
}

void check_output(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs, bool hdf5) {
  constexpr std::string_view kHdf5[] = {".h5", ".hdf5", ".hdf", ".he5"};
  constexpr std::string_view kOther[] = {".gz",   ".bz2",     ".xz",  ".zst", ".zip", ".tsv", ".json", ".yaml", ".yml",
                                         ".xlsx", ".parquet", ".xls", ".ods", ".npy", ".npz", ".pkl",  ".sdf",  ".smi"};
  file::check_replaceable(output, inputs);
  const std::string ending = text::lower(output.extension().string());
  if (std::ranges::find(kOther, ending) != std::end(kOther) ||
      (!hdf5 && std::ranges::find(kHdf5, ending) != std::end(kHdf5))) {
    fail_input("{}: a table is written as plain text with commas (CSV), which does not fit the ending {}; name it .csv",
               output.string(), ending);
  }
}

void make_folder_of(const std::filesystem::path& output) {
  if (output.has_parent_path()) {
    file::make_writable_folder(output.parent_path());
  }
}

}  // namespace epitaxy::app
