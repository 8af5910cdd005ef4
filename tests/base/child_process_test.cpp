#include "base/child_process.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "data/temporary_folder.h"

using namespace epitaxy;

BOOST_AUTO_TEST_SUITE(child_process)

BOOST_AUTO_TEST_CASE(files_stay_and_memory_does_not) {
  const test::TemporaryFolder folder;
  int value = 1;
  BOOST_TEST(!death_in_child([&] {
                value = 2;
                file::write_atomically(folder / "result", std::string_view("done"));
              }).has_value());
  BOOST_TEST(value == 1);
  BOOST_TEST(file::read(folder / "result") == "done");
}

BOOST_AUTO_TEST_CASE(its_death_is_told) {
  BOOST_TEST(death_in_child([] { ::raise(SIGKILL); }).value() == "signal 9 (Killed)");
  BOOST_TEST(death_in_child([] { ::_exit(0); }).value() == "exit code 0");
  BOOST_TEST(death_in_child([] { ::_exit(3); }).value() == "exit code 3");
}

BOOST_AUTO_TEST_CASE(an_exception_is_no_death) {
  BOOST_TEST(!death_in_child([] { fail("no space"); }).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
