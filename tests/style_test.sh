#!/usr/bin/env bash
# Checks that the sources are formatted by .clang-format (if clang-format is installed), that a file includes only
# headers of its own and of earlier layers, that one file alone uses MPI, and that lines of text are short enough to be
# read. Usage: style_test.sh [ROOT]
set -euo pipefail
root=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
cd "$root"

# In the order of EPITAXY_LAYERS in CMakeLists.txt.
layers=$(sed -n 's/^set(EPITAXY_LAYERS \(.*\))$/\1/p' CMakeLists.txt)
if [[ -z $layers ]]; then
  echo "style: CMakeLists.txt has no line set(EPITAXY_LAYERS ...), so the order of the layers is unknown" >&2
  exit 1
fi

failed=no
mapfile -d '' -t files < <(find src include tests -name '*.cpp' -print0 -o -name '*.h' -print0 | sort -z)
echo "style: ${#files[@]} files, layers: $layers"

if command -v clang-format >/dev/null; then
  if ! clang-format --dry-run --Werror "${files[@]}"; then
    echo "style: not formatted (see above): clang-format -i FILE" >&2
    failed=yes
  fi
else
  echo "style: clang-format is not installed, formatting is not checked"
fi

# shellcheck disable=SC2016  # the dollar signs are awk's
check_layers='
  BEGIN {
    count = split(layers, names, " ")
    for (i = 1; i <= count; i++) rank[names[i]] = i
  }
  FNR == 1 {
    split(FILENAME, parts, "/")
    own = parts[2]
    if (!(own in rank)) {
      print FILENAME ": its folder " own " is no layer of CMakeLists.txt"
      bad = 1
      nextfile
    }
  }
  match($0, /^[ \t]*#[ \t]*include[ \t]*"[^"\/]+\//) {
    used = substr($0, RSTART, RLENGTH - 1)
    sub(/.*"/, "", used)
    # The public interface is what the last layer offers; its exceptions are those of all.
    if (used == "epitaxy" && ($0 ~ /"epitaxy\/error.h"/ || own == names[count])) next
    if (!(used in rank) || rank[used] > rank[own]) {
      print FILENAME ":" FNR ": layer " own " must not include layer " used
      bad = 1
    }
  }
  END { exit bad }'
mapfile -d '' -t layered < <(find src -mindepth 2 \( -name '*.cpp' -o -name '*.h' \) -print0 | sort -z)
if ! awk -v layers="$layers" "$check_layers" "${layered[@]}" >&2; then
  echo "style: the layering is broken (see above); the order is: $layers" >&2
  failed=yes
fi

# What starts MPI or sends by it: a build without MPI leaves these out.
if grep -rnE '#[[:space:]]*include[[:space:]]*<mpi\.h>|MPI_[A-Z][a-z]+' src tests --include='*.cpp' --include='*.h' |
  grep -vE '^(src/parallel/mpi_group\.cpp|tests/benchmark/(mpi_costs|slow_cable)\.cpp):' >&2; then
  echo "style: only src/parallel/mpi_group.cpp may use MPI (see above)" >&2
  failed=yes
fi

# What is installed reads nothing of what is not.
if grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' include/epitaxy/*.h | grep -v '"epitaxy/' >&2; then
  echo "style: public headers include only public headers and the standard library (see above)" >&2
  failed=yes
fi

# Text is read in an editor, too. Tables and code may be wider; docs/keys.md is written by the program.
# shellcheck disable=SC2016  # the dollar signs are awk's
check_text='
  FNR == 1 { fenced = 0 }
  /^ *```/ { fenced = !fenced; next }
  fenced || /^ *\|/ || /^    / { next }
  length($0) > 160 {
    print FILENAME ":" FNR ": a line of " length($0) " characters of text; the limit is 160"
    bad = 1
  }
  END { exit bad }'
mapfile -d '' -t texts < <(find . \( -path './build*' -o -path ./runs -o -path ./data -o -path './.*' \) -prune -o \
  -name '*.md' ! -path ./docs/keys.md -print0 | sort -z)
if [[ ${#texts[@]} -gt 0 ]] && ! awk "$check_text" "${texts[@]}" >&2; then
  echo "style: lines of text are too long (see above): break them, and split long sentences" >&2
  failed=yes
fi

[[ $failed == no ]]
