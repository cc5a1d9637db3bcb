# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# To be sourced: a development server in memory on a free port, for the demonstration and the tests of the documentation.
# Uses $doorcode (the program). Sets $folder (temporary, removed at exit), $origin, $server_command. Nothing that is run
# later finds the caller's own tokens: HOME and its like point into the folder.

folder=$(mktemp -d)
server_pid=
trap 'stop_server; rm -rf "$folder"' EXIT

export HOME=$folder XDG_DATA_HOME=$folder/data XDG_STATE_HOME=$folder/state XDG_CONFIG_HOME=$folder/config

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000)) # below the ports that the system gives to clients
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

# start_server: returns when it is ready; prints its output and fails when that does not come.
start_server() {
    local port tries=${server_tries:-1200} # of 50 ms
    port=$(free_port)
    origin=http://127.0.0.1:$port
    server_command="dev --memory --http-port $port --https-port 0"
    # shellcheck disable=SC2086 # words, not one
    "$doorcode" $server_command >"$folder/server.out" 2>"$folder/server.log" &
    server_pid=$!
    while [ $((tries -= 1)) -ge 0 ]; do
        if curl -fsS -o "$folder/ready" "$origin/readyz" 2>/dev/null; then
            return
        fi
        if ! kill -0 "$server_pid" 2>/dev/null; then
            break
        fi
        sleep 0.05
    done
    echo "the server did not start:" >&2
    cat "$folder/server.out" "$folder/server.log" >&2
    return 1
}

stop_server() {
    [ -n "$server_pid" ] || return 0
    kill -TERM "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=
}

# mail_member ADDRESS MEMBER: of the newest mail to the address; nothing when there is none.
mail_member() {
    curl -sS "$origin/dev/inbox/latest?address=$1" | sed -n "s/.*\"$2\": *\"\([0-9]*\)\".*/\1/p"
}

# type_code ADDRESS FORMER: prints the code of the first mail to the address that is not the one with the id FORMER, as
# somebody would type it. A minute at most.
type_code() {
    local id tries=1200
    while [ $((tries -= 1)) -ge 0 ]; do
        id=$(mail_member "$1" id)
        if [ -n "$id" ] && [ "$id" != "$2" ]; then
            mail_member "$1" code
            return
        fi
        sleep 0.05
    done
    echo "no mail to $1 came" >&2
    return 1
}
