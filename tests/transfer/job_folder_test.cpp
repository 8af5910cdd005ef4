#include "transfer/job_folder.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/key_reader.h"
#include "data/hdf5_handle.h"
#include "data/shared_folder.h"

using namespace epitaxy;
using namespace epitaxy::transfer;
using parallel::Communicator;
using parallel::TaskState;
using test::says;
namespace fs = std::filesystem;

namespace {

struct Seeds {
  std::vector<std::uint64_t> seeds{1};
};

void keys(config::Keys& k, Seeds& s) { seed_keys(k, s.seeds); }

std::vector<std::uint64_t> read_seeds(const std::string& text) {
  const auto document = config::Document::from_text(text, "x.yaml");
  const auto settings = config::read<Seeds>(document.root());
  document.finish();
  return settings.seeds;
}

/// Jobs whose result is a number, in a folder of this rank.
struct Case {
  test::TemporaryFolder folder;
  JobLabel ridge{"ridge-seed1", "penalty: 1"};
  JobLabel forest{"forest-seed1", "penalty: 1"};  // the same settings

  JobFolder jobs(const std::string& signature = "data") const {
    return {Communicator::self(), folder.path(), signature};
  }
};

void write_value(const JobFolder& jobs, const JobLabel& job, std::int64_t value) {
  jobs.write(job, [&](data::Hdf5File& file) { file.write_attribute("/", "value", value); });
}

std::int64_t stored(const data::Hdf5File& file) { return file.integer_attribute("/", "value"); }

TaskState look(const JobFolder& jobs, const JobLabel& job) {
  return jobs.look(job, [](const data::Hdf5File&) { return true; });
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(job_folder, Case)

BOOST_AUTO_TEST_CASE(a_result_is_found_again) {
  const JobFolder files = jobs();
  BOOST_TEST(!files.find(ridge, stored).has_value());
  BOOST_TEST((look(files, ridge) == TaskState::missing));
  write_value(files, ridge, 7);
  BOOST_TEST(jobs().find(ridge, stored).value() == 7);
  BOOST_TEST(jobs().get(ridge, stored) == 7);
  BOOST_TEST((look(files, ridge) == TaskState::whole));
  BOOST_TEST((files.look(ridge, [](const data::Hdf5File&) { return false; }) == TaskState::missing));
}

BOOST_AUTO_TEST_CASE(a_copy_under_the_name_of_another_job_is_not_its_result) {
  const JobFolder files = jobs();
  write_value(files, ridge, 7);
  fs::copy_file(files.path(ridge), files.path(forest));
  BOOST_TEST(!files.find(forest, stored).has_value());
  BOOST_TEST((look(files, forest) == TaskState::missing));
  write_value(files, forest, 8);
  BOOST_TEST(files.get(ridge, stored) == 7);
  BOOST_TEST(files.get(forest, stored) == 8);
}

BOOST_AUTO_TEST_CASE(a_result_of_other_settings_or_data_is_none) {
  write_value(jobs(), ridge, 7);
  const JobLabel other{ridge.name, "penalty: 2"};
  BOOST_TEST((look(jobs(), other) == TaskState::missing));
  BOOST_TEST((look(jobs("other data"), ridge) == TaskState::missing));
  BOOST_TEST((look(jobs(), ridge) == TaskState::whole));
}

BOOST_AUTO_TEST_CASE(a_result_that_another_run_replaced_is_told_from_one_that_is_gone) {
  const JobFolder files = jobs();
  write_value(files, ridge, 7);
  write_value(jobs("other data"), ridge, 8);
  BOOST_CHECK_EXCEPTION(files.get(ridge, stored), Error,
                        says("ridge-seed1.h5 holds a job of other settings now", "use another --output"));
  write_value(files, {ridge.name, "penalty: 2"}, 9);
  BOOST_CHECK_EXCEPTION(files.get(ridge, stored), Error, says("ridge-seed1.h5 holds a job of other settings now"));
  fs::remove(files.path(ridge));
  BOOST_CHECK_EXCEPTION(files.get(ridge, stored), Error, says("the result of", "ridge-seed1.h5 is gone: run again"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_damaged) {
  const JobFolder files = jobs();
  write_value(files, ridge, 7);
  fs::resize_file(files.path(ridge), fs::file_size(files.path(ridge)) / 2);
  BOOST_TEST((look(files, ridge) == TaskState::damaged));
  fs::resize_file(files.path(ridge), 0);
  BOOST_TEST((look(files, ridge) == TaskState::damaged));
}

BOOST_AUTO_TEST_CASE(a_result_that_another_program_wrote_in_is_damaged) {
  const JobFolder files = jobs();
  write_value(files, ridge, 7);
  { const data::Handle elsewhere(H5Fopen(files.path(ridge).c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose); }
  BOOST_TEST((look(files, ridge) == TaskState::damaged));
}

BOOST_AUTO_TEST_CASE(each_seed_is_listed_once) {
  BOOST_TEST(read_seeds("{}") == std::vector<std::uint64_t>{1}, boost::test_tools::per_element());
  BOOST_TEST(read_seeds("seeds: [2, 0]") == (std::vector<std::uint64_t>{2, 0}), boost::test_tools::per_element());
  const auto refused = [](const std::string& text, const std::string& part) {
    BOOST_TEST_CONTEXT(text) { BOOST_CHECK_EXCEPTION(read_seeds(text), InputError, says("x.yaml:1", part)); }
  };
  refused("seeds: [1, 1]", "'seeds': lists 1 twice: the same job would count as two");
  refused("seeds: [3, 5, 3, 5]", "lists 3 twice");
  refused("seeds: [3, 5, 3, 5]", "lists 5 twice");
  refused("seeds: []", "'seeds': must list at least one seed");
  refused("seeds: [-1]", "seeds");
}

BOOST_AUTO_TEST_SUITE_END()
