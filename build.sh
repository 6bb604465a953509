#!/usr/bin/env bash
# One entry for everything: ./build.sh [run|build|test|labs|fuzz|bench|publish|format|clean]
# Installs what is missing from Debian when it may (root or sudo); otherwise prints the one command to run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
PRESET=${OTEDAMA_PRESET:-release}
RID=$(uname -m | sed 's/x86_64/linux-x64/; s/aarch64/linux-arm64/')
OUT=out

say() { printf '\033[0m==> %s\n' "$*" >&2; }
die() { printf 'build.sh: %s\n' "$*" >&2; exit 1; }

# need <command> <package>: notes a package to install.
missing=()
need() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }

# has_library <pattern>: the loader knows one. The list is read to its end: a reader that stops would fail the pipe.
has_library() { grep -E "$1" <<<"$(ldconfig -p 2>/dev/null)" >/dev/null; }

install_missing() {
  [ ${#missing[@]} -eq 0 ] && return 0
  local sudo_cmd=""
  [ "$(id -u)" -eq 0 ] || sudo_cmd="sudo -n"
  if [ -n "$sudo_cmd" ] && ! sudo -n true 2>/dev/null; then
    die "missing: ${missing[*]}. Run: sudo apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  command -v apt-get >/dev/null || die "missing: ${missing[*]}, and this system has no apt-get. Install them and run again."
  say "installing ${missing[*]}"
  $sudo_cmd apt-get update -qq >/dev/null || true
  $sudo_cmd env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "could not install ${missing[*]}; install them by hand and run again"
  missing=()
}

tools_build() {
  need gcc gcc
  need cmake cmake
  need ninja ninja-build
  need clang-14 clang-14 # GPU kernels: PTX
  need glslangValidator glslang-tools # and SPIR-V
  [ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
  [ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
  has_library 'libssl\.so\.[13]' || missing+=(libssl3)
  install_missing
  if ! command -v dotnet >/dev/null; then
    if apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1; then
      missing+=(dotnet-sdk-10.0)
      install_missing
    else
      die "the .NET 10 SDK is missing and this system's package sources do not offer dotnet-sdk-10.0. Install it (global.json names the version) and run again."
    fi
  fi
}

tools_test() {
  need chromium chromium
  need litecoind litecoind
  need node nodejs
  need npm npm
  # GPU kernels run on the processor.
  ls /etc/OpenCL/vendors/pocl.icd >/dev/null 2>&1 || missing+=(pocl-opencl-icd)
  has_library 'libOpenCL\.so\.1' || missing+=(ocl-icd-libopencl1)
  has_library 'libvulkan\.so\.1' || missing+=(libvulkan1)
  ls /usr/share/vulkan/icd.d/lvp_icd*.json >/dev/null 2>&1 || missing+=(mesa-vulkan-drivers)
  ls /usr/lib/oclgrind/liboclgrind-rt-icd.so >/dev/null 2>&1 || missing+=(oclgrind)
  ls /usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json >/dev/null 2>&1 || missing+=(vulkan-validationlayers)
  # USB devices of the tests before Linux's own drivers: tests/asic/qemu.sh
  need qemu-system-x86_64 qemu-system-x86
  need busybox busybox-static
  need /usr/sbin/usbip usbip
  need /sbin/modprobe kmod
  need cpio cpio
  need zstd zstd
  need dfu-util dfu-util # judges our DFU files and the simulated loader
  need stm32flash stm32flash
  # A USB device below the real libusb: tests/native/usb
  need umockdev-wrapper umockdev
  need pkg-config pkg-config
  [ -e /usr/include/umockdev-1.0/umockdev.h ] || missing+=(libumockdev-dev)
  has_library 'libusb-1\.0\.so\.0' || missing+=(libusb-1.0-0)
  install_missing
  # A foreign flasher judges the simulated ESP32-S3.
  export OTEDAMA_ESPTOOL_JS=$PWD/build/esptool-js
  [ -d "$OTEDAMA_ESPTOOL_JS/node_modules/esptool-js" ] ||
    npm install --prefix "$OTEDAMA_ESPTOOL_JS" --no-audit --no-fund --silent esptool-js@0.7.0 ||
    say "esptool-js could not be fetched; its tests are skipped"
}

native() { # native <preset>
  cmake --preset "$1" >/dev/null || cmake --preset "$1"
  cmake --build --preset "$1"
}

build() {
  tools_build
  say "native ($PRESET)"
  native "$PRESET"
  say "managed"
  dotnet build Otedama.sln -c Release -v quiet --nologo
}

publish() {
  tools_build
  say "native ($PRESET)"
  native "$PRESET"
  say "publish $OUT/otedama (ahead of time; takes a minute or two)"
  dotnet publish managed/Otedama/Otedama.csproj -c Release -r "$RID" -v quiet --nologo -o "$OUT/publish"  \
    -p:NuGetLockFilePath=obj/publish.lock.json
  install -m 755 "$OUT/publish/otedama" "$OUT/otedama"
  # Optional: only WebAssembly plugins need it.
  [ ! -e "$OUT/publish/libwasmtime.so" ] || install -m 644 "$OUT/publish/libwasmtime.so" "$OUT/libwasmtime.so"
}

passed=0
failed=0
# count <name> <passed> <failed>: adds one suite to the closing line.
count() {
  passed=$((passed + $2))
  failed=$((failed + $3))
  say "$1: $2 passed, $3 failed"
}

# suite <name> <command...>: one command that is one test.
suite() {
  local name=$1
  shift
  if "$@"; then count "$name" 1 0; else count "$name" 0 1; fi
}

# The laboratories: network namespaces with Debian's miniupnpd, libtorrent, Transmission and aria2 in them. Needs root;
# rows that cannot run say why. Debian's transmission-daemon starts a service of its own where there is systemd.
labs() {
  publish
  need miniupnpd miniupnpd
  need nft nftables
  need ip iproute2
  need transmission-daemon transmission-daemon
  need aria2c aria2
  /usr/bin/python3 -c 'import libtorrent' 2>/dev/null || missing+=(python3-libtorrent)
  install_missing
  dotnet build Otedama.sln -c Release -v quiet --nologo
  OTEDAMA_TEST_PROGRAM="$PWD/$OUT/otedama" test_managed "laboratory" -namespace Otedama.Tests.Labs
}

# fuzz [SECONDS]: damaged inputs to every parser that faces strangers, so long for the native and for the managed ones.
fuzz() {
  local seconds=${1:-60}
  tools_build
  need clang clang
  install_missing
  ls "$(clang -print-resource-dir)"/lib/linux/libclang_rt.fuzzer-*.a >/dev/null 2>&1 ||
    missing+=("libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev")
  install_missing
  native fuzz
  mkdir -p build/fuzz-corpus
  perl tests/native/fuzzer_seeds.pl build/fuzz-corpus tests/vectors/{sha256d,scrypt,kawpow,verushash,equihash}.txt
  build/native-fuzz/tests/otedama_native_fuzzer -max_total_time="$seconds" -max_len=4096 -len_control=0  \
    -print_final_stats=1 build/fuzz-corpus
  build
  dotnet tests/Otedama.Benchmarks/bin/Release/net10.0/Otedama.Benchmarks.dll fuzz "$seconds" 1
}

# counted <name> <command...>: a program that prints "N passed, N failed" itself.
counted() {
  aside "$@"
  gather
}

# aside <name> <command...>: begins such a program; as many run at once as there are processors. gather ends it.
aside_names=()
aside_logs=()
aside() {
  local log name=$1
  shift
  log=$(mktemp)
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
  { "$@" >"$log" 2>&1 && echo 0 >"$log.status" || echo $? >"$log.status"; } &
  aside_names+=("$name")
  aside_logs+=("$log")
}

# gather: waits for all that was begun, prints what each said in the order of their beginnings, and counts it.
gather() {
  local place log line status good bad
  wait
  for place in "${!aside_names[@]}"; do
    log=${aside_logs[$place]}
    status=$(cat "$log.status")
    cat "$log"
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 || true)
    rm -f "$log" "$log.status"
    if [ -z "$line" ]; then
      count "${aside_names[$place]}" 0 1
      continue
    fi
    good=$(echo "$line" | cut -d' ' -f1)
    bad=$(echo "$line" | cut -d' ' -f3)
    # A sanitizer speaks after the count, through the exit status.
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    count "${aside_names[$place]}" "$good" "$bad"
  done
  aside_names=()
  aside_logs=()
}

cuda_host() { # cuda_host <preset> [part]
  env LD_LIBRARY_PATH="build/native-$1/tests/gpu/fakecuda" "build/native-$1/tests/gpu/otedama_cuda_test" "${@:2}"
}

native_test() { # native_test <preset> [threads]
  "build/native-$1/tests/otedama_native_test" tests/vectors "${@:2}"
}

test_managed() { # test_managed <name> [arguments of the runner]; every test with its time is in build/<name>.xml
  local name=$1 log
  shift
  log=$(mktemp)
  dotnet tests/Otedama.Tests/bin/Release/net10.0/Otedama.Tests.dll -noLogo -result-xml "build/${name// /-}.xml" "$@" 2>&1 | tee "$log" || true
  local line
  line=$(grep -E 'Total: [0-9]+' "$log" | tail -n 1 || true)
  local total errors fails skipped
  total=$(sed -nE 's/.*Total: ([0-9]+).*/\1/p' <<<"$line")
  errors=$(sed -nE 's/.*Errors: ([0-9]+).*/\1/p' <<<"$line")
  fails=$(sed -nE 's/.*Failed: ([0-9]+).*/\1/p' <<<"$line")
  skipped=$(sed -nE 's/.*Skipped: ([0-9]+).*/\1/p' <<<"$line")
  rm -f "$log"
  # A filter that selects nothing is no success.
  if [ -z "$total" ] || [ "$total" -eq 0 ]; then
    count "$name" 0 1
    return
  fi
  count "$name" "$((total - fails - ${skipped:-0}))" "$((fails + errors))"
}

# style: format and analysers, without changing anything.
style() {
  need clang-format clang-format
  install_missing
  suite "C format" sh -c "git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror"
  # The build has looked at the rest (EnforceCodeStyleInBuild).
  suite "C# format" dotnet format whitespace Otedama.sln --no-restore --verify-no-changes
}

test_all() {
  tools_build
  tools_test
  build
  style
  say "native under the sanitizers"
  native asan
  native tsan
  aside "native asan" native_test asan
  aside "CUDA's host on the stand-in driver asan" cuda_host asan
  aside "native tsan" native_test tsan threads
  aside "CUDA's host on the stand-in driver tsan" cuda_host tsan forks
  aside "native release" native_test release
  aside "CUDA's host on the stand-in driver" cuda_host release
  aside "GPU kernels on the processor" build/native-release/tests/gpu/otedama_gpu_kernel_test
  aside "GPU kernels under ptxas" tests/gpu/ptxas.sh
  aside "GPU kernels under oclgrind and the validation layer" tests/gpu/watched.sh
  aside "ways into Vulkan" tests/gpu/vulkan.sh
  gather
  test_managed "managed"
  for flavour in ref avx2; do
    grep -qw "${flavour/ref/sse2}" /proc/cpuinfo || continue
    OTEDAMA_CPU=$flavour test_managed "managed with $flavour kernels" -namespace "Otedama.Tests.Interop" -namespace "Otedama.Tests.Families"
  done
  publish
  OTEDAMA_TEST_PROGRAM="$PWD/$OUT/otedama" test_managed "managed with the published binary" -namespace Otedama.Tests.Published
  suite "otedama selftest (published binary)" "$OUT/otedama" selftest
  suite "otedama verify (published binary)" "$OUT/otedama" verify
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ]
}

format() {
  need clang-format clang-format
  install_missing
  git ls-files '*.c' '*.h' | xargs -r clang-format -i
  dotnet format Otedama.sln --no-restore
}

run() {
  publish
  exec "$OUT/otedama" "$@"
}

bench() {
  publish
  exec "$OUT/otedama" mining benchmark "$@"
}

verb=${1:-build}
[ $# -gt 0 ] && shift
case "$verb" in
  run) run "$@" ;;
  build) build ;;
  test) test_all ;;
  labs) labs ;;
  fuzz) fuzz "$@" ;;
  bench) bench "$@" ;;
  publish) publish ;;
  format) format ;;
  clean) rm -rf build out; git clean -Xdfq managed interop firmware-tools tests ;;
  *) die "unknown word \"$verb\"; allowed: run build test labs fuzz bench publish format clean" ;;
esac
