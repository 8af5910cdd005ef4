#include "train/run_files.h"

#include <cctype>
#include <cmath>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "data/csv.h"

namespace epitaxy::train {

EpochTable::EpochTable(std::filesystem::path path, std::vector<std::string> columns, std::int64_t last_epoch)
    : path_(std::move(path)) {
  for (std::string& column : columns) {
    column = data::csv_field(column);
  }
  const std::string header = text::join(columns, ",");
  std::string kept = header + "\n";
  if (last_epoch > 0 && std::filesystem::exists(path_)) {
    const auto lines = text::split(file::read(path_), '\n');
    for (std::size_t i = 1; i < lines.size() && lines[0] == header; ++i) {
      const auto epoch = text::to_integer(lines[i].substr(0, lines[i].find(',')));
      if (epoch && *epoch <= last_epoch) {
        kept += lines[i] + "\n";
      }
    }
  }
  file::write_atomically(path_, kept);
}

void EpochTable::append(const std::vector<std::string>& fields) {
  std::ofstream out(path_, std::ios::app);
  out << text::join(fields, ",") << '\n' << std::flush;
  if (!out) {
    fail("cannot write {}: is the disk full?", path_.string());
  }
}

void CsvWriter::row(const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    text_ += i > 0 ? "," : "";
    text_ += data::csv_field(fields[i]);
  }
  text_ += '\n';
}

void CsvWriter::write(const std::filesystem::path& path) const { file::write_atomically(path, text_); }

}  // namespace epitaxy::train
