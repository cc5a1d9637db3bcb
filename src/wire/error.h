/* SPDX-License-Identifier: Apache-2.0 */
/* error.h: refusals and faults as the wire says them: the catalogue of errors.def and the one body shape
 * (spec V1, 1.9; spec OIDC, 7.1). Pure, any thread. */
#ifndef DOORCODE_WIRE_ERROR_H
#define DOORCODE_WIRE_ERROR_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/guid.h"

enum error_id {
    ERROR_NONE,
#define ERROR_ROW(name, http, error, suberror, code, text) ERROR_##name,
#include "wire/errors.def"
#undef ERROR_ROW
    ERROR_COUNT
};

struct error_row {
    const char *name;
    int status;
    const char *error;
    const char *suberror; /* "" where there is none */
    uint32_t code;        /* AADSTS number */
    const char *text;     /* "{}" stands for the detail */
};

const struct error_row *error_row(enum error_id id); /* not for ERROR_NONE */

/* An attribute that an error names; without a type by its name alone. */
struct error_attribute {
    struct slice name;
    struct slice type;
    struct slice regex;         /* empty: none */
    struct slice default_value; /* that an extension set; empty: none */
    bool required;
};

/* Members that some errors have besides the usual ones (spec V1, 1.9). */
struct error_extra {
    struct slice continuation_token; /* empty: no such member */
    const char *attributes_name;     /* "required_attributes", …; NULL: no such member */
    const struct error_attribute *attributes;
    size_t attribute_count;
};

/* What an error body needs besides its row. */
struct error_facts {
    struct slice detail; /* fills "{}": ours or from outside, written escaped and cut */
    struct slice origin; /* of the server: error_uri is {origin}/error?code=N */
    struct error_extra extra;
    struct guid trace_id;
    struct guid correlation_id;
    instant now;
};

/* Appends the JSON body: error, error_description, error_codes, timestamp, trace_id, correlation_id, error_uri, then
 * suberror and what `extra` has, where they apply. */
void error_body(enum error_id id, const struct error_facts *facts, struct buf *out);

/* Appends the text alone. */
void error_text(enum error_id id, struct slice detail, struct buf *out);
/* Appends the error_description alone: "AADSTSn: text Trace ID: …". */
void error_description(enum error_id id, const struct error_facts *facts, struct buf *out);

/* The row of an AADSTS code, for the help page; ERROR_NONE when unknown. */
enum error_id error_by_code(uint64_t code);

#endif
