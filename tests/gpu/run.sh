#!/usr/bin/env bash
# run.sh [PROGRAM] [FOLDER] - everything there is to know about the graphics cards of this machine, in one call and inside
# eight minutes: are the answers right on every interface, is memory touched only where it may be, how fast is it,
# and what would the card allow at most. It needs the published program (default out/otedama), tests/vectors beside
# it, and the card's driver; no SDK, no toolkit. What is not there (an interface, compute-sanitizer) is named and left out.
#
#   SIMULATOR=1   on a machine without a card: the same way through on PoCL and lavapipe, with the shortest times
#   SECONDS_MAX   end after this many seconds (default 460); what no longer fits is named
#
# Writes one JSON file for each step and run.txt, the table, into FOLDER (default build/gpu-run); the table is printed last.
# Ends with 1 when an answer was wrong. Nothing of the card is set: no clock, no power limit, no mode.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=$(realpath "${1:-out/otedama}")
folder=${2:-build/gpu-run}
simulator=${SIMULATOR:-0}
most=${SECONDS_MAX:-460}
repeat=1
[ "$simulator" -eq 1 ] && repeat=0.2
began=$SECONDS
failed=0
[ -x "$program" ] || { echo "run.sh: $program is not there. Build it with ./build.sh publish, or name it."; exit 2; }
mkdir -p "$folder"
table=$folder/run.txt
: >"$table"
# What the program writes (tuning, compiled kernels) belongs to this run.
export OTEDAMA_DATA_DIR="$PWD/$folder/data"

left() { echo $((most - (SECONDS - began))); }
say() { printf '[%3d s] %s\n' $((SECONDS - began)) "$*"; }
row() { printf '%s\n' "$*" | tee -a "$table"; }

# step <seconds at most> <what> <output file> <command...>: runs it if there is time; its last status, or 75 when left out.
step() {
  local limit=$1 what=$2 out=$3
  shift 3
  if [ "$(left)" -lt 10 ]; then
    row "left out: $what (no time)"
    return 75
  fi
  [ "$limit" -lt "$(left)" ] || limit=$(left)
  say "$what"
  timeout -k 5 "$limit" "$@" >"$folder/$out" 2>"$folder/$out.err"
  local status=$?
  [ "$status" -ne 124 ] || row "cut short: $what ($limit s)"
  return "$status"
}

# judge <status> <what>: an answer that is not right is the only thing that fails the run.
judge() {
  case $1 in
    0) row "right: $2" ;;
    75 | 124) ;;
    *)
      row "WRONG: $2 (status $1)"
      failed=1
      ;;
  esac
}

# The value of a field of the first object of gpu list's JSON that has "index": N.
field() { # field <index> <name>
  tr -d '\n' <"$folder/list.json" | sed 's/{/\n{/g' | grep -E "\"index\": ?$1[,}]" | head -n 1 |
    sed -nE "s/.*\"$2\": ?\"?([^\",}]*).*/\1/p"
}

row "# graphics cards of $(uname -n), $(date -u +%Y-%m-%d)"
"$program" version | head -n 1 | tee -a "$table"
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,pci.bus_id,memory.total,clocks.max.sm,clocks.max.mem --format=csv,noheader | tee -a "$table"
for library in libcuda.so.1 libOpenCL.so.1 libvulkan.so.1 libnvidia-ml.so.1; do
  ldconfig -p | grep -q "$library" && row "has $library" || row "has no $library in the loader's list"
done
step 60 "list of devices" list.json "$program" gpu list --json || row "gpu list ended with $?: $(head -c 300 "$folder/list.json")"
"$program" gpu list 2>/dev/null | tee -a "$table"
devices=$(tr -d '\n' <"$folder/list.json" | sed 's/{/\n{/g' | sed -nE 's/.*"index": ?([0-9]+).*/\1/p')
[ -n "$devices" ] || { row "no device: nothing to do"; exit 1; }

row ""
row "## answers"
short="sha256d scrypt"
for device in $devices; do
  [ "$(field "$device" simulator)" = true ] && [ "$simulator" -ne 1 ] && continue
  for algorithm in $short verthash kawpow zelhash-solve; do
    # An epoch's dataset on a processor in disguise takes minutes.
    [ "$simulator" -eq 1 ] && [ "$algorithm" = kawpow ] && continue
    [ -e "tests/vectors/$algorithm.txt" ] || continue
    step 60 "device $device ($(field "$device" interface)): $algorithm" "verify-$device-$algorithm.json" \
      "$program" verify --vectors "tests/vectors/$algorithm.txt" --device "$device" --json
    status=$?
    # A card too small for one of the proofs has judged the others.
    skipped=$(grep -o '"skipped":[0-9]*' "$folder/verify-$device-$algorithm.json" | cut -d: -f2)
    wrong=$(grep -o '"failed":[0-9]*' "$folder/verify-$device-$algorithm.json" | cut -d: -f2)
    if [ "${skipped:-0}" -gt 0 ] && [ "${wrong:-1}" -eq 0 ]; then
      row "left out: $skipped of $algorithm on device $device: $(grep -oE 'skipped [^"]*' "$folder/verify-$device-$algorithm.json" | head -n 1)"
      status=0
    fi
    judge "$status" "$algorithm on device $device, $(field "$device" name), $(field "$device" interface)"
  done
done

row ""
row "## memory checkers"
sanitizer=$(command -v compute-sanitizer || ls /usr/local/cuda*/bin/compute-sanitizer 2>/dev/null | head -n 1)
if [ -z "$sanitizer" ]; then
  row "compute-sanitizer is not installed"
else
  for tool in memcheck racecheck; do
    for algorithm in $short verthash; do
      step 40 "compute-sanitizer $tool: $algorithm" "sanitizer-$tool-$algorithm.txt" "$sanitizer" --tool "$tool" --error-exitcode 9 \
        "$program" verify --vectors "tests/vectors/$algorithm.txt" --device 0
      judge $? "$algorithm under $tool"
    done
  done
fi

row ""
row "## rates and ceilings"
first=1
seen=" "
for device in $devices; do
  [ "$(field "$device" simulator)" = true ] && [ "$simulator" -ne 1 ] && continue
  interface=$(field "$device" interface)
  # One card of each interface; the first of all gets every algorithm, the others the short ones.
  case $seen in *" $interface "*) continue ;; esac
  seen="$seen$interface "
  algorithms=$short
  [ "$first" -eq 1 ] && algorithms="$short verthash kawpow equihash"
  [ "$simulator" -eq 1 ] && algorithms="sha256d"
  for algorithm in $algorithms; do
    extra=()
    [ "$algorithm" = kawpow ] && extra=(--height 4200000)
    [ "$algorithm" = verthash ] && extra=(--verthash-file "$folder/data/verthash.dat")
    [ "$algorithm" = equihash ] && extra=(--equihash 125,4)
    step 90 "benchmark: $algorithm on device $device" "bench-$interface-$algorithm.json" \
      "$program" mining benchmark --gpu "$device" --algo "$algorithm" --seconds "$repeat" --json "${extra[@]}" ||
      row "benchmark of $algorithm on device $device ended with $?: $(tail -n 1 "$folder/bench-$interface-$algorithm.json.err")"
  done
  first=0
done
# rows <file> <fields>: one line for each object of its results.
rows() {
  tr -d '\n' <"$1" | sed 's/.*"results"//; s/{/\n{/g' | grep '"algorithm"' | while read -r object; do
    row "  $(grep -oE "\"($2)\": ?(\"[^\"]*\"|[^,}]*)" <<<"$object" | grep -v ':null' | tr -d '"' | tr '\n' ' ')"
  done
}
for file in "$folder"/bench-*.json; do
  [ -s "$file" ] || continue
  row "$(basename "$file" .json)"
  rows "$file" 'flavour|median|unit|spread|bytes_per_hash|bandwidth_bs|ceiling_bs|ceiling_ratio|best|skipped'
done

row ""
row "## share checks"
checked="sha256d verthash kawpow"
[ "$simulator" -eq 1 ] && checked=sha256d
for algorithm in $checked; do
  extra=()
  [ "$algorithm" = kawpow ] && extra=(--height 4200000)
  [ "$algorithm" = verthash ] && extra=(--verthash-file "$folder/data/verthash.dat")
  step 60 "checks: $algorithm" "checks-$algorithm.json" \
    "$program" mining benchmark --verify --gpu "${devices%%[^0-9]*}" --algo "$algorithm" --seconds "$repeat" --json "${extra[@]}" ||
    row "checks of $algorithm ended with $?: $(tail -n 1 "$folder/checks-$algorithm.json.err")"
  row "checks of $algorithm"
  [ ! -s "$folder/checks-$algorithm.json" ] || rows "$folder/checks-$algorithm.json" 'device|flavour|threads|batch|median|unit|spread|skipped'
done

row ""
row "$((SECONDS - began)) s, $([ "$failed" -eq 0 ] && echo "every answer right" || echo "WRONG ANSWERS, see above")"
find "$folder" -name '*.err' -empty -delete
echo
cat "$table"
exit "$failed"
