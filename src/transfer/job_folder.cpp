#include "transfer/job_folder.h"

#include <set>
#include <utility>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"

namespace epitaxy::transfer {

JobFolder::JobFolder(const parallel::Communicator& communicator, std::filesystem::path folder, std::string signature)
    : folder_(std::move(folder)), signature_(std::move(signature)) {
  communicator.on_root([&] { file::make_writable_folder(folder_); });
}

std::string JobFolder::signature_of(const JobLabel& job) const {
  Hasher hasher;
  hasher.add(signature_);
  hasher.add(job.name);
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
  const data::Hdf5File in(path(job), data::Hdf5File::Mode::read);
  if (!in.is_sealed()) {
    throw data::DamagedFileError(
        fmt::format("{}: was changed by another program (its checksum is gone)", path(job).string()));
  }
  if (in.text_attribute("/", "signature") == signature_of(job)) {
    content(in);
  }
}

parallel::TaskState JobFolder::look(const JobLabel& job,
                                    const std::function<bool(const data::Hdf5File&)>& is_whole) const {
  using parallel::TaskState;
  try {
    return find(job, is_whole).value_or(false) ? TaskState::whole : TaskState::missing;
  } catch (const InputError&) {
    return TaskState::damaged;
  }
}

void seed_keys(config::Keys& k, std::vector<std::uint64_t>& seeds) {
  k.integers(seeds, config::Key("seeds", "of the jobs: each job is done with each of them").output(), {0, 1e6});
  if (seeds.empty()) {
    k.problem("seeds", "must list at least one seed");
  }
  std::set<std::uint64_t> distinct;
  for (const std::uint64_t seed : seeds) {
    if (!distinct.insert(seed).second) {
      k.problem("seeds", fmt::format("lists {} twice: the same job would count as two", seed));
    }
  }
}

bool do_jobs(const parallel::Communicator& communicator, parallel::StopHandler& stop, const JobFolder& files,
             const JobList& jobs) {
  std::optional<std::string> news;  // of this rank's last job
  parallel::TaskList tasks;
  tasks.count = jobs.count;
  tasks.unit = "job";
  tasks.again = "the job is done again";
  tasks.path = [&](std::size_t i) { return files.path(jobs.label(i)); };
  tasks.look = [&](std::size_t i) {
    return files.look(jobs.label(i), [&](const data::Hdf5File& file) { return jobs.is_whole(i, file); });
  };
  tasks.cost = jobs.cost;
  tasks.kinds = jobs.kinds;
  tasks.kind = jobs.kind;
  tasks.compute = [&](std::span<const std::size_t> batch, const std::function<bool()>& stop_requested) -> std::size_t {
    news = jobs.run(batch.front(), stop_requested);
    return news ? 1 : 0;
  };
  tasks.report = [&](log::Progress& progress, const parallel::TaskWork&) {
    if (news) {
      progress.news(*std::exchange(news, std::nullopt));
    }
  };
  parallel::TaskFolder folder(communicator, stop, std::move(tasks));
  if (folder.missing() < jobs.count) {
    log::info("{} of {} jobs are done already", jobs.count - folder.missing(), jobs.count);
  }
  return folder.run().done;
}

}  // namespace epitaxy::transfer
