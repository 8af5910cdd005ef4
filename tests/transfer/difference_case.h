#pragma once
/// \file
/// Files and settings of difference learning with a ridge regression.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "base/file.h"
#include "learners/candidate_of.h"
#include "transfer/difference_data.h"
#include "transfer/transfer_case.h"

namespace epitaxy::test {

inline learners::Candidate ridge(double penalty) {
  return candidate_of(learners::ridge(), fmt::format("penalty: {}", penalty));
}

/// Chains of atoms whose better value is the cheap one and the number of oxygens and 0.5.
class DifferenceCase {
 public:
  explicit DifferenceCase(const data::Dataset& rows = chains(0, 120)) {
    data::write_dataset(folder_ / "rows.h5", rows);
    settings.file = folder_ / "rows.h5";
    settings.measured = "better";
    settings.cheap = {"cheap"};
    settings.features = {{features::Block{.morgan = {1, 256, true}}}};
    settings.learners = {{"ridge", {ridge(1e-4), ridge(1e4)}}};
    settings.ways = transfer::all_ways();
    settings.folds = 4;
    settings.inner_folds = 3;
    settings.seeds = {1};
  }

  void set_test(const data::Dataset& rows) {
    data::write_dataset(folder_ / "test.h5", rows);
    settings.test_file = folder_ / "test.h5";
  }
  transfer::DifferenceData load() const {
    return transfer::load_difference_data(parallel::Communicator::self(), settings);
  }
  nlohmann::json run(const std::string& name = "run") const {
    parallel::StopHandler stop;
    file::make_writable_folder(folder_ / name);
    BOOST_TEST(transfer::run_difference(parallel::Communicator::self(), settings, folder_ / name, stop));
    return nlohmann::json::parse(file::read(folder_ / name / "summary.json"));
  }
  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

  transfer::DifferenceSettings settings;

 private:
  TemporaryFolder folder_;
};

}  // namespace epitaxy::test
