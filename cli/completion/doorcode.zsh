#compdef doorcode
# SPDX-License-Identifier: Apache-2.0
# Completion of doorcode for zsh: the program itself knows what may stand where.

_doorcode() {
    local -a candidates
    local candidate place
    for candidate in "${(@f)$("${(Q)words[1]}" completion zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
        case $candidate in
        '') ;;
        :*) place=${candidate#:} ;;
        *) candidates+=("$candidate") ;;
        esac
    done
    case $place in
    files | folders)
        compset -P '--*='
        if [[ $place == files ]]; then _files; else _path_files -/; fi
        ;;
    *)
        if [[ $PREFIX == -* ]]; then _describe -o option candidates; else _describe word candidates; fi
        ;;
    esac
}

# Found in fpath, this file is the function's body; sourced, it registers the function.
if [[ ${funcstack[1]} == _doorcode ]]; then
    _doorcode "$@"
else
    compdef _doorcode doorcode
fi
