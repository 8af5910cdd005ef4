#include "linalg/transposed_product.h"

#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "base/error.h"

// A tile holds 16 rows of 64 bytes. The instruction multiplies a tile of 16 rows of A^T with 32 numbers each by a tile
// that holds 32 rows of B in pairs, 16 columns wide (Intel 64 and IA-32 Architectures Software Developer's Manual,
// TDPBF16PS). So both operands need rows k in pairs; those of A are transposed besides.
#define EPITAXY_AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl")))

// A false alarm of GCC 12 about the intrinsics' own "undefined" values.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace epitaxy::linalg {

namespace {

constexpr std::size_t kSide = 16;              ///< Rows of a tile, and columns of a result.
constexpr std::size_t kDepth = 32;             ///< Rows k of a tile.
constexpr std::size_t kTile = kSide * kDepth;  ///< Numbers in a tile.
constexpr std::size_t kPiece = 512;            ///< Rows k at a time: 32 columns of B then fit the first-level cache.

/// The memory image that configures the tiles.
struct alignas(64) TileConfiguration {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t bytes_of_row[16] = {};
  std::uint8_t rows[16] = {};

  TileConfiguration() {
    std::fill_n(bytes_of_row, 8, std::uint16_t{64});
    std::fill_n(rows, 8, std::uint8_t{16});
  }
};

/// 16 columns of the rows 2p and 2p + 1 for p = 0 .. 15, the two numbers of a column side by side.
EPITAXY_AMX inline void load_pairs(const Bfloat16* from, std::size_t stride, __m512i pairs[kSide]) {
  for (std::size_t p = 0; p < kSide; ++p) {
    const auto* row = reinterpret_cast<const __m256i*>(from + 2 * p * stride);
    const auto* next = reinterpret_cast<const __m256i*>(from + (2 * p + 1) * stride);
    const __m512i low = _mm512_cvtepu16_epi32(_mm256_loadu_si256(row));
    const __m512i high = _mm512_cvtepu16_epi32(_mm256_loadu_si256(next));
    pairs[p] = _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
  }
}

/// Transposes 16 x 16 numbers of 32 bits.
EPITAXY_AMX inline void transpose(__m512i r[kSide]) {
  __m512i t[kSide];
  for (std::size_t i = 0; i < kSide; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (std::size_t i = 0; i < kSide; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
  for (std::size_t i = 0; i < 8; ++i) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
  }
}

/// A matrix [k, columns] as tiles; those of 16 columns follow each other. Reads whole rows, which is what memory likes.
template <bool Transposed>
EPITAXY_AMX void pack(const Bfloat16* from, std::size_t k, std::size_t columns, Bfloat16* to) {
  for (std::size_t row = 0; row < k; row += kDepth) {
    for (std::size_t column = 0; column < columns; column += kSide) {
      __m512i pairs[kSide];
      load_pairs(from + row * columns + column, columns, pairs);
      if constexpr (Transposed) {
        transpose(pairs);
      }
      Bfloat16* tile = to + column * k + row * kSide;
      for (std::size_t i = 0; i < kSide; ++i) {
        _mm512_store_si512(tile + i * kDepth, pairs[i]);
      }
    }
  }
}

/// 32 x 32 sums, as four tiles: begun, continued or, at last, written to C.
struct Sums {
  float* tiles;
  float* c;
  std::size_t n;  ///< Columns of C.
  bool first;
  bool last;
};

/// The memory of C is cold: its rows are fetched while tiles are multiplied.
EPITAXY_AMX inline void fetch_rows(const Sums& sums, std::size_t first, std::size_t last) {
  for (std::size_t row = first; row < last; ++row) {
    __builtin_prefetch(sums.c + row * sums.n, 1, 3);
    __builtin_prefetch(sums.c + row * sums.n + kSide, 1, 3);
  }
}

/// Adds two columns of tiles of A times two of B, each `depth` tiles long.
EPITAXY_AMX void multiply(const Bfloat16* a, const Bfloat16* b, std::size_t depth, const Sums& sums) {
  constexpr std::size_t tile = kSide * kSide;
  const std::size_t rows_a_step = (2 * kSide + depth - 1) / depth;
  if (sums.first) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  } else {
    _tile_loadd(0, sums.tiles, 64);
    _tile_loadd(1, sums.tiles + tile, 64);
    _tile_loadd(2, sums.tiles + 2 * tile, 64);
    _tile_loadd(3, sums.tiles + 3 * tile, 64);
  }
  for (std::size_t i = 0; i < depth; ++i) {
    if (sums.last) {
      fetch_rows(sums, i * rows_a_step, std::min(2 * kSide, (i + 1) * rows_a_step));
    }
    _tile_loadd(4, a + i * kTile, 64);
    _tile_loadd(6, b + i * kTile, 64);
    _tile_loadd(7, b + (depth + i) * kTile, 64);
    _tile_loadd(5, a + (depth + i) * kTile, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  const std::size_t stride = sums.last ? sums.n * sizeof(float) : 64;
  float* to = sums.last ? sums.c : sums.tiles;
  _tile_stored(0, to, stride);
  _tile_stored(1, sums.last ? to + kSide : to + tile, stride);
  _tile_stored(2, sums.last ? to + kSide * sums.n : to + 2 * tile, stride);
  _tile_stored(3, sums.last ? to + kSide * sums.n + kSide : to + 3 * tile, stride);
}

EPITAXY_AMX void run_pieces(const Bfloat16* a, const Bfloat16* b, std::size_t m, std::size_t n, std::size_t k,
                            Bfloat16* packed_a, Bfloat16* packed_b, float* sums, float* c) {
  const TileConfiguration configuration;
  _tile_loadconfig(&configuration);
  for (std::size_t first = 0; first < k; first += kPiece) {
    const std::size_t rows = std::min(kPiece, k - first);
    pack<true>(a + first * m, rows, m, packed_a);
    pack<false>(b + first * n, rows, n, packed_b);
    float* block = sums;
    for (std::size_t j = 0; j < n; j += 2 * kSide) {
      for (std::size_t i = 0; i < m; i += 2 * kSide) {
        multiply(packed_a + i * rows, packed_b + j * rows, rows / kDepth,
                 {block, c + i * n + j, n, first == 0, first + rows == k});
        block += 4 * kSide * kSide;
      }
    }
  }
  _tile_release();
}

/// Of all products of a thread; it grows as they are made.
struct Scratch {
  Buffer<Bfloat16> packed_a;  ///< A piece of A, as tiles of 16 columns and 32 rows, transposed.
  Buffer<Bfloat16> packed_b;  ///< A piece of B, as tiles of 16 columns and 32 rows.
  Buffer<float> sums;         ///< C between pieces, by blocks of 32 x 32.
};

Scratch& scratch() {
  thread_local Scratch buffers;
  return buffers;
}

template <typename T>
void grow(Buffer<T>& buffer, std::size_t size) {
  if (buffer.size() < size) {
    buffer = Buffer<T>(size);
  }
}

bool allowed() {
  constexpr long request_permission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long tile_data = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

}  // namespace

bool TransposedProduct::available() {
  static const bool answer = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;
    const bool has_leaf = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                          __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
                          __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0;
    const bool has_tiles = has_leaf && ((d >> 22) & (d >> 24) & 1u) != 0;
    return has_tiles && allowed();
  }();
  return answer;
}

TransposedProduct::TransposedProduct(std::size_t m, std::size_t n) : m_(m), n_(n) {
  check(available(), "a product by AMX needs AMX");
  check(m > 0 && n > 0 && m % kMultiple == 0 && n % kMultiple == 0, "the sizes of a product by AMX are whole tiles");
  grow(scratch().packed_a, kPiece * m);
  grow(scratch().packed_b, kPiece * n);
  grow(scratch().sums, m * n);
}

void TransposedProduct::run(const Bfloat16* a, const Bfloat16* b, std::size_t k, float* c) {
  check(k > 0 && k % kMultiple == 0, "the rows of a product by AMX are whole tiles");
  Scratch& buffers = scratch();
  check(buffers.sums.size() >= m_ * n_, "a product by AMX runs on the thread that made it");
  run_pieces(a, b, m_, n_, k, buffers.packed_a.data(), buffers.packed_b.data(), buffers.sums.data(), c);
}

}  // namespace epitaxy::linalg
