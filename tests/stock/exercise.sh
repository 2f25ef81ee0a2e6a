#!/bin/sh
# Run inside the machine: makes its daemons write what they write on good and on bad days.  No failure ends it.
# Clients come from addresses of RFC 5737, which the loopback interface has for the time being.
exec </dev/null
say() { logger -t exercise "$*"; }

addresses() {
    for last in 10 11 12 20 21; do
        ip address add "192.0.2.$last/32" dev lo
        ip address add "198.51.100.$last/32" dev lo
    done
}

get() { curl -s -o /dev/null -m 20 --interface "$1" -A "${3:-curl/7.88.1}" "$2"; }

web() {
    for n in 1 2 3; do
        for client in 192.0.2.10 192.0.2.11 198.51.100.20; do
            get "$client" "http://192.0.2.10$1/" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
            get "$client" "http://192.0.2.10$1/missing-$n.html?q=%22quoted%22&x=[1]"
            get "$client" "http://192.0.2.10$1/info.php"
            get "$client" "http://192.0.2.10$1/broken.php"
        done
        get 198.51.100.21 "http://192.0.2.10$1/app/" # nobody listens behind it
        get 198.51.100.21 "http://192.0.2.10$1/private/"
        curl -s -o /dev/null -m 9 -u 'jane:wrong' "http://192.0.2.10$1/private/"
        curl -s -o /dev/null -m 9 -X POST -d "$(printf '%020000d' 0)" "http://192.0.2.10$1/"
        curl -s -o /dev/null -m 9 -A 'agent with "quotes" and \ backslash' -e 'http://example.net/a b' "http://192.0.2.10$1/"
        curl -s -o /dev/null -m 9 -A '' "http://192.0.2.10$1/../../etc/passwd" --path-as-is
        curl -s -o /dev/null -m 9 -H "X: $(printf '%09000d' 0)" "http://192.0.2.10$1/"
        curl -s -o /dev/null -m 9 --http2-prior-knowledge "http://192.0.2.10$1/"
        port=${1#:}
        printf 'GET / HTTP/1.1\r\nHost: \r\n\r\n' | nc -w 2 192.0.2.10 "${port:-80}" >/dev/null
        printf '\026\003\001\002\000\001\000\001\374\003\003' | nc -w 2 192.0.2.10 "${port:-80}" >/dev/null
        printf 'GET /%s HTTP/1.0\r\n\r\n' "$(printf '\303\251\377')" | nc -w 2 192.0.2.10 "${port:-80}" >/dev/null
        printf '\n\n\n' | nc -w 2 192.0.2.10 "${port:-80}" >/dev/null
        printf 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' | nc -w 2 192.0.2.10 "${port:-80}" >/dev/null
        printf 'GET / HTTP/1.1\r\nHost: a.example.net\r\nConnection: close\r\n\r\n' | nc -w 2 192.0.2.10 "${port:-80}" >/dev/null
    done
}

tls() {
    curl -sk -o /dev/null -m 9 "https://192.0.2.10:8443/"
    curl -s -o /dev/null -m 9 "https://192.0.2.10:8443/"
    printf 'plain text to a TLS port\r\n\r\n' | nc -w 2 192.0.2.10 8443 >/dev/null
    openssl s_client -connect 192.0.2.10:8443 -tls1 >/dev/null 2>&1
}

sql() {
    cat >/tmp/ask.sql <<'SQL'
create table if not exists t (a int primary key, b text);
insert into t select n, repeat('x', 900) from generate_series(1, 3000) n on conflict do nothing;
insert into t values (1, 'twice');
select a,
       b
  from missing
 where a = 1;
select 1/0;
do $$ begin raise warning 'a warning
with two lines'; raise notice 'a notice'; end $$;
begin; select pg_advisory_lock(1); set local statement_timeout = 200; select pg_sleep(1); rollback;
set log_min_duration_statement = 0; select 'slow
statement'; reset log_min_duration_statement;
checkpoint;
SQL
    su postgres -c 'psql -q -f /tmp/ask.sql' >/dev/null 2>&1
    psql 'host=127.0.0.1 user=nobody password=wrong dbname=postgres' -c 'select 1' >/dev/null 2>&1
    su postgres -c 'psql -q missing' >/dev/null 2>&1
    printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 127.0.0.1 5432 >/dev/null
    systemctl reload postgresql
}

redis() {
    for n in $(seq 200); do echo "set k$n v$n"; done | redis-cli >/dev/null
    redis-cli bgsave >/dev/null; sleep 2
    redis-cli bgrewriteaof >/dev/null
    redis-cli debug sleep 0.1 >/dev/null
    redis-cli config set maxmemory 1mb >/dev/null
    redis-cli config set maxmemory 0 >/dev/null
}

maria() {
    mysql -e "create database if not exists d; use d; create table if not exists t (a int primary key) engine=innodb; insert into t values (1);" 2>/dev/null
    mysql -e "set global general_log=1; set global slow_query_log=1; set global long_query_time=0; set global log_warnings=9;"
    mysql d -e "select sleep(0.2),
 count(*)
 from t;"
    mysql d -e "select * from missing" 2>/dev/null
    mysql -h127.0.0.1 -unobody -pwrong -e "select 1" 2>/dev/null
    mysqladmin flush-logs
    mysql -e "set global general_log=0; set global slow_query_log=0; set global long_query_time=10;"
}

mail() {
    printf 'Subject: one\n\nbody\n' | sendmail jane@localhost
    printf 'Subject: two\n\nbody\n' | sendmail nobody-here@localhost
    printf 'Subject: three\n\nbody\n' | sendmail someone@example.net
    printf 'EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nQUIT\r\n' | nc -w 3 127.0.0.1 25 >/dev/null
    printf 'HELO \r\nGARBAGE\r\n' | nc -w 3 127.0.0.1 25 >/dev/null
    sendmail -q
}

dns() {
    dig +tries=1 +time=2 @127.0.0.1 localhost >/dev/null
    dig +tries=1 +time=2 @127.0.0.1 www.example.net >/dev/null
    dig +tries=1 +time=2 @127.0.0.1 version.bind chaos txt >/dev/null
    dig +tries=1 +time=2 @127.0.0.1 axfr example.net >/dev/null
    rndc reload >/dev/null; rndc querylog on; dig +tries=1 +time=2 @127.0.0.1 localhost >/dev/null; rndc querylog off
}

files() {
    smbclient -N -L 127.0.0.1 >/dev/null 2>&1
    smbclient -U 'jane%wrong' //127.0.0.1/jane -c ls >/dev/null 2>&1
    curl -s -m 9 ftp://jane:wrong@127.0.0.1/ >/dev/null
    curl -s -m 9 ftp://jane:stock@127.0.0.1/ >/dev/null
    echo x >/tmp/up; curl -s -m 9 -T /tmp/up ftp://jane:stock@127.0.0.1/up >/dev/null
    curl -s -m 9 ftp://jane:stock@127.0.0.1/up >/dev/null
    curl -s -m 9 -x http://127.0.0.1:3128 http://192.0.2.10/ >/dev/null
    curl -s -m 9 -x http://127.0.0.1:3128 http://no-such-host.example.net/ >/dev/null
}

people() {
    for n in 1 2 3 4 5 6 7; do
        sshpass -p wrong ssh -q -b 198.51.100.21 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "root@192.0.2.10" true
        sshpass -p wrong ssh -q -b 198.51.100.21 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "no-user-$n@192.0.2.10" true
    done
    sshpass -p stock ssh -q -tt -b 192.0.2.11 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "jane@192.0.2.10" 'id; sudo -S -k true <<X
stock
X
crontab -l; exit'
    su nobody -s /bin/sh -c 'true'; su jane -c 'true'
    printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 192.0.2.10 22 >/dev/null
    echo '* * * * * echo hello' | crontab -u jane -
    echo 'touch /tmp/at' | at now + 1 minute 2>/dev/null
    useradd -m temporary; usermod -aG adm temporary; userdel -r temporary 2>/dev/null
}

firewall() {
    ufw allow 22/tcp; ufw allow 80/tcp; ufw allow 8080/tcp; ufw limit 2222/tcp; ufw logging high
    yes | ufw enable
    nc -w 1 10.0.2.2 1 ; nc -w 1 -u 10.0.2.2 2 </dev/null
    iptables -I INPUT -p tcp --dport 81 -j LOG --log-prefix 'IPTABLES drop: '
    nc -w 1 -s 198.51.100.20 192.0.2.10 81
}

trouble() {
    cat >/tmp/crash.c <<'C'
int main(void) { *(volatile int *)0 = 1; return 0; }
C
    [ ! -x /usr/bin/cc ] || { cc -o /tmp/crash /tmp/crash.c; /tmp/crash; }
    sh -c 'kill -SEGV $$'
    systemd-run --unit=failing /bin/false; systemd-run --unit=missing-file /no/such/file
    echo '<3>an error from a unit' | systemd-cat -t unit; printf 'two\nlines\n' | logger -t lines
    logger -p kern.warn 'a forged kernel line'; logger -t 'tag with spaces' x; logger -t '' y; logger -- '-- MARK --'
    logger "$(printf 'tab\there, bytes \377\376, control \001')"
    echo 'a line to the kernel ring' >/dev/kmsg
    printf '<4>test: bad geometry: block count 1\n' >/dev/kmsg
}

packages() {
    apt-get update -q; apt-get install -y -q cowsay sl; apt-get remove -y -q cowsay; apt-get purge -y -q sl; apt-get -y -q autoremove
    apt-get install -y -q no-such-package; apt-get upgrade -y -q; unattended-upgrade -v
    apt-get install -y --reinstall hostname; update-alternatives --set editor /bin/nano
    sh /etc/cron.daily/popularity-contest
}

rotated() { logrotate -f /etc/logrotate.conf; }

reports() {
    dmesg >/root/dmesg.txt; dmesg -T >/root/dmesg-T.txt; dmesg --time-format=iso >/root/dmesg-iso.txt; dmesg -x >/root/dmesg-x.txt
    last -xF >/root/last.txt 2>/dev/null; LC_ALL=C sar -A >/root/sar.txt 2>/dev/null
    for form in short short-iso short-precise short-iso-precise short-full short-monotonic short-unix verbose json cat with-unit export; do
        journalctl -b -o "$form" --no-pager -n 400 >"/root/journal-$form.txt"
    done
}

for part in "$@"; do
    say "begins: $part"
    "$part"
    say "ends: $part"
done
exit 0
