// The entry point of every test program: MPI is up for the whole run, so the same tests serve any number of ranks.
#define BOOST_TEST_NO_MAIN
#define BOOST_TEST_ALTERNATIVE_INIT_API
#include <mpi.h>

#include <boost/test/included/unit_test.hpp>

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  const int status = boost::unit_test::unit_test_main([] { return true; }, argc, argv);
  MPI_Finalize();
  return status;
}
