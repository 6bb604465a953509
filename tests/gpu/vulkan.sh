#!/usr/bin/env bash
# vulkan.sh [BUILD] - the ways into Vulkan, each with what it has to say: the loader, the drivers by themselves where
# there is no loader, names that lead to none, drivers without a card, and a loader that is none. Needs no card; what is not
# installed is skipped with a sentence.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
test=${1:-build/native-release}/tests/otedama_native_test
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

# way <name> <pattern> <environment...>
way() {
  local name=$1 pattern=$2 said
  shift 2
  said=$(env -u VK_DRIVER_FILES -u VK_ICD_FILENAMES "$@" "$test" tests/vectors vulkan-way 2>&1) || true
  if grep -Eq "$pattern" <<<"$said" && grep -q ', 0 failed' <<<"$said"; then
    passed=$((passed + 1))
  else
    echo "FAILED the way into Vulkan by $name: $said"
    failed=$((failed + 1))
  fi
}

# A file that is no library stands in front of the loader.
for name in libvulkan.so.1 libvulkan.so; do
  echo "no library" >"$folder/$name"
done
lavapipe=$(compgen -G '/usr/share/vulkan/icd.d/lvp_icd*.json' | head -n 1 || true)
radeon=$(compgen -G '/usr/share/vulkan/icd.d/radeon_icd*.json' | head -n 1 || true)

echo "no manifest" >"$folder/garbage.json"
echo '{"ICD": {"library_path": "'"$folder"'/libvulkan.so.1"}}' >"$folder/library.json"
way "a loader that is none" 'status -[0-9]+, 0 devices. Vulkan.s loader is there and cannot be opened: .*libvulkan.so.*. Reinstall libvulkan1' \
  "LD_LIBRARY_PATH=$folder" "VK_ICD_FILENAMES=$folder/none.json"
if ldconfig -p | grep -q 'libvulkan\.so\.1'; then
  way "no manifest" 'VK_ICD_FILENAMES leads to no driver of Vulkan 1.2: .*none.json cannot be read' "VK_ICD_FILENAMES=$folder/none.json"
  way "garbage for a manifest" 'VK_DRIVER_FILES leads to .*garbage.json names no library_path. Take' "VK_DRIVER_FILES=$folder/garbage.json"
  way "garbage for a driver" 'VK_ICD_FILENAMES leads to .*library.json leads to .*libvulkan.so.1. Take' "VK_ICD_FILENAMES=$folder/library.json"
else
  echo "skipped the ways by Vulkan's loader: not installed; Debian: libvulkan1"
fi
if [ -n "$lavapipe" ]; then
  way "loader or driver" 'status 0, [1-9][0-9]* devices' "VK_ICD_FILENAMES=$lavapipe"
  way "a driver alone" 'status 0, [1-9][0-9]* devices' "LD_LIBRARY_PATH=$folder" "VK_DRIVER_FILES=$lavapipe"
  way "drivers in their folder" 'status 0, [1-9][0-9]* devices' "LD_LIBRARY_PATH=$folder"
else
  echo "skipped the ways by a driver: lavapipe is not installed; Debian: mesa-vulkan-drivers"
fi
if [ -n "$radeon" ] && ! compgen -G '/dev/dri/render*' >/dev/null; then
  way "drivers without a card" 'status 0, 0 devices. Vulkan.s drivers show no device' "VK_ICD_FILENAMES=$radeon"
else
  echo "skipped drivers without a card: there is a card, or no driver of AMD's; Debian: mesa-vulkan-drivers"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
