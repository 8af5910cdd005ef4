#include "epitaxy/base/error.h"
#include "epitaxy/base/file.h"
#include "epitaxy/base/log.h"
#include "epitaxy/data/hdf5.h"
#include "epitaxy/transfer/difference_job.h"

namespace epitaxy::transfer {

void write_job(const std::filesystem::path& path, const DifferenceResult& result, const std::string& signature) {
  file::write_atomically(path, [&](const std::filesystem::path& temporary) {
    data::Hdf5File out(temporary, data::Hdf5File::Mode::create);
    out.write("/rows", result.rows);
    out.write("/prediction", result.prediction.value);
    out.write("/deviation", result.prediction.deviation);
    out.write("/low", result.prediction.low);
    out.write("/high", result.prediction.high);
    out.write("/importances", result.importances);
    out.write("/inner", result.prediction.inner);
    out.write("/inner_errors", result.inner_errors);
    out.write("/inner_fold", result.inner_fold);
    out.write_attribute("/", "format", std::string("epitaxy job"));
    out.write_attribute("/", "candidate", result.candidate);
    out.write_attribute("/", "signature", signature);
    out.close();
  });
}

std::optional<DifferenceResult> read_difference_job(const std::filesystem::path& path, const std::string& signature) {
  if (!std::filesystem::exists(path)) {
    return std::nullopt;
  }
  try {
    const data::Hdf5File in(path, data::Hdf5File::Mode::read);
    if (in.text_attribute("/", "signature") != signature) {
      return std::nullopt;
    }
    DifferenceResult result;
    result.rows = in.read<std::int64_t>("/rows");
    result.prediction = {in.read<double>("/prediction"), in.read<double>("/deviation"), in.read<double>("/low"),
                         in.read<double>("/high"), in.read<double>("/inner")};
    result.importances = in.read<double>("/importances");
    result.inner_errors = in.read<double>("/inner_errors");
    result.inner_fold = in.read<std::int64_t>("/inner_fold");
    result.candidate = in.integer_attribute("/", "candidate");
    return result;
  } catch (const InputError& error) {
    log::warning("{}; the job is done again", error.what());
    return std::nullopt;
  }
}

}  // namespace epitaxy::transfer
