#pragma once
/// \file
/// Names of the columns that are written beside those of the input.
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "models/model.h"

namespace epitaxy::app {

/// The columns of a table to be written.
class OutputColumns {
 public:
  explicit OutputColumns(std::vector<std::string> columns);
  /// Appends a column and returns its name: with the suffix when that name is there already.
  std::string add(std::string name, const std::string& suffix);
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::set<std::string> taken_;
};

/// The heads of a model: all, or the named one. Throws InputError with the nearest name.
std::vector<std::size_t> choose_heads(const models::ModelDescription& description, const std::string& name);
/// The target of a head; with the head's name where another of the chosen ones has that target, too.
std::string property_name(const models::ModelDescription& description, const std::vector<std::size_t>& chosen,
                          std::size_t head);
/// Tells the columns' units; `columns` are those of the chosen heads.
void log_units(const models::ModelDescription& description, const std::vector<std::size_t>& chosen,
               const std::vector<std::string>& columns);
/// Throws InputError when the result of a command may not be written there, see file::check_replaceable, or when the
/// name of a table (unless `hdf5` is allowed) ends as that of another format.
void check_output(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs,
                  bool hdf5 = false);
/// Creates the folder of an output file. Throws InputError with the reason.
void make_folder_of(const std::filesystem::path& output);

}  // namespace epitaxy::app
