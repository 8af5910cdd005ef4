#include "sampling/sample_settings.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "chem/xtb_case.h"
#include "config/key_reader.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using namespace epitaxy::sampling;
using test::says;
using test::with_xtb;

namespace {

SampleSettings read(const std::string& text) {
  const auto document = config::Document::from_text("model: m.h5\ntraining_data: d.h5\n" + text, "sample.yaml");
  const SampleSettings settings = config::read<SampleSettings>(document.root());
  document.finish();
  return settings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sample_settings_test)

BOOST_AUTO_TEST_CASE(defaults) {
  const SampleSettings s = read("");
  BOOST_TEST(s.model == "m.h5");
  BOOST_TEST(s.points == 65536U);
  BOOST_TEST(s.scrambles == 4U);
  BOOST_TEST(s.block == 1024U);
  BOOST_TEST((s.domain.kind == DomainKind::prior));
  BOOST_TEST((s.decoding.kind == latent::DecodingKind::greedy));
  BOOST_TEST(s.decoding.attempts == 1U);
  BOOST_TEST(s.controls.random_strings == 0U);
  BOOST_TEST(!s.objective);
  BOOST_TEST(!s.map);
}

BOOST_AUTO_TEST_CASE(what_needs_training_data_asks_for_them) {
  const auto read_without = [](const std::string& text) {
    const auto document = config::Document::from_text("model: m.h5\n" + text, "sample.yaml");
    const SampleSettings settings = config::read<SampleSettings>(document.root());
    document.finish();
    return settings;
  };
  BOOST_TEST(!read_without("points: 1024\n").metrics.novelty);
  BOOST_CHECK_EXCEPTION(read_without("objective: {property: gap, below: 3}\n"), InputError,
                        says("'training_data': is missing: 'objective' needs the data set of the training molecules"));
  BOOST_CHECK_EXCEPTION(read_without("domain: {kind: encoded}\nmap: {cells: 8}\n"), InputError,
                        says("'map' needs the data set"));
}

BOOST_AUTO_TEST_CASE(everything_is_read) {
  const SampleSettings s = read(
      "points: 96\nscrambles: 2\nblock: 32\nseed: 5\ndomain: {kind: encoded}\n"
      "decoding: {kind: sampled, attempts: 7, temperature: 0.5}\ncontrols: {untrained_decoder: 10, random_strings: "
      "20}\n"
      "metrics: {sample: 9}\nobjective: {property: gap, above: 3.5, candidates: 11}\n");
  BOOST_TEST(s.points == 96U);
  BOOST_TEST((s.domain.kind == DomainKind::encoded));
  BOOST_TEST((s.decoding.kind == latent::DecodingKind::sampled));
  BOOST_TEST(s.decoding.attempts == 7U);
  BOOST_TEST(s.decoding.temperature == 0.5);
  BOOST_TEST(s.controls.untrained_decoder == 10U);
  BOOST_TEST(s.controls.random_strings == 20U);
  BOOST_TEST(s.metrics.sample == 9U);
  BOOST_REQUIRE(s.objective.has_value());
  BOOST_TEST(!s.objective->below);
  BOOST_TEST(s.objective->limit == 3.5);
  BOOST_TEST(s.objective->candidates == 11U);
  BOOST_TEST(s.objective->met_by(3.6));
  BOOST_TEST(!s.objective->met_by(3.5));
  BOOST_TEST(read("decoding: {kind: beam, width: 4}").decoding.width == 4U);
}

BOOST_AUTO_TEST_CASE(what_is_verified_follows_from_the_name_of_the_property,
                     *boost::unit_test::precondition(with_xtb)) {
  const auto quantity = [](const std::string& property, const std::string& verify) {
    return read("objective: {property: " + property + ", below: 3}\nverify: {kind: xtb" + verify + "}\n")
        .proof->quantity;
  };
  BOOST_TEST((quantity("homo_xtb_eV", "") == XtbQuantity::homo));
  BOOST_TEST((quantity("homo_xtb_eV", ", quantity: lumo") == XtbQuantity::lumo));
  BOOST_CHECK_EXCEPTION(quantity("y", ""), InputError, says("'verify' lacks 'quantity'"));
  BOOST_CHECK_EXCEPTION(read("verify: {kind: xtb}"), InputError, says("'verify': needs an 'objective'"));
}

// What only adds blocks, or looks at them, does not make another campaign.
BOOST_AUTO_TEST_CASE(the_signature_holds_what_the_bits_depend_on) {
  const std::string before = read("").signature;
  for (const char* same : {"points: 1024", "scrambles: 9", "metrics: {sample: 1}", "controls: {random_strings: 5}"}) {
    BOOST_TEST(read(same).signature == before, same);
  }
  for (const char* other : {"seed: 2", "block: 512", "domain: {kind: encoded}", "decoding: {kind: beam}",
                            "precision: float32\nkernels: openblas", "objective: {property: gap, below: 3}"}) {
    BOOST_TEST(read(other).signature != before, other);
  }
  BOOST_TEST(read("objective: {property: gap, below: 3}").signature ==
             read("objective: {property: gap, below: 3, candidates: 7}").signature);
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_together_with_their_lines) {
  BOOST_CHECK_EXCEPTION(
      read("block: 1000\npoints: 1500\nobjective: {property: gap}\ndomain: {kind: box, low: -1, high: 1}\n"),
      InputError,
      says("sample.yaml:3: ", "must be a power of two, such as 512",
           "sample.yaml:4: ", "1500 is no multiple of the block of 1000 points: 1000 would be", "sample.yaml:5: ",
           "needs either 'below' or 'above'", "needs a domain of kind 'prior' or 'encoded', not 'box'"));
  BOOST_CHECK_EXCEPTION(read("points: 512"), InputError,
                        says("512 is no multiple of the block of 1024", "1024 would be"));
  BOOST_CHECK_EXCEPTION(read("decoding: {kind: greedy, attempts: 2}"), InputError,
                        says("'decoding.attempts' is a key of 'kind: sampled' alone"));
  BOOST_CHECK_EXCEPTION(read("objective: {below: 2}"), InputError, says("property"));
}

BOOST_AUTO_TEST_SUITE_END()
