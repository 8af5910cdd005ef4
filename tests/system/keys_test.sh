#!/usr/bin/env bash
# `epitaxy keys`: on the screen, as docs/keys.md, and as JSON Schemas that all shipped inputs satisfy.
#
# Usage: keys_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"
root=$here/../..

say "on the screen"
expect_exit 0 "$program" keys
expect_message '^ *pretrain +a model learns' '^ *workflow +stages that run'
expect_exit 0 "$program" keys pretrain
expect_message '^training\.epochs +40 +passes over the training rows$' '^data\[\]\.file +required +' \
  '^training\.learning_rate\.step_factor +0\.1 +schedule: step: '
expect_exit 0 "$program" keys pretrain training.epochs
expect_message '^training\.epochs$' 'values: +whole number from 1 to 1000000' 'default: +40' 'affects: +bits'
expect_exit 0 "$program" keys sample block
expect_message '^block$'
expect_exit 0 "$program" keys finetune variants
expect_message '^variants\.NAME\.freeze '

say "what is not there"
expect_exit 2 "$program" keys pretrane
expect_message "there is no stage 'pretrane': did you mean 'pretrain'\?"
expect_exit 2 "$program" keys pretrain epoch
expect_message "'pretrain' has no key 'epoch': did you mean 'epochs'\?"
expect_exit 2 "$program" keys pretrain something_else_entirely
expect_message "'epitaxy keys pretrain' lists them"

say "docs/keys.md"
"$program" keys --markdown >keys.md
expect "is what the program prints (epitaxy keys --markdown >docs/keys.md)" diff keys.md "$root/docs/keys.md"

say "JSON Schemas"
python=$(python_with jsonschema yaml)
[[ -n $python ]] || fail "no Python with jsonschema and yaml (tools/install-dependencies test)"
stages=(import pretrain finetune difference sample compare workflow)
for stage in "${stages[@]}"; do
  "$program" keys "$stage" --json >"$stage.json"
done
expect "all shipped inputs satisfy them" "$python" "$here/check_schemas.py" . "$root/inputs" "$root/workflows"
printf 'stage: pretrain\ntraining: {epoch: 3}\n' >wrong.yaml
expect "a wrong key does not" test "$("$python" "$here/check_schemas.py" . wrong.yaml | grep -c "'epoch' was unexpected")" -eq 1
finish
