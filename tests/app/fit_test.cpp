#include "app/fit.h"

#include <boost/test/unit_test.hpp>

#include "app/table_columns.h"
#include "base/file.h"
#include "chem/fractions.h"
#include "data/table_source.h"
#include "data/temporary_folder.h"
#include "models/dense_net/dense_settings.h"
#include "models/kinds.h"
#include "models/model_file.h"

using namespace epitaxy;
using namespace epitaxy::app;
using test::says;

namespace {

class Table {
 public:
  explicit Table(const std::string& text, const std::string& name = "my.csv") : path_(folder_ / name) {
    file::write_atomically(path_, text);
  }
  TextColumn guess() const { return guess_text_column(path_, data::read_table(path_)); }
  std::string stage(const std::function<void(FitOptions&)>& change = {}) const {
    FitOptions options;
    options.input = path_.string();
    options.targets = {"y"};
    if (change) {
      change(options);
    }
    return fit_stage(options);
  }

 private:
  test::TemporaryFolder folder_;
  std::filesystem::path path_;
};

const char* const kStructures = "id,structure,y\n1,CCO,1\n2,c1ccccc1,2\n3,CC(=O)O,3\n4,CCN(CC)CC,4\n";
const char* const kMaterials = "material,y\nFe2O3,1\nNaCl,2\nLiFePO4,3\nBaTiO3,4\n";

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(fit)

BOOST_AUTO_TEST_CASE(the_column_of_substances_is_found_by_what_it_holds) {
  const TextColumn molecules = Table(kStructures).guess();
  BOOST_TEST(molecules.name == "structure");
  BOOST_TEST(molecules.substance->name() == "molecule");
  BOOST_TEST(molecules.why == "4 of 4 fields that were looked at are SMILES");
  const TextColumn formulas = Table(kMaterials).guess();
  BOOST_TEST(formulas.name == "material");
  BOOST_TEST(formulas.substance->name() == "composition");
}

BOOST_AUTO_TEST_CASE(a_name_decides_between_columns_that_may_be_meant) {
  BOOST_TEST(Table("reactant,SMILES,y\nCCO,CCN,1\nCCC,c1ccccc1,2\n").guess().name == "SMILES");
  BOOST_CHECK_EXCEPTION(Table("reactant,product,y\nCCO,CCNC,1\nCCC,c1ccccc1,2\n").guess(), InputError,
                        says("several columns may be meant", "reactant (SMILES)", "product (SMILES)", "--smiles"));
  BOOST_CHECK_EXCEPTION(Table("x,y\nhello,1\nworld!,2\n").guess(), InputError,
                        says("no column looks like", "x, y", "--formula COLUMN"));
}

BOOST_AUTO_TEST_CASE(what_reads_more_fields_is_meant) {
  // CCO is a formula, too; the others are not.
  BOOST_TEST(Table("s,y\nCCO,1\nCCN,2\nCCC,3\nCCS,4\nc1ccccc1,5\n").guess().substance->name() == "molecule");
  BOOST_CHECK_EXCEPTION(Table("s,y\nCO,1\nCN,2\n").guess(), InputError, says("s (formulas)", "s (SMILES)"));
  // No one writes a formula so.
  BOOST_TEST(Table("s,y\nCCO,1\nCCN,2\n").guess().substance->name() == "molecule");
}

BOOST_AUTO_TEST_CASE(the_column_that_comes_nearest_is_told) {
  BOOST_CHECK_EXCEPTION(Table("n,s,y\na!,CCO,1\nb!,C1CC,2\nc!,CCC,3\nd!,CCS,4\n").guess(), InputError,
                        says("no column looks like", "Nearest comes --smiles s: 3 of 4 fields",
                             "such as 'C1CC' in line 3: ", "unclosed ring"));
}

BOOST_AUTO_TEST_CASE(some_bad_fields_do_not_hide_a_column) {
  BOOST_TEST(Table("s,y\nCCO,1\nCCN,2\nC1CC,3\nCCC,4\nCCCC,5\nOCCO,6\n").guess().name == "s");
}

BOOST_AUTO_TEST_CASE(the_stage_file_says_what_was_found_and_asked_for) {
  const std::string yaml = Table(kStructures).stage([](FitOptions& o) {
    o.unit = "eV";
    o.to = "kJ/mol";
    o.transform = "log10";
    o.folds = 3;
    o.seeds = {1, 2};
    o.coverage = 0.8;
  });
  for (const char* part : {"stage: fit", "kind: molecules", "smiles_column: \"structure\"", "learn: [\"y\"]",
                           "{column: \"y\", unit: \"eV\", to: \"kJ/mol\", transform: \"log10\"}", "folds: 3",
                           "seeds: [1, 2]", "coverage: 0.8", "{kind: morgan", "kind: kernel_ridge"}) {
    BOOST_TEST(holds(yaml, part), yaml << " holds " << part);
  }
  BOOST_TEST(holds(Table(kMaterials).stage(), "formula_column: \"material\""));
}

BOOST_AUTO_TEST_CASE(numbers_with_decimal_commas_are_no_categories) {
  const Table table("s;y;T\nCCO;1,5;298,25\nCCN;2,5;298,5\nCCC=O;3,5;300,75\nCCS;4,5;301,25\n");
  const std::string yaml = table.stage([](FitOptions& o) { o.features = {"T"}; });
  BOOST_TEST(holds(yaml, "{column: \"T\"}"), yaml);
}

BOOST_AUTO_TEST_CASE(a_unit_is_converted_from_another) {
  BOOST_CHECK_EXCEPTION(Table(kMaterials).stage([](FitOptions& o) { o.to = "eV/atom"; }), InputError,
                        says("--to eV/atom", "--unit"));
}

BOOST_AUTO_TEST_CASE(columns_of_the_users_own_are_numbers_or_categories) {
  const Table table(
      "s,y,T,pressure,solvent,w\nCCO,1,300,1,water,1\nCCN,2,310,1000,water,2\nCCC=O,3,,10,octanol,1\nCCS,4,320,3,x,1\n"
      "c1ccccc1,5,330,4,x,1\n");
  const std::string yaml = table.stage([](FitOptions& o) {
    o.features = {"T", "pressure", "solvent"};
    o.weights = "w";
    o.unit = "eV";
  });
  for (const char* part :
       {"{column: \"T\"}", "{column: \"pressure\", transform: log10}", "{column: \"solvent\", values: classes}",
        "{column: \"w\"}", "weights: \"w\"", "given: [\"T\", \"pressure\", \"solvent\"]", "given_width: [1, 4]"}) {
    BOOST_TEST(holds(yaml, part), yaml << " holds " << part);
  }
  BOOST_TEST(!holds(Table(kStructures).stage(), "given"));
  const auto refused = [&](std::vector<std::string> features, const std::string& weights, auto says_so) {
    BOOST_CHECK_EXCEPTION(table.stage([&](FitOptions& o) {
      o.features = features;
      o.weights = weights;
    }),
                          InputError, says_so);
  };
  refused({"s"}, "", says("--features s: that column holds the SMILES"));
  refused({"y"}, "", says("--features y: --target names that column, too"));
  refused({"solvnt"}, "", says("no column 'solvnt'", "did you mean 'solvent'"));
  refused({"T"}, "T", says("--weights T: --features names that column, too"));
  refused({}, "y", says("--weights y: --target names that column, too"));
}

/// A pretrained network of formulas.
std::string write_start(const test::TemporaryFolder& folder) {
  models::ModelFile start;
  start.description = models::describe(models::composition_net(), models::DenseSettings{{4}});
  start.description.features.assign(chem::feature_symbols().begin(), chem::feature_symbols().end());
  start.description.seen.assign(chem::kElementFeatures, 1);
  start.description.heads = {{"a", "energy", "eV", {}}};
  linalg::Buffer<float> weights(models::make_model(start.description)->layout().size());
  std::ranges::fill(weights, 0.1f);
  start.members.push_back(std::move(weights));
  models::write_model(folder / "start.h5", start);
  return (folder / "start.h5").string();
}

BOOST_AUTO_TEST_CASE(a_pretrained_model_joins) {
  const test::TemporaryFolder folder;
  const std::string start = write_start(folder);
  const std::string yaml = Table(kMaterials).stage([&](FitOptions& o) { o.start = start; });
  BOOST_TEST(holds(yaml, "fine_tune: {model: \"" + start + "\", training: {epochs: 30}}"));
  BOOST_CHECK_EXCEPTION(Table(kStructures).stage([&](FitOptions& o) { o.start = start; }), InputError,
                        says("start.h5: it reads compositions, but column 'structure' holds molecules"));
  BOOST_CHECK_EXCEPTION(Table(kMaterials).stage([&](FitOptions& o) { o.start = start + ".not"; }), InputError,
                        says("start.h5.not"));
}

BOOST_AUTO_TEST_CASE(names_with_a_slash_are_replaced) {
  const Table table("s,E/atom,k/T,w/n,a/b\nCCO,1,300,1,x\nCCN,2,310,2,y\nCCC=O,3,320,1,x\nCCS,4,330,1,y\n");
  const std::string yaml = table.stage([](FitOptions& o) {
    o.targets = {"E/atom"};
    o.features = {"k/T"};
    o.weights = "w/n";
    o.split = "column:a/b";
  });
  for (const char* part :
       {"{column: \"E/atom\", name: \"E_atom\"}", "learn: [\"E_atom\"]", "{column: \"k/T\", name: \"k_T\"}",
        "given: [\"k_T\"]", "{column: \"w/n\", name: \"w_n\"}", "weights: \"w_n\"",
        "{column: \"a/b\", name: \"a_b\", values: classes}", "split: {by: column, column: \"a_b\"}"}) {
    BOOST_TEST(holds(yaml, part), yaml << " holds " << part);
  }
}

BOOST_AUTO_TEST_CASE(learners_may_be_chosen) {
  const std::string yaml = Table(kStructures).stage([](FitOptions& o) { o.learners = {"laplace"}; });
  BOOST_TEST(holds(yaml, "laplace:"));
  BOOST_TEST(!holds(yaml, "smooth:"));
  BOOST_TEST(holds(yaml, "inner_folds:"));
  BOOST_CHECK_EXCEPTION(Table(kStructures).stage([](FitOptions& o) { o.learners = {"laplase"}; }), InputError,
                        says("laplase", "did you mean 'laplace'"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_meant_is_told) {
  BOOST_CHECK_EXCEPTION(Table(kStructures).stage([](FitOptions& o) { o.targets.clear(); }), InputError,
                        says("--target COLUMN", "id, y"));
  const Table missing("smiles,y,z\nCCO,n/a,1\nCCC,n/a,n/a\nCCN,3,n/a\nCCCl,n/a,4\n");
  BOOST_CHECK_EXCEPTION(missing.stage([](FitOptions& o) { o.targets.clear(); }), InputError,
                        says("columns of numbers: y, z"));
  BOOST_CHECK_EXCEPTION(Table(kStructures).stage([](FitOptions& o) { o.targets = {"z"}; }), InputError,
                        says("no column 'z'", "id, structure, y"));
  BOOST_CHECK_EXCEPTION(Table(kStructures).stage([](FitOptions& o) {
    o.columns = {{"smiles", "structure"}, {"formula", "structure"}};
  }),
                        InputError, says("exclude each other"));
}

BOOST_AUTO_TEST_CASE(a_frequent_lowest_value_is_tried_apart) {
  const auto table = [](double step) {
    std::string text = "formula,y\n";
    for (int i = 1; i <= 30; ++i) {
      text += fmt::format("Fe{}O{},{}\n", i, i + 1, i <= 12 ? 0 : 1 + step * i);
    }
    return Table(text).stage();
  };
  BOOST_TEST(holds(table(0.1), "two_part: [false, true]"));
  BOOST_TEST(!holds(table(0), "two_part"));  // two values alone
  BOOST_TEST(!holds(Table(kMaterials).stage(), "two_part"));
}

BOOST_AUTO_TEST_CASE(two_values_are_two_classes) {
  const Table names("smiles,y\nCCO,yes\nCCC,no\nCCN,yes\nCCCl,NA\n");
  BOOST_TEST(holds(names.stage(), "{column: \"y\", values: classes}"));
  const Table numbers("smiles,y\nCCO,0\nCCC,1\nCCN,1\nCCCl,0\n");
  BOOST_TEST(holds(numbers.stage(), "values: classes"));
  BOOST_TEST(!holds(numbers.stage([](FitOptions& o) { o.task = "regression"; }), "classes"));
  BOOST_TEST(!holds(Table(kStructures).stage(), "classes"));
  BOOST_TEST(holds(Table(kStructures).stage([](FitOptions& o) { o.task = "classification"; }), "classes"));
  BOOST_CHECK_EXCEPTION(names.stage([](FitOptions& o) { o.transform = "log10"; }), InputError,
                        says("y names two classes", "--transform", "--task regression"));
}

BOOST_AUTO_TEST_SUITE_END()
