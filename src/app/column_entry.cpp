#include "app/column_entry.h"

#include <algorithm>

#include "base/error.h"

namespace epitaxy::app {

std::string target_name(const std::string& column) {
  std::string name = column == "." ? "_" : column;
  std::ranges::replace(name, '/', '_');
  return name;
}

std::string column_entry(const std::string& column) {
  const std::string name = target_name(column);
  return fmt::format("column: {}", quoted(column)) + (name == column ? "" : fmt::format(", name: {}", quoted(name)));
}

}  // namespace epitaxy::app
