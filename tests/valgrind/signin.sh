#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The whole server under valgrind: it starts, signs a user in through the three calls, refreshes, refuses what is broken, and
# stops. Any read of what was never written or is gone, and any block that is lost, fails it. About half a minute.
#   tests/valgrind/signin.sh [DOORCODE]
set -eu
cd "$(dirname "$0")/../.."

program=$(realpath "${1:-build/release/doorcode}")
. tools/dev-server.sh

doorcode=$folder/doorcode
cat >"$doorcode" <<END
#!/bin/sh
exec valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect \\
    --suppressions=$PWD/tests/valgrind.supp $program "\$@"
END
chmod +x "$doorcode"

# shellcheck disable=SC2034 # for start_server: twice a minute
server_tries=2400
start_server

client_id=1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31
user=sam@example.org

# post ENDPOINT FIELD…: the answer's body; an answer that is none fails.
post() {
    local endpoint=$1
    shift
    curl -sS --max-time 60 "$origin/petstore.onmicrosoft.com/oauth2/v2.0/$endpoint" -d "client_id=$client_id" "${@/#/-d}"
}

member() {
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"
}

token=$(post initiate "username=$user" 'challenge_type=oob+redirect' | member continuation_token)
token=$(post challenge "continuation_token=$token" | member continuation_token)
code=$(type_code "$user" none)
post token grant_type=oob "continuation_token=$token" oob=12345678 'scope=openid+offline_access' | grep -q invalid_oob_value
refresh=$(post token grant_type=oob "continuation_token=$token" "oob=$code" 'scope=openid+profile+offline_access' |
    member refresh_token)
post token grant_type=refresh_token "refresh_token=$refresh" | grep -q '"access_token":"ey'
post token grant_type=oob "continuation_token=$token" "oob=$code" 'scope=openid' | grep -q 54005
post initiate "username=nobody@example.org" 'challenge_type=oob+redirect' | grep -q user_not_found
curl -sS "$origin/petstore/discovery/v2.0/keys" | grep -q '"kid"'
curl -sS "$origin/metrics" | grep -q '^doorcode_'
printf 'GET / HTTP/7.0\r\n\r\n' | curl -sS --max-time 5 "telnet://${origin#http://}" | grep -q '"error"'

kill -TERM "$server_pid"
status=0
wait "$server_pid" || status=$?
server_pid=
if [ "$status" -ne 0 ]; then
    cat "$folder/server.log" >&2
    exit "$status"
fi
echo "signin under valgrind: no error"
