#include "app/contributions.h"

#include <cmath>

#include "base/log.h"
#include "chem/elements.h"
#include "chem/masked.h"
#include "train/run_files.h"

namespace epitaxy::app {

namespace {

void append(const RowRequest& request, std::size_t row, std::vector<Contribution>& all) {
  const auto& description = request.description();
  const std::string text(request.table.field(row, request.column));
  std::vector<double> inputs(request.inputs.size());
  try {
    check_fields(request.table, row);
    request.read_inputs(row, inputs.data());
  } catch (const std::runtime_error&) {
    return;  // it is not predicted, which its warning tells
  }
  const auto parts = description.substance->masked(text);
  std::vector<std::string> texts{text};
  std::vector<double> values = inputs;
  for (const chem::Masked& part : parts) {
    texts.push_back(part.text);
    values.insert(values.end(), inputs.begin(), inputs.end());
  }
  std::vector<Contribution> own;
  for (const chem::Masked& part : parts) {
    own.push_back({row, 0, false, part.index, chem::atomic_number(part.symbol).value_or(0), 0});
  }
  for (std::size_t c = 0; c < inputs.size(); ++c) {
    const transfer::RowInput& input = description.inputs[c];
    if (!input.is_cheap && input.typical) {
      own.push_back({row, 0, true, c, 0, 0});
      texts.push_back(text);
      values.insert(values.end(), inputs.begin(), inputs.end());
      values[values.size() - inputs.size() + c] = *input.typical;
    }
  }
  const auto predicted = request.predictor->predict(texts, values);
  if (!predicted.front().readable()) {
    return;
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    const RowPrediction& without = predicted[i + 1];
    for (std::size_t p = 0; p < description.properties.size(); ++p) {
      Contribution& contribution = all.emplace_back(own[i]);
      contribution.property = p;
      contribution.value =
          without.readable() ? predicted.front().values[p].value - without.values[p].value : std::nan("");
    }
  }
}

std::string symbol_of(const RowRequest& request, const Contribution& contribution) {
  if (contribution.is_given) {
    return request.description().inputs[contribution.index].name;
  }
  return contribution.element == 0 ? "*" : std::string(chem::symbol(contribution.element));
}

}  // namespace

std::vector<Contribution> contributions_of(const parallel::Communicator& communicator, const RowRequest& request) {
  std::vector<Contribution> mine;
  communicator.agree([&] {
    const auto range = parallel::my_rows(request.table.rows(), kChunkRows, communicator);
    for (std::size_t i = 0; i < range.size(); ++i) {
      append(request, range.first + i, mine);
    }
  });
  return communicator.gather(mine);
}

std::filesystem::path contributions_file(const std::filesystem::path& output) {
  return output.parent_path() / (output.stem().string() + "_contributions.csv");
}

void write_contributions(const std::filesystem::path& path, const RowRequest& request,
                         const std::vector<Contribution>& contributions) {
  train::CsvWriter out({"line", "text", "target", "part", "index", "symbol", "contribution"});
  const std::string part = request.description().substance->part_kind().name;
  for (const Contribution& c : contributions) {
    out.row({std::to_string(request.table.line(c.row)), std::string(request.table.field(c.row, request.column)),
             request.description().properties[c.property].name, c.is_given ? "given" : part, std::to_string(c.index),
             symbol_of(request, c), train::csv_number(c.value)});
  }
  out.write(path);
  log::info("contributions of {}s: {}", part, path.string());
}

void print_contributions(const RowRequest& request, const std::vector<Contribution>& contributions) {
  log::line("contributions:");
  const auto& properties = request.description().properties;
  for (std::size_t row = 0; row < request.table.rows(); ++row) {
    for (std::size_t p = 0; p < properties.size(); ++p) {
      std::string line = fmt::format("{} {}:", request.table.field(row, request.column), properties[p].name);
      bool any = false;
      for (const Contribution& c : contributions) {
        if (c.row == row && c.property == p) {
          const bool is_numbered = request.description().substance->part_kind().may_repeat && !c.is_given;
          const std::string index = is_numbered ? std::to_string(c.index) : "";
          line += std::isnan(c.value) ? fmt::format("  {}{} none", symbol_of(request, c), index)
                                      : fmt::format("  {}{} {:+.3g}", symbol_of(request, c), index, c.value);
          any = true;
        }
      }
      if (any) {
        log::line(line);
      }
    }
  }
}

}  // namespace epitaxy::app
