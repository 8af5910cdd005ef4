#!/usr/bin/env bash
# workflows/enrichment.yaml with a few hundred made-up molecules and a tiny model: each pretraining has the heads that
# the workflow gives it, the latent order covers properties without a head, and `compare` makes one table of the runs.
#
# Usage: enrichment_test.sh PROGRAM
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/system/common.sh
source "$here/common.sh" "$@"
workflow=$root/workflows/enrichment.yaml

# Molecules of three parts, with properties that depend on what they hold; every fourth one is for validation.
make_molecules() {
  mkdir -p "$EPITAXY_DATA/qm9"
  awk -v folder="$EPITAXY_DATA/qm9" '
    BEGIN {
      header = "smiles,gap_xtb_eV,homo_xtb_eV,lumo_xtb_eV,gap_dft_eV,homo_dft_eV,lumo_dft_eV,mu_D,alpha_a03,r2_a02,zpve_eV,cv_cal_molK,u0_Ha"
      print header >(folder "/qm9_train.csv")
      print header >(folder "/qm9_validation.csv")
      starts = split("C CC CCC CCCC N NC NCC O OC OCC OCCC FC", start)
      middles = split("C C(C) C(N) C(O) C(F) CO CN C=C C(=O)", middle)
      ends = split("C CO CN CF C#N C=O", end)
      for (a = 1; a <= starts; a++) for (b = 1; b <= middles; b++) for (c = 1; c <= ends; c++) {
        smiles = start[a] middle[b] end[c]
        atoms = gsub(/[CNOF]/, "&", smiles)
        oxygen = gsub(/O/, "&", smiles)
        nitrogen = gsub(/N/, "&", smiles)
        double_bonds = gsub(/[=#]/, "&", smiles)
        homo = -7 + 0.3 * nitrogen - 0.1 * atoms
        lumo = 2 - 1.5 * double_bonds - 0.2 * oxygen
        file = folder (++row % 4 ? "/qm9_train.csv" : "/qm9_validation.csv")
        printf "%s,%g,%g,%g,%g,%g,%g,%g,%g,%g,%g,%g,%g\n", smiles, 0.8 * (lumo - homo), homo + 1, lumo - 1, lumo - homo,
          homo, lumo, 1 + oxygen + 0.5 * nitrogen, 10 * atoms, 20 * atoms * atoms, 0.9 * atoms - 0.3 * double_bonds,
          4 * atoms + oxygen, -40 * atoms - 35 * oxygen - 15 * nitrogen >file
      }
    }'
  gzip -n "$EPITAXY_DATA"/qm9/*.csv
}

# tiny COMMAND...: with settings of a tiny model for every pretraining of the workflow.
tiny_settings=()
tiny() { "$@" "${tiny_settings[@]}" --output "$WORKFLOW"; }
for run in extra_0 extra_1 extra_3 extra_6; do
  for setting in 'model.channels=[4, 4, 4]' model.dense=32 model.latent=4 model.layers=1 model.cells=16 \
    training.epochs=20 training.batch=32 training.learning_rate.peak=0.01 training.gradient_clip=0 \
    'training.beta={start: 1.0e-4, end: 1.0e-3}' \
    evaluation.decoded_rows=32 evaluation.points=16 evaluation.final_points=64; do
    tiny_settings+=(--set "$run.$setting")
  done
done

# value RUN PATH...: what the run's summary.json holds at the keys; nothing when there is no such key.
value() {
  python3 - "$WORKFLOW/$1/summary.json" "${@:2}" <<'PYTHON'
import json
import sys

node = json.load(open(sys.argv[1]))
for key in sys.argv[2:]:
    node = node.get(key) if isinstance(node, dict) else None
print("" if node is None else ", ".join(node) if isinstance(node, dict) else node)
PYTHON
}

# within NUMBER LOW HIGH: and not empty.
within() { awk -v x="$1" -v low="$2" -v high="$3" 'BEGIN { exit !(x != "" && x >= low && x <= high) }'; }

export EPITAXY_DATA=$work/data
make_molecules

expect_exit 0 tiny "$program" check "$workflow"
expect_message '\[7/7\] compare' 'not there yet: .*extra_0'
expect_exit 2 "$program" check "$workflow" --set 'extra_1.data.0.heads=[{head: dipole, target: mu, wieght: 2}]'
expect_message "set data.0.heads: unknown key 'wieght' in 'data.0.heads.0'; did you mean 'weight'"

expect_exit 0 tiny ranks 2 "$program" run "$workflow"
expect_message '^validation latent order: ' '^ +1  gap_xtb_eV +[0-9.]+ +[0-9.]+ eV +[-0-9.]+ +[0-9]+ *$' '^ +extra_0 +extra_1 +extra_3 +extra_6$' \
  '^validation\.latent_order\.u0_Ha\.r2( +[-0-9.e]+){4}$'

say "heads"
labels() { value "$1" training_labels; }
expect_equal "extra_0" "$(labels extra_0)" "gap_xtb, gap_dft"
expect_equal "extra_1" "$(labels extra_1)" "gap_xtb, gap_dft, dipole"
expect_equal "extra_3" "$(labels extra_3)" "gap_xtb, gap_dft, dipole, polarizability, extent"
expect_equal "extra_6" "$(labels extra_6)" \
  "gap_xtb, gap_dft, dipole, polarizability, extent, zero_point, heat_capacity, lumo_dft"

say "latent order"
order() { value extra_1 validation latent_order "$@"; }
expect_equal "all properties" "$(order)" \
  "gap_xtb_eV, homo_xtb_eV, lumo_xtb_eV, gap_dft_eV, homo_dft_eV, lumo_dft_eV, mu_D, alpha_a03, r2_a02, zpve_eV, cv_cal_molK, u0_Ha"
expect "what grows with the molecule is in the latent vector" within "$(value extra_6 validation latent_order alpha_a03 r2)" 0.4 1
# The made-up xTB gap is 0.8 times the DFT gap.
expect "proportional properties have one direction" within "$(order gap_xtb_eV angles_deg gap_dft_eV)" 0 0.1
expect "an error in the property's unit" within "$(value extra_6 validation latent_order cv_cal_molK mae_cal__mol_K_)" 0.01 2.9
expect "a head has an angle" within "$(order mu_D head_angle_deg)" 0 180
expect "a head is the fitted function" within "$(order gap_dft_eV head_correlation)" 0.9 1
expect_equal "no head, no angle" "$(order u0_Ha head_angle_deg)" ""
expect_equal "no head in the other run" "$(value extra_0 validation latent_order mu_D head_angle_deg)" ""

say "comparison"
table=$WORKFLOW/compare/comparison.csv
expect_equal "runs" "$(cut -d, -f1 "$table" | paste -sd' ')" "run extra_0 extra_1 extra_3 extra_6"
expect_equal "a value of the table" "$(sed -n 4p "$table" | cut -d, -f2)" "$(value extra_3 validation gap_dft mae_eV)"
expect_equal "the same in summary.json" "$(value compare runs extra_3 validation.gap_dft.mae_eV)" \
  "$(value extra_3 validation gap_dft mae_eV)"
cp "$table" first.csv
expect_exit 0 "$program" run "$workflow" --stage compare --output "$WORKFLOW"
expect "the same table again" cmp "$table" first.csv
expect_exit 2 ranks 2 "$program" run "$workflow" --stage compare --output "$WORKFLOW" --set 'compare.values=[validation.gap_dtf.mae_eV]'
expect_message "extra_0/summary.json: has no 'validation.gap_dtf.mae_eV' \(did you mean 'validation.gap_dft'\?\)"
rm "$WORKFLOW/extra_3/summary.json"
expect_exit 2 "$program" run "$workflow" --stage compare --output "$WORKFLOW"
expect_message 'extra_3/summary.json: there is no such file: let the run in this folder end first'

finish
