#!/usr/bin/env bash
# ptxas.sh [BUILD] - assembles every kernel's PTX, and KawPow's with the programs of eight periods, for the
# architectures we name, with NVIDIA's own assembler: types and operands are right, nothing spills, and no kernel
# takes more registers than recorded below. Debian carries the assembler in non-free; it is fetched into
# build/ptxas, used as a checker, never shipped. Where it cannot be had the script says so and ends with 0.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=${1:-build/native-release}
tools=build/ptxas
architectures="61 75 80 86 89 90"

# What each kernel takes at most on any of them: a ratchet, to be lowered when a kernel gets better.
registers_max() {
  case "$1" in
    sha256d) echo 58 ;;
    kawpow_seed) echo 40 ;;
    kawpow_final) echo 42 ;;
    kawpow_items) echo 95 ;;
    kawpow_mix_any) echo 140 ;;
    kawpow_mix_light) echo 145 ;;
    kawpow_mix*) echo 64 ;;
    scrypt) echo 102 ;;
    equihash_125_4_generate) echo 80 ;;
    equihash_144_5_generate) echo 64 ;;
    equihash_*_generate) echo 223 ;; # the small sets take inputs of any length, for tests
    equihash_*_collide) echo 36 ;;
    equihash_*) echo 35 ;;
    sha256d_hash) echo 64 ;;
    verthash) echo 80 ;;
    verthash_hash) echo 112 ;;
    *) echo 48 ;;
  esac
}

fetch() {
  local lists=$tools/lists
  mkdir -p "$lists/partial" "$tools/cache/archives/partial" || return 1
  # From where this machine has its own packages: the part non-free stands beside main.
  apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) non-free' 'Created-By: Packages' 'Component: main' 2>/dev/null |
    grep -E ' (bookworm|trixie) ' | sort -u >"$tools/sources.list" || return 1
  local options=(-oDir::Etc::sourcelist="$PWD/$tools/sources.list" -oDir::Etc::sourceparts=-
    -oDir::State::Lists="$PWD/$lists" -oDir::Cache="$PWD/$tools/cache" -oAPT::Sandbox::User=root
    -oAcquire::Languages=none)
  apt-get "${options[@]}" update -qq >/dev/null 2>&1 || return 1
  (cd "$tools" && apt-get "${options[@]}" download -qq nvidia-cuda-toolkit >/dev/null 2>&1) || return 1
  dpkg -x "$tools"/nvidia-cuda-toolkit_*.deb "$tools/unpacked" && mv "$tools/unpacked" "$tools/root" || return 1
}

skip() {
  echo "skipped ptxas: $1"
  echo "0 passed, 0 failed"
  exit 0
}

ptxas=$(command -v ptxas || true)
if [ -z "$ptxas" ]; then
  [ -d "$tools/root" ] || fetch || skip "Debian's nvidia-cuda-toolkit (non-free) cannot be fetched here"
  ptxas=$(find "$tools/root" -type f -name ptxas | head -n 1)
  [ -n "$ptxas" ] || skip "it is not in the package that was fetched"
fi

texts=$(mktemp -d)
trap 'rm -rf "$texts"' EXIT
find "$build/native" -name '*.ptx' -not -name 'kawpow_mix.ptx' -exec cp {} "$texts" \;
"$build/tests/gpu/otedama_gpu_kernel_test" programs "$texts"

passed=0
failed=0
for text in "$texts"/*.ptx; do
  name=$(basename "$text" .ptx)
  for architecture in $architectures; do
    # The text says the oldest architecture; the host names the newest that the device is not older than.
    header=sm_61
    [ "$architecture" -lt 75 ] || header=sm_75
    [ "$architecture" -lt 80 ] || header=sm_80
    sed "s/^\.target sm_61/.target $header/" "$text" >"$texts/one"
    if ! said=$("$ptxas" -v -O3 -arch="sm_$architecture" "$texts/one" -o "$texts/cubin" 2>&1); then
      echo "FAILED $name sm_$architecture: $said"
      failed=$((failed + 1))
      continue
    fi
    registers=$(sed -nE 's/.*Used ([0-9]+) registers.*/\1/p' <<<"$said" | sort -n | tail -n 1)
    spilled=$(sed -nE 's/.* ([1-9][0-9]*) bytes spill stores.*/\1/p' <<<"$said" | head -n 1)
    if [ -n "$spilled" ] || [ "$registers" -gt "$(registers_max "$name")" ]; then
      echo "FAILED $name sm_$architecture: $registers registers of at most $(registers_max "$name"), ${spilled:-0} bytes spilled"
      failed=$((failed + 1))
    else
      passed=$((passed + 1))
    fi
    [ -z "${PTXAS_TABLE:-}" ] || echo "$name sm_$architecture $registers"
  done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
