#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The library as others use it: installed into a folder that is then moved, found there by pkg-config and by CMake, linked
# shared and static, from C and C++, and run.
#   tests/packages/consumers.sh BUILD
set -euo pipefail
build=$(realpath "$1")
sources=$(realpath "$(dirname "$0")/consumer")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cmake --install "$build" --prefix "$folder/first" >"$folder/install.log"
mv "$folder/first" "$folder/prefix"
libraries=$(dirname "$(find "$folder/prefix" -name libdoorcode.so)")
export PKG_CONFIG_PATH=$libraries/pkgconfig LD_LIBRARY_PATH=$libraries

# needs_library PROGRAM: does it take libdoorcode from outside itself?
needs_library() { readelf -d "$1" | grep -q 'NEEDED.*\[libdoorcode\.so\.1\]'; }

ran=0
run() {
    local kind=$1 program=$2
    if [ "$kind" = shared ]; then needs_library "$program"; else ! needs_library "$program"; fi ||
        { echo "consumers: $program is not linked $kind" >&2; exit 1; }
    "$program" || { echo "consumers: $program failed" >&2; exit 1; }
    ran=$((ran + 1))
}

by_pkg_config() {
    local kind=$1 module=$2 flags
    read -r -a flags <<<"$(pkg-config --cflags --libs "$module")"
    gcc -Wall -Wextra -Werror -o "$folder/pc_$kind" "$sources/consumer.c" "${flags[@]}"
    g++ -Wall -Wextra -Werror -o "$folder/pcc_$kind" "$sources/consumer.cc" "${flags[@]}"
    run "$kind" "$folder/pc_$kind"
    run "$kind" "$folder/pcc_$kind"
}

by_cmake() {
    cmake -G Ninja -S "$sources" -B "$folder/cmake" "-DCMAKE_PREFIX_PATH=$folder/prefix" >"$folder/cmake.log"
    cmake --build "$folder/cmake" >>"$folder/cmake.log"
    local kind language
    for kind in shared static; do
        for language in c cc; do run "$kind" "$folder/cmake/${kind}_$language"; done
    done
}

# Whoever links everything statically is told of all that it takes.
static_names_all() {
    local flags need
    flags=$(pkg-config --static --libs doorcode)
    for need in doorcode curl jansson crypto microhttpd; do
        grep -q -- "-l$need\b" <<<"$flags" || { echo "consumers: pkg-config --static does not name $need" >&2; exit 1; }
    done
}

by_pkg_config shared doorcode
by_pkg_config static doorcode-static
static_names_all
by_cmake

# 200 KB is what a device has to keep free for it.
strip -o "$folder/stripped" "$libraries/libdoorcode.so"
size=$(stat -c %s "$folder/stripped")
[ "$size" -le 204800 ] || { echo "consumers: libdoorcode.so has $size bytes stripped" >&2; exit 1; }
echo "consumers: $ran programs built and run; libdoorcode.so has $size bytes stripped"
