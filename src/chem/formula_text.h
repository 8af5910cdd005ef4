#pragma once
/// \file
/// Formulas as people write them, before they are parsed: signs of other alphabets, texts that are no formula, dots
/// with two readings. Not for other layers.
#include <cstddef>
#include <string>
#include <string_view>

namespace epitaxy::chem {

/// With digits for subscripts (`Fe₂O₃`: `Fe2O3`). Throws FormulaError for what no formula has: nothing at all, a
/// missing value or infinity of a table (`NaN`, `None`, `INF`), charges, variables, exponents, decimal commas.
std::string plain_formula(std::string_view text);

/// Could every dot of a part and of the parts behind it, up to the end or a parenthesis that closes, join two
/// substances? `MgCl2.6NH3`: each piece has at least two elements, whole counts other than 1, and a number from 2 to 24
/// before it. A written 1 (`Cd1Hg6.5As4Cl6`) is the style of lists of counts, and so tells against it.
bool dots_could_join(std::string_view part);

/// Of `*` or a middle dot at a place; 0 when there is none.
std::size_t join_sign_length(std::string_view text, std::size_t place);

/// A printable one in quotes, others by name or number: `no-break space (U+00A0)`.
std::string character_name(std::string_view text, std::size_t place);

/// A text for messages: what is long is cut.
std::string shortened_formula(std::string_view text);

/// Throws FormulaError. `place` in bytes; the message counts characters.
[[noreturn]] void fail_formula(std::string_view text, std::size_t place, const std::string& what);

}  // namespace epitaxy::chem
