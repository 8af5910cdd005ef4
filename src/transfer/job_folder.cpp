#include "transfer/job_folder.h"

#include <chrono>
#include <utility>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "parallel/farm.h"

namespace epitaxy::transfer {

JobFolder::JobFolder(const parallel::Communicator& communicator, std::filesystem::path folder, std::string signature)
    : folder_(std::move(folder)), signature_(std::move(signature)) {
  communicator.on_root([&] { file::make_writable_folder(folder_); });
}

std::string JobFolder::signature_of(const JobLabel& job) const {
  Hasher hasher;
  hasher.add(signature_);
  hasher.add(job.settings);
  return hasher.hex();
}

void JobFolder::write(const JobLabel& job, const std::function<void(data::Hdf5File&)>& content) const {
  file::write_atomically(path(job), [&](const std::filesystem::path& temporary) {
    data::Hdf5File out(temporary, data::Hdf5File::Mode::create);
    content(out);
    out.write_attribute("/", "format", std::string("epitaxy job"));
    out.write_attribute("/", "signature", signature_of(job));
    out.close();
  });
}

void JobFolder::visit(const JobLabel& job, const std::function<void(const data::Hdf5File&)>& content) const {
  if (!std::filesystem::exists(path(job))) {
    return;
  }
  try {
    const data::Hdf5File in(path(job), data::Hdf5File::Mode::read);
    if (in.text_attribute("/", "signature") == signature_of(job)) {
      content(in);
    }
  } catch (const InputError& error) {
    log::warning("{}; the job is done again", error.what());
  }
}

std::vector<std::uint64_t> read_seeds(config::Section root) {
  const auto seeds = root.integers("seeds", std::vector<long long>{1}, {0, 1e6});
  if (seeds.empty()) {
    root.problem("seeds", "must list at least one seed");
  }
  return {seeds.begin(), seeds.end()};
}

bool do_jobs(const parallel::Communicator& communicator, parallel::StopHandler& stop, const JobList& jobs) {
  constexpr char kMissing = '1';
  std::string states(jobs.count, '0');
  communicator.on_root([&] {
    for (std::size_t i = 0; i < jobs.count; ++i) {
      states[i] = jobs.is_done(i) ? '0' : kMissing;
    }
  });
  states = communicator.broadcast(std::move(states));
  std::vector<std::size_t> missing;
  std::vector<double> cost_until;  // with the job itself
  double cost = 0;
  for (std::size_t i = 0; i < jobs.count; ++i) {
    if (states[i] == kMissing) {
      missing.push_back(i);
      cost_until.push_back(cost += jobs.cost(i));
    }
  }
  if (missing.size() < jobs.count) {
    log::info("{} of {} jobs are done already", jobs.count - missing.size(), jobs.count);
  }
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  parallel::Farm farm(communicator, stop);
  return farm.run(missing.size(), [&](std::size_t m, const std::function<bool()>& stop_requested) {
    const auto news = jobs.run(missing[m], stop_requested);
    if (news) {
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      log::info("{}; {}", *news, text::time_left(seconds, cost_until[m], cost));
    }
    return news.has_value();
  });
}

}  // namespace epitaxy::transfer
