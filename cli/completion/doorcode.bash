# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of doorcode for bash: the program itself knows what may stand where.

_doorcode() {
    local line=${COMP_LINE:0:COMP_POINT} words=() current='' blanks joined candidate i
    # Bash parts words at = and : too; what no blank parts is one word, up to the cursor.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blanks=${line%%[![:blank:]]*}
        line=${line#"$blanks"}
        current=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || current=$line
        line=${line#"$current"}
        if ((i == 0)) || [[ -n $blanks ]]; then
            words+=("$current")
        else
            words[-1]+=$current
        fi
    done
    [[ $current != [=:] ]] || current=''
    joined=${words[-1]%"$current"}
    COMPREPLY=()
    while IFS= read -r candidate; do
        case $candidate in
        :files)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            ;;
        :folders)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            ;;
        *) COMPREPLY+=("${candidate#"$joined"}") ;;
        esac
    done < <("${words[0]}" completion bash -- "${words[@]:1}" 2>/dev/null)
}

complete -F _doorcode doorcode
