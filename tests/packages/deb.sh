#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Debian packages as lintian sees them, and as their users meet them on a clean Debian 12 that runs systemd (systemd-nspawn): installed by apt, the
# service under its hardening, a user signed in by the packaged command line and by a C program compiled there, upgraded,
# removed, installed again, purged. As root. The first run bootstraps the Debian; later ones take it from build/debian.
#   tests/packages/deb.sh [BUILD]    BUILD lends its mail sink; build/release without
# shellcheck disable=SC2016 # what stands in single quotes is for dpkg, awk and the machine's shell
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" -eq 0 ] || { echo "deb: needs root: sudo $0" >&2; exit 1; }
. tests/packages/machine.sh
build=${1:-build/release}

later=0.1.0+later1
client_id=1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31
origin=http://localhost:8080
authority=$origin/petstore.onmicrosoft.com
sink_pid=

finish() {
    local status=$?
    trap - EXIT
    [ "$status" -eq 0 ] || [ -z "$leader" ] || inside journalctl --no-pager -n 20 -u doorcode >&2 || true
    [ -z "$sink_pid" ] || kill "$sink_pid" 2>/dev/null || true
    remove_machine
    exit "$status"
}
trap finish EXIT

# expect WHAT WANTED GOT
expect() { [ "$2" = "$3" ] || die "$1: '$3' where '$2' was expected"; }

is_active() { [ "$(inside systemctl is-active doorcode)" = active ]; }

serves() { answers "$leader" "$origin/readyz"; }

is_back() { is_active && serves; }

main_pid() { inside systemctl show doorcode -p MainPID --value; }

# ---- installation ----

put_packages() {
    mkdir -p "$machine/root/first" "$machine/root/later"
    cp build/deb/{doorcode,libdoorcode1,libdoorcode-dev}_*.deb "$machine/root/first"
    cp "build/deb/$later"/{doorcode,libdoorcode1,libdoorcode-dev}_*.deb "$machine/root/later"
}

install_first() { inside sh -c 'apt-get -q -y --no-install-recommends install /root/first/*.deb' >>"$scratch/apt.log"; }

program_and_configuration() {
    expect version "doorcode 0.1.0" "$(inside doorcode --version)"
    inside doorcode config check >/dev/null
    expect "user of the service" "doorcode:/var/lib/doorcode:/usr/sbin/nologin" \
        "$(inside getent passwd doorcode | cut -d: -f1,6,7)"
    expect "rights of the key" "600 root" "$(inside stat -c '%a %U' /etc/doorcode/master.key)"
    expect "rights of the data" "700 doorcode" "$(inside stat -c '%a %U' /var/lib/doorcode)"
    expect "owner of the database" doorcode "$(inside stat -c %U /var/lib/doorcode/doorcode.db)"
    expect "conffiles" /etc/doorcode/doorcode.yaml "$(inside dpkg-query -W -f '${Conffiles}' doorcode | awk 'NF { print $1 }')"
}

# ---- the service under its hardening ----

proc_status() { inside sed -n "s/^$1:[[:space:]]*//p" "/proc/$(main_pid)/status"; }

# What the service would see: its own mounts, as root even.
in_service() { inside nsenter -t "$(main_pid)" -m "$@"; }

# landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) of this kernel, which is the machine's, too.
kernel_has_landlock() { perl -e 'exit(syscall(444, 0, 0, 1) > 0 ? 0 : 1)'; }

sandbox_is_entered() {
    kernel_has_landlock || { say "not checked: Landlock, which this kernel lacks"; return; }
    inside journalctl -u doorcode --no-pager -o cat | grep -q '"event":"sandbox_entered"' || die "no Landlock"
}

service_is_hardened() {
    is_active || die "the service did not start"
    serves || die "the service does not answer"
    expect "enabled" enabled "$(inside systemctl is-enabled doorcode)"
    expect "user id" "$(inside id -u doorcode)" "$(proc_status Uid | cut -f1)"
    expect "new privileges" 1 "$(proc_status NoNewPrivs)"
    expect "system call filter" 2 "$(proc_status Seccomp)"
    expect "capabilities: net_bind_service" 0000000000000400 "$(proc_status CapBnd)"
    expect "core dumps" 0 "$(inside awk '/^Max core file size/ { print $5 }' "/proc/$(main_pid)/limits")"
    local folder
    for folder in /usr /etc /var /etc/doorcode; do
        ! in_service touch "$folder/doorcode-was-here" 2>/dev/null || die "$folder can be written by the service"
    done
    in_service test -w /var/lib/doorcode
    ! in_service sh -c 'ls /home/*' >/dev/null 2>&1 || die "the service sees /home"
    expect "devices" "" "$(in_service sh -c 'ls /dev | grep -E "^(sd|vd|mem|kmsg)" || true')"
    expect "credentials" "400 doorcode" "$(in_service stat -c '%a %U' /run/credentials/doorcode.service/master.key)"
    sandbox_is_entered
    expect "systemd-analyze verify" "" "$(inside systemd-analyze verify doorcode.service 2>&1 | grep -v "'man doorcode(1)'" || true)"
    inside systemctl reload doorcode
    is_back || die "a reload ends the service"
    inside systemd-analyze security --no-pager --threshold=16 doorcode.service | tail -n 1
}

# ---- signing in ----

start_mail_server() {
    : >"$scratch/codes"
    : >"$scratch/sink.log"
    nsenter -t "$leader" -n "$build/bench/smtp_sink" --port 25 --dump "$scratch/codes" >"$scratch/sink.log" 2>&1 &
    sink_pid=$!
    wait_until 60 grep -q '^port 25$' "$scratch/sink.log" || die "the mail server did not start: $(cat "$scratch/sink.log")"
}

code_for() { sed -n "s/^$1\t//p" "$scratch/codes" | grep . ; }

# type_code_into USER COMMAND…: runs the command, types the code that is mailed to USER.
type_code_into() {
    local user=$1 pid
    shift
    rm -f "$scratch/keyboard"
    mkfifo "$scratch/keyboard"
    inside "$@" <"$scratch/keyboard" >"$scratch/signin.log" 2>&1 &
    pid=$!
    exec 4>"$scratch/keyboard"
    wait_until 60 code_for "$user" >/dev/null || die "no mail to $user: $(cat "$scratch/signin.log")"
    code_for "$user" | tail -n 1 >&4
    exec 4>&-
    wait "$pid" || die "$*: $(cat "$scratch/signin.log")"
}

command_line_signs_in() {
    cp src/server/seed/dev.yaml "$machine/root/petstore.yaml"
    inside doorcode apply /root/petstore.yaml >/dev/null
    wait_until 60 answers "$leader" "$authority/v2.0/.well-known/openid-configuration" || die "the directory is not taken"
    type_code_into sam@example.org doorcode signin sam@example.org --authority "$authority" --client-id "$client_id"
    inside doorcode token show | grep -q sam@example.org
}

c_program_signs_in() {
    cp tests/packages/signin.c "$machine/root/signin.c"
    inside sh -c 'cc -Wall -Wextra -Werror -o /root/signin /root/signin.c $(pkg-config --cflags --libs doorcode)'
    type_code_into kim@example.org /root/signin "$authority" "$client_id" kim@example.org
    grep -q '^signed in' "$scratch/signin.log"
}

# ---- what lasts ----

state_of_server() {
    inside doorcode export
    inside doorcode keys list
}

# The refresh token that was got before is good for another access token.
refresh_works() {
    inside doorcode token get --force >"$scratch/token" || die "the refresh token is not taken any more"
    ! cmp -s "$scratch/token" "$scratch/token.last" || die "the access token is the old one"
    mv "$scratch/token" "$scratch/token.last"
}

upgrade_keeps_data() {
    local before
    inside sh -c 'echo "# edited here" >>/etc/doorcode/doorcode.yaml'
    before=$(main_pid)
    state_of_server >"$scratch/before"
    inside sh -c 'dpkg -i /root/later/*.deb' >>"$scratch/apt.log" 2>&1
    expect "version of the package" "$later" "$(inside dpkg-query -W -f '${Version}' doorcode)"
    is_back || die "the service is not back after the upgrade"
    [ "$(main_pid)" != "$before" ] || die "the service was not restarted by the upgrade"
    expect "edited configuration" "# edited here" "$(inside tail -n 1 /etc/doorcode/doorcode.yaml)"
    state_of_server | diff "$scratch/before" - || die "the upgrade changed the data"
    refresh_works
}

removal_keeps_data() {
    inside apt-get -q -y remove doorcode >>"$scratch/apt.log"
    ! serves || die "the service is still there"
    inside test ! -e /usr/bin/doorcode
    inside test -s /etc/doorcode/doorcode.yaml -a -s /etc/doorcode/master.key -a -s /var/lib/doorcode/doorcode.db
}

installing_again_finds_it() {
    inside sh -c 'apt-get -q -y install /root/later/doorcode_*.deb' >>"$scratch/apt.log"
    is_back || die "the service is not back after the reinstallation"
    state_of_server | diff "$scratch/before" - || die "the reinstallation changed the data"
    refresh_works
}

# Logs of apt and the journal, our own copies in /root, and the user are what stays.
purge_leaves_nothing() {
    inside apt-get -q -y purge doorcode libdoorcode1 libdoorcode-dev >>"$scratch/apt.log"
    expect "files left" "" "$(inside find /etc /usr /lib /var /run -xdev -name '*doorcode*' ! -path '/var/cache/apt/*')"
    expect "packages left" "" "$(inside dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' '*doorcode*' 2>/dev/null | grep -v '^un' || true)"
    expect "the user stays" doorcode "$(inside id -un doorcode)"
    install_first
    is_back || die "the service does not start after purge and installation"
    ! inside doorcode export | grep -q petstore || die "a purged directory is back"
}

main() {
    tools/deb >/dev/null
    lintian --allow-root --display-info --fail-on error,warning,info build/deb/*.changes
    tools/deb "$later" >/dev/null
    say "packages built, and nothing lintian would say"
    remove_machine
    make_root
    lay_machine "$debian/root"
    put_packages
    fetch_dependencies /root/first >"$debian/fetch.log" 2>&1 ||
        die "apt: $(tail -n 5 "$debian/fetch.log")"
    say "root ready"
    boot
    say "systemd booted"
    start_mail_server
    local step
    for step in install_first program_and_configuration service_is_hardened command_line_signs_in c_program_signs_in \
        upgrade_keeps_data removal_keeps_data installing_again_finds_it purge_leaves_nothing; do
        "$step"
        say "$step"
    done
    echo "packages: 9 passed, 0 failed"
}

main
