#pragma once
/// \file
/// Why the text of a row cannot be used; the message says it for the user.
#include <stdexcept>
#include <string>

#include "chem/elements.h"

namespace epitaxy::chem {

class TextError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The text is understood, but no model takes one of its elements.
class ElementError : public TextError {
 public:
  ElementError(const std::string& message, const Elements& elements) : TextError(message), elements_(elements) {}
  /// All that the text holds.
  const Elements& elements() const { return elements_; }

 private:
  Elements elements_;
};

}  // namespace epitaxy::chem
