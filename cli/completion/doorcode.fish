# SPDX-License-Identifier: Apache-2.0
# Completion of doorcode for fish: the program itself knows what may stand where.

function __doorcode_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l before (string match -r -- '^--[a-z-]+=' $current)
    set -l path (string replace -r -- '^--[a-z-]+=' '' $current)
    for candidate in ($words[1] completion fish -- $words[2..-1] "$current" 2>/dev/null)
        switch $candidate
            case ':files'
                string replace -r -- '^' "$before" (__fish_complete_path $path)
            case ':folders'
                string replace -r -- '^' "$before" (__fish_complete_directories $path)
            case '*'
                echo $candidate
        end
    end
end

complete -c doorcode -f -a '(__doorcode_complete)'
