# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# To be sourced: many runs of one thing, as many at once as there are processors.

# each FUNCTION ARGUMENT…: calls the function once for each argument, in their order, so the longest should come first; what a call
# prints comes in one piece when it ends. Fails when a call did. The function and what it reads must be exported.
each() {
    local called=$1
    shift
    export -f "${called?}"
    # shellcheck disable=SC2016 # the inner shell's
    printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -n 1 bash -c 'said=$("$0" "$1" 2>&1); status=$?; echo "$said"; [ "$status" -eq 0 ]' "$called"
}
