#pragma once
/// \file
/// The results of a stage's jobs, a file each, from which a stopped stage goes on.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "config/keys.h"
#include "data/hdf5.h"
#include "parallel/communicator.h"
#include "parallel/stop.h"
#include "parallel/task_folder.h"

namespace epitaxy::transfer {

/// What a job is called and what its result depends on besides what all jobs of the stage share.
struct JobLabel {
  std::string name;      ///< Of the file, without `.h5`.
  std::string settings;  ///< What decides its bits.
};

/// Files of results. Those of other settings, data or models count as not there.
class JobFolder {
 public:
  /// Makes the folder. `signature` stands for what all jobs share. Collective.
  JobFolder(const parallel::Communicator& communicator, std::filesystem::path folder, std::string signature);

  std::filesystem::path path(const JobLabel& job) const { return folder_ / (job.name + ".h5"); }
  void write(const JobLabel& job, const std::function<void(data::Hdf5File&)>& content) const;

  /// Whole when `is_whole` says so of the file, damaged when it cannot be read.
  parallel::TaskState look(const JobLabel& job, const std::function<bool(const data::Hdf5File&)>& is_whole) const;

  /// What `content(file)` returns; nothing when there is no file. Throws InputError when it is damaged.
  template <typename Read>
  auto find(const JobLabel& job, Read content) const {
    std::optional<std::invoke_result_t<Read, const data::Hdf5File&>> result;
    visit(job, [&](const data::Hdf5File& file) { result = content(file); });
    return result;
  }

  /// The same of a job that is done.
  template <typename Read>
  auto get(const JobLabel& job, Read content) const {
    auto result = find(job, content);
    if (!result && std::filesystem::exists(path(job))) {
      fail("{} holds a job of other settings now: another run works in this folder; use another --output",
           path(job).string());
    }
    if (!result) {
      fail("the result of {} is gone: run again", path(job).string());
    }
    return std::move(*result);
  }

 private:
  std::string signature_of(const JobLabel& job) const;
  void visit(const JobLabel& job, const std::function<void(const data::Hdf5File&)>& content) const;

  std::filesystem::path folder_;
  std::string signature_;
};

/// The key `seeds` of a stage that does each job with each of them.
void seed_keys(config::Keys& k, std::vector<std::uint64_t>& seeds);

/// The jobs of a stage, by number.
struct JobList {
  std::size_t count = 0;
  std::function<const JobLabel&(std::size_t i)> label;
  std::function<bool(std::size_t i, const data::Hdf5File&)> is_whole;  ///< Is everything there?
  std::function<std::int64_t(std::size_t i)> cost;                     ///< In any unit, above zero.
  std::vector<std::string> kinds;  ///< By what the time of jobs of the same cost depends on.
  std::function<std::size_t(std::size_t i)> kind;
  /// Does a job, writes its result and returns what to tell of it; nothing when `stop` said so.
  std::function<std::optional<std::string>(std::size_t i, const std::function<bool()>& stop)> run;
};

/// Each job without a result on one of the ranks. Returns false when some were left undone. Collective.
bool do_jobs(const parallel::Communicator& communicator, parallel::StopHandler& stop, const JobFolder& files,
             const JobList& jobs);

}  // namespace epitaxy::transfer
