#include "sampling/metrics/diversity.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "chem/fingerprint.h"
#include "parallel/row_blocks.h"

namespace epitaxy::sampling {

namespace {

constexpr std::size_t kWords = FingerprintTable::kWords;

/// Molecules that are compared with at once, and how many such groups stay in the first-level cache.
constexpr std::size_t kLanes = 8;
constexpr std::size_t kTile = 16;

/// Fingerprints in groups, word by word, so that one instruction treats a whole group. The last group is filled up with
/// molecules of so many bits that nothing resembles them.
struct Groups {
  std::vector<std::uint64_t> words;     ///< [groups, kWords, kLanes]
  std::vector<std::int32_t> bit_count;  ///< [groups, kLanes]

  explicit Groups(const FingerprintTable& table) {
    constexpr std::int32_t kEndless = 1 << 30;
    const std::size_t groups = (table.size() + kLanes - 1) / kLanes;
    words.resize(groups * kWords * kLanes);
    bit_count.resize(groups * kLanes, kEndless);
    for (std::size_t i = 0; i < table.size(); ++i) {
      std::uint64_t* group = words.data() + i / kLanes * kWords * kLanes;
      for (std::size_t w = 0; w < kWords; ++w) {
        group[w * kLanes + i % kLanes] = table.words[i * kWords + w];
      }
      bit_count[i] = table.bit_count[i];
    }
  }
  std::size_t size() const { return bit_count.size() / kLanes; }
};

/// Similarities of a molecule to the molecules of a group.
std::array<double, kLanes> similarities(const std::uint64_t* molecule, std::int32_t bit_count, const Groups& groups,
                                        std::size_t group) {
  const std::uint64_t* words = groups.words.data() + group * kWords * kLanes;
  std::array<std::uint64_t, kLanes> common{};
  for (std::size_t w = 0; w < kWords; ++w) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      common[lane] += static_cast<std::uint64_t>(std::popcount(molecule[w] & words[w * kLanes + lane]));
    }
  }
  std::array<double, kLanes> result{};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const auto in_both = static_cast<std::int32_t>(common[lane]);
    const std::int32_t either = bit_count + groups.bit_count[group * kLanes + lane] - in_both;
    result[lane] = either == 0 ? 1.0 : static_cast<double>(in_both) / static_cast<double>(either);
  }
  return result;
}

/// A constant number of words, so that compilers use the CPU's vector instructions for counting bits.
int common_bits(const std::uint64_t* a, const std::uint64_t* b) {
  std::uint64_t sum = 0;
  for (std::size_t w = 0; w < kWords; ++w) {
    sum += static_cast<std::uint64_t>(std::popcount(a[w] & b[w]));
  }
  return static_cast<int>(sum);
}

/// Of molecule i of one table and j of another; 1 if neither has any bit.
double similarity(const FingerprintTable& a, std::size_t i, const FingerprintTable& b, std::size_t j) {
  const int common = common_bits(a.words.data() + i * kWords, b.words.data() + j * kWords);
  const int either = a.bit_count[i] + b.bit_count[j] - common;
  return either == 0 ? 1.0 : static_cast<double>(common) / static_cast<double>(either);
}

}  // namespace

void FingerprintTable::add(std::span<const std::uint64_t> bits) {
  check(bits.size() == kWords, "fingerprints of 1,024 bits");
  words.insert(words.end(), bits.begin(), bits.end());
  int count = 0;
  for (const std::uint64_t word : bits) {
    count += std::popcount(word);
  }
  bit_count.push_back(count);
}

FingerprintTable fingerprints_of(std::span<const std::string> smiles) {
  FingerprintTable table;
  table.words.reserve(smiles.size() * kWords);
  for (const std::string& text : smiles) {
    table.add(chem::morgan_bits(text, {.radius = 2, .bits = 64 * kWords, .counts = false}));
  }
  return table;
}

FingerprintTable gather_fingerprints(const parallel::Communicator& communicator, std::span<const std::string> smiles) {
  const auto [first, last] = parallel::my_rows(smiles.size(), 1, communicator);
  FingerprintTable mine;
  communicator.agree([&] { mine = fingerprints_of(smiles.subspan(first, last - first)); });
  const auto words = communicator.all_gather(mine.words);
  FingerprintTable table;
  for (std::size_t i = 0; i < smiles.size(); ++i) {
    table.add({words.data() + i * kWords, kWords});
  }
  return table;
}

InternalDiversity internal_diversity(const parallel::Communicator& communicator, const FingerprintTable& molecules) {
  const std::size_t count = molecules.size();
  // Sums of rows, added up in the order of the rows on every rank.
  const auto [first, last] = parallel::my_rows(count, 1, communicator);
  std::vector<double> sums(last - first);
  std::vector<double> squares(last - first);
  for (std::size_t i = first; i < last; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      const double t = similarity(molecules, i, molecules, j);
      sums[i - first] += t;
      squares[i - first] += t * t;
    }
  }
  sums = communicator.all_gather(sums);
  squares = communicator.all_gather(squares);
  double sum = 0;
  double square = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += sums[i];
    square += squares[i];
  }
  const double pairs = static_cast<double>(count) * static_cast<double>(count);
  return {1 - sum / pairs, 1 - std::sqrt(square / pairs)};
}

ReferencePart reference_part(const parallel::Communicator& communicator, std::span<const std::string> smiles) {
  const auto [first, last] = parallel::my_rows(smiles.size(), 1, communicator);
  ReferencePart part{.fingerprints = {}, .first = first};
  communicator.agree([&] { part.fingerprints = fingerprints_of(smiles.subspan(first, last - first)); });
  return part;
}

std::vector<double> nearest_similarities(const parallel::Communicator& communicator, const FingerprintTable& molecules,
                                         const ReferencePart& references, std::span<const std::size_t> own) {
  const std::size_t count = molecules.size();
  std::vector<double> largest(count, 0.0);
  const Groups groups(references.fingerprints);
  for (std::size_t tile = 0; tile < groups.size(); tile += kTile) {
    const std::size_t end = std::min(groups.size(), tile + kTile);
    for (std::size_t i = 0; i < count; ++i) {
      // Its own number among this rank's references; far away when it is none of them.
      const std::size_t skipped = own.empty() ? std::numeric_limits<std::size_t>::max() : own[i] - references.first;
      std::array<double, kLanes> best{};
      for (std::size_t group = tile; group < end; ++group) {
        auto found = similarities(molecules.words.data() + i * kWords, molecules.bit_count[i], groups, group);
        if (skipped / kLanes == group) {
          found[skipped % kLanes] = 0;
        }
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          best[lane] = std::max(best[lane], found[lane]);
        }
      }
      largest[i] = std::max(largest[i], std::ranges::max(best));
    }
  }
  return communicator.max(std::move(largest));
}

}  // namespace epitaxy::sampling
