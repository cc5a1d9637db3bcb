#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command on a session bus of its own.
#   with_bus.sh bare COMMAND…       nothing is on it
#   with_bus.sh keyring COMMAND…    with a GNOME Keyring that is unlocked and empty
# 77, and a word about it, where these are not installed (tools/install-deps).
set -eu

kind=$1
shift
for program in dbus-run-session dbus-send gnome-keyring-daemon; do
    if ! command -v "$program" >/dev/null; then
        echo "SKIPPED: $program is not installed, so the Secret Service was not tested" >&2
        exit 77
    fi
done

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export HOME=$home XDG_DATA_HOME=$home/data XDG_RUNTIME_DIR=$home
if [ "$kind" = bare ]; then
    dbus-run-session -- "$@"
    exit
fi
export DOORCODE_TEST_KEYRING=1
# shellcheck disable=SC2016 # expanded by the inner shell
dbus-run-session -- bash -c '
    printf password | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
    daemon=$!
    trap "kill $daemon 2>/dev/null" EXIT
    ask=(dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner)
    until "${ask[@]}" string:org.freedesktop.secrets | grep -q true; do
        kill -0 "$daemon"
        sleep 0.1
    done
    "$@"' -- "$@"
