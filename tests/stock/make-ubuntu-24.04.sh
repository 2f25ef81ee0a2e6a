#!/bin/bash
# Makes the /var/log of a server set up as Ubuntu 24.04 is: the same daemons from the mirror of this machine's apt (the
# next Debian, whose versions are nearest), with Ubuntu's own configuration of rsyslog, dmesg, cloud-init and logrotate;
# see make-debian-12.sh.  What only Ubuntu ships (apport, ubuntu-pro, subiquity, ...) is not made here.
#
#     tests/stock/make-ubuntu-24.04.sh OUT
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
need nc debootstrap qemu-system-x86_64 mke2fs debugfs ssh ssh-keygen

out=$(realpath -m "$1")
work=$out/work root=$out/work/root image=$out/work/disk.img key=$out/work/key
name=noble zone=Etc/UTC port=${PORT:-10023}
mkdir -p "$work"
trap unmounted EXIT

ubuntu_rsyslog() {
    chrooted useradd -r -M -d /nonexistent -s /usr/sbin/nologin -G adm syslog || true
    cat >"$root/etc/rsyslog.conf" <<'X'
module(load="imuxsock")
module(load="imklog" permitnonkernelfacility="on")
$RepeatedMsgReduction on
$FileOwner syslog
$FileGroup adm
$FileCreateMode 0640
$DirCreateMode 0755
$Umask 0022
$PrivDropToUser syslog
$PrivDropToGroup syslog
$WorkDirectory /var/spool/rsyslog
$IncludeConfig /etc/rsyslog.d/*.conf
X
    cat >"$root/etc/rsyslog.d/20-ufw.conf" <<'X'
:msg,contains,"[UFW " /var/log/ufw.log
X
    cat >"$root/etc/rsyslog.d/21-cloudinit.conf" <<'X'
:syslogtag, isequal, "[CLOUDINIT]" /var/log/cloud-init.log
& stop
X
    cat >"$root/etc/rsyslog.d/50-default.conf" <<'X'
auth,authpriv.*                 /var/log/auth.log
*.*;auth,authpriv.none          -/var/log/syslog
kern.*                          -/var/log/kern.log
mail.*                          -/var/log/mail.log
mail.err                        /var/log/mail.err
*.emerg                         :omusrmsg:*
X
    chrooted chgrp syslog /var/log
    chmod 775 "$root/var/log"
    echo 'z /var/log 0775 root syslog -' >"$root/etc/tmpfiles.d/00rsyslog.conf"
    # Debian's unit lets rsyslogd change to no other user, as Ubuntu's configuration wants it to
    mkdir -p "$root/etc/systemd/system/rsyslog.service.d"
    printf '[Service]\nCapabilityBoundingSet=CAP_SETUID CAP_SETGID\n' >"$root/etc/systemd/system/rsyslog.service.d/ubuntu.conf"
    # a machine without KVM needs longer to start than its units are given
    mkdir -p "$root/etc/systemd/system.conf.d"
    printf '[Manager]\nDefaultTimeoutStartSec=900s\n' >"$root/etc/systemd/system.conf.d/slow.conf"
    cat >"$root/etc/systemd/system/dmesg.service" <<'X'
[Unit]
Description=Save initial kernel messages after boot
DefaultDependencies=no
After=local-fs.target
[Service]
Type=idle
ExecStartPre=-/usr/bin/savelog -m640 -q -p -n -c 5 /var/log/dmesg
ExecStart=/bin/journalctl --boot 0 --dmesg --output short-monotonic --quiet --no-pager --no-hostname
StandardOutput=file:/var/log/dmesg
[Install]
WantedBy=multi-user.target
X
    chrooted systemctl enable dmesg.service
}

cloud_seed() {
    mkdir -p "$root/var/lib/cloud/seed/nocloud"
    printf 'instance-id: stock-1\nlocal-hostname: %s\n' "$name" >"$root/var/lib/cloud/seed/nocloud/meta-data"
    cat >"$root/var/lib/cloud/seed/nocloud/user-data" <<'X'
#cloud-config
package_update: true
packages: [cowsay]
users:
  - name: ubuntu
    shell: /bin/bash
    lock_passwd: false
    plain_text_passwd: stock
disable_root: false
ssh_deletekeys: false
ssh_pwauth: true
write_files:
  - path: /etc/motd.d/10
    content: hello
runcmd:
  - echo from runcmd
  - [ls, /no/such/file]
  - printf 'two\nlines\n' >&2
X
    printf 'datasource_list: [NoCloud, None]\n' >"$root/etc/cloud/cloud.cfg.d/90_stock.cfg"
}

day=$(date -u +%F)
if [ ! -e "$work/installed" ]; then
    [ -e "$root/etc/hostname" ] || bootstrap trixie
    echo "deb $(mirror) trixie main" >"$root/etc/apt/sources.list"
    install_packages linux-image-amd64 systemd-sysv dbus udev ifupdown isc-dhcp-client rsyslog cron at logrotate openssh-server sudo \
        iproute2 iputils-ping curl netcat-openbsd sshpass openssl nano apparmor debianutils
    chrooted useradd -m -s /bin/bash jane || true
    echo 'jane:stock' | chrooted chpasswd
    install_packages cloud-init netplan.io snapd unattended-upgrades ufw fail2ban auditd sysstat needrestart packagekit fwupd \
        multipath-tools polkitd
    install_packages nginx-light apache2 php-fpm postgresql redis-server mariadb-server haproxy postfix bind9 bind9-dnsutils samba \
        smbclient cups proftpd-core dovecot-imapd gcc libc6-dev chrony tomcat10 wtmpdb
    cp "$here/exercise.sh" "$root/root/"
    . "$here/sites.sh"
    ubuntu_rsyslog
    cloud_seed
    touch "$work/installed"
fi
if [ ! -e "$image" ]; then
    make_image
    power_on "${day}T21:40:00"
    guest sh /root/exercise.sh addresses packages web sql redis
    reboot
    guest sh /root/exercise.sh addresses web tls sql redis maria mail dns files people firewall trouble
    sleep 900
    guest sh /root/exercise.sh rotated web sql people
    sleep 1200
    guest sh /root/exercise.sh web sql redis maria mail dns files people rotated reports
    power_off
fi
take_logs "$out/quiet"
