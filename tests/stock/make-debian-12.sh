#!/bin/bash
# Makes the /var/log of a Debian 12 server: debootstrap, packages from the mirror of this machine's apt, then a virtual
# machine that is booted, used, reloaded, rotated, rebooted and stopped.  Run by hand; about an hour without KVM.
#
#     tests/stock/make-debian-12.sh OUT
#
# OUT/quiet is the tree after an orderly life; OUT/power-cut the same machine after its power was cut.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
need nc debootstrap qemu-system-x86_64 mke2fs debugfs ssh ssh-keygen

out=$(realpath -m "$1")
work=$out/work root=$out/work/root image=$out/work/disk.img key=$out/work/key
name=deb12 zone=Europe/Vienna port=${PORT:-10022}
mkdir -p "$work"
trap unmounted EXIT

day=$(date -u +%F)
if [ ! -e "$work/installed" ]; then
    [ -e "$root/etc/hostname" ] || bootstrap bookworm
    {
        echo "deb $(mirror) bookworm main"
        echo "deb $(mirror) bookworm-updates main"
        apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) main' 'Created-By: Packages' 'Component: main' |
            grep -- '-security main' || true
    } >"$root/etc/apt/sources.list"
    printf 'Acquire::Check-Valid-Until "false";\n' >"$root/etc/apt/apt.conf.d/99stock"
    # an older version first, so that there is something to upgrade
    install_packages linux-image-amd64 systemd-sysv dbus udev ifupdown isc-dhcp-client rsyslog cron at logrotate openssh-server sudo \
        iproute2 iputils-ping curl netcat-openbsd sshpass openssl less nano man-db apt-listchanges
    chrooted useradd -m -s /bin/bash jane || true
    echo 'jane:stock' | chrooted chpasswd
    install_packages nginx-light apache2 php-fpm postgresql redis-server mariadb-server haproxy
    install_packages exim4-daemon-light bind9 bind9-dnsutils samba smbclient ufw fail2ban auditd unattended-upgrades
    install_packages sysstat popularity-contest cups xserver-xorg-core xserver-xorg-video-dummy plymouth lightdm
    install_packages squid vsftpd lighttpd mosquitto clamav-freshclam munin-node rkhunter monit openvpn certbot chrony \
        dovecot-imapd smartmontools apparmor fontconfig gcc libc6-dev libapache2-mod-security2 memcached snmpd dnsmasq-base
    chrooted apt-get -y remove memcached
    chrooted apt-get -y purge dnsmasq-base
    chrooted apt-get -y autoremove
    cp "$here/exercise.sh" "$root/root/"
    sed -i 's/^ENABLED=.*/ENABLED="true"/' "$root/etc/default/sysstat"
    . "$here/sites.sh"
    touch "$work/installed"
fi
if [ ! -e "$image" ]; then
    make_image
    power_on "${day}T21:35:00"
    guest sh /root/exercise.sh addresses packages web sql
    reboot
    guest sh /root/exercise.sh addresses web tls sql redis maria mail dns files people firewall trouble
    sleep 600
    guest sh /root/exercise.sh web redis sql
    guest systemctl restart nginx apache2 postgresql redis-server mariadb haproxy
    sleep 600
    guest sh /root/exercise.sh rotated web sql people
    sleep 1200 # past midnight of the machine's zone
    guest sh /root/exercise.sh web sql redis maria mail dns files people
    guest sh /root/exercise.sh rotated
    guest run-parts /etc/cron.daily || true
    guest sh /root/exercise.sh web sql redis reports
    power_off
    take_logs "$out/quiet"
fi
cp --sparse=always "$image" "$work/cut.img"
image=$work/cut.img
power_on "$(date -u -d "$day + 1 day" +%F)T05:00:00"
guest sh /root/exercise.sh addresses web sql
sleep 60
power_cut
power_on "$(date -u -d "$day + 1 day" +%F)T07:40:00"
guest sh /root/exercise.sh addresses web sql
power_off
take_logs "$out/power-cut"
