/* SPDX-License-Identifier: Apache-2.0 */
/* exchange.h: one request on its way through the six steps: PARSE LOAD DECIDE COMMIT ISSUE REPLY. An exchange that
 * waits for the disk holds no thread; after the commit it goes on where it was. When the commit meets a conflict (another
 * exchange changed the row first), it goes back to LOAD and decides again on what is true now.
 * Steps return a fault (`err`); a refusal is recorded with exchange_refuse and answered as JSON. */
#ifndef DOORCODE_API_EXCHANGE_H
#define DOORCODE_API_EXCHANGE_H

#include "api/api.h"
#include "wire/error.h"
#include "wire/form.h"

struct exchange;

typedef err exchange_step_fn(struct exchange *x);

/* An endpoint's own part of each step; NULL: nothing to do. load and decide run again after a conflict. */
struct exchange_steps {
    exchange_step_fn *parse;  /* form → typed values in x->work */
    exchange_step_fn *load;   /* rows */
    exchange_step_fn *decide; /* flow; then writes into x->batch */
    exchange_step_fn *issue;  /* after the commit, also of a refusal: events, tokens */
    exchange_step_fn *reply;  /* 200 body */
    exchange_step_fn *refuse; /* tells a refusal or fault where that is not the JSON body: a page, a redirect */
};

enum endpoint_kind {
    ENDPOINT_FORM,      /* POST, form body, tenant and application needed: OAuth and native authentication */
    ENDPOINT_TENANT,    /* GET below a tenant, open to every origin: discovery, keys */
    ENDPOINT_OPEN,      /* GET at the root, open to every origin: instance discovery, files of pages */
    ENDPOINT_PAGE,      /* a browser's navigation below a tenant; a form in query or body, answered with pages */
    ENDPOINT_ROOT_PAGE, /* the same without a tenant, at the root of the server */
    ENDPOINT_BEARER,    /* at the root; an access token says which tenant it is; open to every origin */
    ENDPOINT_PLAIN      /* no tenant: operations, development */
};

struct endpoint {
    enum http_method method;
    const char *path; /* behind "/{tenant}", whole for plain ones */
    const char *name; /* for logs and metrics */
    enum endpoint_kind kind;
    size_t work_size;  /* of the struct at x->work */
    size_t reply_size; /* room for the body */
    const struct exchange_steps *steps;
    /* for the reference */
    const char *takes; /* parameters of form or query, blank-separated, in brackets those that may be left out */
    const char *about; /* what it does */
};

enum exchange_at { AT_PARSE, AT_LOAD, AT_DECIDE, AT_COMMIT, AT_COMMITTED, AT_ISSUE, AT_REPLY };

enum { EXCHANGE_MAGIC = 0x45584348, EXCHANGE_ERROR_BODY = 2560 };

struct exchange {
    uint32_t magic; /* EXCHANGE_MAGIC: it crosses a void pointer */
    enum exchange_at at;
    struct api *api;
    struct http_call *call;
    const struct endpoint *endpoint;    /* NULL: no such path */
    const struct exchange_steps *steps; /* the endpoint's, or those its parse chose */
    struct directory *directory;        /* held */
    const struct tenant *tenant;
    const struct application *app;
    struct guid correlation_id;
    struct guid trace_id;
    int64_t began_us;
    instant now;
    unsigned rounds; /* how often LOAD was entered */
    struct form form;
    enum error_id refusal;
    struct slice refusal_detail;
    struct error_extra refusal_extra; /* members beside the usual ones */
    int64_t retry_after;              /* seconds; 0: no such header */
    bool waits;                       /* DECIDE waits for work on another thread */
    bool goes_on;                     /* ISSUE wants another round */
    err waited;                       /* how that work could be begun */
    struct store_batch batch;
    struct buf body;
    void *work;
    struct guid_text correlation_text;
    char error_space[EXCHANGE_ERROR_BODY]; /* an error can be told even when the arena is full */
};

/* From the http call's state, checked by its magic number. */
struct exchange *exchange_of(struct http_call *call);
/* Runs steps until the reply is set (HTTP_DONE) or the disk is waited for (HTTP_WAIT). */
enum http_step exchange_run(struct exchange *x);
/* The last word: logs, counts, gives back. */
void exchange_finish(struct exchange *x);

/* Records the refusal that will be answered; `detail` must live in the arena or be static. */
void exchange_refuse(struct exchange *x, enum error_id refusal, struct slice detail);
bool exchange_refused(const struct exchange *x);
/* For DECIDE, when it depends on work of another thread: exchange_wait, then hand the work over; its thread calls
 * exchange_wake once, and DECIDE runs again. What could not be handed over is told by exchange_wake_with instead. */
void exchange_wait(struct exchange *x);
void exchange_wake(struct exchange *x);
void exchange_wake_with(struct exchange *x, err fault);
/* For ISSUE: what was decided is written, and leads to another decision at once: on to LOAD again. */
void exchange_go_on(struct exchange *x);
/* The next free write of the batch; ASSERTs that there is one. */
struct store_write *exchange_write(struct exchange *x, enum store_write_kind kind);
/* A parameter that must be there: its value, or a recorded refusal and the empty slice. */
struct slice exchange_require(struct exchange *x, const char *name);
/* Counts the request against its client address and tenant, if that is known: records the refusal that is due. */
void exchange_throttle(struct exchange *x);
/* A number as text in the arena, for a refusal's detail. */
struct slice exchange_number(struct exchange *x, int64_t number);
/* An id as text in the arena. */
struct slice exchange_guid(struct exchange *x, struct guid id);

#endif
