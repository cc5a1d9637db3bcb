# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# To be sourced, by root: a Debian 12 that boots systemd, as a machine beside this one: root folder, processes, users, network
# (loopback only) of its own. The bootstrapped root is kept in build/debian/root and lies under each machine's own changes, so
# that a test begins with a fresh one; build/debian/slim is the same without systemd. Sets $machine (the machine's root folder)
# and $scratch (a folder for the test).

debian=build/debian
machine=$debian/machine
scratch=$debian/scratch
nspawn_pid=
leader=

# What is in a fresh root: systemd, and what compiles a C program.
root_packages=(systemd gcc libc6-dev pkg-config)

say() { printf '%-9s %s\n' "$((SECONDS)) s" "$*"; }

die() {
    echo "packages: $*" >&2
    exit 1
}

# wait_until SECONDS COMMAND…
wait_until() {
    local tries=$(($1 * 10))
    shift
    until "$@"; do
        [ $((tries -= 1)) -gt 0 ] || return 1
        sleep 0.1
    done
}

# answers PID URL: in the network of that process.
answers() { nsenter -t "$1" -n curl -fsS -o /dev/null "$2" 2>/dev/null; }

# The first mirror of Debian 12 that this machine's apt is configured with.
mirror() {
    # shellcheck disable=SC2016 # for apt
    apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        sed -n 's/^bookworm main //p' | head -n 1
}

in_root() { chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "${@:2}"; }

# keep_as FOLDER COMMAND…: makes the folder once, by a command that gets another name for it first, so that a broken one is not kept.
keep_as() {
    local folder=$1
    shift
    [ ! -e "$folder" ] || return 0
    rm -rf "$folder.new"
    mkdir -p "$debian"
    "$@" "$folder.new" >"$folder.log" 2>&1 || die "$1: $(tail -n 3 "$folder.log")"
    mv "$folder.new" "$folder"
}

# The least Debian there is, as it is below containers.
bootstrap() {
    local from
    from=$(mirror)
    [ -n "$from" ] || { echo "apt knows no mirror of Debian 12 (bookworm main)"; return 1; }
    debootstrap --variant=minbase bookworm "$1" "$from"
}

with_systemd() {
    cp -a "$debian/slim" "$1"
    in_root "$1" apt-get -q -y --no-install-recommends install "${root_packages[@]}"
}

make_slim() { keep_as "$debian/slim" bootstrap; }

make_root() {
    make_slim
    keep_as "$debian/root" with_systemd
}

# lay_machine ROOT: each machine gets an empty layer over the root; downloaded packages stay, for the next one.
lay_machine() {
    mkdir -p "$machine" "$scratch" "$debian/changes" "$debian/work" "$debian/archives"
    mount -t overlay -o "lowerdir=$1,upperdir=$debian/changes,workdir=$debian/work" overlay "$machine"
    mount --bind "$debian/archives" "$machine/var/cache/apt/archives"
    cp /etc/resolv.conf "$machine/etc/resolv.conf"
}

# Takes what the packages of a folder will need while there is a network: the machine has none.
fetch_dependencies() {
    in_root "$machine" apt-get -q update
    in_root "$machine" sh -c "apt-get -q -y --no-install-recommends --download-only install $1/*.deb"
}

# inside COMMAND…: as root on the running machine.
inside() {
    nsenter -t "$leader" -a /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}

has_leader() { leader=$(pgrep -P "$nspawn_pid" -x systemd | head -n 1) && [ -n "$leader" ]; }

has_booted() { [ "$(inside systemctl is-system-running 2>/dev/null)" = running ]; }

boot() {
    # nspawn of Debian 12 does not know Landlock; a machine of its own would have it.
    systemd-nspawn --quiet --directory="$machine" --boot --private-network --register=no --keep-unit \
        --system-call-filter="landlock_create_ruleset landlock_add_rule landlock_restrict_self" \
        --bind="$PWD/$debian/archives:/var/cache/apt/archives" </dev/null >"$debian/console.log" 2>&1 &
    nspawn_pid=$!
    wait_until 30 has_leader || die "systemd-nspawn did not start: $(tail -n 5 "$debian/console.log")"
    wait_until 60 has_booted || die "the machine did not boot: $(tail -n 20 "$debian/console.log")"
}

is_gone() { ! kill -0 "$nspawn_pid" 2>/dev/null; }

remove_machine() {
    if [ -n "$nspawn_pid" ]; then
        kill -TERM "$nspawn_pid" 2>/dev/null || true
        wait_until 30 is_gone || kill -KILL "$nspawn_pid"
        wait "$nspawn_pid" 2>/dev/null || true
        nspawn_pid=
    fi
    umount "$machine/var/cache/apt/archives" 2>/dev/null || true
    umount "$machine" 2>/dev/null || true
    rm -rf "$debian/changes" "$debian/work" "$machine" "$scratch"
}
