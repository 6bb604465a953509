#!/usr/bin/env bash
# watched.sh [BUILD] - every kernel once under those who see what a right answer hides: oclgrind looks for races in
# local memory, reads of what nobody wrote and accesses outside of buffers; Khronos' validation layer at how SPIR-V
# and Vulkan are used, by the kernels' test and by the port. What is not installed is skipped with a sentence.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=${1:-build/native-release}
test=$build/tests/gpu/otedama_gpu_kernel_test
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
passed=0
failed=0

# judge <name> <pattern> <status>: nothing found, and the test itself passed.
judge() {
  if [ "$3" -eq 0 ] && grep -q '^[1-9][0-9]* passed, 0 failed' "$said/out" && ! grep -Eq "$2" "$said/out"; then
    passed=$((passed + 1))
  else
    echo "FAILED kernels under $1:"
    grep -E "$2|FAILED|skipped" "$said/out" | head -n 20 || tail -n 5 "$said/out"
    failed=$((failed + 1))
  fi
}

oclgrind=/usr/lib/oclgrind/liboclgrind-rt-icd.so
# watch <options> <values that nobody wrote: 1 or 0>: unoptimised as a rule, since oclgrind takes the unused lanes of a vectorised shuffle for values
# that nobody wrote.
watch() {
  OCLGRIND_BUILD_OPTIONS=$1 OCL_ICD_VENDORS=$said OCLGRIND_DATA_RACES=1 OCLGRIND_UNINITIALIZED=$2 \
    OCLGRIND_CHECK_API=1 OCLGRIND_MAX_ERRORS=3 "$test" OpenCL brief >"$said/out" 2>&1
}

if [ -e "$oclgrind" ]; then
  echo "$oclgrind" >"$said/one.icd"
  status=0
  watch -cl-opt-disable 1 || status=$?
  judge oclgrind 'data race|Invalid (read|write)|Uninitialized|Oclgrind - OpenCL runtime error' "$status"
  # It has to find what is wrong: the same kernels without barriers.
  watch '-DBARRIER()=' 0 || true
  if grep -q 'data race' "$said/out"; then
    passed=$((passed + 1))
  else
    echo "FAILED oclgrind does not find the race of kernels without barriers"
    failed=$((failed + 1))
  fi
else
  echo "skipped oclgrind: not installed; Debian: oclgrind"
fi

# validate <name> <program and arguments>: under the layer, which has to be there.
validate() {
  local name=$1 status=0
  shift
  VK_LOADER_DEBUG=layer VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation "$@" >"$said/out" 2>&1 || status=$?
  grep -q 'Insert instance layer "VK_LAYER_KHRONOS_validation"' "$said/out" || status=1
  judge "$name" 'Validation (Error|Warning|Performance)|UNASSIGNED|VUID-' "$status"
}

if [ -e /usr/share/vulkan/explicit_layer.d/VkLayer_khronos_validation.json ]; then
  validate "the validation layer" "$test" Vulkan brief
  validate "the validation layer, by the port" "$build/tests/otedama_native_test" tests/vectors vulkan
else
  echo "skipped the validation layer: not installed; Debian: vulkan-validationlayers"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
