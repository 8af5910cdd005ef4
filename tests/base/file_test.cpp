#include "base/file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("epitaxy_file_test" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }

  long entries() const { return std::distance(fs::directory_iterator(path), fs::directory_iterator()); }
};

bool says(const std::exception& error, const std::string& text) {
  BOOST_TEST_MESSAGE(error.what());
  return std::string(error.what()).find(text) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(file_test, Folder)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_and_nothing_else_stays) {
  const std::string content("a\r\n\0b", 5);
  file::write_atomically(path / "x", content);
  BOOST_TEST(file::read(path / "x") == content);
  file::write_atomically(path / "x", "");
  BOOST_TEST(file::read(path / "x") == "");
  BOOST_TEST(entries() == 1);
}

BOOST_AUTO_TEST_CASE(a_name_without_a_folder_is_in_the_current_one) {
  const fs::path before = fs::current_path();
  fs::current_path(path);
  file::write_atomically("plain.txt", "x");
  fs::current_path(before);
  BOOST_TEST(file::read(path / "plain.txt") == "x");
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_read_are_input_errors) {
  BOOST_CHECK_EXCEPTION(file::read(path / "none"), InputError,
                        [](const InputError& e) { return says(e, "No such file"); });
  BOOST_CHECK_EXCEPTION(file::read(path), InputError, [](const InputError& e) { return says(e, "is a folder"); });
}

BOOST_AUTO_TEST_CASE(a_writer_that_fails_leaves_the_old_file) {
  file::write_atomically(path / "x", "old");
  const auto writer = [](const fs::path& temporary) {
    std::ofstream(temporary) << "half";
    throw InputError("no such column");
  };
  BOOST_CHECK_EXCEPTION(file::write_atomically(path / "x", writer), InputError,
                        [](const InputError& e) { return e.what() == std::string("no such column"); });
  BOOST_TEST(file::read(path / "x") == "old");
  BOOST_TEST(entries() == 1);
}

BOOST_AUTO_TEST_CASE(the_new_file_appears_only_when_complete) {
  file::write_atomically(path / "x", "old");
  file::write_atomically(path / "x", [this](const fs::path& temporary) {
    BOOST_TEST((temporary.parent_path() == path));
    std::ofstream(temporary) << "new";
    BOOST_TEST(file::read(path / "x") == "old");
  });
  BOOST_TEST(file::read(path / "x") == "new");
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_named_with_what_to_do) {
  file::write_atomically(path / "x", "old");
  const auto writer = [](const fs::path&) {
    throw std::system_error(std::make_error_code(std::errc::no_space_on_device));
  };
  BOOST_CHECK_EXCEPTION(file::write_atomically(path / "x", writer), Error, [this](const Error& e) {
    return says(e, "cannot write " + (path / "x").string() + ": No space left on device (") &&
           says(e, "free on that file system); free some space and run again, nothing was lost");
  });
  BOOST_TEST(file::read(path / "x") == "old");
}

// A limit on the size of files stands for a disk that fills up in the middle of a write.
BOOST_AUTO_TEST_CASE(a_write_that_stops_half_way_leaves_the_old_file) {
  file::write_atomically(path / "x", "old");
  rlimit before{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{4096, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string message;
  try {
    file::write_atomically(path / "x", std::string(10000, 'n'));
  } catch (const Error& error) {
    message = error.what();
  }
  BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  BOOST_TEST(message == "cannot write " + (path / "x").string() + ": File too large");
  BOOST_TEST(file::read(path / "x") == "old");
  BOOST_TEST(entries() == 1);
}

BOOST_AUTO_TEST_CASE(a_folder_is_made_with_its_parents_and_left_empty) {
  file::make_writable_folder(path / "a" / "b");
  file::make_writable_folder(path / "a" / "b");
  BOOST_TEST(fs::is_directory(path / "a" / "b"));
  BOOST_TEST(fs::is_empty(path / "a" / "b"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_an_input_error) {
  file::write_atomically(path / "x", "a file");
  BOOST_CHECK_EXCEPTION(file::make_writable_folder(path / "x" / "y"), InputError,
                        [this](const InputError& e) { return says(e, (path / "x" / "y: Not a directory").string()); });
  BOOST_CHECK_EXCEPTION(file::make_writable_folder("/proc/self"), InputError,
                        [](const InputError& e) { return says(e, "cannot write in the folder /proc/self: "); });
}

BOOST_AUTO_TEST_CASE(files_and_folders_can_be_flushed) {
  file::write_atomically(path / "x", "x");
  BOOST_CHECK_NO_THROW(file::sync(path / "x"));
  BOOST_CHECK_NO_THROW(file::sync(path));
  BOOST_CHECK_EXCEPTION(file::sync(path / "none"), Error, [](const Error& e) { return says(e, "No such file"); });
}

BOOST_AUTO_TEST_CASE(a_file_is_created_once) {
  BOOST_TEST(file::create(path / "x", "first"));
  BOOST_TEST(!file::create(path / "x", "second"));
  BOOST_TEST(file::read(path / "x") == "first");
  BOOST_TEST(entries() == 1);
}

BOOST_AUTO_TEST_CASE(of_several_processes_one_creates_the_file) {
  constexpr int kProcesses = 8;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::_exit(file::create(path / "x", std::to_string(i)) ? 100 + i : 0);
    }
    children.push_back(child);
  }
  std::vector<int> creators;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WEXITSTATUS(status) >= 100) {
      creators.push_back(WEXITSTATUS(status) - 100);
    }
  }
  BOOST_REQUIRE(creators.size() == 1U);
  BOOST_TEST(file::read(path / "x") == std::to_string(creators.front()));
  BOOST_TEST(entries() == 1);
}

// A process that has ended but was not waited for still has its number.
BOOST_AUTO_TEST_CASE(temporaries_of_ended_processes_are_removed) {
  const pid_t child = ::fork();
  if (child == 0) {
    file::write_atomically(path / "x", [](const fs::path& temporary) {
      std::ofstream(temporary) << "half";
      ::_exit(0);
    });
  }
  siginfo_t ended{};
  BOOST_REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) == 0);
  BOOST_TEST(entries() == 1);
  file::remove_temporaries(path);
  BOOST_TEST(entries() == 0);
  ::waitpid(child, nullptr, 0);
}

BOOST_AUTO_TEST_CASE(temporaries_below_the_folder_are_removed_too) {
  fs::create_directories(path / "parts");
  const pid_t child = ::fork();
  if (child == 0) {
    file::write_atomically(path / "parts" / "x", [](const fs::path& temporary) {
      std::ofstream(temporary) << "half";
      ::_exit(0);
    });
  }
  ::waitpid(child, nullptr, 0);
  BOOST_REQUIRE(!fs::is_empty(path / "parts"));
  file::remove_temporaries(path);
  BOOST_TEST(fs::is_empty(path / "parts"));
}

// The number of a process that has ended may have been given to another one: here to this one.
BOOST_AUTO_TEST_CASE(a_process_is_known_by_its_start_too) {
  fs::path name;
  file::write_atomically(path / "x", [&](const fs::path& temporary) {
    name = temporary;
    std::ofstream(temporary) << "new";
  });
  std::string text = name.string();
  text.insert(text.find('-', text.rfind(".tmp")) + 1, "1");
  std::ofstream(text) << "half";
  file::remove_temporaries(path);
  BOOST_TEST(!fs::exists(text));
  BOOST_TEST(entries() == 1);
}

BOOST_AUTO_TEST_CASE(temporaries_of_living_processes_stay) {
  file::write_atomically(path / "x", [this](const fs::path& temporary) {
    std::ofstream(temporary) << "new";
    file::remove_temporaries(path);  // as another job that starts in the same folder does
    BOOST_TEST(fs::exists(temporary));
  });
  BOOST_TEST(file::read(path / "x") == "new");
}

BOOST_AUTO_TEST_CASE(temporaries_of_other_machines_are_removed_when_they_are_old) {
  const fs::path fresh = path / "x.tmp99999999-1-0000abcd";
  const fs::path old = path / "y.tmp1-1-0000abcd";
  const fs::path other = path / "notes.tmp1-1-draft";
  for (const fs::path& file : {fresh, old, other}) {
    std::ofstream(file) << "half";
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(file == fresh ? 23 : 25));
  }
  file::remove_temporaries(path);
  BOOST_TEST(fs::exists(fresh));
  BOOST_TEST(!fs::exists(old));
  BOOST_TEST(fs::exists(other));
}

BOOST_AUTO_TEST_CASE(what_is_larger_than_expected_is_not_read_to_its_end) {
  const test::TemporaryFolder folder;
  folder.write("a", "12345");
  BOOST_TEST(file::read_at_most(folder / "a", 5) == "12345");
  BOOST_CHECK_EXCEPTION(file::read_at_most(folder / "a", 4), InputError, test::says("a has more than 4 bytes"));
  BOOST_CHECK_EXCEPTION(file::read_at_most("/dev/zero", 1000), InputError, test::says("/dev/zero has more than 1 kB"));
}

BOOST_AUTO_TEST_CASE(a_result_replaces_neither_what_is_read_nor_what_is_no_plain_file) {
  const test::TemporaryFolder folder;
  const fs::path input = folder.write("in.csv", "formula\n");
  folder.write("old.csv", "an earlier result");
  fs::create_symlink("in.csv", folder / "link.csv");
  fs::create_symlink("old.csv", folder / "other.csv");
  fs::create_symlink("nothing", folder / "dangling.csv");
  fs::create_hard_link(input, folder / "twin.csv");
  fs::create_directory(folder / "folder");
  BOOST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const auto refused = [&](const fs::path& output, const char* why) {
    BOOST_CHECK_EXCEPTION(file::check_replaceable(output, {folder / "none.h5", input}), InputError, test::says(why));
  };
  for (const char* name : {"in.csv", "link.csv", "twin.csv", "folder/../in.csv"}) {
    refused(folder / name, "would replace what is read");
  }
  refused(folder / "other.csv", "is a link to old.csv");
  refused(folder / "dangling.csv", "is a link to nothing");
  refused(folder / "folder", "is a folder");
  refused(folder / "new/", "is a folder");
  refused(folder / "pipe", "is a pipe");
  refused("", "empty");
  BOOST_CHECK_EXCEPTION(file::check_replaceable("/dev/full", {input}), Error,
                        test::says("/dev/full: cannot be written"));
  BOOST_CHECK_NO_THROW(file::check_replaceable(folder / "old.csv", {input}));
  BOOST_CHECK_NO_THROW(file::check_replaceable(folder / "new/folder/new.csv", {input}));
}

BOOST_AUTO_TEST_SUITE_END()
