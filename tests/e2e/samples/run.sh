#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The samples as a reader has them: a copy of samples/, built by its own makefiles against the installed library, and each one
# used in front of a real server.
#   tests/e2e/samples/run.sh [BUILD [TEST…]]    a build folder (build/release); tests by name (all), e.g. apache
set -euo pipefail
cd "$(dirname "$0")/../../.."

build=$(realpath "${1:-build/release}")
shift || true
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder" # Apache reads its pages as another user

cmake --install "$build" --prefix "$folder/prefix" >"$folder/install.log"
libraries=$(dirname "$(find "$folder/prefix" -name libdoorcode.so)")
export PKG_CONFIG_PATH=$libraries/pkgconfig LD_LIBRARY_PATH=$libraries
export DOORCODE_BIN=$folder/prefix/bin/doorcode DOORCODE_SAMPLES=$folder/samples

cp -r samples "$folder/samples"
for makefile in "$folder"/samples/*/Makefile; do
    [ -f "$makefile" ] || continue
    make --no-print-directory -C "$(dirname "$makefile")" CFLAGS='-O1 -g -Wall -Wextra -Werror'
done

tests=("${@/#/tests/e2e/samples/}")
tests=("${tests[@]/%/.test.mjs}")
[ $# -gt 0 ] || tests=(tests/e2e/samples/*.test.mjs)
node --test --test-reporter=spec --test-timeout=300000 "${tests[@]}"
