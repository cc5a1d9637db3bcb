/* SPDX-License-Identifier: Apache-2.0 */
/* transfer.h: the requests of doorcode call and health, through libcurl. The token goes to the origin of the first address only: a
 * redirect to another one gets neither it nor headers nor a body, also where it leads back later. */
#ifndef DOORCODE_CLI_TRANSFER_H
#define DOORCODE_CLI_TRANSFER_H

#include "base/command.h"
#include "origin.h"

enum {
    TRANSFER_TOKEN = 16384,   /* longest access token, as the client library takes */
    TRANSFER_HEADERS = 65536, /* most bytes of an answer's headers */
    TRANSFER_URL = 8192,
};

struct transfer_request {
    const char *url;
    struct origin origin; /* its */
    const char *method;
    const char *headers[COMMAND_GIVEN]; /* "NAME: VALUE" */
    size_t header_count;
    struct slice body;
    bool has_body;
    bool is_json;
    const char *ca_file; /* or NULL */
    long seconds;        /* for one request, all of it; 0: as long as bytes come */
    bool allow_http;
    bool follow;      /* redirects */
    bool include;     /* write the headers, too */
    bool fail;        /* write nothing of an answer of 400 and more */
    const char *path; /* of the file to write, made once there is something to write; or NULL */
    FILE *out;        /* where there is no path; NULL: nothing is written */
    FILE *errors;     /* for progress */
};

enum transfer_end {
    TRANSFER_DONE,
    TRANSFER_UNAUTHORIZED, /* 401 of the first origin; with `holds_401`, nothing was written */
    TRANSFER_FAILED,       /* see problem */
};

struct transfer_result {
    long status;       /* of the last answer; 0: none */
    char problem[512]; /* one sentence without a full stop */
    const char *next;  /* what to do then, or NULL; static */
};

/* `holds_401`: a 401 is not the answer yet, as the caller will come again with another token. The token is printable
 * ASCII; NULL: none is sent. */
enum transfer_end transfer_run(const struct transfer_request *request, const char *token, bool holds_401,
                               struct transfer_result *result);

#endif
