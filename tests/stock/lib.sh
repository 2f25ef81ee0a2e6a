# Shared by make-debian-12.sh and make-ubuntu-24.04.sh, which source it: a Debian tree that is really booted.
#
# Needed: root, debootstrap, qemu-system-x86, e2fsprogs, an OpenSSH client, and an apt configuration that offers the
# suite.  Nothing of the network is named here: the mirror is the one this machine's apt uses.

need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "$0: $tool is not installed" >&2; exit 69; }
    done
    [ "$(id -u)" = 0 ] || { echo "$0: must be run as root" >&2; exit 77; }
}

# The repository of the first package index that apt knows with the component main.
mirror() {
    apt-get indextargets --format '$(REPO_URI) $(CREATED_BY) $(COMPONENT)' | awk '$2 == "Packages" && $3 == "main" { print $1; exit }'
}

# The host of its address; http is what a virtual machine can be given a way to.
mirror_host() { mirror | sed -n 's|^http://\([^/:]*\).*|\1|p'; }

# bootstrap SUITE: a minimal system in $root, its clock in $zone.
bootstrap() {
    debootstrap --include=ca-certificates,locales "$1" "$root" "$(mirror)"
    echo "$zone" >"$root/etc/timezone"
    ln -sf "/usr/share/zoneinfo/$zone" "$root/etc/localtime"
    echo "$name" >"$root/etc/hostname"
    printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s.example.net\t%s\n' "$name" "$name" >"$root/etc/hosts"
    echo '/dev/vda / ext4 errors=remount-ro 0 1' >"$root/etc/fstab"
    printf 'auto lo\niface lo inet loopback\nallow-hotplug eth0\niface eth0 inet dhcp\n' >"$root/etc/network/interfaces"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
}

# chrooted COMMAND...: in $root, with what a package's scripts expect.
chrooted() {
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
    mountpoint -q "$root/dev" || mount --rbind /dev "$root/dev"
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"
}
unmounted() { umount -R "$root/dev" 2>/dev/null || true; umount "$root/proc" 2>/dev/null || true; }

install_packages() {
    chrooted apt-get update
    chrooted apt-get -y -o Dpkg::Options::=--force-confold install "$@"
}

# make_image: $root becomes the disk $image, with a key for root's ssh.
make_image() {
    unmounted
    rm -f "$root/usr/sbin/policy-rc.d"
    [ -f "$key" ] || ssh-keygen -q -t ed25519 -N '' -C stock -f "$key"
    mkdir -p "$root/root/.ssh"
    cp "$key.pub" "$root/root/.ssh/authorized_keys"
    chmod -R go= "$root/root/.ssh"
    cp "$here/exercise.sh" "$root/root/exercise.sh"
    printf '10.0.2.100\t%s\n' "$(mirror_host)" >>"$root/etc/hosts"
    cp "$(ls "$root"/boot/vmlinuz-* | tail -n 1)" "$work/vmlinuz"
    cp "$(ls "$root"/boot/initrd.img-* | tail -n 1)" "$work/initrd"
    truncate -s 10G "$image"
    mke2fs -q -t ext4 -d "$root" "$image"
}

# power_on START: the machine starts, its clock at START (UTC); returns when ssh answers.
#
# It is cut off from the network but for the mirror, which it knows at an address of its own (see make_image): its
# daemons would otherwise call their time servers, stores and signature databases.
power_on() {
    qemu-system-x86_64 -accel "${ACCEL:-tcg}" -cpu max -smp 1 -m 2048 -display none -monitor none -no-reboot \
        -serial "file:$work/console-$1.txt" -rtc "base=$1" -kernel "$work/vmlinuz" -initrd "$work/initrd" \
        -append "root=/dev/vda ro console=ttyS0 net.ifnames=0 ${append:-}" \
        -drive "file=$image,format=raw,if=virtio,cache=unsafe" \
        -netdev "user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22,guestfwd=tcp:10.0.2.100:80-cmd:nc $(mirror_host) 80" -device virtio-net-pci,netdev=n &
    machine=$!
    for _ in $(seq 500); do
        sleep 5
        guest true 2>/dev/null && return
        kill -0 "$machine" || exit 1
    done
    echo "$0: no answer from the machine" >&2
    exit 1
}

guest() {
    ssh -q -i "$key" -p "$port" -o ConnectTimeout=5 -o BatchMode=yes -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null root@127.0.0.1 "$@"
}

# reboot: an orderly stop, and half a minute later the next start.
reboot() {
    stopped=$(guest date -u +%s)
    guest systemctl reboot || true
    wait "$machine" || true
    power_on "$(date -u -d "@$((stopped + 30))" +%FT%T)"
}

# power_off: an orderly stop; power_cut: none.
power_off() { guest systemctl poweroff || true; wait "$machine" || true; }
power_cut() { kill -9 "$machine"; wait "$machine" || true; }

# take_logs OUT: var/log and etc/localtime of the disk, as they lie there.
take_logs() {
    mkdir -p "$1/var" "$1/etc"
    debugfs -R "rdump /var/log $1/var" "$image" 2>/dev/null
    echo "$zone" >"$1/etc/timezone"
}
