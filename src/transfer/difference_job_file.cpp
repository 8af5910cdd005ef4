#include "data/hdf5.h"
#include "transfer/difference_job.h"

namespace epitaxy::transfer {

void write_result(data::Hdf5File& file, const DifferenceResult& result) {
  file.write("/rows", result.rows);
  file.write("/prediction", result.prediction.value);
  file.write("/deviation", result.prediction.deviation);
  file.write("/low", result.prediction.low);
  file.write("/high", result.prediction.high);
  file.write("/importances", result.importances);
  file.write("/inner", result.prediction.inner);
  file.write("/inner_errors", result.inner_errors);
  file.write("/inner_fold", result.inner_fold);
  file.write_attribute("/", "candidate", result.candidate);
}

DifferenceResult read_difference_result(const data::Hdf5File& file) {
  DifferenceResult result;
  result.rows = file.read<std::int64_t>("/rows");
  result.prediction = {file.read<double>("/prediction"), file.read<double>("/deviation"), file.read<double>("/low"),
                       file.read<double>("/high"), file.read<double>("/inner")};
  result.importances = file.read<double>("/importances");
  result.inner_errors = file.read<double>("/inner_errors");
  result.inner_fold = file.read<std::int64_t>("/inner_fold");
  result.candidate = file.integer_attribute("/", "candidate");
  return result;
}

}  // namespace epitaxy::transfer
