#!/usr/bin/env bash
# Campaigns over the latent space of a tiny model: the same molecules whatever the number of ranks, whoever is killed
# when, however many jobs work in the folder, and in how many pieces; and what is refused.
#
# Usage: campaign_test.sh PROGRAM      EPITAXY_TEST_SEED=N repeats the moments of an earlier run.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"

readonly seed=${EPITAXY_TEST_SEED:-$RANDOM}
RANDOM=$seed
say "moments drawn with EPITAXY_TEST_SEED=$seed"

prepare() {
  say "a tiny model"
  made_molecules
  run_quietly "$program" run pretrain.yaml --output run
  cat >sample.yaml <<'YAML'
stage: sample
model: ${WORKFLOW}/run/best.h5
training_data: ${WORKFLOW}/import/dataset.h5
points: 2048
scrambles: 2
block: 64
precision: float32
metrics: {sample: 100}
controls: {untrained_decoder: 100, random_strings: 100}
YAML
}

sample=("$program" run sample.yaml)

# start RANKS FOLDER [ARGUMENT...]: in the background; sets launched. What it says goes to FOLDER.log.
start() {
  local count=$1 folder=$2
  shift 2
  if [[ $count -eq 1 ]]; then
    "${sample[@]}" --output "$folder" "$@" >>"$folder.log" 2>&1 </dev/null &
  else
    ranks "$count" "${sample[@]}" --output "$folder" "$@" >>"$folder.log" 2>&1 </dev/null &
  fi
  launched=$!
}

ended() { ! kill -0 "$1" 2>/dev/null; }

# reap PROCESS: waits for a job; sets code.
reap() {
  await 200 "the job to end" ended "$1"
  code=0
  wait "$1" || code=$?
}

parts() { { find "$1/parts" -name '*.h5' 2>/dev/null || true; } | wc -l; }
has_parts() { [[ $(parts "$1") -ge $2 ]]; }

# same_as_reference FOLDER
same_as_reference() {
  local file
  expect_equal "$1: hash of campaign.h5" "$(hash_of "$1/campaign.h5")" "$reference"
  for file in molecules.csv blocks.csv; do
    expect "$1: $file" cmp "$1/$file" "reference/$file"
  done
  expect "$1: no temporary files are left" no_temporary_files "$1"
}

test_reference() {
  say "an undisturbed campaign"
  run_quietly "${sample[@]}" --output reference
  reference=$(hash_of reference/campaign.h5)
  expect "the summary has the hash" grep -q "\"campaign_hash\": \"$reference\"" reference/summary.json
  expect_equal "rows of molecules.csv" "$(wc -l <reference/molecules.csv)" 4097
  expect_equal "columns" "$(head -n 1 reference/molecules.csv)" \
    scramble,point,attempt,smiles,canonical,valid,cause,novel,gap_eV,mu_D
  expect_equal "rows of blocks.csv" "$(wc -l <reference/blocks.csv)" 65
  expect "parts of the controls" test "$(find reference/controls -name '*.h5' | wc -l)" -eq 4
  expect_exit 0 "$program" inspect reference/campaign.h5
  expect_message '^format: epitaxy campaign$' '^points: 2048$' '^scrambles: 2$' "^hash: $reference$"
  expect_exit 0 "$program" inspect reference/parts/0001_0000000064.h5
  expect_message '^format: epitaxy campaign part$' '^first_point: 64$'
  run_quietly ranks 2 "${sample[@]}" --output two_ranks
  same_as_reference two_ranks
  expect "the metrics do not depend on ranks" cmp <(grep -v points_per_s reference/summary.json) \
    <(grep -v points_per_s two_ranks/summary.json)
  # Blocks of another size are other blocks of the same points.
  run_quietly "${sample[@]}" --output other_blocks --set block=512 --set controls.random_strings=0 \
    --set controls.untrained_decoder=0
  expect "the size of blocks does not matter" cmp reference/molecules.csv other_blocks/molecules.csv
  expect_exit 0 "$program" check sample.yaml
  expect_message 'one block of 64 points took'
}

# The parts say by themselves what they hold, wherever the folder lies.
test_view() {
  local python
  python=$(python_with h5py)
  if [[ -z $python ]]; then
    say "no Python with h5py: the view is not read by it"
    return
  fi
  say "campaign.h5 by h5py"
  cp -r reference moved
  expect "arrays of a campaign that was moved" "$python" - <<'PYTHON'
import csv, h5py
with h5py.File("moved/campaign.h5") as file:
    smiles, novel, properties = file["smiles"][:], file["novel"][:], file["properties"][:]
    causes = [name.decode() for name in file["cause_names"][:]]
    cause = file["cause"][:]
    columns = [name.decode() for name in file["property_names"][:]]
assert smiles.shape == (2, 2048) and properties.shape == (2, 2048, 2), (smiles.shape, properties.shape)
for row in csv.DictReader(open("reference/molecules.csv")):
    at = int(row["scramble"]), int(row["point"])
    assert smiles[at].decode() == row["smiles"], row
    assert novel[at] == int(row["novel"]), row
    assert (causes[cause[at]] if cause[at] else "") == row["cause"], row
    for h, column in enumerate(columns):
        assert abs(properties[at][h] - float(row[column])) <= 1e-5 * abs(properties[at][h]), row
PYTHON
}

# kill_and_resume NAME RANKS one|all: kills ranks at random moments, three times.
kill_and_resume() {
  local name=$1 count=$2 whom=$3 hits=0 victims before
  for _ in 1 2 3; do
    before=$(parts "$name")
    start "$count" "$name"
    await 60 "blocks" eval "has_parts $name $((before + 1 + RANDOM % 12)) || ended $launched"
    sleep "0.0$((RANDOM % 100))"
    mapfile -t victims < <(if [[ $count -eq 1 ]]; then echo "$launched"; else pgrep -P "$launched"; fi)
    if [[ ${#victims[@]} -gt 0 ]]; then
      if [[ $whom == one ]]; then victims=("${victims[RANDOM % ${#victims[@]}]}"); fi
      kill -KILL "${victims[@]}" 2>/dev/null && hits=$((hits + 1))
    fi
    reap "$launched"
  done
  expect "$name: kills hit ($hits)" test "$hits" -gt 0
  start 1 "$name"
  reap "$launched"
  expect_equal "$name: run again it ends with exit code" "$code" 0
  expect "$name: it went on" grep -qE '^[1-9][0-9]* of 68 blocks are there' "$name.log"
  same_as_reference "$name"
}

test_two_jobs() {
  say "two jobs in one folder"
  local first second
  start 1 shared
  first=$launched
  start 2 shared
  second=$launched
  reap "$first"
  expect_equal "the first ends with exit code" "$code" 0
  reap "$second"
  expect_equal "the second ends with exit code" "$code" 0
  same_as_reference shared
  expect_equal "both write the log" "$(grep -c 'stage sample in' shared/log.txt)" 2

  # One is killed, the other goes on.
  start 1 widowed
  first=$launched
  start 1 widowed
  second=$launched
  await 60 "blocks" has_parts widowed 10
  kill -KILL "$first" 2>/dev/null || true
  reap "$first"
  reap "$second"
  expect_equal "the survivor ends with exit code" "$code" 0
  expect_equal "widowed: hash of campaign.h5" "$(hash_of widowed/campaign.h5)" "$reference"
  run_quietly "${sample[@]}" --output widowed
  same_as_reference widowed
}

test_extension() {
  say "a campaign that grows"
  run_quietly "${sample[@]}" --output grown --set points=512 --set scrambles=1
  expect_equal "parts of the small one" "$(parts grown)" 8
  find grown/parts -name '*.h5' -exec md5sum {} + | sort >before
  expect_exit 0 "${sample[@]}" --output grown
  expect_message '^12 of 68 blocks are there, 56 to compute$'
  same_as_reference grown
  expect "what was there stayed" md5sum --quiet -c before
}

test_stop() {
  say "stopped"
  start 2 stopped --set points=65536 # files are looked at once a second
  await 60 "blocks" has_parts stopped 3
  touch stopped/STOP
  reap "$launched"
  expect_equal "exit code" "$code" 75
  expect "says what stopped it" grep -qE '^stopped by the file stopped/STOP: run again' stopped.log
  expect "is not done" test ! -e stopped/campaign.h5
  run_quietly "${sample[@]}" --output stopped
  same_as_reference stopped
}

test_damage() {
  say "damaged parts"
  local part=reference/parts/0000_0000000128.h5
  cp -r reference damaged
  python3 - damaged/parts/0000_0000000128.h5 <<'PYTHON'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
middle = len(data) // 2
data[middle : middle + 16] = bytes(byte ^ 1 for byte in data[middle : middle + 16])
open(sys.argv[1], "wb").write(data)
PYTHON
  head -c 1000 "$part" >damaged/parts/0001_0000000064.h5
  expect_exit 2 "$program" inspect damaged/campaign.h5
  expect_message 'is damaged'
  expect_exit 0 ranks 2 "${sample[@]}" --output damaged
  expect_message '^warning: damaged/parts/0000_0000000128.h5 is damaged: it is computed again' \
    '^warning: damaged/parts/0001_0000000064.h5 is damaged' '^66 of 68 blocks are there, 2 to compute'
  same_as_reference damaged
}

test_search() {
  say "a search"
  local median
  median=$(tail -n +2 reference/molecules.csv | cut -d, -f9 | sort -g | sed -n 2048p)
  local options=(--set "objective={property: gap_eV, below: $median, candidates: 50}")
  run_quietly "${sample[@]}" --output search "${options[@]}"
  expect "all points meet the objective" awk -F, -v limit="$median" 'NR > 1 && $9 >= limit { exit 1 }' search/molecules.csv
  expect_equal "columns" "$(head -n 1 search/candidates.csv)" \
    rank,smiles,scramble,point,attempt,gap_eV,mu_D,gap_eV_at_point,mu_D_at_point
  expect "candidates are new, distinct and ranked" python3 - <<'PYTHON'
import csv
known = {row["smiles"] for row in csv.DictReader(open("training.csv"))}
decoded = {(r["scramble"], r["point"]): r for r in csv.DictReader(open("search/molecules.csv"))}
rows = list(csv.DictReader(open("search/candidates.csv")))
smiles = [row["smiles"] for row in rows]
gaps = [float(row["gap_eV"]) for row in rows]
assert 5 <= len(rows) <= 50, len(rows)
assert len(set(smiles)) == len(smiles) and not known & set(smiles)
assert gaps == sorted(gaps)
for row in rows:
    source = decoded[row["scramble"], row["point"]]
    assert source["canonical"] == row["smiles"] and source["novel"] == "1" and source["gap_eV"] == row["gap_eV_at_point"]
new = {r["canonical"] for r in decoded.values() if r["novel"] == "1"}
assert len(new) <= 50 and new == set(smiles) or len(rows) == 50, (len(new), len(rows))
PYTHON
  run_quietly "$program" predict --model run/best.h5 --input search/candidates.csv --output predicted.csv
  expect "their predictions are those of predict" python3 - <<'PYTHON'
import csv
for row in csv.DictReader(open("predicted.csv")):
    assert abs(float(row["gap_eV"]) - float(row["gap_eV_predicted"])) < 1e-4, row
PYTHON
  run_quietly ranks 2 "${sample[@]}" --output search_2 "${options[@]}"
  expect "two ranks find the same candidates" cmp search/candidates.csv search_2/candidates.csv
}

# What is computed of a molecule has tests of its own: here is what becomes of it.
test_proof() {
  say "a search that is verified"
  local limit options
  limit=$(tail -n +2 reference/molecules.csv | cut -d, -f9 | sort -g | sed -n 2048p)
  options=(--set "objective={property: gap_eV, below: $limit, candidates: 4}" --set "verify={kind: xtb, untargeted: 2}"
    --set points=128)
  expect_exit 2 "${sample[@]}" --output proof --set "verify={kind: xtb}"
  expect_message "needs an 'objective'|libxtb"
  if "$program" check sample.yaml "${options[@]}" 2>&1 | grep -q 'without libxtb'; then
    say "this program was built without libxtb: nothing is verified"
    return
  fi
  run_quietly ranks 2 "${sample[@]}" --output proof "${options[@]}"
  expect "candidates and untargeted molecules were computed" python3 - <<'PYTHON'
import csv, json
verify = json.load(open("proof/summary.json"))["verify"]
assert verify["quantity"] == "gap"
for name, count in (("candidates", 4), ("untargeted", 2)):
    rows = list(csv.DictReader(open(f"proof/{name}.csv")))
    figures = verify[name]
    assert len(rows) == figures["molecules"] == count, (name, len(rows))
    assert figures["computed"] > 0, figures
    assert figures["hits"] == sum(row["meets_objective"] == "1" for row in rows), figures
    assert figures["hit_rate"] == figures["hits"] / count
    assert all(row["xtb_gap_eV"] or row["xtb_failure"] for row in rows)
PYTHON
  expect_exit 0 "${sample[@]}" --output proof "${options[@]}"
  # As if every process had died at one of them: they are computed in processes of their own.
  cp proof/candidates.csv candidates.csv
  rm -r proof/verify
  mkdir -p proof/verify/candidates/at_work
  tail -n +2 candidates.csv | cut -d, -f2 | split -l 1 - proof/verify/candidates/at_work/
  expect_exit 0 ranks 2 "${sample[@]}" --output proof "${options[@]}"
  expect "the same results from processes of their own" cmp proof/candidates.csv candidates.csv
  expect_exit 2 "${sample[@]}" --output proof --set "objective={property: mu_D, below: 3}" --set "verify={kind: xtb}"
  expect_message 'quantity'
}

test_decoding() {
  say "other ways of decoding"
  local kind
  for kind in "{kind: sampled, attempts: 3, temperature: 0.8}" "{kind: beam, width: 3}"; do
    rm -rf decoded decoded_2
    run_quietly "${sample[@]}" --output decoded --set "decoding=$kind" --set points=256 --set controls.random_strings=0
    run_quietly ranks 2 "${sample[@]}" --output decoded_2 --set "decoding=$kind" --set points=256 \
      --set controls.random_strings=0 --set metrics.sample=10
    expect "$kind: the same on two ranks" cmp decoded/molecules.csv decoded_2/molecules.csv
  done
  run_quietly "${sample[@]}" --output encoded --set "domain={kind: encoded}" --set points=256
  run_quietly ranks 2 "${sample[@]}" --output encoded_2 --set "domain={kind: encoded}" --set points=256
  expect_equal "encoded domain: the same on two ranks" "$(hash_of encoded/campaign.h5)" "$(hash_of encoded_2/campaign.h5)"
  run_quietly "${sample[@]}" --output plane --set "domain={kind: plane}" --set points=256 --set map.cells=4
  expect "a map" test -s plane/map.h5 -a -s plane/map.csv
}

test_no_training_data() {
  say "without training data"
  grep -v training_data sample.yaml >alone.yaml
  run_quietly "$program" run alone.yaml --output alone --set controls.random_strings=0
  expect_equal "the molecules are the same" "$(cut -d, -f1-7,9- alone/molecules.csv | sha256sum)" \
    "$(cut -d, -f1-7,9- reference/molecules.csv | sha256sum)"
  expect_equal "nothing is said of novelty" "$(grep -c '"novel_error"\|novel_molecules' alone/summary.json)" 0
  expect_exit 2 "$program" run alone.yaml --output alone --set "domain={kind: encoded}"
  expect_message "training_data.*is missing: 'domain' needs the data set of the training molecules" \
    "is missing: 'controls: random_strings' needs"
}

test_bad_input() {
  say "bad input"
  train_composition_net
  local bad=("${sample[@]}" --output bad)
  expect_exit 2 ranks 2 "${bad[@]}" --set model=composition/best.h5
  expect_message 'composition/best.h5 holds a model of kind composition_net, which has no latent space and no decoder'
  expect_exit 2 "${bad[@]}" --set model=nowhere.h5
  expect_message 'nowhere.h5: no such file'
  expect_exit 2 "${bad[@]}" --set training_data=import_pauling/dataset.h5
  expect_message 'import_pauling/dataset.h5'
  expect_exit 2 "${bad[@]}" --set "domain={kind: box, low: [-1, -1, -1], high: [1, 1, 1]}"
  expect_message '3 numbers|4 dimensions|latent'
  expect_exit 2 "${bad[@]}" --set points=2000
  expect_message 'points: 2000 is no multiple of the block of 64 points: 1984 would be|2000 is no multiple of the block'
  expect_exit 2 "${bad[@]}" --set block=100
  expect_message 'must be a power of two, such as 64'
  expect_exit 2 "${bad[@]}" --set "objective={property: gap_xtb, below: 3}"
  expect_message "no head.*'gap_xtb'"
  expect_exit 2 "${bad[@]}" --set "objective={property: gap, below: 3, above: 2}"
  expect_message "needs either 'below' or 'above'"
  expect_exit 2 "${bad[@]}" --set "objective={property: gap, below: 3}" --set "domain={kind: plane}"
  expect_message "needs a domain of kind 'prior' or 'encoded', not 'plane'"
  expect_exit 2 "${bad[@]}" --set map.cells=8
  expect_message 'map|dimensions'

  # A folder belongs to one campaign.
  run_quietly "$program" run pretrain.yaml --output other_run --set training.seed=2 --set training.epochs=2
  expect_exit 2 ranks 2 "${sample[@]}" --output reference --set model=other_run/best.h5
  expect_message 'the campaign in reference was made with another model, other data or other settings' \
    "  campaign: model: $(hash_of run/best.h5)" "  input:    model: $(hash_of other_run/best.h5)" 'Use another --output'
  expect_exit 2 "${sample[@]}" --output reference --set seed=2
  expect_message '  campaign: seed: .default.' '  input:    seed: 2'
  cp -r reference unnamed
  rm unnamed/campaign.yaml
  expect_exit 2 "${sample[@]}" --output unnamed --set seed=2
  expect_message 'unnamed/parts/.*belongs to another campaign'
  same_as_reference reference

  # Two campaigns that begin in one folder at once: one has it.
  local first second codes
  start 1 contested
  first=$launched
  start 1 contested --set seed=2
  second=$launched
  reap "$first"
  codes=$code
  reap "$second"
  codes="$codes $code"
  expect "one of two campaigns gets the folder ($codes)" test "$codes" == "0 2" -o "$codes" == "2 0"
  expect_exit 0 "${sample[@]}" --output contested --fresh
  same_as_reference contested
}

prepare
test_reference
test_view
say "killed"
kill_and_resume killed_alone 1 all
kill_and_resume killed_rank 2 one
kill_and_resume killed_job 2 all
test_two_jobs
test_extension
test_stop
test_damage
test_search
test_proof
test_decoding
test_no_training_data
test_bad_input
finish
