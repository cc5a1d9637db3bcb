#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The mailer against a real mail server: Postfix with STARTTLS, implicit TLS and AUTH, its own CA, delivering to a Maildir,
# restarted in mid-run. (Debian 12's OpenSMTPD cannot sign TLS handshakes with OpenSSL 3.)
# usage: run.sh BUILD-FOLDER    needs root, for Postfix's daemons; packages postfix libsasl2-modules sasl2-bin openssl python3
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
driver=${1:?usage: run.sh BUILD-FOLDER}/tests/outbox_driver
work=$(mktemp -d)
passed=0

clean_up() {
    if [ -f "$work/etc/main.cf" ]; then
        postfix -c "$work/etc" stop >/dev/null 2>&1 || true
    fi
    rm -rf "$work"
}
trap clean_up EXIT

fail() {
    echo "FAILED: $1" >&2
    tail -20 "$work/mail.log" >&2 || true
    exit 1
}

# expect TEXT PATTERN WHAT
expect() {
    [[ $1 =~ $2 ]] || fail "$3: $1"
    echo "ok $3: $1"
    passed=$((passed + 1))
}

# Below the ports that the system gives to connections: between a stop and a start one might take it.
free_port() {
    local port
    while :; do
        port=$((10000 + RANDOM % 20000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

make_certificates() {
    cd "$work"
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj "/CN=Kites test CA" -days 2 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj "/CN=localhost" 2>/dev/null
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >names
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem 2>/dev/null
    openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -subj "/CN=Another CA" -days 2 2>/dev/null
    cd - >/dev/null
}

make_server() {
    mkdir -p "$work"/{etc/sasl,queue,data,box}
    chmod 755 "$work"
    chown postfix "$work/data"
    chown nobody "$work/box"
    printf 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\nsasldb_path: %s/etc/sasl/users\n' "$work" \
        >"$work/etc/sasl/smtpd.conf"
    printf 'invented-secret' | saslpasswd2 -p -c -f "$work/etc/sasl/users" -u kites.example mailer
    chown postfix "$work/etc/sasl/users"
    cat >"$work/etc/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $work/queue
data_directory = $work/data
maillog_file = $work/mail.log
maillog_file_prefixes = $work
myhostname = mail.kites.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
smtpd_tls_cert_file = $work/server.pem
smtpd_tls_key_file = $work/server.key
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = kites.example
smtpd_relay_restrictions = permit_sasl_authenticated, reject
virtual_mailbox_domains = kites.example
virtual_mailbox_base = $work/box
virtual_mailbox_maps = static:all/
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
CONF
    cat >"$work/etc/master.cf" <<CONF
127.0.0.1:$starttls inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
127.0.0.1:$tls inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup  unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr    unix n - n 300 1 qmgr
tlsmgr  unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce  unix - - n - 0 bounce
defer   unix - - n - 0 bounce
trace   unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error   unix - - n - - error
retry   unix - - n - - error
virtual unix - n n - - virtual
anvil   unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
CONF
}

server() {
    postfix -c "$work/etc" "$1" >>"$work/server.out" 2>&1
}

wait_for_box() {
    for _ in $(seq 600); do
        [ "$(find "$work/box/all/new" -type f 2>/dev/null | wc -l)" -ge "$1" ] && return
        sleep 0.1
    done
    fail "only $(find "$work/box/all/new" -type f 2>/dev/null | wc -l) of $1 mails in the Maildir"
}

empty_box() {
    rm -rf "$work/box/all"
}

starttls=$(free_port)
tls=$(free_port)
make_certificates
make_server
export OUTBOX_USER=mailer OUTBOX_PASSWORD=invented-secret OUTBOX_CA=$work/ca.pem

mkdir "$work/printed"
"$driver" print "$work/printed"
expect "$(python3 "$here/parse.py" "$work/printed" 9)" '^printed: 9 messages' "each language, read by another parser"

server start || fail "Postfix did not start: $(cat "$work/server.out")"

expect "$("$driver" send localhost "$tls" tls 12 0 60)" '^delivered 12 dead 0 pending 0 most-attempts 0 ' "implicit TLS and AUTH"
wait_for_box 12
expect "$(python3 "$here/parse.py" "$work/box/all/new" 12)" '12 messages' "the Maildir"
empty_box

"$driver" send localhost "$starttls" starttls 50 60 60 >"$work/restarted" 2>"$work/told" &
sender=$!
wait_for_box 3
server stop
for _ in $(seq 600); do
    ! grep -q later "$work/told" || break
    sleep 0.1
done
server start || fail "Postfix did not start again"
wait "$sender"
expect "$(cat "$work/restarted")" '^delivered 50 dead 0 pending 0 most-attempts [1-9]' "STARTTLS and AUTH, restarted in mid-run"
wait_for_box 50
expect "$(python3 "$here/parse.py" "$work/box/all/new" 50)" 'messages for 50 readers' "every mail at least once"
empty_box

wrong=$(OUTBOX_TRIES=1 OUTBOX_PASSWORD=not-the-secret "$driver" send localhost "$starttls" starttls 2 0 60)
expect "$wrong" '^delivered 0 dead 0 pending 2 .*error "535 ' "a wrong password is seen, and the mail waits"
expect "$(OUTBOX_TRIES=1 OUTBOX_CA=$work/other.pem "$driver" send localhost "$starttls" starttls 1 0 60)" \
    '^delivered 0 dead 0 pending 1 .*certificate' "an untrusted certificate is refused (STARTTLS)"
expect "$(OUTBOX_TRIES=1 OUTBOX_CA=$work/other.pem "$driver" send localhost "$tls" tls 1 0 60)" \
    '^delivered 0 dead 0 pending 1 .*certificate' "an untrusted certificate is refused (implicit TLS)"
unset OUTBOX_USER
expect "$("$driver" send localhost "$starttls" starttls 2 0 60)" '^delivered 0 dead 2 pending 0 .*error "5[0-9][0-9] 5' \
    "without AUTH the relay refuses, and the mail is dead"
[ ! -e "$work/box/all/new" ] || fail "a mail went out that should not"
grep -q invented-secret "$work/mail.log" && fail "the password is in a log"
echo "$passed passed, 0 failed"
