/* SPDX-License-Identifier: Apache-2.0 */
/* world_extension.h: a running server whose tenant petstore declares extensions (spec OIDC, 11), and what they answer.
 * Included by one file each, after cmocka. */
#ifndef DOORCODE_TESTS_WORLD_EXTENSION_H
#define DOORCODE_TESTS_WORLD_EXTENSION_H

#include "support/world.h"

#include "support/answer_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define GRAPH "microsoft.graph."
#define ACTION(event, type, more)                                                                                  \
    "{\"data\":{\"@odata.type\":\"" GRAPH "on" event "ResponseData\",\"actions\":[{\"@odata.type\":\"" GRAPH event \
    "." type "\"" more "}]}}"

static inline struct extension extension(enum extension_event event, const char *url, enum extension_auth auth)
{
    return (struct extension){ .id = { { 0xe0, (uint8_t)event } },
                               .name = SLICE("hook"),
                               .event = event,
                               .url = slice_of(url),
                               .auth = auth,
                               .resource_id = SLICE("api://127.0.0.1/hook"),
                               .secret = SLICE("DOORCODE_TEST_HOOK_SECRET"),
                               .timeout_ms = 20000 };
}

/* The tenant as seeded, with extensions. */
static inline void declare(struct world *w, const struct extension *extensions, size_t n)
{
    struct directory *d;

    assert_int_equal(store_directory(rooms_store(w->rooms), &d).code, ERR_OK);
    struct tenant tenant = *directory_tenant(d, SLICE("petstore"));
    tenant.extensions = extensions;
    tenant.extension_count = n;
    const struct store_write write = { .kind = WRITE_TENANT_PUT, .tenant = &tenant };
    assert_int_equal(store_write(rooms_store(w->rooms), &write, 1).code, ERR_OK);
    directory_release(d);
    assert_int_equal(housekeeper_refresh(rooms_housekeeper(w->rooms)).code, ERR_OK);
}

/* A user flow of petstore in place of the one of its name. */
static inline void declare_flow(struct world *w, const struct user_flow *flow)
{
    struct user_flow mine = *flow;
    const struct store_write write = { .kind = WRITE_USER_FLOW_PUT, .user_flow = &mine };

    assert_true(guid_parse(SLICE(WORLD_TENANT), &mine.tenant_id));
    assert_int_equal(store_write(rooms_store(w->rooms), &write, 1).code, ERR_OK);
    assert_int_equal(housekeeper_refresh(rooms_housekeeper(w->rooms)).code, ERR_OK);
}

static inline int post(struct world *w, const char *path, const char *form, struct world_reply *reply)
{
    char whole[128];

    snprintf(whole, sizeof whole, "/petstore%s", path);
    world_post(w, whole, "", form, reply);
    return reply->status;
}

#endif
