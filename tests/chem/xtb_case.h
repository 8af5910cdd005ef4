#pragma once
/// \file
/// What tests with libxtb need.
#include <boost/test/unit_test.hpp>

#include "chem/xtb.h"
#include "linalg/cpu.h"

namespace epitaxy::test {

struct OneThread {
  OneThread() { linalg::set_up_kernels(); }
};

inline boost::test_tools::assertion_result with_xtb(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result result(chem::xtb_available());
  result.message() << "this build has no libxtb";
  return result;
}

}  // namespace epitaxy::test
