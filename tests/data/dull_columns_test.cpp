#include "data/dull_columns.h"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "data/quality_report.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::data;
using epitaxy::test::TemporaryFolder;

namespace {

using Texts = std::vector<std::string>;

ImportResult import(const std::string& text) {
  const TemporaryFolder folder;
  ImportSettings settings;
  settings.source = folder.write("source.csv", text);
  settings.targets = {{"e", "e", Values::numbers, "none", "none"}};
  settings.missing_values = {"n.d."};
  return import_source(parallel::Communicator::self(), settings);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dull_columns)

BOOST_AUTO_TEST_CASE(columns_with_one_value_are_found) {
  const DullColumns dull =
      import("formula,e,method,flag,id,\nFeO,2,PBE,NA,1,\nMgO,2,PBE,x,2,\nCaO,2,,x,3,\n").dull_columns;
  BOOST_TEST(dull.constant == (Texts{"method", "flag"}), boost::test_tools::per_element());  // not that of the target
  BOOST_TEST(dull.nearly_empty.empty());
}

BOOST_AUTO_TEST_CASE(columns_with_next_to_no_values_are_found) {
  std::string text = "formula,e,none,one,two\nMgO,1,-,7,1\nCaO,1,n.d.,,1\n";
  for (int i = 0; i < 99; ++i) {
    text += fmt::format("Fe{}O{},1,,null,\n", 2 * i + 1, 2 * i + 2);
  }
  const ImportResult result = import(text);
  BOOST_TEST(result.dull_columns.nearly_empty == (Texts{"none", "one"}), boost::test_tools::per_element());
  BOOST_TEST(result.dull_columns.constant == Texts{"two"}, boost::test_tools::per_element());
  const nlohmann::ordered_json json = to_json(Quality{{{}}, {}}, result)["columns"];
  BOOST_TEST(json["nearly_empty"]["count"] == 2U);
  BOOST_TEST(json["nearly_empty"]["listed"][1] == "one");
}

BOOST_AUTO_TEST_SUITE_END()
