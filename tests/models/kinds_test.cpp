#include "models/kinds.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "config/key_reader.h"
#include "data/temporary_folder.h"
#include "models/dense_net/dense_net.h"
#include "models/fingerprint_net/fingerprint_net.h"
#include "models/model_file.h"
#include "models/molecule_vae/molecule_vae_settings.h"
#include "numbers.h"
#include "train/molecule_set.h"

using namespace epitaxy;
using namespace epitaxy::models;
using test::says;
using Texts = std::vector<std::string>;

namespace {

/// Rows of what a kind reads.
data::DatasetIndex rows_for(const chem::Substance& substance) {
  if (&substance == &chem::molecules()) {
    return test::molecule_set({"CCO", "C", "c1ccccc1"}, {}).index;
  }
  data::DatasetIndex index;
  index.substance = &substance;
  index.texts = index.groups = index.source = {"Fe2O3", "H2O", "NaCl"};
  index.rows = index.texts.size();
  return index;
}

/// As a training makes it from these rows.
ModelDescription fitted(const Kind& kind, const data::DatasetIndex& index) {
  ModelDescription d = describe(kind);
  const data::DatasetIndex* const sets[] = {&index};
  kind.fit(d, sets);
  d.seen.assign(d.features.size(), 0);
  d.heads = {{"dft", "energy", "eV", {1, 2}}};
  const auto reader = kind.reader(d);
  const std::vector<std::size_t> all{0, 1, 2};
  const RowSums sums = reader->sums(read_rows(*reader, index, all));
  kind.complete(d, sums);
  return d;
}

/// Of all three rows.
std::vector<float> predictions(const Model& model, const data::DatasetIndex& index, const std::vector<float>& weights) {
  const std::vector<std::size_t> all{0, 1, 2};
  const auto executor =
      model.executor({.rows = 3, .arithmetic = {}, .training = false, .trainable = {}, .of_kind = {}});
  executor->load(weights.data());
  std::vector<float> result(3);
  executor->predict(read_rows(*model.description().kind->reader(model.description()), index, all), result.data());
  return result;
}

/// A kind of a caller of the library: it reads how long a text is.
class LengthNet final : public Kind {
 public:
  std::string name() const override { return "length_net"; }
  const chem::Substance& substance() const override { return chem::molecules(); }
  std::string feature_name() const override { return "lengths"; }
  std::any default_settings() const override { return DenseSettings{{3}, false, 0}; }
  void keys(config::Keys& k, std::any& settings) const override {
    models::keys(k, std::any_cast<DenseSettings&>(settings));
  }
  void write(const std::any& settings, nlohmann::ordered_json& json) const override {
    models::write(std::any_cast<const DenseSettings&>(settings), json);
  }
  std::any read(const nlohmann::ordered_json& json) const override { return read_dense_settings(json); }
  void fit(ModelDescription& description, std::span<const data::DatasetIndex* const> /*sets*/) const override {
    description.features = {"length"};
  }
  std::unique_ptr<RowReader> reader(const ModelDescription& description) const override {
    return std::make_unique<LengthReader>(description);
  }
  std::unique_ptr<Model> make(const ModelDescription& description) const override {
    return std::make_unique<DenseNet>(
        description, description.as<DenseSettings>(), 1,
        [](const RowBlock& rows, std::size_t row, float* inputs) { inputs[0] = rows.row<float>(row).front(); });
  }
  void tell(const ModelDescription& /*description*/, nlohmann::ordered_json& /*json*/) const override {}

 private:
  class LengthReader final : public RowReader {
   public:
    explicit LengthReader(const ModelDescription& description) : RowReader(description) {}
    void read(std::string_view text, RowBlock& rows) const override {
      const auto length = static_cast<float>(text.size());
      rows.append(std::span(&length, 1));
    }
    void visit_features(const RowBlock& /*rows*/, std::size_t /*row*/,
                        const std::function<void(std::size_t)>& hold) const override {
      hold(0);
    }
  };
};

ModelDescription from_input(const std::string& text, std::span<const Kind* const> among = kinds()) {
  const auto document = config::Document::from_text(text, "x.yaml");
  config::KeyReader reader(document.root());
  ModelDescription description;
  models::keys(reader, description, among);
  document.finish();
  return description;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kinds_test)

BOOST_AUTO_TEST_CASE(kinds_have_names_of_their_own) {
  const Texts names = kind_names();
  BOOST_TEST(std::set(names.begin(), names.end()).size() == names.size());
  BOOST_TEST(names.size() == kinds().size());
  for (const Kind* one : kinds()) {
    BOOST_TEST(&kind(one->name()) == one);
    BOOST_TEST(!one->feature_name().empty());
  }
}

BOOST_AUTO_TEST_CASE(a_kind_that_is_none_gets_the_nearest_name) {
  BOOST_CHECK_EXCEPTION(kind("compositon_net"), InputError,
                        says("unknown model kind 'compositon_net'", "did you mean 'composition_net'?",
                             "composition_net, molecule_vae, fingerprint_net"));
}

BOOST_AUTO_TEST_CASE(the_section_model_names_a_kind_and_its_settings) {
  const ModelDescription fingerprints = from_input("kind: fingerprint_net");
  BOOST_TEST(fingerprints.kind == &fingerprint_net());
  const auto& blocks = fingerprints.as<FingerprintSettings>().blocks;
  BOOST_REQUIRE(blocks.size() == 2u);
  BOOST_TEST((blocks[0].kind == features::Block::Kind::morgan));
  BOOST_TEST((blocks[1].kind == features::Block::Kind::descriptors));
  const ModelDescription own =
      from_input("{kind: fingerprint_net, features: [{kind: morgan, radius: 1}], widths: [9]}");
  BOOST_REQUIRE(own.as<FingerprintSettings>().blocks.size() == 1u);
  BOOST_TEST(own.as<FingerprintSettings>().blocks[0].morgan.radius == 1u);
  BOOST_TEST(own.as<FingerprintSettings>().dense.widths == (std::vector<std::size_t>{9}),
             boost::test_tools::per_element());
  for (const char* features : {"[]", "[{kind: composition}]", "[{kind: morgan}, {kind: composition}]"}) {
    BOOST_CHECK_EXCEPTION(from_input(std::string("{kind: fingerprint_net, features: ") + features + "}"), InputError,
                          says("features", "must list at least one block, all of them of molecules"));
  }
  BOOST_TEST(from_input("{kind: molecule_vae, latent: 2}").as<MoleculeVaeSettings>().latent == 2u);
  BOOST_CHECK_EXCEPTION(from_input("{kind: composition_net, latent: 2}"), InputError, says("latent"));
  BOOST_CHECK_EXCEPTION(from_input("{kind: fingerprint_ned}"), InputError, says("did you mean 'fingerprint_net'?"));
  const LengthNet length_net;
  const Kind* const table[] = {&composition_net(), &length_net};
  BOOST_TEST(from_input("{kind: length_net, widths: [4]}", table).kind == &length_net);
  BOOST_CHECK_THROW(from_input("{kind: molecule_vae}", table), InputError);
}

BOOST_AUTO_TEST_CASE(models_of_every_kind_come_back_from_their_json) {
  for (const Kind* one : kinds()) {
    BOOST_TEST_CONTEXT(one->name()) {
      const data::DatasetIndex index = rows_for(one->substance());
      const ModelDescription d = fitted(*one, index);
      const ModelDescription back = ModelDescription::from_json(d.to_json());
      BOOST_TEST(back.kind == one);
      BOOST_TEST(back.to_json() == d.to_json());
      const auto made = make_model(d);
      const auto again = make_model(back);
      BOOST_REQUIRE(again->layout().parameters().size() == made->layout().parameters().size());
      for (std::size_t p = 0; p < made->layout().parameters().size(); ++p) {
        BOOST_TEST(again->layout()[p].name == made->layout()[p].name);
        BOOST_TEST(again->layout()[p].shape == made->layout()[p].shape, boost::test_tools::per_element());
      }
      const auto weights = test::random_numbers(made->layout().size(), 5, -0.1, 0.1);
      const auto predicted = predictions(*made, index, weights);
      const auto same = predictions(*again, index, weights);
      BOOST_TEST(test::same_bits(predicted.data(), same.data(), predicted.size()));
      BOOST_TEST(predicted[0] != predicted[1]);
      nlohmann::ordered_json told;
      one->tell(back, told);
      BOOST_TEST(!told.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(every_kind_reads_the_rows_it_was_fitted_to) {
  for (const Kind* one : kinds()) {
    BOOST_TEST_CONTEXT(one->name()) {
      const data::DatasetIndex index = rows_for(one->substance());
      const ModelDescription d = fitted(*one, index);
      const auto reader = one->reader(d);
      const std::vector<std::size_t> picked{2, 0, 2};
      const RowBlock rows = read_rows(*reader, index, picked);
      BOOST_REQUIRE(rows.rows() == 3u);
      for (std::size_t i = 0; i < 3; ++i) {
        BOOST_TEST(!rows.is_absent(i));
        BOOST_TEST(reader->unseen(rows, i).empty());
      }
      const auto bytes = [&](std::size_t i) {
        const auto row = rows.row<std::byte>(i);
        return std::vector<std::byte>(row.begin(), row.end());
      };
      BOOST_TEST((bytes(0) == bytes(2)));
      BOOST_TEST((bytes(0) != bytes(1)));
      BOOST_TEST(d.seen.size() == d.features.size());
      BOOST_TEST(std::ranges::max(d.seen) <= 3);
      BOOST_TEST(std::ranges::max(d.seen) > 0);
      RowBlock none;
      BOOST_CHECK_THROW(reader->read("no such text", none), chem::TextError);
      BOOST_TEST(none.empty());
    }
  }
}

// Ethanol holds C and O, methane C, and benzene in lower case c and the digit 1.
BOOST_AUTO_TEST_CASE(tokens_are_counted_by_row) {
  const ModelDescription d = fitted(molecule_vae(), rows_for(chem::molecules()));
  std::map<std::string, std::int64_t> seen;
  for (std::size_t i = 0; i < d.features.size(); ++i) {
    seen[d.features[i]] = d.seen[i];
  }
  BOOST_TEST((seen == std::map<std::string, std::int64_t>{{"1", 1}, {"C", 2}, {"O", 1}, {"c", 1}}));
}

BOOST_AUTO_TEST_CASE(data_of_another_substance_are_refused) {
  data::DatasetIndex formulas = rows_for(chem::compositions());
  formulas.path = "formulas.h5";
  BOOST_CHECK_EXCEPTION(check_substance(molecule_vae(), formulas), InputError,
                        says("formulas.h5 holds compositions, but a molecule_vae reads molecules"));
  BOOST_CHECK_EXCEPTION(check_substance(fingerprint_net(), formulas), InputError,
                        says("formulas.h5 holds compositions, but a fingerprint_net reads molecules"));
  BOOST_CHECK_NO_THROW(check_substance(composition_net(), formulas));
  BOOST_CHECK_EXCEPTION(check_substance(composition_net(), rows_for(chem::molecules())), InputError,
                        says("holds molecules, but a composition_net reads compositions"));
}

BOOST_AUTO_TEST_CASE(a_caller_may_bring_a_kind_of_its_own) {
  const LengthNet own;
  std::vector<const Kind*> table(kinds().begin(), kinds().end());
  table.push_back(&own);
  const ModelDescription d = fitted(own, rows_for(chem::molecules()));
  BOOST_TEST(d.seen == (std::vector<std::int64_t>{3}), boost::test_tools::per_element());
  BOOST_TEST(ModelDescription::from_json(d.to_json(), table).kind == &own);
  BOOST_CHECK_EXCEPTION(ModelDescription::from_json(d.to_json()), InputError,
                        says("unknown model kind 'length_net'", "composition_net, molecule_vae, fingerprint_net"));

  const test::TemporaryFolder folder;
  ModelFile file{d, {}, {}};
  auto& weights = file.members.emplace_back(make_model(d)->layout().size());
  std::ranges::copy(test::random_numbers(weights.size(), 3), weights.begin());
  write_model(folder / "model.h5", file);
  const ModelFile read = read_model(folder / "model.h5", table);
  BOOST_TEST(read.description.kind == &own);
  BOOST_TEST(test::same_bits(read.members[0].data(), weights.data(), weights.size()));
  BOOST_CHECK_EXCEPTION(read_model(folder / "model.h5"), InputError, says("unknown model kind 'length_net'"));
  // A table of its kind alone reads no others.
  const Kind* const alone[] = {&own};
  BOOST_CHECK_EXCEPTION(
      ModelDescription::from_json(fitted(composition_net(), rows_for(chem::compositions())).to_json(), alone),
      InputError, says("unknown model kind 'composition_net'", "this version builds length_net"));
}

BOOST_AUTO_TEST_SUITE_END()
