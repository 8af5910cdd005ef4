#!/usr/bin/env bash
# Counts the lines outside the kinds' and substances' own files that ask which kind of model or which substance they have,
# and fails when there are more than a few: who needs another one adds to the interface (models/kind.h,
# chem/substance.h) instead. Usage: kind_branches.sh [ROOT]
set -euo pipefail
limit=8
root=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
cd "$root"

names='composition|molecule|compositions|molecules|composition_net|fingerprint_net|molecule_vae|formula|smiles'
objects='(compositions|molecules|composition_net|fingerprint_net|molecule_vae)\(\)'
prefix='&?((epitaxy::)?(chem|models)::)?'
asks="(==|!=) *\"($names)\"|\"($names)\" *(==|!=)" # a name is compared
asks+="|(==|!=) *$prefix$objects|$prefix$objects *(==|!=)"
asks+="|(\\?|[^:]:) +$prefix$objects" # an object is chosen
asks+='|dynamic_cast<[^>]*(Model|Kind|Substance)'
asks+='|molecule_model\(|is_molecular|of_molecules'

own='^src/(models/(composition_net|dense_net|fingerprint_net|molecule_vae)/|models/kinds\.cpp|chem/[a-z_]*substance\.cpp)'
found=$(grep -rnE "$asks" src --include='*.cpp' --include='*.h' | grep -vE "$own" | grep -vE '^[^:]*:[0-9]*: *//' || true)
count=$(grep -c . <<<"$found" || true)
echo "$found"
echo "kind branches: $count lines ask which kind or substance they have, at most $limit may"
[[ $count -le $limit ]]
