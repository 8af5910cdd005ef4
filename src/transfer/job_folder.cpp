#include "epitaxy/transfer/job_folder.h"

#include <chrono>
#include <utility>

#include "epitaxy/base/file.h"
#include "epitaxy/base/hash.h"
#include "epitaxy/base/log.h"
#include "epitaxy/base/text.h"
#include "epitaxy/parallel/farm.h"

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

bool do_jobs(const parallel::Communicator& communicator, parallel::StopHandler& stop, std::size_t jobs,
             const JobWork& work) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  parallel::Farm farm(communicator, stop);
  return farm.run(jobs, [&](std::size_t i, const std::function<bool()>& stop_requested) {
    const auto news = work(i, stop_requested);
    if (news && !news->empty()) {
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      log::info("{}; {}", *news, text::time_left(seconds, i + 1, jobs));
    }
    return news.has_value();
  });
}

}  // namespace epitaxy::transfer
