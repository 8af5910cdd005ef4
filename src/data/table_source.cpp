#include "data/table_source.h"

#include "base/log.h"
#include "base/text.h"
#include "data/sdf.h"

namespace epitaxy::data {

namespace {

CsvTable read_silently(const std::filesystem::path& path) {
  const bool packed = text::lower(path.extension().string()) == ".gz";
  const std::string format = text::lower((packed ? path.stem() : path).extension().string());
  if (format == ".smi") {
    return CsvTable::read_smiles(path);
  }
  if (format == ".sdf" || format == ".sd") {
    return read_sdf(path);
  }
  return format == ".tsv" || format == ".tab" ? CsvTable::read_tabs(path) : CsvTable::read(path);
}

}  // namespace

CsvTable read_table(const std::filesystem::path& path, bool tell) {
  CsvTable table = read_silently(path);
  if (tell) {
    log::lines(table.notes());
  }
  return table;
}

}  // namespace epitaxy::data
