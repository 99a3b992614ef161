#!/usr/bin/env bash
# Completes words as bash would: completion_test.sh PATH/TO/tricorn
set -euo pipefail
# shellcheck disable=SC1090
source <("$1" completion bash)

# complete WORD... : what bash would offer for the last one.
complete_words() {
  COMP_WORDS=(tricorn "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _tricorn
  echo "${COMPREPLY[*]}"
}
expect() {
  local received
  received=$(complete_words "${@:2}")
  [ "$received" = "$1" ] && return
  echo "${*:2}: expected '$1', received '$received'" >&2
  exit 1
}

expect "datasets" data
expect "list show watch logs cancel --version --coordinator --json --timeout --tls-ca --tls-cert --tls-key --help" jobs ""
expect "show" jobs sh
expect "deployments" dep
expect "delete" deployments de
expect "--epochs" fit model.keras --ep
expect "--json" jobs show fit-k3x9q2m4 --js
expect "--output" models download my-model --o
expect "" jobs --nothing
