# Sourced by the makers: what the daemons in $root serve.
mkdir -p "$root/var/www/html/private"
printf '<?php phpinfo();\n' >"$root/var/www/html/info.php"
printf '<?php error_log("from error_log()"); trigger_error("a warning", E_USER_WARNING); undefined_function();\n' >"$root/var/www/html/broken.php"
printf 'jane:$apr1$abcdefgh$xn2YdHjKxY9j4wJgkQH9T/\n' >"$root/etc/nginx/htpasswd"
rm -f "$root/etc/nginx/sites-enabled/default"
cat >"$root/etc/nginx/sites-enabled/stock" <<'X'
limit_req_zone $binary_remote_addr zone=slow:1m rate=2r/s;
server {
    listen 80 default_server;
    listen [::]:80 default_server;
    root /var/www/html;
    index index.html index.nginx-debian.html;
    location / { try_files $uri $uri/ =404; }
    location /app/ { proxy_pass http://127.0.0.1:9999; limit_req zone=slow; }
    location /private/ { auth_basic "private"; auth_basic_user_file /etc/nginx/htpasswd; }
    location ~ \.php$ { include snippets/fastcgi-php.conf; fastcgi_pass unix:/run/php/php-fpm.sock; }
}
X
if [ -d "$root/etc/apache2" ]; then
    sed -i 's/^Listen 80$/Listen 8080/; s/Listen 443$/Listen 8443/' "$root/etc/apache2/ports.conf"
    sed -i 's/:80>/:8080>/; s/:443>/:8443>/' "$root"/etc/apache2/sites-available/*.conf
    cat >>"$root/etc/apache2/sites-available/000-default.conf" <<'X'
<VirtualHost *:8080>
    ServerName a.example.net
    DocumentRoot /var/www/html
    CustomLog ${APACHE_LOG_DIR}/a_access.log common
</VirtualHost>
<Location /app/>
    ProxyPass http://127.0.0.1:9999/
</Location>
<Location /private/>
    AuthType Basic
    AuthName private
    AuthUserFile /etc/nginx/htpasswd
    Require valid-user
</Location>
X
    chrooted a2enmod -q ssl proxy proxy_http proxy_fcgi setenvif rewrite headers
    chrooted a2enconf -q "$(basename -s .conf "$(ls "$root"/etc/apache2/conf-available/php*-fpm.conf | head -n 1)")"
    chrooted a2ensite -q default-ssl
    chrooted make-ssl-cert generate-default-snakeoil --force-overwrite || true
fi
if [ -d "$root/etc/lighttpd" ]; then
    sed -i 's/^server.port.*/server.port = 8081/' "$root/etc/lighttpd/lighttpd.conf"
    chrooted lighty-enable-mod accesslog || true
fi
if [ -d "$root/etc/haproxy" ]; then
    cat >>"$root/etc/haproxy/haproxy.cfg" <<'X'
frontend stock
    bind *:8082
    default_backend web
backend web
    server good 127.0.0.1:80 check
    server down 127.0.0.1:9998 check
X
fi
if [ -d "$root/etc/proftpd" ]; then
    sed -i 's/^Port.*/Port 2121/' "$root/etc/proftpd/proftpd.conf"
fi
[ ! -f "$root/etc/vsftpd.conf" ] || printf 'write_enable=YES\nxferlog_enable=YES\nlog_ftp_protocol=YES\ndual_log_enable=YES\n' >>"$root/etc/vsftpd.conf"
[ ! -d "$root/etc/postgresql" ] || for conf in "$root"/etc/postgresql/*/main/postgresql.conf; do
    printf "log_checkpoints = on\nlog_connections = on\nlog_lock_waits = on\nlog_autovacuum_min_duration = 0\nlog_temp_files = 0\n" >>"$conf"
done
[ ! -f "$root/etc/samba/smb.conf" ] || printf '[jane]\n  path = /home/jane\n  valid users = jane\n' >>"$root/etc/samba/smb.conf"
[ ! -d "$root/etc/fail2ban" ] || printf '[sshd]\nenabled = true\nbackend = systemd\nignoreip =\nmaxretry = 3\nbantime = 60\n' >"$root/etc/fail2ban/jail.d/stock.conf"
[ ! -d "$root/etc/X11" ] || cat >"$root/etc/X11/xorg.conf" <<'X'
Section "Device"
    Identifier "dummy"
    Driver "dummy"
EndSection
X
