/* SPDX-License-Identifier: Apache-2.0 */
/* An API that knows its callers by their access tokens.
 *
 *     ./pets [PORT [AUTHORITY]]
 *
 * What is to be learnt from it is in three places: `routes` says what each call needs, authorize() has the token checked,
 * and refuse() tells the caller why not, as RFC 6750 wants it. The rest is an HTTP server with a list of names. */
#include <doorcode/verify.h>
#include <microhttpd.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* The API as it is registered at the tenant: client id and application id URI. A token has to be for one of them. */
#define API_CLIENT_ID "a3e584b7-f692-45ad-9284-de91a6bfc3e9"
#define API_AUDIENCE API_CLIENT_ID " api://pets"

enum { PETS = 8, NAME = 32, BODY = 1024 };

/* ---- the pets ---- */

static struct {
    pthread_mutex_t lock;
    size_t count;
    char names[PETS][NAME];
} store = { PTHREAD_MUTEX_INITIALIZER, 2, { "Ada", "Bob" } };

static unsigned list_pets(const char *name, char body[BODY])
{
    (void)name;
    pthread_mutex_lock(&store.lock);
    int n = snprintf(body, BODY, "{\"pets\":[");
    for (size_t i = 0; i < store.count; i++)
        n += snprintf(body + n, BODY - (size_t)n, "%s\"%s\"", i > 0 ? "," : "", store.names[i]);
    snprintf(body + n, BODY - (size_t)n, "]}");
    pthread_mutex_unlock(&store.lock);
    return MHD_HTTP_OK;
}

/* POST /pets?name=Cleo: letters only, so that no name needs escaping. */
static unsigned add_pet(const char *name, char body[BODY])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (name == NULL || name[0] == '\0' || strlen(name) >= NAME || name[strspn(name, letters)] != '\0')
        return MHD_HTTP_BAD_REQUEST;
    pthread_mutex_lock(&store.lock);
    int full = store.count == PETS;
    if (!full)
        snprintf(store.names[store.count++], NAME, "%s", name);
    pthread_mutex_unlock(&store.lock);
    snprintf(body, BODY, "{\"name\":\"%s\"}", name);
    return full ? MHD_HTTP_CONFLICT : MHD_HTTP_CREATED;
}

static unsigned forget_pets(const char *name, char body[BODY])
{
    (void)name;
    pthread_mutex_lock(&store.lock);
    store.count = 0;
    pthread_mutex_unlock(&store.lock);
    body[0] = '\0';
    return MHD_HTTP_NO_CONTENT;
}

/* ---- who may do what ---- */

static const struct route {
    const char *method;
    struct doorcode_verify_rule rule;
    unsigned (*answer)(const char *name, char body[BODY]);
} routes[] = {
    /* A user whose app was granted Pets.Read; or a program of its own, without a user, that has the role Pets.Read.All. */
    { "GET", { .audience = API_AUDIENCE, .scopes = "Pets.Read", .application_roles = "Pets.Read.All" }, list_pets },
    { "POST", { .audience = API_AUDIENCE, .scopes = "Pets.Write" }, add_pet },
    /* The app needs the scope, and the user the role. */
    { "DELETE", { .audience = API_AUDIENCE, .scopes = "Pets.Write", .roles = "Pets.Admin" }, forget_pets },
};

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *body, const char *header,
                              const char *value)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(body), (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (header != NULL)
        MHD_add_response_header(response, header, value);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

/* The descriptions are sentences of the library, static and without quotes, so they may stand in a header. */
static enum MHD_Result refuse(struct MHD_Connection *connection, const struct route *route,
                              const struct doorcode_error *error)
{
    char challenge[512];
    if (error->kind == DOORCODE_ERROR_INVALID_TOKEN) {
        snprintf(challenge, sizeof(challenge),
                 "Bearer realm=\"pets\", error=\"invalid_token\", error_description=\"%s\"", error->description);
        return answer(connection, MHD_HTTP_UNAUTHORIZED, "{\"error\":\"invalid_token\"}", "WWW-Authenticate",
                      challenge);
    }
    if (error->kind == DOORCODE_ERROR_INSUFFICIENT_SCOPE) {
        snprintf(challenge, sizeof(challenge),
                 "Bearer realm=\"pets\", error=\"insufficient_scope\", error_description=\"%s\", scope=\"%s\"",
                 error->description, route->rule.scopes);
        return answer(connection, MHD_HTTP_FORBIDDEN, "{\"error\":\"insufficient_scope\"}", "WWW-Authenticate",
                      challenge);
    }
    /* It is not the caller's fault: the tenant's keys cannot be had. */
    fprintf(stderr, "pets: %s %s\n", error->message, error->advice);
    return answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "{\"error\":\"temporarily_unavailable\"}", "Retry-After",
                  "5");
}

/* What is brought is in one header, "Authorization: Bearer TOKEN"; tokens in the address or in a form end up in logs. */
struct bearer {
    int headers;
    const char *token; /* NULL: the header is none of those */
};

static enum MHD_Result find_bearer(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct bearer *bearer = cls;
    (void)kind;
    if (strcasecmp(name, MHD_HTTP_HEADER_AUTHORIZATION) != 0)
        return MHD_YES;
    bearer->headers++;
    bearer->token = value != NULL && strncasecmp(value, "Bearer ", 7) == 0 ? value + 7 : NULL;
    return MHD_YES;
}

static enum MHD_Result serve(struct MHD_Connection *connection, const struct doorcode_client *client,
                             const struct route *route)
{
    struct bearer bearer = { 0, NULL };
    struct doorcode_claims *claims;
    char body[BODY];
    MHD_get_connection_values(connection, MHD_HEADER_KIND, find_bearer, &bearer);
    if (bearer.headers == 0) /* nothing was tried, so there is no error to tell (RFC 6750, 3.1) */
        return answer(connection, MHD_HTTP_UNAUTHORIZED, "", "WWW-Authenticate", "Bearer realm=\"pets\"");
    if (bearer.headers > 1 || bearer.token == NULL)
        return answer(connection, MHD_HTTP_BAD_REQUEST, "{\"error\":\"invalid_request\"}", "WWW-Authenticate",
                      "Bearer realm=\"pets\", error=\"invalid_request\"");
    const struct doorcode_error *error = doorcode_token_verify_waiting(client, bearer.token, &route->rule, &claims);
    if (error != NULL)
        return refuse(connection, route, error);
    /* From here on the claims can be relied on: who it is, "oid", and which app brought it, "azp". */
    printf("pets: %s by %s\n", route->method, doorcode_claims_text(claims, "oid"));
    doorcode_claims_free(claims);
    unsigned status = route->answer(MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "name"), body);
    return answer(connection, status, status == MHD_HTTP_BAD_REQUEST ? "{\"error\":\"invalid_name\"}" : body, NULL,
                  NULL);
}

/* ---- the server ---- */

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **state)
{
    static int seen;
    (void)version, (void)upload;
    if (*state == NULL) { /* the first of several calls: the head is there, a body may follow */
        *state = &seen;
        return MHD_YES;
    }
    if (*upload_size > 0) { /* nobody asked for a body */
        *upload_size = 0;
        return MHD_YES;
    }
    if (strcmp(url, "/pets") != 0)
        return answer(connection, MHD_HTTP_NOT_FOUND, "{\"error\":\"not_found\"}", NULL, NULL);
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (strcmp(method, routes[i].method) == 0)
            return serve(connection, cls, &routes[i]);
    }
    return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "{\"error\":\"method_not_allowed\"}", "Allow",
                  "GET, POST, DELETE");
}

int main(int argc, char **argv)
{
    const unsigned short port = argc > 1 ? (unsigned short)strtoul(argv[1], NULL, 10) : 5090;
    struct doorcode_options options;
    struct doorcode_client *client;
    sigset_t ends;
    int ended;

    doorcode_options_init(&options);
    options.authority = argc > 2 ? argv[2] : "http://localhost:8080/petstore.onmicrosoft.com";
    options.client_id = API_CLIENT_ID;
    const struct doorcode_error *error = doorcode_client_new(&options, &client);
    if (error != NULL) {
        fprintf(stderr, "pets: %s %s\n", error->message, error->advice);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL); /* also for the server's threads, which inherit it */
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO, port, NULL, NULL,
                                                 handle, client, /* one client for all threads */
                                                 MHD_OPTION_THREAD_POOL_SIZE, 4U, MHD_OPTION_CONNECTION_LIMIT, 256U,
                                                 MHD_OPTION_CONNECTION_TIMEOUT, 10U, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                                 (size_t)65536, MHD_OPTION_END);
    if (daemon == NULL) {
        fprintf(stderr, "pets: port %u cannot be opened\n", port);
        doorcode_client_free(client);
        return 1;
    }
    printf("pets: http://localhost:%u/pets\n", port);
    sigwait(&ends, &ended);
    MHD_stop_daemon(daemon);
    doorcode_client_free(client);
    return 0;
}
