"""Words that may be somebody's name and mostly are not: what is hidden only where a line says that it is a name."""

from __future__ import annotations

ACCOUNTS = frozenset(
    {
        "root", "daemon", "bin", "sys", "sync", "games", "man", "lp", "mail", "news", "uucp", "proxy", "www-data",
        "backup", "list", "irc", "gnats", "nobody", "_apt", "messagebus", "syslog", "sshd", "ntp", "chrony",
        "_chrony", "postfix", "dovecot", "dovenull", "mysql", "mariadb", "postgres", "redis", "nginx", "apache",
        "apache2", "httpd", "http", "mongodb", "rabbitmq", "elasticsearch", "bind", "named", "dnsmasq", "avahi",
        "colord", "polkitd", "rtkit", "usbmux", "uuidd", "tcpdump", "tss", "landscape", "pollinate", "lxd", "dhcpcd",
        "dhcpd", "statd", "rpc", "rpcuser", "nfsnobody", "haproxy", "memcached", "prometheus", "grafana",
        "systemd-network", "systemd-resolve", "systemd-timesync", "systemd-coredump", "systemd-oom",
        "systemd-bus-proxy", "debian-exim", "exim", "opendkim", "amavis", "clamav", "spamd", "gdm", "lightdm", "sddm",
        "operator", "adm", "shutdown", "halt", "ftp", "nfs", "squid", "varnish", "tomcat", "unknown", "anonymous",
        "none", "null", "nil", "-", "",
    }
)  # fmt: skip
"""Accounts that a distribution or a package makes (base-passwd, systemd sysusers.d): they are nobody's, and stay."""

HOSTS = frozenset(
    {
        "localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback",
        "broadcasthost", "unknown", "none", "null", "_", "-", "", "default", "default_server", "local", "any", "all",
    }
)  # fmt: skip
"""Names that every machine has."""

WORDS = frozenset(
    {
        "access", "account", "action", "active", "add", "address", "admin", "administrator", "agent", "alert", "all",
        "and", "any", "api", "app", "apps", "apt", "are", "audit", "auth", "authentication", "backend", "begin",
        "block", "boot", "bot", "browser", "bus", "cache", "can", "cannot", "cause", "cdn", "changed", "client",
        "clock", "close", "closed", "cloud", "cmd", "com", "command", "config", "connect", "connection", "console",
        "container", "control", "core", "could", "cpu", "crit", "critical", "cron", "data", "database", "date", "day",
        "debian", "debug", "default", "demo", "deploy", "desktop", "dev", "device", "did", "disk", "dns", "docker",
        "domain", "down", "edge", "emerg", "end", "entry", "err", "error", "errors", "eth0", "event", "example",
        "exit", "fail", "failed", "failure", "false", "fedora", "file", "files", "filesystem", "first", "for", "from",
        "full", "gateway", "get", "git", "github", "gitlab", "group", "guest", "had", "has", "have", "home", "host",
        "hostname", "hour", "html", "id", "index", "info", "init", "input", "internal", "invalid", "job", "journal",
        "json", "kernel", "key", "kube", "kubernetes", "lan", "last", "left", "level", "line", "linux", "lo", "load",
        "local", "log", "logger", "login", "logs", "lost", "machine", "main", "manager", "master", "memory",
        "message", "messages", "min", "minute", "mode", "module", "monitor", "monitoring", "name", "net", "network",
        "new", "no", "node", "not", "notice", "null", "off", "office", "ok", "on", "open", "opened", "or", "oracle",
        "org", "other", "out", "over", "page", "password", "path", "pi", "ping", "port", "post", "power", "primary",
        "process", "prod", "production", "program", "pub", "public", "put", "queue", "raspberry", "raspberrypi",
        "read", "ready", "reboot", "recovered", "remote", "replica", "report", "request", "requests", "reset", "rest",
        "router", "run", "running", "search", "second", "secure", "security", "server", "service", "services",
        "session", "set", "setup", "shell", "shop", "show", "signal", "silence", "site", "slave", "slice", "smtp",
        "source", "space", "ssh", "sshd", "ssl", "staging", "standby", "start", "started", "state", "static",
        "status", "stop", "stopped", "storage", "store", "string", "sudo", "support", "switch", "system", "systemd",
        "table", "task", "tcp", "temp", "test", "tester", "testing", "tests", "text", "that", "the", "they", "this",
        "time", "timeout", "timer", "tmp", "token", "total", "true", "tty", "tty1", "ubuntu", "udp", "unit", "until",
        "up", "update", "upload", "upstream", "url", "usb", "use", "user", "username", "users", "usr", "value", "var",
        "version", "vm", "vpn", "wait", "warn", "warning", "was", "watchdog", "web", "webadmin", "webmaster",
        "website", "with", "work", "worker", "write", "www", "xml", "year", "you", "zone",
    }
)  # fmt: skip
"""What logs, paths and our own sentences consist of.  An account or a machine of such a name would turn every line into
a riddle if each of these words were replaced, and nobody would be hidden by it."""

SHORTEST = 3
"""Characters of the shortest name that is looked for everywhere."""


def telling(word: str) -> bool:
    """Whether a name is worth looking for everywhere, not only where a line says that it is one."""
    low = word.lower()
    return len(word) >= SHORTEST and low not in WORDS and low not in ACCOUNTS and low not in HOSTS and not low.isdigit()
