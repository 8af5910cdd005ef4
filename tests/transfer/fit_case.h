#pragma once
/// \file
/// A table of chains and a fit to it.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "config/key_reader.h"
#include "transfer/difference_case.h"
#include "transfer/fit.h"

namespace epitaxy::test {

/// A table of chains, whose value counts atoms; `half` is missing in every second row.
inline std::string chain_table(std::size_t count) {
  std::string text = "smiles,value_eV,half_eV,cheap_eV\n";
  const auto rows = chains(0, count);
  for (std::size_t i = 0; i < count; ++i) {
    const double value = rows.index.targets[1].values[i];
    text += fmt::format("{},{},{},{}\n", rows.index.texts[i], value, i % 2 == 0 ? std::to_string(2 * value) : "",
                        rows.index.targets[0].values[i]);
  }
  return text;
}

class FitCase {
 public:
  explicit FitCase(const std::string& table = chain_table(80)) { file::write_atomically(folder_ / "rows.csv", table); }

  transfer::FitSettings settings(const std::string& keys = "learn: value") const {
    const auto document = config::Document::from_text(fmt::format(R"(
table:
  source: {}
  kind: molecules
  duplicates: keep
  targets:
    - {{column: value_eV, name: value, unit: eV}}
    - {{column: half_eV, name: half, unit: eV}}
    - {{column: cheap_eV, name: cheap, unit: eV}}
features: [{{kind: morgan, radius: 1, bits: 256}}]
learners: {{ridge: {{penalty: [0.001, 1]}}, kernel_ridge: {{penalty: 0.01}}}}
folds: 4
inner_folds: 3
{}
)",
                                                                  (folder_ / "rows.csv").string(), keys),
                                                      "fit.yaml");
    auto result = config::read<transfer::FitSettings>(document.root());
    document.finish();
    return result;
  }
  nlohmann::json run(const transfer::FitSettings& settings) const {
    parallel::StopHandler stop;
    BOOST_TEST(transfer::run_fit(parallel::Communicator::self(), settings, folder_ / "run", stop));
    return nlohmann::json::parse(file::read(folder_ / "run" / "summary.json"));
  }
  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

}  // namespace epitaxy::test
