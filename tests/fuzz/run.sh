#!/usr/bin/env bash
# Fuzzes the readers of the program: gives each of them inputs that libFuzzer makes from those of tests/fuzz/corpus.
# Builds what it needs in build/fuzz, with Debian's clang 16 (clang 14 does not know the C++20 of GCC's library).
#
#   tests/fuzz/run.sh [SECONDS [TARGET...]]     60 seconds for each target, unless others are given
#
# A finding leaves its input in build/fuzz/found/ and makes the exit code 1. Repeat it by build/fuzz/tests/fuzz/fuzz_TARGET
# INPUT; once mended it is a file for tests/fuzz/corpus/TARGET, and a test beside the reader's. Inputs that reached new
# code are kept in build/fuzz/corpus/. EPITAXY_INSTALL=no keeps it from installing packages.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup.sh
source "$here/../../tools/setup.sh"
build=$root/build/fuzz

seconds=${1:-60}
shift || true
[[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "'$seconds' is no number of seconds; usage: tests/fuzz/run.sh [SECONDS [TARGET...]]"
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
  mapfile -t targets < <(cd "$here/targets" && printf '%s\n' *.cpp | sed 's/\.cpp$//')
fi
for target in "${targets[@]}"; do
  [[ -f $here/targets/$target.cpp ]] || fail "'$target' is no target; there are: $(cd "$here/targets" && echo *.cpp)"
done

say "looking for the packages that are needed"
"$root/tools/install-dependencies" fuzz

say "building in $build"
options=(-DEPITAXY_FUZZ=ON -DCMAKE_CXX_COMPILER=clang++-16 -DCMAKE_C_COMPILER=clang-16 -DEPITAXY_NATIVE=OFF
  -DEPITAXY_WERROR=OFF # warnings are those of GCC
  -DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -gline-tables-only")
cmake -S "$root" -B "$build" -G Ninja --log-level=WARNING "${options[@]}" >/dev/null || fail "cmake failed (see above)"
cmake --build "$build" --parallel "$(env -u OMP_NUM_THREADS nproc)" --target "${targets[@]/#/fuzz_}" >"$build/build.log" ||
  { tail -n 40 "$build/build.log"; fail "the build failed (see above)"; }

export ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-16 # names for the places of a finding
mkdir -p "$build/found"
failed=()
for target in "${targets[@]}"; do
  say "$target: $seconds s"
  mkdir -p "$build/corpus/$target"
  # Limits: seconds for one input, megabytes at all and in one allocation.
  "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
    -print_final_stats=1 -dict="$here/dictionaries/$target.dict" -artifact_prefix="$build/found/$target-" \
    "$build/corpus/$target" "$here/corpus/$target" >"$build/$target.log" 2>&1 || failed+=("$target")
  grep -E '^stat::number_of_executed_units|^SUMMARY|^broken promise|ERROR: ' "$build/$target.log" || true
done
if [[ ${#failed[@]} -gt 0 ]]; then
  for target in "${failed[@]}"; do
    tail -n 60 "$build/$target.log"
  done
  fail "found something in: ${failed[*]} (see above, build/fuzz/TARGET.log and the inputs in build/fuzz/found)"
fi
say "nothing was found in ${#targets[@]} targets"
