// Prints what the reader of tables makes of each file: a line of JSON with its columns, rows and notes, or with the
// message that refuses it. For csv_reference.py. Usage: print_tables FILE...
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/csv.h"

using namespace epitaxy;

namespace {

nlohmann::json told(const data::CsvTable& table) {
  nlohmann::json json = {{"columns", table.columns()}, {"notes", table.notes()}, {"rows", nlohmann::json::array()}};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    nlohmann::json fields = nlohmann::json::array();
    for (std::size_t c = 0; c < table.fields(row); ++c) {
      fields.push_back(table.field(row, c));
    }
    json["rows"].push_back({{"line", table.line(row)}, {"fields", fields}});
  }
  return json;
}

nlohmann::json told(const char* path) {
  try {
    return told(data::CsvTable::read(path));
  } catch (const InputError& error) {
    return {{"refused", error.what()}};
  }
}

}  // namespace

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    std::puts(told(arguments[i]).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).c_str());
  }
}
