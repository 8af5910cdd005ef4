#include "learners/candidate_keys.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "config/key_list.h"
#include "data/temporary_folder.h"
#include "learners/candidate_of.h"

using namespace epitaxy;
using namespace epitaxy::learners;

namespace {

std::vector<std::string> describe(const char* yaml) {
  std::vector<std::string> texts;
  for (const Candidate& candidate : test::candidates_of(kernel_ridge(), yaml)) {
    texts.push_back(candidate.describe());
  }
  return texts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(candidate_keys)

BOOST_AUTO_TEST_CASE(lists_multiply_and_the_last_key_changes_fastest) {
  BOOST_TEST(describe("{}") == std::vector<std::string>{"penalty 0.03, fragments 0.5, width 1, cheap_width 1"},
             boost::test_tools::per_element());
  const std::vector<std::string> four{
      "penalty 1, fragments 0.5, width 2, cheap_width 1", "penalty 1, fragments 0.5, width 3, cheap_width 1",
      "penalty 0.1, fragments 0.5, width 2, cheap_width 1", "penalty 0.1, fragments 0.5, width 3, cheap_width 1"};
  BOOST_TEST(describe("{width: [2, 3], penalty: [1, 0.1]}") == four, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_empty_list_leaves_the_default) { BOOST_TEST(describe("width: []").size() == 1U); }

BOOST_AUTO_TEST_CASE(names_and_flags_multiply_too) {
  const std::string usual = "penalty 0.03, fragments 0.5, width 1, cheap_width 1";
  BOOST_TEST(describe("{shape: [gaussian, laplacian], squash: [false, true]}") ==
                 (std::vector<std::string>{usual, usual + ", gaussian, squashed", usual + ", laplacian",
                                           usual + ", laplacian, squashed"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(unknown_names_are_refused_with_the_known_ones) {
  BOOST_CHECK_EXCEPTION(describe("shape: [gaussian, cubic]"), InputError,
                        test::says("must be one of gaussian, laplacian, not 'cubic'"));
  BOOST_CHECK_EXCEPTION(describe("squash: maybe"), InputError, test::says("must be one of false, true"));
}

BOOST_AUTO_TEST_CASE(values_out_of_range_are_refused) {
  BOOST_CHECK_EXCEPTION(describe("width: [1, -1]"), InputError, test::says("width"));
}

BOOST_AUTO_TEST_CASE(a_list_of_keys_has_the_defaults) {
  config::KeyList list;
  ridge().candidates(list);
  BOOST_REQUIRE(list.keys().size() == 1U);
  BOOST_TEST(list.keys()[0].name == "penalty");
  BOOST_TEST(list.keys()[0].fallback == "[0.1]");
}

BOOST_AUTO_TEST_SUITE_END()
