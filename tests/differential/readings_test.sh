#!/usr/bin/env bash
# What the program reads beyond Python's csv and float, see readings.py.
set -euo pipefail
# shellcheck source=tests/system/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../system/common.sh" "$@"

python=$(python_with h5py)
[[ -n $python ]] || skip "no Python with h5py (tools/install-dependencies test)"
PYTHONDONTWRITEBYTECODE=1 "$python" "$root/tests/differential/readings.py" "$program"
