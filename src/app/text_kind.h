#pragma once
/// \file
/// Which substance texts look like: some are formulas and SMILES both, such as CN.
#include <span>
#include <string>
#include <vector>

#include "chem/substance.h"
#include "data/csv.h"

namespace epitaxy::app {

/// Texts of a column that are looked at, spread over those that are no missing values: at most 200.
struct LookedAt {
  std::vector<std::string> texts;
  std::vector<std::size_t> lines;  ///< [texts] of the table.
  std::vector<std::size_t> rows;   ///< [texts]
};
LookedAt look_at(const data::CsvTable& table, std::size_t column);

/// How a substance, by its usual rules, reads texts.
struct Reading {
  std::size_t readable = 0;
  std::size_t usual = 0;     ///< Of these: written as people do, see chem::Substance::is_usual.
  std::size_t unread = 0;    ///< Index of the first that cannot be read, where there is one ...
  std::string problem = "";  ///< ... and why.
};
Reading reading_of(const chem::Substance& substance, std::span<const std::string> texts);

/// Whether a column is called like the texts of a substance: `My_SMILES`.
bool is_called(const std::string& column, const chem::Substance& substance);

/// Why most texts of a column may be of another substance than the one that a model reads; empty: they are not.
std::string doubt_of_kind(const data::CsvTable& table, std::size_t column, const chem::Substance& read);

}  // namespace epitaxy::app
