#include "data/import_texts.h"

#include "base/error.h"
#include "base/progress.h"
#include "data/import_rows.h"

namespace epitaxy::data {

namespace {

/// Empty where the notation cannot write the text, e.g. SELFIES of a wildcard.
std::string written_or_nothing(const chem::Substance& substance, const std::string& notation, const std::string& text) {
  try {
    return substance.write(notation, text);
  } catch (const chem::TextError&) {
    return "";
  }
}

RowText prepare_row(const CsvTable& table, std::size_t row, std::size_t column, const chem::Substance& substance,
                    const chem::Preparer& preparer) {
  RowText result;
  try {
    check_fields(table, row);
    result.prepared = preparer.prepare(table.field(row, column));
    for (const std::string& notation : substance.notations()) {
      result.notations[notation] = written_or_nothing(substance, notation, result.prepared.text);
    }
  } catch (const RowProblem& problem) {
    result.reason = problem.reason;
  } catch (const chem::ElementError& error) {
    result.reason = error.what();
    result.prepared.elements = error.elements();
  } catch (const chem::TextError& error) {
    result.reason = error.what();
  }
  return result;
}

}  // namespace

RowTexts::RowTexts(const chem::Substance& substance) {
  for (const std::string& notation : substance.notations()) {
    notations_[notation] = {};
  }
}

void RowTexts::add(RowText row) {
  chem::PreparedText& prepared = row.prepared;
  texts_.push_back(std::move(prepared.text));
  identities_.push_back(std::move(prepared.identity));
  groups_.push_back(std::move(prepared.group));
  reasons_.push_back(std::move(row.reason));
  for (auto& [notation, texts] : notations_) {
    texts.push_back(std::move(row.notations[notation]));
  }
  numbers_.push_back({prepared.elements, prepared.atoms, prepared.heavy_atoms, prepared.repaired});
}

RowText RowTexts::take(std::size_t row) {
  const Numbers& numbers = numbers_[row];
  RowText result;
  result.prepared = {.text = std::move(texts_[row]),
                     .identity = std::move(identities_[row]),
                     .group = std::move(groups_[row]),
                     .elements = numbers.elements,
                     .atoms = numbers.atoms,
                     .heavy_atoms = numbers.heavy_atoms,
                     .repaired = numbers.repaired};
  for (auto& [notation, texts] : notations_) {
    result.notations[notation] = std::move(texts[row]);
  }
  result.reason = std::move(reasons_[row]);
  return result;
}

RowTexts RowTexts::gather(const parallel::Communicator& communicator) && {
  if (communicator.size() == 1) {
    return std::move(*this);
  }
  RowTexts all;
  all.texts_ = communicator.gather(texts_);
  all.identities_ = communicator.gather(identities_);
  all.groups_ = communicator.gather(groups_);
  all.reasons_ = communicator.gather(reasons_);
  for (const auto& [notation, texts] : notations_) {
    all.notations_[notation] = communicator.gather(texts);
  }
  all.numbers_ = communicator.gather(numbers_);
  return all;
}

RowTexts prepare_part(const parallel::Communicator& communicator, const CsvTable& table,
                      const ImportSettings& settings) {
  constexpr std::size_t kReport = 100;
  const chem::Substance& substance = *settings.substance;
  const auto preparer = substance.preparer(settings.rules);
  const std::size_t column = table.column(settings.column);
  const auto rank = static_cast<std::size_t>(communicator.rank());
  const auto ranks = static_cast<std::size_t>(communicator.size());
  const std::size_t first = table.rows() * rank / ranks;
  const std::size_t last = table.rows() * (rank + 1) / ranks;
  log::Progress progress(substance.plural(), "row");
  progress.plan("", static_cast<std::int64_t>(table.rows()));
  RowTexts texts(substance);
  for (std::size_t row = first; row < last; ++row) {
    texts.add(prepare_row(table, row, column, substance, *preparer));
    const std::size_t done = row + 1 - first;
    if (done % kReport == 0 || row + 1 == last) {  // all ranks are as far as this one, about
      progress.reached(static_cast<std::int64_t>(table.rows() * done / (last - first)));
    }
  }
  return texts;
}

}  // namespace epitaxy::data
