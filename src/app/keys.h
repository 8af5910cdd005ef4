#pragma once
/// \file
/// What `epitaxy keys` prints: every key of the input, as the functions declare them that read it.
#include <string>

namespace epitaxy::app {

struct KeysOptions {
  std::string stage;      ///< Or `workflow`; empty: the list of them.
  std::string key;        ///< A path, its end, or a section; empty: all of the stage.
  bool json = false;      ///< The stage as a JSON Schema.
  bool markdown = false;  ///< All stages: docs/keys.md.
};

/// Throws InputError for a stage or a key that is not there, with the nearest name.
std::string keys_text(const KeysOptions& options);

}  // namespace epitaxy::app
