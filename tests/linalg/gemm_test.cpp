#include "linalg/gemm.h"
#include "linalg/cpu.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "numbers.h"

using namespace epitaxy;
using namespace epitaxy::linalg;

using epitaxy::test::Kernels;
BOOST_TEST_GLOBAL_FIXTURE(Kernels);

namespace {

const std::vector<GemmShape> kShapes = {{1, 1, 1},    {3, 5, 7},    {17, 33, 65}, {64, 128, 86},
                                        {100, 1, 32}, {2, 96, 300}, {64, 96, 544}};

/// Runs only where bfloat16 is multiplied in hardware.
boost::test_tools::assertion_result fast_bfloat16(boost::unit_test::test_unit_id) { return has_fast_bfloat16(); }

std::vector<GemmShape> with_all_transpositions() {
  std::vector<GemmShape> shapes;
  for (GemmShape shape : kShapes) {
    for (const bool a : {false, true}) {
      for (const bool b : {false, true}) {
        shape.transpose_a = a;
        shape.transpose_b = b;
        shapes.push_back(shape);
      }
    }
  }
  return shapes;
}

/// The operands of a product, rounded to bfloat16 if asked for, and the product in float64.
struct Case {
  GemmShape shape;
  std::vector<float> a, b, bias;
  std::vector<double> product;    ///< Without bias.
  std::vector<double> magnitude;  ///< The sum of |a b| + |bias|: what rounding errors are in proportion to.

  Case(const GemmShape& s, DataType type) : shape(s) {
    a = test::random_numbers(static_cast<std::size_t>(s.m * s.k), 1);
    b = test::random_numbers(static_cast<std::size_t>(s.k * s.n), 2);
    bias = test::random_numbers(static_cast<std::size_t>(s.n), 3);
    if (type == DataType::bfloat16) {
      for (auto* numbers : {&a, &b}) {
        std::ranges::transform(*numbers, numbers->begin(), [](float x) { return Bfloat16::from(x).value(); });
      }
    }
    for (int i = 0; i < s.m; ++i) {
      for (int j = 0; j < s.n; ++j) {
        double sum = 0;
        double size = std::abs(bias[j]);
        for (int l = 0; l < s.k; ++l) {
          const double term = static_cast<double>(a[s.transpose_a ? l * s.m + i : i * s.k + l]) *
                              b[s.transpose_b ? j * s.k + l : l * s.n + j];
          sum += term;
          size += std::abs(term);
        }
        product.push_back(sum);
        magnitude.push_back(size);
      }
    }
  }

  double expected(std::size_t i, Epilogue epilogue) const {
    const double with_bias = product[i] + (epilogue == Epilogue::none ? 0.0 : bias[i % shape.n]);
    return epilogue == Epilogue::bias_relu ? std::max(with_bias, 0.0) : with_bias;
  }
};

NumberBuffer numbers_of(const std::vector<float>& values, DataType type) {
  NumberBuffer buffer(type, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (type == DataType::float32) {
      buffer.as<float>()[i] = values[i];
    } else {
      buffer.as<Bfloat16>()[i] = Bfloat16::from(values[i]);
    }
  }
  return buffer;
}

/// B as the plan reads it.
Buffer<std::byte> right_side(const Gemm& gemm, const NumberBuffer& b, RightSide right) {
  Buffer<std::byte> result(right == RightSide::packed ? gemm.packed_bytes() : b.size() * bytes_of(b.type()));
  if (right == RightSide::packed) {
    gemm.pack(b.data(), result.data());
  } else {
    std::memcpy(result.data(), b.data(), result.size());
  }
  return result;
}

std::vector<float> run(Backend backend, const Case& c, DataType inputs, DataType output, Epilogue epilogue,
                       RightSide right = RightSide::plain) {
  const NumberBuffer a = numbers_of(c.a, inputs);
  NumberBuffer out(output, c.product.size());
  const Gemm gemm(backend, c.shape, inputs, output, epilogue, right);
  const auto b = right_side(gemm, numbers_of(c.b, inputs), right);
  gemm.run(a.data(), b.data(), out.data(), epilogue == Epilogue::none ? nullptr : c.bias.data());
  std::vector<float> result;
  for (std::size_t i = 0; i < c.product.size(); ++i) {
    result.push_back(output == DataType::float32 ? out.as<float>()[i] : out.as<Bfloat16>()[i].value());
  }
  return result;
}

/// The largest error in units of what float32 sums of k terms in any order may have.
double worst_error(const Case& c, const std::vector<float>& result, Epilogue epilogue, double output_rounding) {
  double worst = 0;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const double expected = c.expected(i, epilogue);
    const double allowed = (c.shape.k + 2) * 0x1p-24 * c.magnitude[i] + output_rounding * std::abs(expected) + 1e-30;
    worst = std::max(worst, std::isnan(result[i]) ? HUGE_VAL : std::abs(result[i] - expected) / allowed);
  }
  return worst;
}

void check_against_float64(Backend backend, DataType inputs, DataType output) {
  for (const GemmShape& shape : with_all_transpositions()) {
    const Case c(shape, inputs);
    for (const Epilogue epilogue : {Epilogue::none, Epilogue::bias, Epilogue::bias_relu}) {
      BOOST_TEST_CONTEXT(shape.m << " x " << shape.n << " x " << shape.k << (shape.transpose_a ? " A'" : "")
                                 << (shape.transpose_b ? " B'" : "") << " epilogue " << static_cast<int>(epilogue)) {
        for (const RightSide right : {RightSide::plain, RightSide::packed}) {
          const auto result = run(backend, c, inputs, output, epilogue, right);
          BOOST_TEST(worst_error(c, result, epilogue, output == DataType::bfloat16 ? 0x1p-8 : 0.0) <= 1.0);
        }
      }
    }
  }
}

/// The bits of a product whose operands and result begin `offset` numbers after a cache line.
std::vector<std::byte> run_at_offset(const Gemm& gemm, const Case& c, DataType type, DataType output,
                                     std::size_t offset) {
  std::vector<float> padding(offset, 0.5f);
  const auto shifted = [&](std::vector<float> values) {
    values.insert(values.begin(), padding.begin(), padding.end());
    return values;
  };
  const NumberBuffer a = numbers_of(shifted(c.a), type);
  const NumberBuffer b = numbers_of(shifted(c.b), type);
  const NumberBuffer bias = numbers_of(shifted(c.bias), DataType::float32);
  NumberBuffer out(output, c.product.size() + offset);
  gemm.run(a.as<std::byte>() + offset * bytes_of(type), b.as<std::byte>() + offset * bytes_of(type),
           out.as<std::byte>() + offset * bytes_of(output), bias.as<float>() + offset);
  const auto* first = out.as<std::byte>() + offset * bytes_of(output);
  return {first, first + c.product.size() * bytes_of(output)};
}

void check_repeatability(Backend backend, DataType type, DataType output) {
  for (const GemmShape& shape : {GemmShape{64, 128, 86}, GemmShape{64, 86, 128, false, true},
                                 GemmShape{86, 128, 64, true, false}, GemmShape{96, 128, 64, true, false},
                                 GemmShape{33, 17, 65}, GemmShape{65, 33, 17, true, false}, GemmShape{256, 512, 512}}) {
    const Case c(shape, type);
    const Gemm plan(backend, shape, type, output, Epilogue::bias);
    const auto expected = run_at_offset(plan, c, type, output, 0);
    const Gemm another(backend, shape, type, output, Epilogue::bias);
    for (const std::size_t offset : {0, 1, 3, 8, 21, 32}) {
      BOOST_TEST_CONTEXT(shape.m << " x " << shape.n << " x " << shape.k << " offset " << offset) {
        BOOST_TEST((run_at_offset(plan, c, type, output, offset) == expected));
        BOOST_TEST((run_at_offset(another, c, type, output, offset) == expected));
      }
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gemm_test)

BOOST_AUTO_TEST_CASE(a_product_with_bias_and_relu_by_hand) {
  const std::vector<float> a{1, 2, 3, 4};
  const std::vector<float> b{1, -1, 1, -1};
  const std::vector<float> bias{0.5f, 1};
  for (const Backend backend : {Backend::openblas, Backend::onednn}) {
    std::vector<float> c(4, -99.0f);
    const auto run_with = [&](Epilogue epilogue) {
      const Gemm gemm(backend, {2, 2, 2}, DataType::float32, DataType::float32, epilogue);
      gemm.run(a.data(), b.data(), c.data(), epilogue == Epilogue::none ? nullptr : bias.data());
      return c;
    };
    BOOST_TEST(run_with(Epilogue::none) == (std::vector<float>{3, -3, 7, -7}), boost::test_tools::per_element());
    BOOST_TEST(run_with(Epilogue::bias) == (std::vector<float>{3.5f, -2, 7.5f, -6}), boost::test_tools::per_element());
    BOOST_TEST(run_with(Epilogue::bias_relu) == (std::vector<float>{3.5f, 0, 7.5f, 0}),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(openblas_agrees_with_float64) {
  check_against_float64(Backend::openblas, DataType::float32, DataType::float32);
}

BOOST_AUTO_TEST_CASE(onednn_agrees_with_float64) {
  check_against_float64(Backend::onednn, DataType::float32, DataType::float32);
}

BOOST_AUTO_TEST_CASE(bfloat16_with_float32_output_keeps_float32_sums, *boost::unit_test::precondition(fast_bfloat16)) {
  check_against_float64(Backend::onednn, DataType::bfloat16, DataType::float32);
}

BOOST_AUTO_TEST_CASE(bfloat16_with_bfloat16_output_is_rounded_once, *boost::unit_test::precondition(fast_bfloat16)) {
  check_against_float64(Backend::onednn, DataType::bfloat16, DataType::bfloat16);
}

// Each factor keeps 16 bits, so a term is off by at most 2^-16 of its size, where bfloat16 is off by 2^-8.
BOOST_AUTO_TEST_CASE(split_products_keep_sixteen_bits, *boost::unit_test::precondition(fast_bfloat16)) {
  for (const GemmShape& shape : with_all_transpositions()) {
    const Case c(shape, DataType::float32);
    for (const RightSide right : {RightSide::plain, RightSide::packed}) {
      const auto result = run(Backend::split, c, DataType::float32, DataType::float32, Epilogue::bias_relu, right);
      double worst = 0;
      for (std::size_t i = 0; i < result.size(); ++i) {
        worst = std::max(worst, std::abs(result[i] - c.expected(i, Epilogue::bias_relu)) / c.magnitude[i]);
      }
      BOOST_TEST(worst < 0x1p-16);
      BOOST_TEST((shape.k < 50 || worst > 0x1p-24), "splitting is not that exact: was it done?");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_back_ends_agree_with_each_other) {
  for (const GemmShape& shape : with_all_transpositions()) {
    const Case c(shape, DataType::float32);
    const auto first = run(Backend::openblas, c, DataType::float32, DataType::float32, Epilogue::bias_relu);
    const auto second = run(Backend::onednn, c, DataType::float32, DataType::float32, Epilogue::bias_relu);
    BOOST_TEST(test::largest_difference(first, second, first.size()) < 1e-5);
  }
}

BOOST_AUTO_TEST_CASE(a_result_overwrites_what_was_there) {
  const Case c({3, 5, 7}, DataType::float32);
  for (const Backend backend : {Backend::openblas, Backend::onednn}) {
    std::vector<float> out(15, std::numeric_limits<float>::quiet_NaN());
    Gemm(backend, c.shape, DataType::float32, DataType::float32).run(c.a.data(), c.b.data(), out.data());
    BOOST_TEST(worst_error(c, out, Epilogue::none, 0.0) <= 1.0);
  }
}

BOOST_AUTO_TEST_CASE(openblas_gives_the_same_bits_at_any_alignment) {
  check_repeatability(Backend::openblas, DataType::float32, DataType::float32);
}

BOOST_AUTO_TEST_CASE(onednn_gives_the_same_bits_at_any_alignment) {
  check_repeatability(Backend::onednn, DataType::float32, DataType::float32);
}

BOOST_AUTO_TEST_CASE(bfloat16_gives_the_same_bits_at_any_alignment, *boost::unit_test::precondition(fast_bfloat16)) {
  check_repeatability(Backend::onednn, DataType::bfloat16, DataType::float32);
  check_repeatability(Backend::onednn, DataType::bfloat16, DataType::bfloat16);
  check_repeatability(Backend::split, DataType::float32, DataType::float32);
}

BOOST_AUTO_TEST_CASE(packing_again_gives_the_same_bits) {
  const Case c({100, 70, 90, false, true}, DataType::float32);
  const auto type = has_fast_bfloat16() ? DataType::bfloat16 : DataType::float32;
  const NumberBuffer b = numbers_of(c.b, type);
  const NumberBuffer a = numbers_of(c.a, type);
  std::vector<std::vector<float>> results;
  for (int i = 0; i < 2; ++i) {
    const Gemm gemm(Backend::onednn, c.shape, type, DataType::float32, Epilogue::none, RightSide::packed);
    const auto packed = right_side(gemm, b, RightSide::packed);
    gemm.run(a.data(), packed.data(), results.emplace_back(c.product.size()).data());
  }
  BOOST_TEST(results[0] == results[1], boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(products_that_a_back_end_cannot_do_are_errors) {
  BOOST_CHECK_THROW(Gemm(Backend::openblas, {2, 2, 2}, DataType::bfloat16, DataType::float32), Error);
  BOOST_CHECK_THROW(Gemm(Backend::openblas, {2, 2, 2}, DataType::float32, DataType::bfloat16), Error);
  BOOST_CHECK_THROW(Gemm(Backend::split, {2, 2, 2}, DataType::bfloat16, DataType::float32), Error);
  BOOST_CHECK_THROW(Gemm(Backend::onednn, {0, 2, 2}, DataType::float32, DataType::float32), Error);
  BOOST_CHECK_THROW(Gemm(Backend::openblas, {2, 2, -1}, DataType::float32, DataType::float32), Error);
}

BOOST_AUTO_TEST_CASE(operations_are_two_for_each_multiplication) {
  BOOST_TEST(Gemm(Backend::openblas, {3, 5, 7}, DataType::float32, DataType::float32).flops() == 210.0);
}

BOOST_AUTO_TEST_CASE(the_kernels_flush_denormals_to_zero) {
  volatile float small = std::numeric_limits<float>::min();
  const float denormal = small * 0.25f;
  BOOST_TEST(denormal == 0.0f);
}

BOOST_AUTO_TEST_CASE(the_processor_features_fit_the_choice_of_bfloat16) {
  const std::string features = cpu_features();
  BOOST_TEST(!features.empty());
  BOOST_TEST(has_fast_bfloat16() == (features.find("BF16") != std::string::npos));
}

BOOST_AUTO_TEST_SUITE_END()
