#include "nn/linear_heads.h"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "linalg/elementwise.h"

using namespace epitaxy;
using linalg::DataType;
using Numbers = std::vector<float>;

namespace {

constexpr DataType kTypes[] = {DataType::float32, DataType::bfloat16};

linalg::NumberBuffer buffer_of(const Numbers& values, DataType type) {
  linalg::NumberBuffer buffer(type, values.size());
  linalg::convert(values.data(), buffer, values.size());
  return buffer;
}

/// Two heads on three hidden numbers: weights {1, 2, 3} + 0.5 and {-1, 0, 4} - 2.
struct TwoHeads {
  nn::ParameterLayout layout;
  nn::LinearHeads heads{layout, {{"dft", 1}, {"measured", 1}}, 3};
  Numbers flat = Numbers(layout.size(), 77.0f);

  TwoHeads() {
    set("head.dft.weight", {1, 2, 3});
    set("head.dft.bias", {0.5f});
    set("head.measured.weight", {-1, 0, 4});
    set("head.measured.bias", {-2});
  }
  void set(const std::string& name, const Numbers& values) {
    std::copy(values.begin(), values.end(), flat.begin() + static_cast<std::ptrdiff_t>(layout.find(name).offset));
  }
  Numbers get(const Numbers& from, const std::string& name) const {
    const auto& parameter = layout.find(name);
    const auto first = from.begin() + static_cast<std::ptrdiff_t>(parameter.offset);
    return {first, first + static_cast<std::ptrdiff_t>(parameter.size)};
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(linear_heads_test)

BOOST_AUTO_TEST_CASE(predictions_by_hand_from_either_number_type) {
  const TwoHeads two;
  BOOST_TEST(two.heads.count() == 2u);
  for (const DataType type : kTypes) {
    const auto hidden = buffer_of({1, 0, 2, -1, 1, 0.5f}, type);
    Numbers out(4, 99.0f);
    two.heads.forward(hidden, 2, two.flat.data(), out.data());
    BOOST_TEST(out == (Numbers{7.5f, 5, 3, 1}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(gradients_by_hand_from_either_number_type) {
  const TwoHeads two;
  for (const DataType type : kTypes) {
    const auto hidden = buffer_of({1, 0, 2, -1, 1, 0.5f}, type);
    const Numbers dout{2, 0, 1, -1};
    Numbers gradient(two.layout.size(), 99.0f);
    linalg::NumberBuffer dhidden(type, 6);
    two.heads.backward(hidden, dout.data(), 2, two.flat.data(), gradient.data(), dhidden);
    BOOST_TEST(two.get(gradient, "head.dft.weight") == (Numbers{1, 1, 4.5f}), boost::test_tools::per_element());
    BOOST_TEST(two.get(gradient, "head.dft.bias") == (Numbers{3}), boost::test_tools::per_element());
    BOOST_TEST(two.get(gradient, "head.measured.weight") == (Numbers{1, -1, -0.5f}), boost::test_tools::per_element());
    BOOST_TEST(two.get(gradient, "head.measured.bias") == (Numbers{-1}), boost::test_tools::per_element());
    Numbers back(6);
    if (type == DataType::float32) {
      std::copy_n(dhidden.as<float>(), 6, back.data());
    } else {
      linalg::convert(dhidden.as<linalg::Bfloat16>(), back.data(), 6);
    }
    BOOST_TEST(back == (Numbers{2, 4, 6, 2, 2, -1}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_head_of_several_outputs_has_a_row_of_weights_for_each) {
  nn::ParameterLayout layout;
  const nn::LinearHeads heads(layout, {{"level", 2}, {"gap", 1}}, 3);
  BOOST_TEST(heads.count() == 3u);
  const auto& weight = layout.find("head.level.weight");
  BOOST_TEST(weight.shape == (std::vector<std::size_t>{2, 3}), boost::test_tools::per_element());
  Numbers flat(layout.size(), 0.0f);
  const auto set = [&](const std::string& name, const Numbers& values) {
    std::copy(values.begin(), values.end(), flat.begin() + static_cast<std::ptrdiff_t>(layout.find(name).offset));
  };
  set("head.level.weight", {1, 2, 3, -1, 0, 4});
  set("head.level.bias", {0.5f, -2});
  set("head.gap.weight", {0, 1, 0});
  const auto hidden = buffer_of({1, 0, 2, -1, 1, 0.5f}, DataType::float32);
  Numbers out(6, 99.0f);
  heads.forward(hidden, 2, flat.data(), out.data());
  BOOST_TEST(out == (Numbers{7.5f, 5, 0, 3, 1, 1}), boost::test_tools::per_element());
  Numbers gradient(layout.size(), 99.0f);
  linalg::NumberBuffer dhidden(DataType::float32, 6);
  heads.backward(hidden, Numbers{2, 0, 0, 1, -1, 0}.data(), 2, flat.data(), gradient.data(), dhidden);
  const auto first = gradient.begin() + static_cast<std::ptrdiff_t>(weight.offset);
  BOOST_TEST(Numbers(first, first + 6) == (Numbers{1, 1, 4.5f, 1, -1, -0.5f}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
