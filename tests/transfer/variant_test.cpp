#include "train/variant.h"

#include <boost/test/unit_test.hpp>

#include "base/error.h"
#include "models/dense_net/dense_settings.h"
#include "transfer/learning_curve.h"
#include "transfer/transfer_case.h"

using namespace epitaxy;
using namespace epitaxy::test;
using data::Target;
using train::describe_start;
using train::NewHead;
using train::Variant;

namespace {

const std::vector<Target> kBetter{{"better", "eV", {1, 2, 3, 6}, {}}};

Variant named(const std::string& name) {
  Variant variant;
  variant.name = name;
  return variant;
}

NewHead new_head(const std::string& start_from = "", std::optional<std::size_t> hidden = std::nullopt) {
  NewHead head;
  head.name = "better";
  head.start_from = start_from;
  head.hidden = hidden;
  return head;
}

models::ModelDescription describe(const Variant& variant, const NewHead& head,
                                  const models::ModelDescription& pretrained = small_description(),
                                  const std::vector<Target>& targets = kBetter) {
  return describe_start(pretrained, variant, head, targets, {1, 2, 3});
}

/// Of a kind whose heads have no hidden layer.
models::ModelDescription linear_net() {
  auto net = models::describe(models::composition_net(), models::DenseSettings{{4}});
  net.features = {"H", "O", "Fe"};
  net.seen = {0, 0, 0};
  net.heads = {{"a", "better", "eV", {}}};
  return net;
}

double multiplier(const models::ModelDescription& description, const Variant& variant, const std::string& name) {
  const auto model = models::make_model(description);
  const auto multipliers = train::rate_multipliers(*model, variant);
  for (std::size_t i = 0; i < multipliers.size(); ++i) {
    if (model->layout()[i].name == name) {
      return multipliers[i];
    }
  }
  return kNone;
}

/// Whether a parameter starts as the pretrained one of this name.
bool starts_as(const models::ModelDescription& start, const models::ModelFile& pretrained, const Variant& variant,
               const NewHead& head, const std::string& name, const std::string& source) {
  const auto model = models::make_model(start);
  const auto weights = train::starting_weights(*model, pretrained, variant, head, 3);
  const auto from_model = models::make_model(pretrained.description);
  const auto& to = model->layout().find(name);
  const auto& from = from_model->layout().find(source);
  return to.size == from.size && std::equal(weights.data() + to.offset, weights.data() + to.offset + to.size,
                                            pretrained.members.front().data() + from.offset);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(variant)

BOOST_AUTO_TEST_CASE(small_parts_get_more_epochs) {
  Variant v = named("v");
  v.training.epochs = 20;
  v.training.batch = 32;
  v.least_steps = 1000;
  BOOST_TEST(train::training_for(v, 32 * 60).epochs == 20);
  BOOST_TEST(train::training_for(v, 32 * 10 + 5).epochs == 100);
  BOOST_TEST(train::training_for(v, 32 * 3).epochs == 334);
  BOOST_TEST(train::training_for(v, 12).epochs == 1000);
  BOOST_TEST(train::training_for(v, 12).schedule.epochs == 1000);
  v.least_steps = 0;
  BOOST_TEST(train::training_for(v, 12).epochs == 20);
}

BOOST_AUTO_TEST_CASE(what_properties_cannot_teach_is_frozen) {
  Variant v = named("fine_tune");
  v.rates = {{"*", 0.5}, {"decoder.*", 1.0}};
  const auto start = describe(v, new_head());
  BOOST_TEST(multiplier(start, v, "decoder.gru.0.input.weight") == 0);
  BOOST_TEST(multiplier(start, v, "decoder.output.bias") == 0);
  BOOST_TEST(multiplier(start, v, "encoder.log_variance.weight") == 0);
  BOOST_TEST(multiplier(start, v, "encoder.mean.weight") == 0.5);
  BOOST_TEST(multiplier(start, v, "head.better.weight") == 0.5);
}

BOOST_AUTO_TEST_CASE(patterns_freeze) {
  Variant v = named("frozen_features");
  v.freeze = {train::kFeatures};
  const auto start = describe(v, new_head("", 4));
  BOOST_TEST(multiplier(start, v, "encoder.convolution.1.weight") == 0);
  BOOST_TEST(multiplier(start, v, "encoder.mean.bias") == 0);
  BOOST_TEST(multiplier(start, v, "heads.hidden.weight") == 1);
  BOOST_TEST(multiplier(start, v, "head.better.bias") == 1);
  v.freeze = {"encoder.convolution.*"};
  BOOST_TEST(multiplier(start, v, "encoder.convolution.1.weight") == 0);
  BOOST_TEST(multiplier(start, v, "encoder.dense.weight") == 1);
  v.freeze = {"body.*"};
  BOOST_CHECK_EXCEPTION(multiplier(start, v, ""), InputError, says("no parameter matches 'body.*'"));
  v.freeze = {"encoder.*", "head*"};
  BOOST_CHECK_EXCEPTION(multiplier(start, v, ""), InputError, says("every parameter is frozen"));
}

BOOST_AUTO_TEST_CASE(a_new_head_copies_or_starts_fresh) {
  const auto pretrained = small_model();
  const Variant v = named("fine_tune");
  const NewHead copy = new_head("cheap");
  BOOST_TEST(starts_as(describe(v, copy), pretrained, v, copy, "head.better.weight", "head.cheap.weight"));
  const NewHead fresh = new_head();
  BOOST_TEST(!starts_as(describe(v, fresh), pretrained, v, fresh, "head.better.weight", "head.cheap.weight"));
  BOOST_TEST(starts_as(describe(v, fresh), pretrained, v, fresh, "encoder.mean.weight", "encoder.mean.weight"));
  BOOST_TEST(starts_as(describe(v, fresh), pretrained, v, fresh, "decoder.output.weight", "decoder.output.weight"));
  Variant scratch = named("scratch");
  scratch.pretrained = false;
  BOOST_TEST(
      !starts_as(describe(scratch, fresh), pretrained, scratch, fresh, "encoder.mean.weight", "encoder.mean.weight"));
}

BOOST_AUTO_TEST_CASE(a_copied_head_keeps_the_scale_of_its_own_quantity) {
  Variant v = named("fine_tune");
  BOOST_TEST(describe(v, new_head("cheap")).heads[0].standardizer.mean == 3.0);  // of the labels
  const std::vector<Target> same{{"cheap", "eV", {1, 2, 3, 6}, {}}};
  BOOST_TEST(describe(v, new_head("cheap"), small_description(), same).heads[0].standardizer.mean == 2.0);
  v.trains = false;
  BOOST_TEST(describe(v, new_head("cheap")).heads[0].standardizer.mean == 2.0);
  const std::vector<Target> other{{"better", "K", {1, 2}, {}}};
  BOOST_CHECK_EXCEPTION(describe(v, new_head("cheap"), small_description(), other), InputError,
                        says("predicts in eV", "is in K"));
}

BOOST_AUTO_TEST_CASE(the_hidden_layer_of_the_heads) {
  Variant v = named("fine_tune");
  const auto width = [](const models::ModelDescription& d) { return d.as<models::MoleculeVaeSettings>().head_hidden; };
  const auto linear = small_description();
  BOOST_TEST(width(describe(v, new_head())) == 0U);
  BOOST_TEST(width(describe(v, new_head("", 9))) == 9U);
  BOOST_CHECK_EXCEPTION(describe(v, new_head("cheap", 9)), InputError, says("hidden layer of width 0", "of 9"));
  auto hidden = linear;
  hidden.as<models::MoleculeVaeSettings>().head_hidden = 9;
  BOOST_TEST(width(describe(v, new_head("cheap"), hidden)) == 9U);
  BOOST_TEST(width(describe(v, new_head("", 0), hidden)) == 0U);
  const auto pretrained = small_model(hidden);
  const NewHead same = new_head("cheap");
  BOOST_TEST(starts_as(describe(v, same, hidden), pretrained, v, same, "heads.hidden.weight", "heads.hidden.weight"));
  const NewHead narrow = new_head("", 5);
  const auto model = models::make_model(describe(v, narrow, hidden));
  BOOST_TEST(model->layout().find("heads.hidden.weight").shape.back() == 5U);
  train::starting_weights(*model, pretrained, v, narrow, 3);  // the old layer does not fit, and is not looked for

  BOOST_CHECK_EXCEPTION(describe(v, new_head("", 9), linear_net()), InputError,
                        says("'head.hidden' is not for a composition_net, whose heads are linear"));
}

BOOST_AUTO_TEST_CASE(heads_of_every_kind_have_weights) {
  Variant v = named("joint");
  v.weight = 2;
  const std::vector<Target> targets{{"better", "eV", {1, 2, 3, 6}, {}}, {"other", "eV", {4, 5}, {}}};
  const auto start = describe(v, new_head(), linear_net(), targets);
  BOOST_TEST(start.heads[0].weight == 2);
  BOOST_TEST(start.heads[1].weight == 1);
}

BOOST_AUTO_TEST_CASE(further_targets_go_on_with_the_pretrained_head) {
  const std::vector<Target> targets{
      {"better", "eV", {1, 2, 3, 6}, {}}, {"cheap", "eV", {1, 3}, {}}, {"other", "eV", {4, kNone}, {}}};
  auto pretrained = small_model();
  pretrained.description.heads[0].name = "quick";
  Variant v = named("joint");
  v.weight = 5;
  const NewHead head = new_head();
  const auto start = describe(v, head, pretrained.description, targets);
  BOOST_TEST(start.head_names() == (std::vector<std::string>{"better", "quick", "other"}),
             boost::test_tools::per_element());
  BOOST_TEST(start.heads[0].weight == 5);
  BOOST_TEST(start.heads[1].weight == 1);
  BOOST_TEST(start.heads[1].standardizer.scale == 1.5);
  BOOST_TEST(start.heads[2].standardizer.mean == 4);
  BOOST_TEST(starts_as(start, pretrained, v, head, "head.quick.weight", "head.quick.weight"));
  v.pretrained = false;
  BOOST_TEST(describe(v, head, pretrained.description, targets).heads[1].standardizer.mean == 2.0);
  BOOST_TEST(describe(v, head, pretrained.description, targets).seen[2] == 3);
  NewHead quick = new_head();
  quick.name = "quick";
  BOOST_CHECK_EXCEPTION(describe(v, quick, pretrained.description, targets), InputError,
                        says("two heads would be called 'quick'"));
}

BOOST_AUTO_TEST_SUITE_END()
