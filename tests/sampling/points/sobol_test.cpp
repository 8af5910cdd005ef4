#include "sampling/points/sobol.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "data/temporary_folder.h"

using namespace epitaxy;
using sampling::SobolSequence;
using Scramble = sampling::SobolSequence::Scramble;

namespace {

std::vector<double> points_of(const SobolSequence& sequence, std::uint64_t first, std::size_t count) {
  std::vector<double> points(count * sequence.dimensions());
  sequence.points(first, count, points.data());
  return points;
}

/// The cell of length 2^-32 that a coordinate is the center of.
std::uint32_t cell_of(double coordinate) { return static_cast<std::uint32_t>(coordinate * 0x1p32); }

/// Star discrepancy in the mean square sense (Warnock 1972), its root.
double l2_star(const std::vector<double>& points, std::size_t dimensions) {
  const std::size_t n = points.size() / dimensions;
  double single = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double product = 1;
    for (std::size_t d = 0; d < dimensions; ++d) {
      product *= 1 - points[i * dimensions + d] * points[i * dimensions + d];
    }
    single += product;
    for (std::size_t j = 0; j < n; ++j) {
      product = 1;
      for (std::size_t d = 0; d < dimensions; ++d) {
        product *= 1 - std::max(points[i * dimensions + d], points[j * dimensions + d]);
      }
      pairs += product;
    }
  }
  const auto count = static_cast<double>(n);
  const auto power = static_cast<double>(dimensions);
  return std::sqrt(std::pow(3.0, -power) - std::pow(2.0, 1 - power) / count * single + pairs / (count * count));
}

/// How many of the intervals of length 2^-k hold exactly one of 2^k points, in the dimension where they are fewest.
std::size_t least_stratified(const std::vector<double>& points, std::size_t dimensions) {
  const std::size_t n = points.size() / dimensions;
  std::size_t least = n;
  for (std::size_t d = 0; d < dimensions; ++d) {
    std::vector<int> counts(n, 0);
    for (std::size_t i = 0; i < n; ++i) {
      ++counts[static_cast<std::size_t>(points[i * dimensions + d] * static_cast<double>(n))];
    }
    least = std::min(least, static_cast<std::size_t>(std::ranges::count(counts, 1)));
  }
  return least;
}

/// Whether each rectangle 2^-a x 2^-b with a + b = k - quality holds 2^quality of 2^k points of two dimensions.
bool is_net(const std::vector<double>& points, std::size_t dimensions, std::size_t x, std::size_t y, int k,
            int quality) {
  for (int a = 0; a <= k - quality; ++a) {
    const int b = k - quality - a;
    std::vector<int> counts(std::size_t{1} << (a + b), 0);
    for (std::size_t i = 0; i < points.size() / dimensions; ++i) {
      const auto column = static_cast<std::size_t>(std::ldexp(points[i * dimensions + x], a));
      const auto row = static_cast<std::size_t>(std::ldexp(points[i * dimensions + y], b));
      ++counts[(column << b) + row];
    }
    if (std::ranges::count(counts, 1 << quality) != static_cast<std::ptrdiff_t>(counts.size())) {
      return false;
    }
  }
  return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sobol_test)

BOOST_AUTO_TEST_CASE(first_points_are_those_of_joe_and_kuo) {
  const SobolSequence sequence(5, Scramble::none, 1, 0);
  const auto points = points_of(sequence, 0, 8);
  const std::vector<double> expected = {
      0,     0,     0,     0,     0,      //
      0.5,   0.5,   0.5,   0.5,   0.5,    //
      0.75,  0.25,  0.25,  0.25,  0.75,   //
      0.25,  0.75,  0.75,  0.75,  0.25,   //
      0.375, 0.375, 0.625, 0.875, 0.375,  //
      0.875, 0.875, 0.125, 0.375, 0.875,  //
      0.625, 0.125, 0.875, 0.625, 0.625,  //
      0.125, 0.625, 0.375, 0.125, 0.125,
  };
  for (std::size_t i = 0; i < expected.size(); ++i) {
    BOOST_TEST(points[i] == expected[i] + 0x1p-33);
  }
}

// Point 12,345 of qmc.Sobol(3667, scramble=False, bits=32) of SciPy 1.17, times 2^14.
BOOST_AUTO_TEST_CASE(points_of_many_dimensions_are_those_of_another_program) {
  const SobolSequence sequence(SobolSequence::kMostDimensions, Scramble::none, 1, 0);
  const auto point = points_of(sequence, 12345, 1);
  const std::vector<std::pair<std::size_t, double>> expected = {{0, 10501}, {1, 13327},  {2, 2627},    {7, 1857},
                                                                {55, 9029}, {999, 2147}, {3666, 13443}};
  for (const auto& [dimension, value] : expected) {
    BOOST_TEST(point[dimension] == std::ldexp(value, -14) + 0x1p-33);
  }
}

BOOST_AUTO_TEST_CASE(each_aligned_block_has_a_point_in_each_interval_of_each_dimension) {
  for (const std::size_t dimensions : {std::size_t{1}, std::size_t{56}, SobolSequence::kMostDimensions}) {
    for (const std::uint32_t replicate : {0u, 1u, 7u}) {
      const SobolSequence sequence(dimensions, Scramble::linear_matrix, 3, replicate);
      for (const std::size_t size : {2, 64, 256}) {
        for (const std::uint64_t block : {0, 1, 5, 4711}) {
          BOOST_TEST(least_stratified(points_of(sequence, block * size, size), dimensions) == size);
        }
      }
      if (dimensions == 56) {
        BOOST_TEST(least_stratified(points_of(sequence, std::uint64_t{3} << 14, 1 << 14), dimensions) == 1 << 14);
        BOOST_TEST(least_stratified(points_of(sequence, 1, 64), dimensions) < 64);
      }
    }
  }
}

// A pair whose polynomials have the degrees d and e is a (t, k, 2)-net with t = (d - 1) + (e - 1), where the first
// dimension counts as 0 (Sobol 1967). The degrees are 0, 1, 2, 3, 3, 4, ...
BOOST_AUTO_TEST_CASE(pairs_of_dimensions_are_nets) {
  struct Pair {
    std::size_t x, y;
    int quality;
  };
  for (const Scramble scramble : {Scramble::none, Scramble::linear_matrix}) {
    for (const std::uint32_t replicate : {0u, 1u, 2u}) {
      const SobolSequence sequence(6, scramble, 5, replicate);
      for (const Pair pair : {Pair{0, 1, 0}, Pair{0, 2, 1}, Pair{1, 2, 1}, Pair{2, 3, 3}, Pair{0, 5, 3}}) {
        for (int k = pair.quality + 1; k <= 10; ++k) {
          for (const std::uint64_t block : {0, 3}) {
            const auto points = points_of(sequence, block << k, std::size_t{1} << k);
            BOOST_TEST(is_net(points, 6, pair.x, pair.y, k, pair.quality));
          }
        }
      }
    }
  }
}

// By hand: for a single point x in one dimension the square is 1/3 - x + x^2; for 0 and 1/2 it is
// 1/3 - (1 + 3/4) / 2 + (1 + 3 * 1/2) / 4 = 1/12. The others: qmc.discrepancy(method="L2-star") of SciPy 1.17.
BOOST_AUTO_TEST_CASE(discrepancies_are_the_known_ones) {
  const auto close = boost::test_tools::tolerance(1e-6);
  BOOST_TEST(l2_star({0.5}, 1) == std::sqrt(1.0 / 12), close);
  BOOST_TEST(l2_star(points_of(SobolSequence(1, Scramble::none, 1, 0), 0, 2), 1) == std::sqrt(1.0 / 12), close);
  const SobolSequence plane(2, Scramble::none, 1, 0);
  const SobolSequence space(5, Scramble::none, 1, 0);
  BOOST_TEST(l2_star(points_of(plane, 0, 16), 2) == 0.047766230959700805, close);
  BOOST_TEST(l2_star(points_of(plane, 0, 1024), 2) == 0.0008679282638502286, close);
  BOOST_TEST(l2_star(points_of(space, 0, 64), 5) == 0.01561292087409816, close);
  BOOST_TEST(l2_star(points_of(space, 0, 1024), 5) == 0.0015213073584988493, close);
}

BOOST_AUTO_TEST_CASE(scrambled_points_fill_space_better_than_random_ones) {
  struct Case {
    std::size_t dimensions;
    double largest;
  };
  for (const Case c : {Case{2, 0.001}, Case{5, 0.0018}}) {
    RandomStream stream(1, Purpose::synthetic);
    std::vector<double> random(1024 * c.dimensions);
    std::ranges::generate(random, [&] { return stream.uniform(); });
    const double of_random = l2_star(random, c.dimensions);
    for (const std::uint32_t replicate : {0u, 1u, 2u}) {
      const SobolSequence sequence(c.dimensions, Scramble::linear_matrix, 1, replicate);
      for (const std::uint64_t first : {0, 5120}) {
        const double of_points = l2_star(points_of(sequence, first, 1024), c.dimensions);
        BOOST_TEST(of_points < c.largest);
        BOOST_TEST(of_points < of_random / 2);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(any_block_is_part_of_the_sequence) {
  for (const Scramble scramble : {Scramble::none, Scramble::linear_matrix}) {
    const SobolSequence sequence(7, scramble, 1, 2);
    const auto all = points_of(sequence, 0, 3000);
    for (const std::size_t first : {0, 1, 511, 512, 1023, 2047, 2048, 2500}) {
      const auto part = points_of(sequence, first, 500);
      BOOST_TEST(std::ranges::equal(part, std::span(all).subspan(first * 7, 500 * 7)));
    }
    BOOST_TEST(points_of(sequence, 2999, 0).empty());
  }
}

BOOST_AUTO_TEST_CASE(scrambles_differ_by_seed_and_replicate) {
  const auto of = [](std::uint64_t seed, std::uint32_t replicate) {
    return points_of(SobolSequence(3, Scramble::linear_matrix, seed, replicate), 64, 64);
  };
  const auto points = of(1, 0);
  BOOST_TEST((of(1, 0) == points));
  for (const auto& other : {of(1, 1), of(2, 0), points_of(SobolSequence(3, Scramble::none, 1, 0), 64, 64)}) {
    std::size_t same = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      same += points[i] == other[i] ? 1 : 0;
    }
    BOOST_TEST(same == 0);
  }
}

BOOST_AUTO_TEST_CASE(scrambled_points_are_uniform_over_replicates) {
  constexpr std::uint32_t replicates = 2000;
  double sum = 0;
  double squares = 0;
  for (std::uint32_t r = 0; r < replicates; ++r) {
    const double x = points_of(SobolSequence(2, Scramble::linear_matrix, 9, r), 37, 1)[1];
    sum += x - 0.5;
    squares += (x - 0.5) * (x - 0.5);
  }
  BOOST_TEST(std::abs(sum / replicates) < 4 * std::sqrt(1.0 / 12 / replicates));
  BOOST_TEST(std::abs(squares / replicates - 1.0 / 12) < 4 * std::sqrt(1.0 / 180 / replicates));
}

// Bits that every machine has to give, from a run of this program.
BOOST_AUTO_TEST_CASE(scrambled_points_are_the_same_everywhere) {
  const auto point = points_of(SobolSequence(56, Scramble::linear_matrix, 1, 3), 1000000, 1);
  BOOST_TEST(cell_of(point[0]) == 1912247705u);
  BOOST_TEST(cell_of(point[1]) == 1456519054u);
  BOOST_TEST(cell_of(point[55]) == 2952821399u);
}

BOOST_AUTO_TEST_CASE(what_there_is_not_is_refused) {
  BOOST_CHECK_EXCEPTION(SobolSequence(0, Scramble::none, 1, 0), InputError, test::says("1 to 3667 dimensions, not 0"));
  BOOST_CHECK_EXCEPTION(SobolSequence(3668, Scramble::none, 1, 0), InputError, test::says("not 3668"));
  const SobolSequence sequence(1, Scramble::linear_matrix, 1, 0);
  double point = 0;
  sequence.points(SobolSequence::kMostPoints - 1, 1, &point);
  BOOST_TEST((point > 0 && point < 1));
  BOOST_CHECK_EXCEPTION(sequence.points(SobolSequence::kMostPoints, 1, &point), InputError,
                        test::says("beyond its end"));
}

BOOST_AUTO_TEST_SUITE_END()
