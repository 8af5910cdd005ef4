#include "nn/dense.h"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "fixtures/fixture.h"
#include "linalg/elementwise.h"
#include "numbers.h"

using namespace epitaxy;
using epitaxy::test::Kernels;
using linalg::Backend;
using linalg::DataType;
using linalg::NumberBuffer;
using test::buffer_of;
using test::values_of;

BOOST_TEST_GLOBAL_FIXTURE(Kernels);

namespace {

/// Compares one layer's three products with PyTorch's.
void check_layer(const nn::Arithmetic& arithmetic, nn::Activation activation, double tolerance) {
  const auto json = test::fixture("dense.json");
  const auto& expected = json.at(activation == nn::Activation::relu ? "relu" : "none");
  nn::ParameterLayout layout;
  const std::size_t rows = json.at("rows");
  const nn::DenseSpec spec = nn::add_dense(layout, "layer", json.at("in"), json.at("out"), activation);
  nn::Dense dense(spec, rows, arithmetic, true);
  const NumberBuffer x = buffer_of(test::floats(json.at("x")), arithmetic.type);
  const NumberBuffer weight = buffer_of(test::floats(json.at("weight")), arithmetic.type);
  const auto bias = test::floats(json.at("bias"));
  const bool hidden = activation == nn::Activation::relu;
  NumberBuffer y(hidden ? arithmetic.type : DataType::float32, rows * spec.out);
  dense.load(weight.data());
  dense.forward(x.data(), bias.data(), y.data());
  BOOST_TEST(test::largest_difference(values_of(y), test::floats(expected.at("y")), y.size()) < tolerance);
  NumberBuffer dy = buffer_of(test::floats(json.at("dy")), arithmetic.type);
  std::vector<float> dbias(spec.out, 99.0f);
  if (hidden) {
    linalg::relu_backward(dy, y, rows, spec.out, 1.0f, dbias.data());
  } else {
    linalg::column_sums(dy, rows, spec.out, dbias.data());
  }
  NumberBuffer dx(arithmetic.type, rows * spec.in);
  std::vector<float> dweight(spec.in * spec.out, 99.0f);
  dense.backward_input(dy.data(), dx.data());
  dense.backward_weight(x.data(), dy.data(), dweight.data());
  BOOST_TEST(test::largest_difference(values_of(dx), test::floats(expected.at("dx")), dx.size()) < tolerance);
  BOOST_TEST(test::largest_difference(dweight, test::floats(expected.at("dweight")), dweight.size()) < tolerance);
  BOOST_TEST(test::largest_difference(dbias, test::floats(expected.at("dbias")), dbias.size()) < tolerance);
}

boost::test_tools::assertion_result fast_bfloat16(boost::unit_test::test_unit_id) {
  return linalg::has_fast_bfloat16();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dense_test)

BOOST_AUTO_TEST_CASE(a_layer_appends_its_parameters) {
  nn::ParameterLayout layout;
  const nn::DenseSpec spec = nn::add_dense(layout, "body.3", 6, 4, nn::Activation::relu);
  BOOST_TEST(layout[spec.weight].name == "body.3.weight");
  BOOST_TEST(layout[spec.weight].shape == (std::vector<std::size_t>{6, 4}), boost::test_tools::per_element());
  BOOST_TEST(layout[spec.weight].init_bound == 1.0);
  BOOST_TEST(layout[spec.bias].name == "body.3.bias");
  BOOST_TEST(layout[spec.bias].shape == (std::vector<std::size_t>{4}), boost::test_tools::per_element());
  BOOST_TEST(layout[spec.bias].init_bound == 0.0);
}

BOOST_AUTO_TEST_CASE(layers_in_float32_agree_with_pytorch) {
  for (const Backend backend : {Backend::openblas, Backend::onednn}) {
    check_layer({DataType::float32, backend}, nn::Activation::none, 1e-6);
    check_layer({DataType::float32, backend}, nn::Activation::relu, 1e-6);
  }
}

// Operands have 8 significant bits, so sums of a few terms of size 1 are off by about 1 in 100.
BOOST_AUTO_TEST_CASE(layers_in_bfloat16_agree_with_pytorch_to_two_digits,
                     *boost::unit_test::precondition(fast_bfloat16)) {
  check_layer({DataType::bfloat16, Backend::onednn}, nn::Activation::none, 0.015);
  check_layer({DataType::bfloat16, Backend::onednn}, nn::Activation::relu, 0.015);
}

BOOST_AUTO_TEST_SUITE_END()
