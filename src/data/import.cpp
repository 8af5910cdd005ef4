#include "data/import.h"

#include <chrono>
#include <cmath>

#include "base/log.h"
#include "data/import_collect.h"
#include "data/import_report.h"

namespace epitaxy::data {

void DuplicateSpread::note(double value, std::size_t line) {
  if (std::isnan(value)) {
    return;
  }
  ++count;
  if (value < low) {
    low = value;
    low_line = line;
  }
  if (value > high) {
    high = value;
    high_line = line;
  }
}

ImportResult import_source(const parallel::Communicator& communicator, const ImportSettings& settings) {
  const ImportSettings all = complete(settings);
  ImportResult result = collect(communicator, all);
  communicator.on_root([&] { check_result(all, result, ""); });
  return result;
}

void check_import(const parallel::Communicator& communicator, const ImportSettings& settings) {
  const ImportResult result = import_source(communicator, settings);
  log::info("data: {} rows read, {} kept, {} rejected, {} merged", result.rows_read, result.dataset.index.rows,
            result.rejected.size(), result.merged);
  communicator.on_root([&] {
    const ImportSettings all = complete(settings);
    log_quality(assess(all, result), all, result);
  });
}

bool run_import(const parallel::Communicator& communicator, const ImportSettings& settings,
                const std::filesystem::path& folder, parallel::StopHandler&) {
  const auto start = std::chrono::steady_clock::now();
  const ImportSettings all = complete(settings);
  const ImportResult result = collect(communicator, all);
  communicator.on_root([&] {
    const std::filesystem::path rejected = folder / "rejected.csv";
    write_rejected(rejected, result.rejected);
    check_result(all, result, rejected.string());
    write_dataset(folder / "dataset.h5", result.dataset);
    const Quality quality = assess(all, result);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    write_summary(folder / "summary.json", result, quality, seconds.count());
    log_import(all, result, folder);
    log_quality(quality, all, result);
  });
  return true;
}

}  // namespace epitaxy::data
