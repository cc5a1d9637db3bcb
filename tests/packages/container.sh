#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The container file as its users meet it, by podman with runc: built from the packages upon the least Debian (bootstrapped here, as no
# registry of images is asked), run with a read-only root, without capabilities, healthy by its own check, a user signed in, stopped,
# and run again upon the same volume. As root.
#   tests/packages/container.sh [BUILD]    BUILD lends its mail sink; build/release without
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" -eq 0 ] || { echo "container: needs root: sudo $0" >&2; exit 1; }
. tests/packages/machine.sh
build=${1:-build/release}
base=localhost/debian:12-slim
image=localhost/doorcode
authority=http://localhost:8080/petstore.onmicrosoft.com
client_id=1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31
sink_pid=

# Images, containers and volumes of its own, away from whatever this machine has, and gone afterwards: podman wants all to be where it
# was, in folders with short names.
pods=$(mktemp -d)
pod() { podman --root "$pods/root" --runroot "$pods/run" --runtime runc --cgroup-manager cgroupfs "$@"; }

finish() {
    local status=$?
    trap - EXIT
    [ "$status" -eq 0 ] || pod logs --tail 20 first >&2 2>/dev/null || true
    [ -z "$sink_pid" ] || kill "$sink_pid" 2>/dev/null || true
    pod rm -f -a >/dev/null 2>&1 || true
    umount "$pods/root/overlay" 2>/dev/null || true
    rm -rf "$scratch" "$pods"
    exit "$status"
}
trap finish EXIT

build_image() {
    tar -C "$debian/slim" -c . | pod import - "$base" >/dev/null 2>&1
    pod build --isolation chroot --network host --format docker --no-cache --build-arg "BASE=$base" \
        -f packaging/container/Containerfile -t "$image" build/deb >"$debian/image.log" 2>&1 ||
        die "podman build: $(tail -n 5 "$debian/image.log")"
}

nothing_secret_in_the_image() {
    local root
    root=$(pod image mount "$image")
    [ -x "$root/usr/bin/doorcode" ] || die "the image has no program"
    [ ! -e "$root/etc/doorcode/master.key" ] || die "a key is in the image"
    [ -z "$(ls "$root/var/lib/doorcode")" ] || die "data is in the image"
    pod image unmount "$image" >/dev/null
}

is_healthy() { pod healthcheck run "$1" >/dev/null 2>&1; }

start_as() {
    pod run --detach --name "$1" --read-only --read-only-tmpfs=false --cap-drop all --security-opt no-new-privileges --network none \
        --ulimit nofile=4096:4096 --ulimit nproc=1000:1000 \
        --volume doorcode:/var/lib/doorcode \
        --volume "$PWD/src/server/seed/dev.yaml:/petstore.yaml:ro" "$image" >"$scratch/run.log" 2>&1 || die "$(cat "$scratch/run.log")"
    wait_until 60 is_healthy "$1" || die "$1 is not healthy"
}

runs_as_nobody_special() {
    local pid status
    pid=$(pod inspect -f '{{.State.Pid}}' first)
    status=/proc/$pid/status
    [ "$(awk '/^Uid/ { print $2 }' "$status")" = 850 ] || die "it runs as another user"
    [ "$(awk '/^CapEff/ { print $2 }' "$status")" = 0000000000000000 ] || die "it has capabilities"
    ! nsenter -t "$pid" -m touch /was-here 2>/dev/null || die "its root can be written"
}

is_mailed() { grep -q '^sam@' "$scratch/codes"; }

signs_in() {
    local pid signin
    pid=$(pod inspect -f '{{.State.Pid}}' first)
    : >"$scratch/codes"
    nsenter -t "$pid" -n "$build/bench/smtp_sink" --port 25 --dump "$scratch/codes" >/dev/null &
    sink_pid=$!
    pod exec first doorcode apply /petstore.yaml >/dev/null
    wait_until 60 answers "$pid" "$authority/v2.0/.well-known/openid-configuration" || die "the directory is not taken"
    mkfifo "$scratch/keyboard"
    pod exec -i first doorcode signin sam@example.org --cache memory --client-id "$client_id" \
        --authority "$authority" <"$scratch/keyboard" >"$scratch/signin.log" 2>&1 &
    signin=$!
    exec 4>"$scratch/keyboard"
    wait_until 60 is_mailed || die "no mail came: $(cat "$scratch/signin.log")"
    sed -n 's/^sam@example.org\t//p' "$scratch/codes" | tail -n 1 >&4
    exec 4>&-
    wait "$signin" || die "signin: $(cat "$scratch/signin.log")"
}

volume_outlives_it() {
    pod exec first doorcode keys list >"$scratch/keys"
    pod stop -t 20 first >"$scratch/run.log" 2>&1 || die "$(cat "$scratch/run.log")"
    [ "$(pod inspect -f '{{.State.ExitCode}}' first)" = 0 ] || die "it did not end by itself"
    start_as second
    pod exec second doorcode keys list | diff "$scratch/keys" - || die "the keys are others"
    pod exec second doorcode user list | grep -q sam@example.org || die "the user is gone"
}

main() {
    [ -e build/deb ] || tools/deb >/dev/null
    rm -rf "$scratch"
    mkdir -p "$scratch"
    make_slim
    build_image
    say "image built, $(pod image inspect -f '{{.Size}}' "$image") bytes with its Debian"
    nothing_secret_in_the_image
    start_as first
    local step
    for step in runs_as_nobody_special signs_in volume_outlives_it; do
        "$step"
        say "$step"
    done
    echo "container: 5 passed, 0 failed"
}

main
