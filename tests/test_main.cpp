// The entry point of every test program: MPI is up for the whole run where a launcher started several ranks, so the
// same tests serve any number of them.
#define BOOST_TEST_NO_MAIN
#define BOOST_TEST_ALTERNATIVE_INIT_API
#include <boost/test/included/unit_test.hpp>

#include "parallel/environment.h"

int main(int argc, char** argv) {
  using namespace epitaxy::parallel;
  const Launch launch = launch_of(launch_variables());
  const Environment environment(launch, role_of(launch, "run"));
  return boost::unit_test::unit_test_main([] { return true; }, argc, argv);
}
