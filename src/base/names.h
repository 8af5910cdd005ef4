#pragma once
/// \file
/// Enumerations have their names in one place: a table beside the enumeration, found by `names`.
///
///     enum class LossKind { mae, mse };
///     inline constexpr Named<LossKind> kLossKinds[] = {{LossKind::mae, "mae"}, {LossKind::mse, "mse"}};
///     constexpr std::span<const Named<LossKind>> names(LossKind) { return kLossKinds; }
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace epitaxy {

template <typename E>
struct Named {
  E value;
  const char* name;
};

/// The name of a value.
template <typename E>
const char* name_of(E value) {
  for (const Named<E>& entry : names(E{})) {
    if (entry.value == value) {
      return entry.name;
    }
  }
  fail("a value of an enumeration has no name");
}

/// All names, in the order of the table.
template <typename E>
std::vector<std::string> all_names() {
  std::vector<std::string> result;
  for (const Named<E>& entry : names(E{})) {
    result.emplace_back(entry.name);
  }
  return result;
}

/// The value of a name that is in the table.
template <typename E>
E value_of(const std::string& name) {
  for (const Named<E>& entry : names(E{})) {
    if (entry.name == name) {
      return entry.value;
    }
  }
  fail("'{}' is no name of an enumeration", name);
}

}  // namespace epitaxy
