#include "sampling/search/search_proof.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

using namespace epitaxy;
using namespace epitaxy::sampling;

namespace {

chem::XtbResult result_of(double gap) {
  chem::XtbResult result;
  result.converged = true;
  result.energy_Ha = -10;
  result.homo_eV = -11;
  result.lumo_eV = -11 + gap;
  result.gap_eV = gap;
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(search_proof_test)

BOOST_AUTO_TEST_CASE(hits_are_counted_among_all_molecules) {
  std::vector<chem::XtbResult> results{result_of(2), result_of(2.5), result_of(4), result_of(1), result_of(1), {}};
  results[3].rearranged = true;  // small gaps of other molecules are no hits
  results[4].converged = false;
  results[5].failure = "no structure";
  const ObjectiveSettings objective{.property = "gap", .below = true, .limit = 3};
  const std::vector<double> predicted{1.5, 2.5, 3, 0, 0, 0};
  const SearchProof proof = judge_search(results, predicted, XtbQuantity::gap, objective);
  BOOST_TEST(proof.molecules == 6U);
  BOOST_TEST(proof.computed == 3U);
  BOOST_TEST(proof.rearranged == 1U);
  BOOST_TEST(proof.hits == 2U);
  BOOST_TEST(proof.mean == 8.5 / 3);
  BOOST_TEST(proof.mae == 0.5);
  BOOST_TEST(proof.rank_correlation == 1.0);
  const auto json = to_json(proof);
  BOOST_TEST(json["hit_rate"].get<double>() == 2.0 / 6);
  BOOST_TEST(json["hit_rate_of_computed"].get<double>() == 2.0 / 3);

  const ObjectiveSettings above{.property = "lumo", .below = false, .limit = -8};
  BOOST_TEST(judge_search(results, {}, XtbQuantity::lumo, above).hits == 1U);
  BOOST_TEST(!to_json(judge_search(results, {}, XtbQuantity::lumo, above)).contains("predicted_against_computed"));
  BOOST_TEST(to_json(judge_search({}, {}, XtbQuantity::gap, objective))["hit_rate"].is_null());
}

BOOST_AUTO_TEST_CASE(a_row_says_what_was_computed) {
  const ObjectiveSettings objective{.property = "gap", .below = true, .limit = 3};
  const auto columns = xtb_columns(XtbQuantity::gap);
  const auto fields = xtb_fields(result_of(2.5), XtbQuantity::gap, objective);
  BOOST_REQUIRE(fields.size() == columns.size());
  BOOST_TEST(columns[0] == "xtb_gap_eV");
  BOOST_TEST(fields == (std::vector<std::string>{"2.5", "-10", "1", "0", "1", "", ""}),
             boost::test_tools::per_element());
  chem::XtbResult failed;
  failed.failure = "no structure";
  BOOST_TEST(xtb_fields(failed, XtbQuantity::gap, objective) ==
                 (std::vector<std::string>{"", "", "0", "0", "0", "no structure", "failed"}),
             boost::test_tools::per_element());
  BOOST_TEST(!computed_value(failed, XtbQuantity::homo));
}

BOOST_AUTO_TEST_CASE(what_is_no_chemistry_is_no_hit_and_has_a_cause) {
  const ObjectiveSettings objective{.property = "gap", .below = true, .limit = 6};
  std::vector<chem::XtbResult> results(8, result_of(2));
  results[0].failure = "no structure";
  results[1].converged = false;
  results[1].failure = "not converged after 3 steps";
  results[2].rearranged = results[2].fell_apart = true;
  results[3].rearranged = true;
  results[4].open_shell = true;
  results[5] = result_of(3e-13);  // O2 as a closed shell
  results[6] = result_of(0.002);
  const SearchProof proof = judge_search(results, {}, XtbQuantity::gap, objective);
  BOOST_TEST(proof.hits == 2U);
  BOOST_TEST(proof.computed == 2U);
  BOOST_TEST(proof.rearranged == 2U);
  const auto causes = to_json(proof)["causes"];
  BOOST_TEST(causes.size() == 6U);
  for (const auto& [name, count] : causes.items()) {
    BOOST_TEST(count == 1, name);
  }
  const XtbCause expected[] = {XtbCause::failed,     XtbCause::not_converged, XtbCause::fell_apart,
                               XtbCause::rearranged, XtbCause::open_shell,    XtbCause::degenerate,
                               XtbCause::none,       XtbCause::none};
  for (std::size_t i = 0; i < results.size(); ++i) {
    BOOST_TEST((cause_of(results[i]) == expected[i]), i);
    BOOST_TEST(computed_value(results[i], XtbQuantity::lumo).has_value() == (i > 5));
  }
  const auto fields = xtb_fields(results[5], XtbQuantity::gap, objective);
  BOOST_TEST(fields[4] == "0");
  BOOST_TEST(fields.back() == "degenerate");
}

BOOST_AUTO_TEST_SUITE_END()
