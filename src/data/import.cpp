#include "data/import.h"

#include <chrono>

#include "base/log.h"
#include "data/import_report.h"
#include "data/import_rows.h"

namespace epitaxy::data {

namespace {

ImportResult collect(const parallel::Communicator& communicator, const ImportSettings& settings) {
  if (settings.kind == ImportKind::molecules) {
    return collect_molecules(communicator, settings);
  }
  ImportResult result;
  communicator.on_root([&] { result = collect_compositions(settings); });
  return result;
}

}  // namespace

ImportResult import_compositions(const ImportSettings& settings) {
  ImportResult result = collect_compositions(settings);
  check_result(settings, result, "");
  return result;
}

ImportResult import_source(const parallel::Communicator& communicator, const ImportSettings& settings) {
  ImportResult result = collect(communicator, settings);
  communicator.on_root([&] { check_result(settings, result, ""); });
  return result;
}

void check_import(const parallel::Communicator& communicator, const ImportSettings& settings) {
  const ImportResult result = import_source(communicator, settings);
  log::info("data: {} rows read, {} kept, {} rejected, {} merged", result.rows_read, result.dataset.index.rows,
            result.rejected.size(), result.merged);
}

bool run_import(const parallel::Communicator& communicator, const ImportSettings& settings,
                const std::filesystem::path& folder, parallel::StopHandler&) {
  const auto start = std::chrono::steady_clock::now();
  const ImportResult result = collect(communicator, settings);
  communicator.on_root([&] {
    const std::filesystem::path rejected = folder / "rejected.csv";
    write_rejected(rejected, result.rejected);
    check_result(settings, result, rejected.string());
    write_dataset(folder / "dataset.h5", result.dataset);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    write_summary(folder / "summary.json", result, seconds.count());
    log_import(settings, result, folder);
  });
  return true;
}

}  // namespace epitaxy::data
