#!/usr/bin/env bash
# The checks of layers and texts find what is planted: style_test.sh passes a small clean tree and fails on each violation.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
failed=no

# check NAME EXIT_CODE MESSAGE
check() {
  local code=0 output
  output=$("$here/style_test.sh" "$root" 2>&1) || code=$?
  if [[ $code -ne $2 || $output != *"$3"* ]]; then
    printf 'FAILED %s: exit code %s\n%s\n' "$1" "$code" "$output"
    failed=yes
  else
    printf 'ok    %s\n' "$1"
  fi
}

mkdir -p "$root"/{src/base,src/parallel/mpi,src/app,include/epitaxy,tests}
cp "$here/../.clang-format" "$root"
echo 'set(EPITAXY_LAYERS base parallel app)' >"$root/CMakeLists.txt"
echo '#include "base/error.h"' >"$root/src/app/main.cpp"
echo '#include <string>' >"$root/include/epitaxy/error.h"
echo '#include "epitaxy/error.h"' >"$root/src/base/error.h"
check "a clean tree passes" 0 "layers: base parallel app"

echo '#include "app/stage.h"' >"$root/src/base/file.cpp"
check "a layer that reads a later one" 1 "src/base/file.cpp:1: layer base must not include layer app"
rm "$root/src/base/file.cpp"

echo '#include "app/stage.h"' >"$root/src/parallel/mpi/group.cpp"
check "the same from a folder inside a layer" 1 "src/parallel/mpi/group.cpp:1: layer parallel must not include layer app"
rm "$root/src/parallel/mpi/group.cpp"

mkdir "$root/src/plans" && echo '#include <string>' >"$root/src/plans/plan.h"
check "a folder that is no layer" 1 "its folder plans is no layer"
rm -r "$root/src/plans"

echo '#include "epitaxy/run.h"' >"$root/src/parallel/farm.cpp"
check "a layer that reads the public interface" 1 "src/parallel/farm.cpp:1: layer parallel must not include layer epitaxy"
rm "$root/src/parallel/farm.cpp"

echo '#include <mpi.h>' >"$root/src/parallel/farm.cpp"
check "a file that uses MPI itself" 1 "src/parallel/farm.cpp:1:#include <mpi.h>"
rm "$root/src/parallel/farm.cpp"

echo '#include "app/stage.h"' >"$root/include/epitaxy/run.h"
check "a public header that reads what is not installed" 1 "public headers include only public headers"
rm "$root/include/epitaxy/run.h"

long=$(printf 'word %.0s' {1..40}) # 200 characters
mkdir "$root/docs"
printf '# Title\n\n| %s |\n|---|\n\n```\n%s\n```\n\n    %s\n' "$long" "$long" "$long" >"$root/docs/page.md"
echo "$long" >"$root/docs/keys.md"
check "wide tables, code and docs/keys.md" 0 "layers: base parallel app"

printf '```\ncode\n```\n%s\n' "$long" >"$root/README.md"
check "a long line of text" 1 "./README.md:4: a line of 200 characters of text"
rm "$root/README.md"

printf -- '- item\n  %s\n' "$long" >"$root/docs/list.md"
check "the same in a list" 1 "./docs/list.md:2: a line of 202 characters of text"
rm "$root/docs/list.md"

[[ $failed == no ]]
