// Packed tables: gzip that is cut off, damaged, or unpacks to more than there is room for.
#include "data/csv.h"
#include "data/table_source.h"
#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

void read_gz(std::string_view bytes) {
  const data::CsvTable table = data::read_table(scratch_file("table.csv.gz", bytes));
  for (std::size_t row = 0; row < table.rows(); ++row) {
    table.row_problem(row);
  }
}

const Target kGz("gz", read_gz);

}  // namespace

}  // namespace epitaxy::fuzz
