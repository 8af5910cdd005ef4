#include "nn/conv1d.h"

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "fixtures/fixture.h"
#include "linalg/elementwise.h"
#include "numbers.h"

using namespace epitaxy;
using linalg::Backend;
using linalg::DataType;
using linalg::NumberBuffer;
using nn::Activation;
using nn::Arithmetic;
using Numbers = std::vector<float>;
using Ids = std::vector<std::int32_t>;
using test::buffer_of;
using test::values_of;

namespace {

DataType output_type(const Arithmetic& arithmetic, Activation activation) {
  return activation == Activation::relu ? arithmetic.type : DataType::float32;
}

nn::Conv1dSpec spec_of(const nlohmann::json& json, Activation activation) {
  nn::ParameterLayout layout;
  return nn::add_conv1d(layout, "conv", json.at("length"), json.at("in"), json.at("out"), json.at("kernel"),
                        activation);
}

/// The gradient of the output with the activation's backward pass done.
NumberBuffer gradient_of(const nlohmann::json& json, const NumberBuffer& y, DataType type, Activation activation) {
  NumberBuffer dy = buffer_of(test::floats(json.at("dy")), type);
  if (activation == Activation::relu) {
    linalg::relu_backward(dy, y, dy.size(), 1.0f);
  }
  return dy;
}

void check_close(const Numbers& numbers, const nlohmann::json& expected, double tolerance) {
  BOOST_REQUIRE_EQUAL(numbers.size(), expected.size());
  BOOST_TEST(test::largest_difference(numbers, test::floats(expected), numbers.size()) < tolerance);
}

void check_convolution(const Arithmetic& arithmetic, Activation activation, double tolerance) {
  const auto json = test::fixture("sequence.json").at("conv1d");
  const auto& expected = json.at(activation == Activation::relu ? "relu" : "none");
  const std::size_t rows = json.at("rows");
  const nn::Conv1dSpec spec = spec_of(json, activation);
  nn::Conv1d conv(spec, rows, arithmetic, true);
  const NumberBuffer x = buffer_of(test::floats(json.at("x")), arithmetic.type);
  const NumberBuffer weight = buffer_of(test::floats(json.at("weight")), arithmetic.type);
  const Numbers bias = test::floats(json.at("bias"));
  NumberBuffer y(output_type(arithmetic, activation), rows * spec.out_length() * spec.out);
  conv.forward(x.data(), weight.data(), bias.data(), y.data());
  check_close(values_of(y), expected.at("y"), tolerance);
  const NumberBuffer dy = gradient_of(json, y, arithmetic.type, activation);
  NumberBuffer dx = buffer_of(Numbers(x.size(), 99.0f), arithmetic.type);
  Numbers dweight(weight.size(), 99.0f);
  Numbers dbias(spec.out, 99.0f);
  conv.backward_input(dy.data(), weight.data(), dx);
  conv.backward_weight(x.data(), dy, dweight.data(), dbias.data());
  check_close(values_of(dx), expected.at("dx"), tolerance);
  check_close(dweight, expected.at("dweight"), tolerance);
  check_close(dbias, expected.at("dbias"), tolerance);
}

void check_tokens(const Arithmetic& arithmetic, Activation activation, double tolerance) {
  const auto json = test::fixture("sequence.json").at("token_conv1d");
  const auto& expected = json.at(activation == Activation::relu ? "relu" : "none");
  const std::size_t rows = json.at("rows");
  const nn::Conv1dSpec spec = spec_of(json, activation);
  nn::TokenConv1d conv(spec, rows, arithmetic);
  const Ids ids = json.at("ids").get<Ids>();
  const NumberBuffer weight = buffer_of(test::floats(json.at("weight")), arithmetic.type);
  const Numbers bias = test::floats(json.at("bias"));
  NumberBuffer y(output_type(arithmetic, activation), rows * spec.out_length() * spec.out);
  conv.forward(ids.data(), weight.data(), bias.data(), y);
  check_close(values_of(y), expected.at("y"), tolerance);
  const NumberBuffer dy = gradient_of(json, y, arithmetic.type, activation);
  Numbers dweight(weight.size(), 99.0f);
  Numbers dbias(spec.out, 99.0f);
  conv.backward_weight(ids.data(), dy, dweight.data(), dbias.data());
  check_close(dweight, expected.at("dweight"), tolerance);
  check_close(dbias, expected.at("dbias"), tolerance);
}

boost::test_tools::assertion_result fast_bfloat16(boost::unit_test::test_unit_id) {
  return linalg::has_fast_bfloat16();
}

constexpr Activation kActivations[] = {Activation::none, Activation::relu};

/// The layers of the molecule encoder's size, on random tokens with padding at the end of each row.
struct Sequence {
  static constexpr std::size_t rows = 6, length = 20, tokens = 13, out = 8, kernel = 9;
  nn::Conv1dSpec spec{length, tokens, out, kernel, Activation::relu, 0, 1};
  Ids ids = Ids(rows * length, -1);
  Numbers one_hot = Numbers(rows * length * tokens, 0.0f);
  Numbers weight = test::random_numbers(kernel * tokens * out, 1);
  Numbers bias = test::random_numbers(out, 2);
  Numbers dy = test::random_numbers(rows * (length - kernel + 1) * out, 3);

  Sequence() {
    RandomStream stream(4, Purpose::synthetic);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (i % length < length - 3) {
        ids[i] = static_cast<std::int32_t>(stream.below(tokens));
        one_hot[i * tokens + static_cast<std::size_t>(ids[i])] = 1;
      }
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(conv1d_test)

BOOST_AUTO_TEST_CASE(a_layer_appends_its_parameters) {
  nn::ParameterLayout layout;
  const nn::Conv1dSpec spec = nn::add_conv1d(layout, "encoder.1", 26, 2, 16, 3, Activation::relu);
  BOOST_TEST(spec.out_length() == 24u);
  BOOST_TEST(layout[spec.weight].name == "encoder.1.weight");
  BOOST_TEST(layout[spec.weight].shape == (std::vector<std::size_t>{6, 16}), boost::test_tools::per_element());
  BOOST_TEST(layout[spec.weight].init_bound == 1.0);
  BOOST_TEST(layout[spec.bias].name == "encoder.1.bias");
  BOOST_TEST(layout[spec.bias].size == 16u);
  const nn::Conv1dSpec first = nn::add_token_conv1d(layout, "encoder.0", 34, 20, 8, 6, Activation::relu);
  BOOST_TEST(layout[first.weight].size == 6u * 20 * 8);
  BOOST_TEST(layout[first.weight].init_bound == 1.0);
  BOOST_CHECK_THROW(nn::add_conv1d(layout, "long", 8, 2, 4, 9, Activation::relu), Error);
  BOOST_CHECK_THROW(nn::add_conv1d(layout, "empty", 8, 2, 4, 0, Activation::relu), Error);
}

BOOST_AUTO_TEST_CASE(convolutions_in_float32_agree_with_pytorch) {
  for (const Activation activation : kActivations) {
    for (const Backend backend : {Backend::openblas, Backend::onednn}) {
      check_convolution({DataType::float32, backend}, activation, 2e-6);
    }
    check_tokens({DataType::float32, Backend::onednn}, activation, 2e-6);
  }
}

// Operands have 8 significant bits, so sums of some ten terms of size 1 are off by a few in 100.
BOOST_AUTO_TEST_CASE(convolutions_in_bfloat16_agree_with_pytorch_to_two_digits,
                     *boost::unit_test::precondition(fast_bfloat16)) {
  for (const Activation activation : kActivations) {
    check_convolution({DataType::bfloat16, Backend::onednn}, activation, 0.025);
  }
}

BOOST_AUTO_TEST_CASE(gathered_tokens_need_no_bfloat16_hardware) {
  for (const Activation activation : kActivations) {
    check_tokens({DataType::bfloat16, Backend::onednn}, activation, 0.025);
  }
}

BOOST_AUTO_TEST_CASE(a_convolution_of_full_length_has_one_position) {
  const nn::Conv1dSpec spec{3, 2, 1, 3, Activation::none, 0, 1};
  nn::Conv1d conv(spec, 2, {DataType::float32, Backend::openblas}, true);
  const Numbers x{1, 2, 3, 4, 5, 6, -1, 0, 0, 0, 0, 1};
  const Numbers weight{1, 10, 100, 1000, 10000, 100000};
  const Numbers bias{0.5f};
  Numbers y(2);
  conv.forward(x.data(), weight.data(), bias.data(), y.data());
  BOOST_TEST(y == (Numbers{654321.5f, 99999.5f}), boost::test_tools::per_element());
  const NumberBuffer dy = buffer_of({1, 2}, DataType::float32);
  NumberBuffer dx(DataType::float32, 12);
  Numbers dweight(6);
  Numbers dbias(1);
  conv.backward_input(dy.data(), weight.data(), dx);
  conv.backward_weight(x.data(), dy, dweight.data(), dbias.data());
  BOOST_TEST(values_of(dx) == (Numbers{1, 10, 100, 1000, 10000, 100000, 2, 20, 200, 2000, 20000, 200000}),
             boost::test_tools::per_element());
  BOOST_TEST(dweight == (Numbers{-1, 2, 3, 4, 5, 8}), boost::test_tools::per_element());
  BOOST_TEST(dbias == (Numbers{3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tokens_give_what_one_hot_rows_give) {
  const Sequence s;
  for (const Backend backend : {Backend::openblas, Backend::onednn}) {
    const Arithmetic arithmetic{DataType::float32, backend};
    nn::Conv1d dense(s.spec, s.rows, arithmetic, true);
    nn::TokenConv1d tokens(s.spec, s.rows, arithmetic);
    NumberBuffer y(DataType::float32, s.dy.size());
    NumberBuffer expected(DataType::float32, s.dy.size());
    dense.forward(s.one_hot.data(), s.weight.data(), s.bias.data(), expected.data());
    tokens.forward(s.ids.data(), s.weight.data(), s.bias.data(), y);
    BOOST_TEST(test::largest_difference(values_of(y), values_of(expected), y.size()) < 1e-6);
    const NumberBuffer dy = buffer_of(s.dy, DataType::float32);
    Numbers dweight(s.weight.size(), 99.0f), dbias(s.out, 99.0f);
    Numbers expected_dweight(s.weight.size()), expected_dbias(s.out);
    dense.backward_weight(s.one_hot.data(), dy, expected_dweight.data(), expected_dbias.data());
    tokens.backward_weight(s.ids.data(), dy, dweight.data(), dbias.data());
    BOOST_TEST(test::largest_difference(dweight, expected_dweight, dweight.size()) < 1e-6);
    BOOST_TEST(test::same_bits(dbias.data(), expected_dbias.data(), s.out));
  }
}

BOOST_AUTO_TEST_CASE(gradients_are_slopes) {
  Sequence s;
  s.spec.activation = Activation::none;
  const Arithmetic arithmetic{DataType::float32, Backend::openblas};
  nn::Conv1d conv(s.spec, s.rows, arithmetic, true);
  Numbers x = test::random_numbers(s.one_hot.size(), 5);
  const auto objective = [&] {
    Numbers y(s.dy.size());
    conv.forward(x.data(), s.weight.data(), s.bias.data(), y.data());
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      sum += static_cast<double>(y[i]) * s.dy[i];
    }
    return sum;
  };
  const NumberBuffer dy = buffer_of(s.dy, DataType::float32);
  NumberBuffer dx(DataType::float32, x.size());
  Numbers dweight(s.weight.size()), dbias(s.out);
  conv.backward_input(dy.data(), s.weight.data(), dx);
  conv.backward_weight(x.data(), dy, dweight.data(), dbias.data());
  // The layer is linear, so a wide step has no error but rounding.
  const auto slope = [&](float& number) {
    const float kept = number;
    number = kept + 1;
    const double above = objective();
    number = kept - 1;
    const double below = objective();
    number = kept;
    return (above - below) / 2;
  };
  for (const std::size_t i : {0u, 7u, 700u, 1559u}) {
    BOOST_TEST(std::abs(slope(x[i]) - dx.as<float>()[i]) < 1e-4);
  }
  for (const std::size_t i : {0u, 8u, 500u, 935u}) {
    BOOST_TEST(std::abs(slope(s.weight[i]) - dweight[i]) < 1e-4);
  }
  BOOST_TEST(std::abs(slope(s.bias[3]) - dbias[3]) < 1e-4);
}

BOOST_AUTO_TEST_CASE(a_second_run_gives_the_same_bits) {
  const Sequence s;
  const Arithmetic arithmetic{DataType::float32, Backend::onednn};
  const NumberBuffer dy = buffer_of(s.dy, DataType::float32);
  Numbers first;
  for (int run = 0; run < 2; ++run) {
    nn::Conv1d conv(s.spec, s.rows, arithmetic, true);
    Numbers all(s.weight.size() + s.out);
    NumberBuffer dx(DataType::float32, s.one_hot.size());
    conv.backward_weight(s.one_hot.data(), dy, all.data(), all.data() + s.weight.size());
    conv.backward_input(dy.data(), s.weight.data(), dx);
    const Numbers more = values_of(dx);
    all.insert(all.end(), more.begin(), more.end());
    if (run == 1) {
      BOOST_TEST(test::same_bits(all.data(), first.data(), first.size()));
    }
    first = all;
  }
}

BOOST_AUTO_TEST_CASE(ids_outside_the_table_are_refused) {
  Sequence s;
  nn::TokenConv1d conv(s.spec, s.rows, {DataType::float32, Backend::openblas});
  NumberBuffer y(DataType::float32, s.dy.size());
  for (const std::int32_t wrong : {-2, 13}) {
    s.ids[30] = wrong;
    BOOST_CHECK_THROW(conv.forward(s.ids.data(), s.weight.data(), s.bias.data(), y), Error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
