// Files of molecules with properties.
#include "data/sdf.h"

#include "fuzz/target.h"

namespace epitaxy::fuzz {

namespace {

void read_sdf(std::string_view bytes) {
  const data::CsvTable table = data::read_sdf(scratch_file("molecules.sdf", bytes));
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      table.field(row, c);
    }
    table.row_problem(row);
  }
}

const Target kSdf("sdf", read_sdf);

}  // namespace

}  // namespace epitaxy::fuzz
