#include "data/target_values.h"

#include <boost/test/unit_test.hpp>

using namespace epitaxy;
using namespace epitaxy::data;

namespace {

const MissingMarkers kUsual({});

FieldKind kind_of(std::string_view field) { return read_unusual(field, kUsual).kind; }

void is(std::string_view field, FieldKind kind, double value) {
  BOOST_TEST_CONTEXT(field) {
    const UnusualField read = read_unusual(field, kUsual);
    BOOST_TEST(name_of(read.kind) == name_of(kind));
    BOOST_TEST(read.value == value, boost::test_tools::tolerance(1e-12));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(target_values)

BOOST_AUTO_TEST_CASE(markers_of_r_pandas_and_spreadsheets_are_missing_values) {
  for (const char* marker : {"", "NA", "na", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "None", "none", "-",
                             "#N/A", "<NA>", "#NA", "1.#IND", "-nan"}) {
    BOOST_TEST_CONTEXT(marker) { BOOST_TEST(kUsual.holds(marker)); }
    BOOST_TEST_CONTEXT(marker) { BOOST_TEST(name_of(kind_of(marker)) == "missing"); }
  }
  for (const char* other : {"Na", "nano", "0", "--", "nothing", "N", "?", "inf"}) {
    BOOST_TEST_CONTEXT(other) { BOOST_TEST(kUsual.holds(other) == (std::string_view(other) == "Na")); }
  }
}

BOOST_AUTO_TEST_CASE(markers_of_the_user_may_be_numbers) {
  const MissingMarkers markers({"-999", " Not Measured "});
  for (const char* marker : {"-999", "-999.0", "-9.99e2", "not measured"}) {
    BOOST_TEST_CONTEXT(marker) { BOOST_TEST(markers.is_own(marker)); }
  }
  BOOST_TEST(!markers.is_own("-99"));
  BOOST_TEST(!markers.is_own("NA"));
  BOOST_TEST(markers.holds("NA"));
  BOOST_TEST(!kUsual.is_own("-999"));
}

BOOST_AUTO_TEST_CASE(numbers_as_people_write_them) {
  is(">10000", FieldKind::above, 10000);
  is(">= 1e4", FieldKind::above, 1e4);
  is("≥5", FieldKind::above, 5);
  is("> -3", FieldKind::above, -3);
  is("<0.1", FieldKind::below, 0.1);
  is("<=0.1", FieldKind::below, 0.1);
  is("≤ 2", FieldKind::below, 2);
  is("1.2 +- 0.1", FieldKind::error_bar, 1.2);
  is("1.2±0.1", FieldKind::error_bar, 1.2);
  is("-1.2 +/- 1e-2", FieldKind::error_bar, -1.2);
  is("5-10", FieldKind::range, 7.5);
  is("5 - 10", FieldKind::range, 7.5);
  is("5–10", FieldKind::range, 7.5);
  is("5 to 10", FieldKind::range, 7.5);
  is("-10--5", FieldKind::range, -7.5);
  is("-5-10", FieldKind::range, 2.5);
  is("1e-5-3e-5", FieldKind::range, 2e-5);
  is("~3", FieldKind::about, 3);
  is("≈ 3", FieldKind::about, 3);
  is("ca. 3", FieldKind::about, 3);
}

BOOST_AUTO_TEST_CASE(what_has_no_one_reading_is_none) {
  for (const char* field : {"high", ">", ">x", "10-5", "1-2-3", "5-", "-", "1.5 eV", "1.2 +- -0.1", "><3", "2020-01-05",
                            "1,234", ">inf", "1.2 (3)", "+-3"}) {
    BOOST_TEST_CONTEXT(field) {
      BOOST_TEST(name_of(kind_of(field)) == (std::string_view(field) == "-" ? "missing" : "other"));
    }
  }
}

BOOST_AUTO_TEST_CASE(policies_take_what_they_say) {
  const auto taken = [](Censored policy) {
    std::vector<std::string> kinds;
    for (const Named<FieldKind>& kind : kFieldKinds) {
      if (accepts(policy, kind.value)) {
        kinds.emplace_back(kind.name);
      }
    }
    return kinds;
  };
  using Texts = std::vector<std::string>;
  BOOST_TEST(taken(Censored::reject) == Texts{});
  BOOST_TEST(taken(Censored::bound) == (Texts{"above", "below", "error_bar", "about"}));
  BOOST_TEST(taken(Censored::middle) == (Texts{"range", "error_bar", "about"}));
}

BOOST_AUTO_TEST_CASE(reasons_say_what_was_seen_and_name_the_key) {
  BOOST_TEST(reason_of("ic50", ">10000", FieldKind::above) ==
             "'ic50' is a bound and not a number: '>10000'; `censored: bound` takes the bound");
  BOOST_TEST(reason_of("ic50", "5-10", FieldKind::range) ==
             "'ic50' is a range and not a number: '5-10'; `censored: middle` takes its middle");
  BOOST_TEST(reason_of("ic50", "", FieldKind::missing) == "'ic50' is missing");
  BOOST_TEST(reason_of("ic50", "high", FieldKind::other) == "'ic50' is not a number: 'high'");
}

BOOST_AUTO_TEST_SUITE_END()
