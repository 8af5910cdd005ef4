#include "base/log.h"

#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "captured_output.h"

using namespace epitaxy;
namespace fs = std::filesystem;

namespace {

struct Folder : CapturedOutput {
  Folder() : CapturedOutput("epitaxy_log_test") {}
  ~Folder() {
    log::close_file();
    log::set_silent(false);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(log_test, Folder)

BOOST_AUTO_TEST_CASE(lines_go_to_standard_output_and_warnings_to_standard_error) {
  const auto [out, err] = caught([] {
    log::info("{} rows", 5);
    log::warning("{} left out", 2);
  });
  BOOST_TEST(out == "5 rows\n");
  BOOST_TEST(err == "warning: 2 left out\n");
}

BOOST_AUTO_TEST_CASE(the_file_gets_both_with_the_time_and_is_appended_to) {
  file::write_atomically(path / "log.txt", "before\n");
  caught([this] {
    log::open_file(path / "log.txt");
    log::line("first {}");
    log::warning_line("second");
    log::close_file();
    log::line("third");
  });
  std::string content = file::read(path / "log.txt");
  std::ranges::replace_if(
      content, [](unsigned char c) { return std::isdigit(c) != 0; }, '0');
  BOOST_TEST(content ==
             "before\n"
             "0000-00-00 00:00:00 first {}\n"
             "0000-00-00 00:00:00 warning: second\n");
}

BOOST_AUTO_TEST_CASE(a_silent_rank_writes_nothing_anywhere) {
  const auto [out, err] = caught([this] {
    log::set_silent(true);
    log::open_file(path / "log.txt");
    log::line("line");
    log::warning_line("warning");
    log::progress_line("progress", true);
  });
  BOOST_TEST(out + err == "");
  BOOST_TEST(!fs::exists(path / "log.txt"));
}

BOOST_AUTO_TEST_CASE(progress_is_thinned_out_but_its_end_is_told) {
  if (::isatty(STDOUT_FILENO) != 0) {
    BOOST_TEST_MESSAGE("standard output is a terminal: progress rewrites one line");
    return;
  }
  const auto [out, err] = caught([] {
    log::progress_line("epoch 1", false);
    log::progress_line("epoch 2", false);
    log::progress_line("epoch 3", true);
    log::progress_line("again 1", false);
    log::progress_line("again 2", false);
  });
  BOOST_TEST(out == "epoch 1\nepoch 3\nagain 1\n");
  BOOST_TEST(err == "");
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_be_opened_is_an_error) {
  BOOST_CHECK_THROW(log::open_file("/proc/self/log.txt"), Error);
}

BOOST_AUTO_TEST_CASE(a_log_that_can_no_longer_be_written_does_not_end_the_run) {
  const auto [out, err] = caught([] {
    log::open_file("/dev/full");
    log::line("first");
    log::line("second");
  });
  BOOST_TEST(out == "first\nsecond\n");
  BOOST_TEST(err.starts_with("warning: /dev/full is no longer written: "));
  BOOST_TEST(err.find("second") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
