#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# doorcode/states.h as a compiler sees it: what fits a state is accepted in C and C++, without a warning and without the rest
# of a program; each call that does not fit is refused.
#   tests/packages/states.sh
set -euo pipefail
include=$(realpath "$(dirname "$0")/../../include")

# compiles LANGUAGE STATEMENT
compiles() {
    local standard=c99
    [ "$1" = c ] || standard=c++11
    printf '%s\n' '#include <doorcode/states.h>' 'int main(void)' '{' '    struct doorcode_flow *flow = NULL;' \
        '    struct doorcode_code_required code;' '    struct doorcode_password_required password;' \
        '    struct doorcode_mfa_required mfa;' '    struct doorcode_completed completed;' \
        '    int in = doorcode_as_code_required(flow, &code) + doorcode_as_password_required(flow, &password) +' \
        '             doorcode_as_mfa_required(flow, &mfa) + doorcode_as_completed(flow, &completed);' \
        "    $2" '    return in;' '}' |
        gcc -x "$1" -std=$standard -Wall -Wextra -Wpedantic -Werror -I"$include" -fsyntax-only - 2>/dev/null
}

fits=(
    'doorcode_code_required_submit(code, "12345678");'
    'doorcode_code_required_choose_other(code, "id");'
    'doorcode_password_required_submit(password, "Blue-Kettle-42");'
    'doorcode_mfa_required_choose(mfa, "id");'
    'if (doorcode_completed_tokens(completed) != NULL) return 1;'
)
does_not_fit=(
    'doorcode_password_required_submit(code, "Blue-Kettle-42");'
    'doorcode_code_required_submit(password, "12345678");'
    'doorcode_code_required_submit(flow, "12345678");'
    'doorcode_code_required_resend(completed);'
    'doorcode_mfa_required_choose(code, "id");'
    'doorcode_attributes_required_submit(password, NULL, 0);'
    'doorcode_signin_ready_signin(completed);'
    'if (doorcode_completed_tokens(mfa) != NULL) return 1;'
    'doorcode_as_password_required(flow, &code);'
)
failed=0
for language in c c++; do
    for statement in "${fits[@]}"; do
        compiles "$language" "$statement" || { echo "states: $language refuses $statement"; failed=1; }
    done
    for statement in "${does_not_fit[@]}"; do
        ! compiles "$language" "$statement" || { echo "states: $language accepts $statement"; failed=1; }
    done
done
[ $failed -eq 0 ] && echo "states: ${#fits[@]} calls accepted, ${#does_not_fit[@]} refused, in C and C++"
