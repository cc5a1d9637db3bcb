#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What systemd thinks of the unit: every setting is known and the exposure stays what it is (of 10, the less the better).
#   tests/systemd/unit.sh [DOORCODE]
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v systemd-analyze >/dev/null; then
    echo "systemd: not on this machine, so the unit is not looked at"
    exit 0
fi
program=$(realpath "${1:-build/release/doorcode}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Program and manual are not installed where they are tested.
sed -e "s#^ExecStart=[^ ]*#ExecStart=$program#" -e '/^Documentation=man:/d' packaging/systemd/doorcode.service \
    >"$folder/doorcode.service"

complaints=$(systemd-analyze verify "$folder/doorcode.service" 2>&1)
if [ -n "$complaints" ]; then
    echo "$complaints"
    exit 1
fi
systemd-analyze security --offline=true --threshold=16 "$folder/doorcode.service" | tail -n 1
