#include "sampling/campaign/campaign.h"

#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "config/key_reader.h"
#include "data/hdf5.h"
#include "sampling/campaign/part_file.h"

namespace epitaxy::sampling {

namespace fs = std::filesystem;

namespace {

/// The block of this number when the lists follow one another.
std::pair<const BlockList*, BlockKey> block_at(const std::vector<BlockList>& lists, std::size_t number) {
  auto list = lists.begin();
  while (number >= list->count()) {
    number -= list->count();
    ++list;
  }
  return {&*list, list->key(number)};
}

parallel::TaskState look_at_part(const fs::path& path, std::size_t points, const std::string& campaign) {
  using parallel::TaskState;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    return TaskState::missing;
  }
  try {
    return read_part_header(path, campaign).points == points ? TaskState::whole : TaskState::damaged;
  } catch (const data::DamagedFileError&) {
    return TaskState::damaged;
  }
}

}  // namespace

std::size_t BlockList::count() const {
  check(block > 0 && points % block == 0, "a list consists of whole blocks");
  return points / block * scrambles;
}

BlockKey BlockList::key(std::size_t number) const {
  const std::size_t blocks = points / block;
  return {static_cast<std::uint32_t>(number / blocks), number % blocks * block};
}

std::vector<BlockKey> BlockList::keys() const {
  std::vector<BlockKey> keys(count());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = key(i);
  }
  return keys;
}

fs::path BlockList::path(BlockKey key) const { return folder / part_name(key); }

void claim_folder(const fs::path& folder, const std::string& settings) {
  const fs::path path = folder / "campaign.yaml";
  if (file::create(path, settings)) {
    return;
  }
  const std::string before = file::read(path);
  const char* advice = "Use another --output, or --fresh to throw it away";
  if (!config::is_signature(before)) {
    fail_input("the campaign in {} is of an earlier version, which recorded its settings in another form. {}",
               folder.string(), advice);
  }
  if (before != settings) {
    fail_input("the campaign in {} was made with another model, other data or other settings:{}\n{}", folder.string(),
               config::signature_difference(before, settings, "campaign: ", "input:    "), advice);
  }
}

parallel::TaskWork compute_blocks(const parallel::Communicator& communicator, const std::vector<BlockList>& lists,
                                  const std::string& campaign, parallel::StopHandler& stop) {
  parallel::TaskList tasks;
  tasks.kinds.clear();
  for (const BlockList& list : lists) {
    tasks.count += list.count();
    tasks.kinds.push_back(list.name);
  }
  communicator.on_root([&] {
    for (const BlockList& list : lists) {
      if (list.count() > 0) {
        file::make_writable_folder(list.folder);
      }
    }
  });
  tasks.shuffled = true;
  tasks.name = "campaign";
  tasks.unit = "block";
  tasks.path = [&](std::size_t task) {
    const auto [list, key] = block_at(lists, task);
    return list->path(key);
  };
  tasks.look = [&](std::size_t task) {
    const auto [list, key] = block_at(lists, task);
    return look_at_part(list->path(key), list->block, campaign);
  };
  tasks.cost = [&](std::size_t task) { return static_cast<std::int64_t>(block_at(lists, task).first->block); };
  tasks.kind = [&](std::size_t task) { return static_cast<std::size_t>(block_at(lists, task).first - lists.data()); };
  tasks.compute = [&](std::span<const std::size_t> batch, const std::function<bool()>&) {
    const auto [list, key] = block_at(lists, batch.front());
    write_part(list->path(key), list->compute(key), campaign);
    return batch.size();
  };
  tasks.report = [](log::Progress& progress, const parallel::TaskWork& work) {
    progress.tell(fmt::format("{:.0f} points/s", static_cast<double>(work.cost) / work.seconds));
  };
  const std::size_t all = tasks.count;
  parallel::TaskFolder folder(communicator, stop, std::move(tasks));
  log::info("{} of {} blocks are there{}", all - folder.missing(), all,
            folder.missing() == 0 ? "" : fmt::format(", {} to compute", folder.missing()));
  return folder.run();
}

}  // namespace epitaxy::sampling
