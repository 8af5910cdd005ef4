#include "train/training_data.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "base/error.h"
#include "data/temporary_folder.h"
#include "models/kinds.h"
#include "models/molecule_vae/molecule_text.h"
#include "models/molecule_vae/molecule_vae_settings.h"
#include "train/data_case.h"
#include "train/molecule_set.h"
#include "train/pretrain.h"

using namespace epitaxy;
using namespace epitaxy::train;
using test::label;
using test::without_validation;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Alkanes and alcohols with two targets; every third row lacks the second.
data::Dataset molecules(std::size_t count, const std::string& last_letter) {
  std::vector<std::string> texts;
  std::vector<data::Target> targets{{"gap_eV", "eV", {}, {}}, {"mu_D", "D", {}, {}}};
  for (std::size_t i = 0; i < count; ++i) {
    texts.push_back(std::string(1 + i / 2, 'C') + (i % 2 == 0 ? "" : last_letter));
    targets[0].values.push_back(static_cast<double>(i));
    targets[1].values.push_back(i % 3 == 0 ? kNone : 2.0 * static_cast<double>(i));
  }
  return test::molecule_set(texts, targets);
}

models::ModelDescription molecule_vae(const std::string& representation, std::size_t length,
                                      std::size_t spellings = 0) {
  models::MoleculeVaeSettings vae;
  vae.representation = representation;
  vae.convolutions = {{4, 2}};
  vae.length = length;
  vae.spellings = spellings;
  return models::describe(models::molecule_vae(), vae);
}

struct Files {
  test::TemporaryFolder folder;
  std::string train = (folder.path() / "train.h5").string();
  std::string validation = (folder.path() / "validation.h5").string();

  Files() {
    data::write_dataset(train, molecules(60, "O"));
    data::write_dataset(validation, molecules(12, "N"));
  }

  TrainingData open(double fraction, const SplitSettings& split, std::size_t length = 0) const {
    return {{{train, {label("gap", "gap_eV"), label("dipole", "mu_D", fraction)}}},
            split,
            {},
            molecule_vae("characters", length)};
  }
};

using Ids = std::vector<models::TokenId>;

Ids ids(const Rows& rows, std::size_t row) {
  const auto found = rows.block.row<models::TokenId>(row);
  return {found.begin(), found.end()};
}

std::set<std::uint32_t> labelled(const TrainingData& data, std::size_t head) {
  std::set<std::uint32_t> rows;
  const Rows loaded = data.load(data.train());
  for (std::size_t i = 0; i < data.train().size(); ++i) {
    if (!std::isnan(loaded.targets[i * loaded.head_count + head])) {
      rows.insert(data.train()[i].row);
    }
  }
  return rows;
}

/// Oxides of iron, all but `labels` of them without a label.
TrainingData oxides(const test::TemporaryFolder& folder, std::size_t labels) {
  data::Dataset d;
  d.index.rows = 20;
  d.index.targets = {{"energy", "eV", {}, {}}};
  for (std::size_t i = 0; i < 20; ++i) {
    d.index.texts.push_back("Fe" + std::to_string(i + 1) + "O");
    d.index.lines.push_back(static_cast<std::int64_t>(i + 2));
    d.index.targets[0].values.push_back(i < labels ? static_cast<double>(i) : kNone);
  }
  d.index.groups = d.index.source = d.index.texts;
  data::write_dataset(folder / "oxides.h5", d);
  return {{{folder / "oxides.h5", {label("energy", "energy")}}},
          without_validation(),
          {},
          models::describe(models::composition_net())};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(training_data_test)

BOOST_AUTO_TEST_CASE(a_row_has_a_label_for_each_head_that_it_knows) {
  const Files files;
  const TrainingData data = files.open(1.0, without_validation());
  BOOST_TEST(data.train().size() == 60u);
  BOOST_TEST(data.labels(0) == 60u);
  BOOST_TEST(data.labels(1) == 40u);
  const auto& d = data.description();
  BOOST_TEST(d.features == (std::vector<std::string>{"C", "O"}), boost::test_tools::per_element());
  BOOST_TEST(d.as<models::MoleculeVaeSettings>().length == 32u);  // 30 C and O, and the end
  BOOST_TEST(d.heads[1].unit == "D");
  const Rows rows = data.load({{0, 0}, {0, 5}});
  BOOST_TEST(rows.count() == 2u);
  BOOST_TEST(ids(rows, 0) == (Ids{1, 0}), boost::test_tools::per_element());
  BOOST_TEST(ids(rows, 1) == (Ids{1, 1, 1, 2, 0}), boost::test_tools::per_element());
  BOOST_TEST(std::isnan(rows.targets[1]));
  BOOST_TEST(rows.targets[2 + 1] == static_cast<float>(d.heads[1].standardizer.forward(10)));
}

BOOST_AUTO_TEST_CASE(a_fraction_of_labels_is_a_part_of_a_larger_one) {
  const Files files;
  const TrainingData quarter = files.open(0.25, without_validation());
  const TrainingData half = files.open(0.5, without_validation());
  BOOST_TEST(quarter.labels(1) == 10u);
  BOOST_TEST(half.labels(1) == 20u);
  const auto few = labelled(quarter, 1);
  const auto more = labelled(half, 1);
  BOOST_TEST(few.size() == 10u);
  BOOST_TEST(std::ranges::includes(more, few));
  BOOST_TEST(labelled(quarter, 0).size() == 60u);
  std::vector<double> values;
  for (const std::uint32_t row : few) {
    values.push_back(2.0 * row);
  }
  const auto expected = models::Standardizer::fit(values);
  BOOST_TEST(quarter.description().heads[1].standardizer.mean == expected.mean, boost::test_tools::tolerance(1e-12));
  BOOST_CHECK_EXCEPTION(files.open(0.2, without_validation()), InputError, [](const auto& error) {
    const std::string text = error.what();
    return text.find("8 labels") != std::string::npos && text.find("dipole") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_validation_file_keeps_its_molecules_out_of_the_training) {
  const Files files;
  SplitSettings with_file = without_validation();
  with_file.validation_file = files.validation;
  const TrainingData data = files.open(1.0, with_file);
  // Of its 12 molecules, 6 alkanes are in the training file, too, and the model has no token for N in the amines.
  BOOST_TEST(data.validation().size() == 6u);
  BOOST_TEST(data.unreadable_validation() == 6u);
  BOOST_TEST(data.excluded() == 6u);
  BOOST_TEST(data.train().size() == 54u);
  BOOST_TEST(data.label(data.validation()[1], 0) == 2.0);
  BOOST_TEST(std::isnan(data.label(data.validation()[0], 1)));
}

BOOST_AUTO_TEST_CASE(molecules_longer_than_the_model_are_left_out_and_counted) {
  const Files files;
  const TrainingData data = files.open(1.0, without_validation(), 11);
  BOOST_TEST(data.train().size() == 19u);  // up to 10 tokens: C to C10, CO to C9O
  BOOST_TEST(data.unreadable() == 41u);
}

BOOST_AUTO_TEST_CASE(kinds_of_data_and_model_have_to_fit) {
  const Files files;
  const auto compositions = models::describe(models::composition_net());
  BOOST_CHECK_EXCEPTION(TrainingData({{files.train, {label("gap", "gap_eV")}}}, {}, {}, compositions), InputError,
                        test::says("train.h5 holds molecules, but a composition_net reads compositions"));
  BOOST_CHECK_EXCEPTION(read_exclusions({{files.validation, {}}}, models::composition_net()), InputError,
                        test::says("validation.h5 holds molecules, but a composition_net reads compositions"));
  BOOST_CHECK_THROW(TrainingData({{files.train, {label("gap", "gap")}}}, {}, {}, molecule_vae("tokens", 0)),
                    InputError);
}

BOOST_AUTO_TEST_CASE(rows_of_compositions_are_fractions_of_elements) {
  const test::TemporaryFolder folder;
  const TrainingData data = oxides(folder, kFewestLabels);
  BOOST_TEST(data.train().size() == 10u);  // what has no label teaches a composition_net nothing
  BOOST_TEST(data.labels(0) == 10u);
  BOOST_TEST(data.description().features.size() == 86u);
  const Rows rows = data.load({{0, 2}});
  const auto fractions = rows.block.row<float>(0);
  const auto& features = data.description().features;
  const auto fraction = [&](const char* element) {
    return fractions[static_cast<std::size_t>(std::ranges::find(features, element) - features.begin())];
  };
  BOOST_TEST(fraction("Fe") == 0.75f);
  BOOST_TEST(fraction("O") == 0.25f);
  BOOST_TEST(oxides(folder, 3).labels(0) == 3u);  // few labels are told by whoever has to choose by them
}

BOOST_AUTO_TEST_CASE(molecules_are_prepared_by_the_same_rules) {
  const Files files;
  const auto prepared = [](const std::string& letter, const std::string& radicals, const std::string& column) {
    data::Dataset set = molecules(60, letter);
    set.index.preparation = data::Preparation{{{"radicals", radicals}}, "smiles", {{"gap_eV", column, "Ha", "eV"}}};
    return set;
  };
  data::write_dataset(files.train, prepared("O", "keep", "gap"));
  data::write_dataset(files.validation, prepared("N", "keep", "calc"));
  const std::vector<LabelSource> labels{label("gap", "gap_eV")};
  const TrainingData both({{files.train, labels}, {files.validation, labels}}, {}, {}, molecule_vae("tokens", 0));
  BOOST_REQUIRE(both.description().preparation.has_value());
  BOOST_TEST((both.description().preparation->rules == chem::Rules{{"radicals", "keep"}}));
  BOOST_TEST(both.description().preparation->columns.size() == 2u);

  data::write_dataset(files.validation, prepared("N", "repair", "calc"));
  const auto told = test::says("train.h5", "validation.h5", "(radicals: keep / repair)");
  BOOST_CHECK_EXCEPTION(
      TrainingData({{files.train, labels}, {files.validation, labels}}, {}, {}, molecule_vae("tokens", 0)), InputError,
      told);
  SplitSettings by_file;
  by_file.validation_file = files.validation;
  BOOST_CHECK_EXCEPTION(TrainingData({{files.train, labels}}, by_file, {}, molecule_vae("tokens", 0)), InputError,
                        told);
  const auto excluded = read_exclusions({{files.validation, {2}}}, models::molecule_vae());
  BOOST_TEST(excluded.groups.size() == 1u);
  const TrainingData one({{files.train, labels}}, {}, excluded.groups, molecule_vae("tokens", 0));
  BOOST_CHECK_EXCEPTION(one.check_rules(files.validation, excluded.preparations.at(files.validation)), InputError,
                        told);
}

BOOST_AUTO_TEST_CASE(spellings_follow_each_molecule) {
  const Files files;
  const TrainingData data({{files.train, {label("gap", "gap_eV")}}}, without_validation(), {},
                          molecule_vae("characters", 0, 2));
  const Ids sequences = ids(data.load_for_training({{0, 7}}), 0);
  BOOST_REQUIRE(sequences.size() == 3u * 6u);
  for (std::size_t k = 0; k < 3; ++k) {
    const auto first = sequences.begin() + static_cast<std::ptrdiff_t>(6 * k);
    BOOST_TEST(std::count(first, first + 5, 1) == 4);  // CCCCO, from either end
    BOOST_TEST(std::count(first, first + 5, 2) == 1);
    BOOST_TEST(first[5] == 0);
  }
  BOOST_TEST(ids(data.load({{0, 7}}), 0) == (Ids{1, 1, 1, 1, 2, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
