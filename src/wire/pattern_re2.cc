/* SPDX-License-Identifier: Apache-2.0 */
/* The door to RE2, the only C++ here. Exceptions (the library's allocations may throw) end in these functions. */
#include "wire/pattern_re2.h"

#include <memory>
#include <new>
#include <re2/re2.h>

struct pattern {
    pattern(re2::StringPiece text, const RE2::Options &options) : program(text, options)
    {
    }
    RE2 program;
};

static RE2::Options options_for(int64_t memory)
{
    RE2::Options options;

    options.set_max_mem(memory);
    options.set_log_errors(false);
    options.set_never_capture(true);
    return options;
}

static enum pattern_re2_fault fault_of(RE2::ErrorCode code)
{
    switch (code) {
    case RE2::NoError:
        return PATTERN_FINE;
    case RE2::ErrorBadEscape:
    case RE2::ErrorTrailingBackslash:
        return PATTERN_BAD_ESCAPE;
    case RE2::ErrorBadCharClass:
    case RE2::ErrorBadCharRange:
        return PATTERN_BAD_CLASS;
    case RE2::ErrorMissingBracket:
        return PATTERN_LACKS_BRACKET;
    case RE2::ErrorMissingParen:
        return PATTERN_LACKS_PARENTHESIS;
    case RE2::ErrorUnexpectedParen:
        return PATTERN_EXTRA_PARENTHESIS;
    case RE2::ErrorRepeatArgument:
    case RE2::ErrorRepeatOp:
        return PATTERN_BAD_REPETITION;
    case RE2::ErrorRepeatSize:
        return PATTERN_LARGE_REPETITION;
    case RE2::ErrorBadUTF8:
        return PATTERN_BAD_UTF8;
    case RE2::ErrorPatternTooLarge:
        return PATTERN_TOO_LARGE;
    default:
        return PATTERN_BAD_OPERATOR;
    }
}

enum pattern_re2_fault pattern_re2_new(const char *text, size_t n, int64_t memory, struct pattern **out)
try {
    auto made = std::make_unique<pattern>(re2::StringPiece(text, n), options_for(memory));
    enum pattern_re2_fault fault = fault_of(made->program.error_code());

    if (fault == PATTERN_FINE)
        *out = made.release();
    return fault;
} catch (...) {
    return PATTERN_NO_MEMORY;
}

bool pattern_re2_matches(const struct pattern *pattern, const char *value, size_t n)
try {
    return pattern->program.Match(re2::StringPiece(value, n), 0, n, RE2::UNANCHORED, nullptr, 0);
} catch (...) {
    return false;
}

void pattern_re2_free(struct pattern *pattern)
{
    delete pattern;
}
