#!/usr/bin/env bash
# Boots Debian's kernel in QEMU and runs one script in it, with this machine's files below it read-only: so USB
# devices that a USB/IP server of the tests offers on this machine's loopback meet Linux's own drivers.
#
#   tests/asic/qemu.sh prepare                 fetches and packs kernel and first root (once; about 20 s)
#   tests/asic/qemu.sh run SCRIPT [SECONDS]    boots; the script's output comes out, its exit status is ours
#
# In the guest the host's loopback is 10.0.2.2, and $LAB a folder that the guest may write (here: $OTEDAMA_LAB/out).
# no_timer_check: a busy host cannot pass the kernel's test of its timer. Needs qemu-system-x86 busybox-static usbip kmod cpio zstd dfu-util stm32flash, and apt-get for the kernel, which is unpacked, not installed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lab=${OTEDAMA_LAB:-$here/../../build/asic-lab}
mkdir -p "$lab/out"
lab=$(cd "$lab" && pwd)

# 77: this machine lacks something.
lack() { echo "qemu.sh: $*" >&2; exit 77; }
die() { echo "qemu.sh: $*" >&2; exit 125; }

crash='BUG: |Oops: |general protection fault|Kernel panic'

modules='virtio_pci virtio_net 9p 9pnet_virtio vhci-hcd ftdi_sio cp210x ch341 cdc-acm'

unpack_kernel() {
  local package
  package=$(apt-cache depends linux-image-amd64 | sed -nE 's/^ *Depends: (linux-image-[0-9].*)/\1/p' | head -n 1)
  [ -n "$package" ] || lack "apt-get knows no linux-image-amd64; run: sudo apt-get update"
  mkdir -p "$lab/packages"
  ls "$lab"/packages/"$package"_*.deb >/dev/null 2>&1 ||
    (cd "$lab/packages" && timeout 300 apt-get -o APT::Sandbox::User=root download "$package" >/dev/null) || lack "cannot download $package"
  rm -rf "$lab/kernel" && mkdir -p "$lab/kernel"
  # A twentieth of the package: what the modules below need.
  dpkg-deb --fsys-tarfile "$(ls "$lab"/packages/"$package"_*.deb | tail -n 1)" | tar -x -C "$lab/kernel" --wildcards \
    './boot/vmlinuz*' './lib/modules/*/modules.*' '*/drivers/usb/core/*' '*/drivers/usb/common/*' '*/drivers/usb/usbip/*' \
    '*/drivers/usb/serial/*' '*/drivers/usb/class/*' '*/drivers/usb/host/*' '*/drivers/virtio/*' '*/drivers/net/virtio_net*' \
    '*/drivers/net/net_failover*' '*/net/core/failover*' '*/net/9p/*' '*/fs/9p/*' '*/fs/netfs/*' '*/fs/fscache/*'
}

pack_root() {
  local version root=$lab/root
  version=$(ls "$lab/kernel/lib/modules")
  cp "$lab"/kernel/boot/vmlinuz* "$lab/vmlinuz"
  rm -rf "$root" && mkdir -p "$root"/{bin,sbin,proc,sys,dev,host,tmp}
  cp /bin/busybox "$root/bin/busybox"
  local module line
  depmod -b "$lab/kernel" "$version" 2>/dev/null || true
  for module in $modules; do
    modprobe -d "$lab/kernel" -S "$version" --show-depends "$module" || die "the kernel $version lacks $module"
  done | sed -nE 's/^insmod ([^ ]+).*/\1/p' | sort -u | while read -r line; do
    mkdir -p "$root/$(dirname "${line#"$lab/kernel/"}")"
    cp "$line" "$root/${line#"$lab/kernel/"}"
  done
  cp "$lab/kernel/lib/modules/$version"/modules.{order,builtin} "$root/lib/modules/$version/" 2>/dev/null || true
  depmod -b "$root" "$version"
  cat >"$root/init" <<INIT
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
ln -s /bin/busybox /sbin/modprobe
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/pts; mount -t devpts pts /dev/pts
for module in $modules; do modprobe \$module || echo "lab: no module \$module"; done
ip link set lo up; ip addr add 10.0.2.15/24 dev eth0; ip link set eth0 up; ip route add default via 10.0.2.2
INIT
  cat >>"$root/init" <<'INIT'
mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=loose,ro host /host || echo "lab: no host files"
mount -t tmpfs tmp /host/tmp; mount -t tmpfs run /host/run
mount -t proc proc /host/proc; mount --bind /sys /host/sys; mount --bind /dev /host/dev; mount --bind /dev/pts /host/dev/pts
mkdir -p /host/run/lab
mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=none lab /host/run/lab || echo "lab: no folder for results"
echo "lab: up after $(cut -d' ' -f1 /proc/uptime) s"
chroot /host /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LAB=/run/lab \
  DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 /bin/sh /run/lab/script.sh
echo "lab: status $? after $(cut -d' ' -f1 /proc/uptime) s"
sync
poweroff -f
INIT
  chmod +x "$root/init"
  (cd "$root" && find . | cpio -o -H newc --quiet | zstd -q -3 -f -o "$lab/root.img")
}

prepare() {
  local tool
  [ "$(uname -m)" = x86_64 ] || lack "the guest is x86-64 and runs this machine's programs, which are $(uname -m)"
  for tool in qemu-system-x86_64 busybox usbip modprobe cpio zstd dpkg-deb apt-get dfu-util stm32flash; do
    command -v $tool >/dev/null ||
      lack "$tool is missing. Run: sudo apt-get install -y --no-install-recommends qemu-system-x86 busybox-static usbip kmod cpio zstd dfu-util stm32flash"
  done
  [ -e "$lab/kernel/lib" ] || unpack_kernel
  [ "$lab/root.img" -nt "$here/qemu.sh" ] || pack_root
}

run() {
  local seconds=${2:-85} log=$lab/out/console.txt
  prepare
  cp "$1" "$lab/out/script.sh" # the guest has a /tmp of its own
  rm -f "$log"
  timeout -k 5 "$seconds" qemu-system-x86_64 -machine pc -accel tcg -cpu max -smp 1 -m 512 -nodefaults -display none -serial stdio -no-reboot \
    -kernel "$lab/vmlinuz" -initrd "$lab/root.img" \
    -append "console=ttyS0 quiet tsc=reliable mitigations=off nokaslr no_timer_check oops=panic panic=-1" \
    -netdev user,id=n -device virtio-net-pci,netdev=n \
    -fsdev local,id=h,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=h,mount_tag=host \
    -fsdev local,id=l,path="$lab/out",security_model=none,multidevs=remap -device virtio-9p-pci,fsdev=l,mount_tag=lab \
    </dev/null 2>&1 | sed -u 's,\r,,g' | tee "$log" || true
  if grep -qE "$crash" "$log"; then
    die "the kernel of the guest crashed: $(sed -nE "/$crash/,\$p" "$log" | head -n 24)"
  fi
  local status
  status=$(sed -nE 's/^lab: status ([0-9]+) .*/\1/p' "$log" | tail -n 1)
  [ -n "$status" ] || die "the guest did not come to its end in $seconds s"
  return "$status"
}

export PATH=$PATH:/sbin:/usr/sbin
case ${1:-} in
prepare) prepare ;;
run) shift; run "$@" ;;
*) die "say prepare, or run SCRIPT [SECONDS]" ;;
esac
