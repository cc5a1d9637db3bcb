#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the README promises to whoever comes with a bare Debian 12 and follows it: `make demo` with nothing but make installed, then
# `make install`, and the first C program, built and run as its README says. As root.
#   tests/packages/fresh.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" -eq 0 ] || { echo "fresh: needs root: sudo $0" >&2; exit 1; }
. tests/packages/machine.sh

finish() {
    local status=$?
    trap - EXIT
    umount "$machine/proc" 2>/dev/null || true
    remove_machine
    exit "$status"
}
trap finish EXIT

step() {
    local name=$1
    shift
    "$@" >"$debian/fresh.log" 2>&1 || die "$name: $(tail -n 20 "$debian/fresh.log")"
    say "$name"
}

in_sources() { in_root "$machine" sh -c "cd /root/doorcode && $1"; }

# The sources as they are here, committed or not; nothing that was built.
copy_sources() {
    mkdir -p "$machine/root/doorcode"
    git ls-files -z --cached --others --exclude-standard | tar -c --null --files-from=- | tar -x -C "$machine/root/doorcode"
}

# first.c is for port 8080: on a loopback of its own.
first_program_signs_in() {
    unshare --net sh -c "ip link set lo up && exec chroot '$machine' /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/root sh" <<'END'
set -eu
cd /root/doorcode/samples/terminal
cc -o first first.c $(pkg-config --cflags --libs doorcode)
doorcode dev --memory --quiet &
trap 'kill $!; wait' EXIT
curl -fsS --retry 30 --retry-delay 1 --retry-all-errors http://localhost:8080/readyz
code() { curl -sS 'http://localhost:8080/dev/inbox/latest?address=sam@example.org' | sed -n 's/.*"code":"\([0-9]*\)".*/\1/p'; }
{ until [ -n "$(code)" ]; do sleep 0.1; done; code; } | ./first sam@example.org | grep 'Signed in'
END
}

main() {
    make_slim
    lay_machine "$debian/slim"
    mount -t proc proc "$machine/proc"
    step "apt-get install make" in_root "$machine" sh -c 'apt-get -q update && apt-get -q -y --no-install-recommends install make'
    step "sources copied" copy_sources
    step "packages of the build" in_sources 'tools/install-deps build'
    step "make demo" in_sources 'make demo'
    grep -q '^Signed in as sam@example.org' "$debian/fresh.log" || die "the demonstration signs nobody in"
    step "make install" in_sources 'make install'
    step "the first C program" first_program_signs_in
    echo "fresh: 5 passed, 0 failed"
}

main
