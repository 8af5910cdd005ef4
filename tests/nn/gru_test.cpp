#include "nn/gru.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "fixtures/fixture.h"
#include "linalg/cpu.h"
#include "linalg/elementwise.h"
#include "numbers.h"

using namespace epitaxy;
using linalg::Backend;
using linalg::DataType;
using linalg::NumberBuffer;
using Numbers = std::vector<float>;
using test::values_of;

namespace {

/// One layer with weights and sequences. Values are step by step, each step with the rows that are that long.
struct Case {
  nn::ParameterLayout layout;
  nn::GruSpec spec;
  std::vector<std::int32_t> lengths;
  nn::PackedRows rows;
  Numbers weights;
  Numbers x;   ///< Columns: in.
  Numbers dy;  ///< Columns: hidden.

  Case(std::size_t in, std::size_t hidden, std::vector<std::int32_t> lengths_of_rows)
      : spec(nn::add_gru(layout, "gru", in, hidden)),
        lengths(std::move(lengths_of_rows)),
        rows(static_cast<std::size_t>(lengths.front()), lengths.size()),
        weights(layout.size()) {
    rows.set(lengths);
    layout.initialize(weights.data(), 3);
    std::size_t values = 0;
    for (const std::int32_t length : lengths) {
      values += static_cast<std::size_t>(length);
    }
    x = test::random_numbers(values * in, 21);
    dy = test::random_numbers(values * hidden, 22);
  }

  std::size_t active(std::size_t step) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(lengths, [&](std::int32_t length) { return static_cast<std::size_t>(length) > step; }));
  }

  /// To the packed matrix of a layer, in rows and columns.
  NumberBuffer pack(const Numbers& values, std::size_t columns, DataType type) const {
    const std::size_t width = nn::padded(columns);
    NumberBuffer packed(type, nn::RowGradient::capacity(rows.capacity()) * width);
    const float* from = values.data();
    for (std::size_t t = 0; t < rows.steps(); ++t) {
      for (std::size_t i = 0; i < active(t); ++i, from += columns) {
        linalg::convert(from, packed, columns, (rows.offset(t) + i) * width);
      }
    }
    return packed;
  }

  Numbers unpack(const NumberBuffer& packed, std::size_t columns) const {
    const Numbers all = values_of(packed);
    const std::size_t width = nn::padded(columns);
    Numbers values;
    for (std::size_t t = 0; t < rows.steps(); ++t) {
      for (std::size_t i = 0; i < active(t); ++i) {
        const float* row = all.data() + (rows.offset(t) + i) * width;
        values.insert(values.end(), row, row + columns);
      }
    }
    return values;
  }
};

struct Results {
  Numbers y;
  Numbers dx;
  Numbers gradient;
};

nn::Gru make_layer(const Case& c, const nn::Arithmetic& arithmetic) {
  return {c.spec, c.lengths.size(), c.rows.steps(), arithmetic, true, nn::GateInputs::layer};
}

Results compute(const Case& c, nn::Gru& gru, const nn::Arithmetic& arithmetic) {
  gru.load(c.layout, c.weights.data());
  const NumberBuffer x = c.pack(c.x, c.spec.in, arithmetic.type);
  gru.project(x, c.rows.total());
  gru.forward(c.rows);
  Results results;
  results.y = c.unpack(gru.output(), c.spec.hidden);
  results.gradient = Numbers(c.weights.size(), 99.0f);
  NumberBuffer scratch(arithmetic.type, gru.gates().size());
  gru.backward(c.rows, c.pack(c.dy, c.spec.hidden, arithmetic.type), scratch, c.layout, results.gradient.data());
  NumberBuffer dx(arithmetic.type, x.size());
  gru.backward_input(x, c.rows.total(), c.layout, results.gradient.data(), &dx);
  results.dx = c.unpack(dx, c.spec.in);
  return results;
}

Results compute(const Case& c, const nn::Arithmetic& arithmetic) {
  nn::Gru gru = make_layer(c, arithmetic);
  return compute(c, gru, arithmetic);
}

std::vector<std::int32_t> mixed_lengths(std::size_t rows, std::int32_t longest) {
  std::vector<std::int32_t> lengths;
  for (std::size_t i = 0; i < rows; ++i) {
    lengths.push_back(1 + static_cast<std::int32_t>((rows - 1 - i) * static_cast<std::size_t>(longest) / rows));
  }
  return lengths;
}

void check_against_pytorch(const nn::Arithmetic& arithmetic, double tolerance) {
  const auto json = test::fixture("gru.json");
  Case c(json.at("in"), json.at("hidden"), json.at("lengths").get<std::vector<std::int32_t>>());
  c.x = test::floats(json.at("x"));
  c.dy = test::floats(json.at("dy"));
  const std::vector<std::string> names = {"input.weight", "input.bias", "hidden.weight", "hidden.bias"};
  for (const auto& name : names) {
    const Numbers values = test::floats(json.at("weights").at(name));
    std::ranges::copy(values, c.weights.data() + c.layout.find("gru." + name).offset);
  }
  const Results results = compute(c, arithmetic);
  const Numbers y = test::floats(json.at("y"));
  const Numbers dx = test::floats(json.at("dx"));
  BOOST_TEST_REQUIRE(results.y.size() == y.size());
  BOOST_TEST_REQUIRE(results.dx.size() == dx.size());
  BOOST_TEST(test::largest_difference(results.y, y, y.size()) < tolerance);
  BOOST_TEST(test::largest_difference(results.dx, dx, dx.size()) < tolerance);
  for (const auto& name : names) {
    const auto& parameter = c.layout.find("gru." + name);
    const Numbers expected = test::floats(json.at("gradients").at(name));
    BOOST_TEST_REQUIRE(parameter.size == expected.size());
    const double difference =
        test::largest_difference(results.gradient.data() + parameter.offset, expected, expected.size());
    BOOST_TEST(difference < tolerance, name << " is off by " << difference);
  }
}

boost::test_tools::assertion_result fast_bfloat16(boost::unit_test::test_unit_id) {
  return linalg::has_fast_bfloat16();
}

/// The layer's equations in double with the standard library's functions; one sequence, gate inputs given.
std::vector<double> reference(const Case& c, const Numbers& gate_inputs) {
  const std::size_t hidden = c.spec.hidden;
  const float* weight = c.weights.data() + c.layout[c.spec.hidden_weight].offset;
  const float* bias = c.weights.data() + c.layout[c.spec.hidden_bias].offset;
  std::vector<double> state(hidden, 0.0);
  std::vector<double> outputs;
  for (std::size_t t = 0; t < c.rows.steps(); ++t) {
    std::vector<double> products(bias, bias + 3 * hidden);
    for (std::size_t i = 0; i < hidden; ++i) {
      for (std::size_t j = 0; j < 3 * hidden; ++j) {
        products[j] += state[i] * weight[i * 3 * hidden + j];
      }
    }
    const float* inputs = gate_inputs.data() + t * 3 * hidden;
    for (std::size_t j = 0; j < hidden; ++j) {
      const double r = 1 / (1 + std::exp(-(inputs[j] + products[j])));
      const double z = 1 / (1 + std::exp(-(inputs[hidden + j] + products[hidden + j])));
      const double n = std::tanh(inputs[2 * hidden + j] + r * products[2 * hidden + j]);
      state[j] = (1 - z) * n + z * state[j];
    }
    outputs.insert(outputs.end(), state.begin(), state.end());
  }
  return outputs;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gru_test)

BOOST_AUTO_TEST_CASE(a_layer_appends_its_parameters) {
  nn::ParameterLayout layout;
  const nn::GruSpec spec = nn::add_gru(layout, "decoder.1", 6, 4);
  BOOST_TEST(layout[spec.input_weight].name == "decoder.1.input.weight");
  BOOST_TEST(layout[spec.input_weight].shape == (std::vector<std::size_t>{6, 12}), boost::test_tools::per_element());
  BOOST_TEST(layout[spec.hidden_weight].shape == (std::vector<std::size_t>{4, 12}), boost::test_tools::per_element());
  BOOST_TEST(layout[spec.input_bias].shape == (std::vector<std::size_t>{12}), boost::test_tools::per_element());
  BOOST_TEST(layout[spec.hidden_bias].name == "decoder.1.hidden.bias");
  BOOST_TEST(layout[spec.hidden_bias].init_bound == 0.5);
}

BOOST_AUTO_TEST_CASE(a_layer_in_float32_agrees_with_pytorch) {
  check_against_pytorch({DataType::float32, Backend::openblas}, 2e-6);
  check_against_pytorch({DataType::float32, Backend::onednn}, 2e-6);
}

BOOST_AUTO_TEST_CASE(a_layer_in_bfloat16_agrees_with_pytorch_to_two_digits,
                     *boost::unit_test::precondition(fast_bfloat16)) {
  check_against_pytorch({DataType::bfloat16, Backend::onednn}, 0.03);
}

BOOST_AUTO_TEST_CASE(gradients_are_slopes_of_the_output_for_many_rows_and_steps) {
  Case c(6, 35, mixed_lengths(70, 9));
  const nn::Arithmetic arithmetic{DataType::float32, Backend::onednn};
  nn::Gru gru = make_layer(c, arithmetic);
  const Numbers gradient = compute(c, gru, arithmetic).gradient;
  const auto loss = [&](const Numbers& weights) {
    Case moved = c;
    moved.weights = weights;
    const Numbers y = compute(moved, gru, arithmetic).y;
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      sum += static_cast<double>(y[i]) * c.dy[i];
    }
    return sum;
  };
  for (const auto& parameter : c.layout.parameters()) {
    Numbers up = c.weights;
    Numbers down = c.weights;
    double predicted = 0;
    const Numbers direction = test::random_numbers(parameter.size, static_cast<std::uint32_t>(parameter.offset));
    for (std::size_t i = 0; i < parameter.size; ++i) {
      const std::size_t place = parameter.offset + i;
      up[place] += 2e-3f * direction[i];
      down[place] -= 2e-3f * direction[i];
      predicted += static_cast<double>(gradient[place]) * (static_cast<double>(up[place]) - down[place]);
    }
    BOOST_TEST(loss(up) - loss(down) == predicted, boost::test_tools::tolerance(2e-3));
  }
}

BOOST_AUTO_TEST_CASE(gates_are_accurate_from_small_to_saturated_inputs) {
  Case c(1, 40, {60});
  nn::Gru gru(c.spec, 1, 60, {DataType::float32, Backend::onednn}, false, nn::GateInputs::caller);
  gru.load(c.layout, c.weights.data());
  Numbers inputs = test::random_numbers(60 * 120, 31);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i] *= std::pow(10.0f, static_cast<float>(i % 7) - 3.0f);
  }
  for (std::size_t t = 0; t < 60; ++t) {
    NumberBuffer one(DataType::float32, 3 * gru.width());
    nn::pad_gates(inputs.data() + t * 120, 1, 40, one);
    std::copy_n(one.as<float>(), one.size(), gru.gates().as<float>() + c.rows.offset(t) * 3 * gru.width());
  }
  gru.forward(c.rows);
  const auto expected = reference(c, inputs);
  BOOST_TEST(test::largest_difference(c.unpack(gru.output(), 40), expected, expected.size()) < 2e-6);
}

BOOST_AUTO_TEST_CASE(step_by_step_gives_the_sequence) {
  for (const DataType type : {DataType::float32, DataType::bfloat16}) {
    if (type == DataType::bfloat16 && !linalg::has_fast_bfloat16()) {
      continue;
    }
    const nn::Arithmetic arithmetic{type, Backend::onednn};
    const Case c(6, 35, std::vector<std::int32_t>(40, 5));
    const Numbers expected = compute(c, arithmetic).y;
    nn::Gru gru(c.spec, 40, 1, arithmetic, false, nn::GateInputs::layer);
    gru.load(c.layout, c.weights.data());
    nn::GruState state = gru.start();
    const Case one(6, 35, std::vector<std::int32_t>(40, 1));
    for (std::size_t t = 0; t < 5; ++t) {
      const auto at = c.x.begin() + static_cast<std::ptrdiff_t>(t * 40 * 6);
      gru.project(one.pack(Numbers(at, at + 40 * 6), 6, type), one.rows.total());
      gru.step(0, state);
      gru.step(nn::kRowBlock, state);
      const double difference =
          test::largest_difference(one.unpack(state.output, 35), expected.data() + t * 40 * 35, 40 * 35);
      BOOST_TEST(difference < (type == DataType::float32 ? 1e-6 : 0.01));
    }
  }
}

BOOST_AUTO_TEST_CASE(back_ends_agree_and_a_layer_gives_the_same_bits_again) {
  const Case c(40, 35, mixed_lengths(70, 9));
  const Results blas = compute(c, {DataType::float32, Backend::openblas});
  const nn::Arithmetic arithmetic{DataType::float32, Backend::onednn};
  nn::Gru gru = make_layer(c, arithmetic);
  const Results first = compute(c, gru, arithmetic);
  BOOST_TEST(test::largest_difference(first.y, blas.y, blas.y.size()) < 1e-5);
  BOOST_TEST(test::largest_difference(first.dx, blas.dx, blas.dx.size()) < 1e-5);
  for (const auto& p : c.layout.parameters()) {
    BOOST_TEST(test::largest_difference(first.gradient.data() + p.offset, blas.gradient.data() + p.offset, p.size) <
               1e-5);
  }
  const Results again = compute(c, gru, arithmetic);
  const Results other = compute(c, arithmetic);
  for (const Results* results : {&again, &other}) {
    BOOST_TEST(test::same_bits(results->y.data(), first.y.data(), first.y.size()));
    BOOST_TEST(test::same_bits(results->dx.data(), first.dx.data(), first.dx.size()));
    BOOST_TEST(test::same_bits(results->gradient.data(), first.gradient.data(), first.gradient.size()));
  }
}

BOOST_AUTO_TEST_CASE(what_an_earlier_batch_left_behind_does_not_matter) {
  const nn::Arithmetic arithmetic{DataType::float32, Backend::onednn};
  const Case full(6, 35, std::vector<std::int32_t>(70, 9));
  nn::Gru gru = make_layer(full, arithmetic);
  Case poisoned = full;
  std::ranges::fill(poisoned.x, std::numeric_limits<float>::quiet_NaN());
  compute(poisoned, gru, arithmetic);
  const Case c(6, 35, mixed_lengths(70, 9));
  const Results used = compute(c, gru, arithmetic);
  const Results fresh = compute(c, arithmetic);
  BOOST_TEST(test::same_bits(used.y.data(), fresh.y.data(), fresh.y.size()));
  BOOST_TEST(test::same_bits(used.dx.data(), fresh.dx.data(), fresh.dx.size()));
  BOOST_TEST(test::same_bits(used.gradient.data(), fresh.gradient.data(), fresh.gradient.size()));
}

BOOST_AUTO_TEST_SUITE_END()
