/* SPDX-License-Identifier: Apache-2.0 */
/* err.h: the result of what can go wrong in us, a struct so that no int passes for it.
 * An `err` is a fault (full, broken, gone), never a refusal: what a caller did wrong is data (wire/error.h). */
#ifndef DOORCODE_BASE_ERR_H
#define DOORCODE_BASE_ERR_H

#include <stdbool.h>
#include <stdnoreturn.h>

enum err_code {
    ERR_OK,
    ERR_NO_MEMORY, /* the system gave none */
    ERR_FULL,      /* a bound of ours was reached: buffer, arena, queue, table */
    ERR_FORMAT,    /* bytes are not what they must be */
    ERR_NOT_FOUND,
    ERR_CONFLICT, /* the row changed since it was read, or exists */
    ERR_TIMEOUT,
    ERR_IO,     /* file or socket; errno tells more */
    ERR_STORE,  /* the database refused or is damaged */
    ERR_CRYPTO, /* a library of crypto/ failed, or a seal does not open */
    ERR_STOPPING,
};

typedef struct {
    enum err_code code;
} err;

#define OK ((err){ ERR_OK })
#define FAIL(why) ((err){ ERR_##why })
#define NODISCARD __attribute__((warn_unused_result))

static inline bool err_is_ok(err e)
{
    return e.code == ERR_OK;
}

/* "out of memory", "not found", … ; static text. */
const char *err_text(err e);

/* Leave the function with the error of `expression`. */
#define TRY(expression)          \
    do {                         \
        err try_ = (expression); \
        if (try_.code != ERR_OK) \
            return try_;         \
    } while (0)

/* Leave the function with `why` unless `condition` holds. */
#define ENSURE(condition, why) \
    do {                       \
        if (!(condition))      \
            return FAIL(why);  \
    } while (0)

/* Scope ends, things close: AUTO(close_file) FILE *f = … ; the function gets a pointer to the variable. */
#define AUTO(cleanup_function) __attribute__((cleanup(cleanup_function)))

/* Invariants of ours, on in release. Never for input. */
#define ASSERT(condition)                                  \
    do {                                                   \
        if (!(condition))                                  \
            assert_failed(__FILE__, __LINE__, #condition); \
    } while (0)

noreturn void assert_failed(const char *file, int line, const char *condition);

#endif
