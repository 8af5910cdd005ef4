#include "linalg/cpu.h"

#include <cblas.h>
#include <immintrin.h>
#include <omp.h>

#include <cpuid.h>
#include <string>
#include <utility>

namespace epitaxy::linalg {

void set_up_kernels() {
  openblas_set_num_threads(1);
  omp_set_num_threads(1);
  _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
  _mm_setcsr(_mm_getcsr() | 0x0040u);  // denormals are zero
}

namespace {

struct CpuFlags {
  bool avx2 = false, avx512 = false, avx512_bf16 = false, amx_bf16 = false;
};

CpuFlags detect_cpu() {
  CpuFlags flags;
  flags.avx2 = __builtin_cpu_supports("avx2") != 0;
  flags.avx512 = __builtin_cpu_supports("avx512f") != 0;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (flags.avx512 && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0) {
    flags.avx512_bf16 = ((a >> 5) & 1u) != 0;
  }
  if (flags.avx512 && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) {
    flags.amx_bf16 = ((d >> 22) & 1u) != 0;
  }
  return flags;
}

}  // namespace

bool has_fast_bfloat16() {
  const CpuFlags flags = detect_cpu();
  return flags.avx512_bf16 || flags.amx_bf16;
}

std::size_t rows_alike(std::size_t rows) {
  constexpr std::size_t at_a_time = 6;
  return detect_cpu().avx512 ? rows : (rows + at_a_time - 1) / at_a_time * at_a_time;
}

bool openblas_rows_are_alike() { return detect_cpu().avx512; }

const char* cpu_features() {
  static const std::string names = [] {
    const CpuFlags flags = detect_cpu();
    std::string text;
    for (const auto& [has, name] :
         {std::pair{flags.avx2, "AVX2"}, std::pair{flags.avx512, "AVX512F"},
          std::pair{flags.avx512_bf16, "AVX512-BF16"}, std::pair{flags.amx_bf16, "AMX-BF16"}}) {
      if (has) {
        text += text.empty() ? "" : " ";
        text += name;
      }
    }
    return text.empty() ? std::string("none of AVX2, AVX512, AMX") : text;
  }();
  return names.c_str();
}

}  // namespace epitaxy::linalg
