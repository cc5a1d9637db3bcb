/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer.h"

#include "base/err.h"
#include "base/secret.h"
#include "progress.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum {
    HOPS = 10,          /* redirects that are followed */
    CONNECT_MS = 10000, /* as the client library */
    IDLE_SECONDS = 60,  /* without a byte */
};

struct exchange {
    const struct transfer_request *request;
    struct transfer_result *result;
    const char *token;
    bool holds_401;
    /* of this hop */
    char url[TRANSFER_URL];
    char next[TRANSFER_URL]; /* where the answer leads, or "" */
    struct origin origin;
    const char *method;
    bool has_body;
    bool is_home; /* no redirect has left the first origin yet */
    /* of its answer */
    char head[TRANSFER_HEADERS];
    size_t head_n;
    bool begun;
    bool wanted;
    FILE *out;
    char detail[CURL_ERROR_SIZE];
    struct progress progress;
};

static bool problem(struct exchange *x, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool problem(struct exchange *x, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (x->result->problem[0] == '\0')
        vsnprintf(x->result->problem, sizeof(x->result->problem), format, arguments);
    va_end(arguments);
    return false;
}

/* ---- the answer ---- */

static bool is_redirect(const struct exchange *x)
{
    long status = x->result->status;
    bool is_one = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    return is_one && strcasestr(x->head, "\nLocation:") != NULL;
}

/* Errno says why; the address has nothing to do with it. */
static bool output_problem(struct exchange *x)
{
    int reason = errno;
    x->result->next = NULL;
    return problem(x, "%s cannot be written: %s", x->request->path != NULL ? x->request->path : "the output",
                   strerror(reason));
}

static bool is_wanted(const struct exchange *x)
{
    if (x->holds_401 && x->is_home && x->result->status == 401)
        return false;
    if (x->request->follow && is_redirect(x))
        return false;
    if (x->request->path == NULL && x->request->out == NULL)
        return false;
    return !x->request->fail || x->result->status < 400;
}

static bool open_output(struct exchange *x)
{
    x->out = x->request->path != NULL ? fopen(x->request->path, "wbe") : x->request->out;
    return x->out != NULL || output_problem(x);
}

/* All headers are there; libcurl knows the status. */
static bool begin(struct exchange *x, CURL *curl)
{
    if (x->begun)
        return true;
    x->begun = true;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &x->result->status);
    x->wanted = is_wanted(x);
    progress_end(&x->progress);
    if (!x->wanted)
        return true;
    if (!open_output(x))
        return false;
    return !x->request->include || fwrite(x->head, 1, x->head_n, x->out) == x->head_n || output_problem(x);
}

struct taker {
    struct exchange *x;
    CURL *curl;
};

/* A line that begins an answer forgets the one before, which was 100 Continue or the like. */
static size_t take_header(char *line, size_t size, size_t n, void *ctx)
{
    struct exchange *x = ((struct taker *)ctx)->x;
    n *= size;
    if (x->begun)
        return n; /* a trailer */
    if (slice_starts(slice_bytes(line, n), SLICE("HTTP/")))
        x->head_n = 0;
    if (n >= sizeof(x->head) - x->head_n) {
        problem(x, "the answer has more than %d bytes of headers", TRANSFER_HEADERS);
        return 0;
    }
    memcpy(x->head + x->head_n, line, n);
    x->head_n += n;
    x->head[x->head_n] = '\0';
    return n;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *ctx)
{
    const struct taker *taker = ctx;
    struct exchange *x = taker->x;
    n *= size;
    if (!begin(x, taker->curl))
        return 0;
    if (!x->wanted || fwrite(bytes, 1, n, x->out) == n)
        return n;
    output_problem(x);
    return 0;
}

static int look(void *ctx, curl_off_t total, curl_off_t received, curl_off_t to_send, curl_off_t sent)
{
    struct exchange *x = ctx;
    (void)total;
    (void)received;
    (void)to_send;
    (void)sent;
    if (!x->begun)
        progress_look(&x->progress);
    return 0;
}

/* ---- the request ---- */

/* A name of this machine may be anybody's address in a resolver that lies. */
static int before_request(void *ctx, char *peer, char *local, int peer_port, int local_port)
{
    const struct exchange *x = ctx;
    (void)local;
    (void)peer_port;
    (void)local_port;
    bool open = strcmp(x->origin.scheme, "http") == 0 && !x->request->allow_http;
    return !open || origin_is_local_host(peer) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static void free_headers(struct curl_slist **headers)
{
    for (struct curl_slist *header = *headers; header != NULL; header = header->next)
        wipe(header->data, strlen(header->data));
    curl_slist_free_all(*headers);
}

static bool add_header(struct curl_slist **headers, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*headers, text);
    if (longer == NULL)
        return false;
    *headers = longer;
    return true;
}

static bool has_header(const struct transfer_request *request, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < request->header_count; i++) {
        if (strncasecmp(request->headers[i], name, n) == 0 && request->headers[i][n] == ':')
            return true;
    }
    return false;
}

static bool add_token(struct curl_slist **headers, const char *token)
{
    char text[TRANSFER_TOKEN + 32];
    int n = snprintf(text, sizeof(text), "Authorization: Bearer %s", token);
    bool added = n > 0 && (size_t)n < sizeof(text) && add_header(headers, text);
    wipe(text, sizeof(text));
    return added;
}

static bool make_headers(const struct exchange *x, struct curl_slist **headers)
{
    const struct transfer_request *request = x->request;
    if (!x->is_home)
        return true;
    bool good = x->token == NULL || add_token(headers, x->token);
    for (size_t i = 0; good && i < request->header_count; i++)
        good = add_header(headers, request->headers[i]);
    if (good && x->has_body && request->is_json && !has_header(request, "Content-Type"))
        good = add_header(headers, "Content-Type: application/json");
    return good;
}

static void set_method(const struct exchange *x, CURL *curl)
{
    static const char *const with_body[] = { "POST", "PUT", "PATCH" };
    bool has_length = x->has_body; /* servers want to be told that there is nothing */
    for (size_t i = 0; i < sizeof(with_body) / sizeof(with_body[0]); i++)
        has_length = has_length || strcmp(x->method, with_body[i]) == 0;
    if (strcmp(x->method, "HEAD") == 0 && !x->has_body) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
        return;
    }
    if (has_length) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(x->has_body ? x->request->body.n : 0));
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, x->has_body ? x->request->body.p : "");
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, x->method);
}

static void set_options(struct exchange *x, CURL *curl, struct taker *taker)
{
    const struct transfer_request *request = x->request;
    curl_easy_setopt(curl, CURLOPT_URL, x->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, x->origin.scheme);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, request->seconds);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)IDLE_SECONDS);
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "doorcode/" DOORCODE_VERSION);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, x->detail);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, taker);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, taker);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, x);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, x);
    if (request->ca_file != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); /* else the system's folder is looked into besides */
    }
    if (x->origin.is_local)
        curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* a proxy of the environment is not on the way to this machine */
}

/* ---- redirects ---- */

/* RFC 9110, 15.4, as browsers and curl read it: 303 asks with GET, and so does a POST after 301 and 302. */
static void choose_method(struct exchange *x)
{
    long status = x->result->status;
    bool is_head = strcmp(x->method, "HEAD") == 0;
    bool was_post = strcmp(x->method, "POST") == 0;
    if ((status == 303 && !is_head) || ((status == 301 || status == 302) && was_post)) {
        x->method = "GET";
        x->has_body = false;
    }
}

static bool go_to(struct exchange *x, const char *url)
{
    if (!origin_of(url, &x->origin) || !slice_to_cstr(slice_of(url), x->url, sizeof(x->url)))
        return problem(x, "the server redirects to an address that is not one of http or https");
    if (!origin_is_safe(&x->origin, x->request->allow_http))
        return problem(x, "the server redirects to http://%s, which is not encrypted", x->origin.host);
    choose_method(x);
    x->is_home = x->is_home && origin_same(&x->origin, &x->request->origin);
    if (!x->is_home && x->has_body)
        return problem(x,
                       "the server redirects to %s://%s, which is another origin and gets nothing that was to be sent",
                       x->origin.scheme, x->origin.host);
    return true;
}

/* What libcurl says helps developers; what to do is ours. */
static bool transfer_problem(struct exchange *x, CURLcode code)
{
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        x->result->next = "Trust the authority of its certificate with --ca-file, if you know it.";
    if (code == CURLE_OPERATION_TIMEDOUT)
        x->result->next = "Try again, or wait longer with --max-time.";
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return problem(x, "http://%s leads to another machine", x->origin.host);
    return problem(x, "%s", x->detail[0] != '\0' ? x->detail : curl_easy_strerror(code));
}

/* One request and its answer. False with a problem. */
static bool make_hop(struct exchange *x, CURL *curl)
{
    AUTO(free_headers) struct curl_slist *headers = NULL;
    struct taker taker = { x, curl };
    char *url = NULL;
    x->next[0] = '\0';
    x->begun = x->wanted = false;
    x->head_n = 0;
    if (!make_headers(x, &headers))
        return problem(x, "there is no memory");
    set_options(x, curl, &taker);
    set_method(x, curl);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    progress_begin(&x->progress, x->request->errors, "Waiting for the answer");
    CURLcode code = curl_easy_perform(curl);
    progress_end(&x->progress);
    if (code != CURLE_OK)
        return transfer_problem(x, code);
    if (!begin(x, curl)) /* there was no body */
        return false;
    if (!x->request->follow || !is_redirect(x))
        return true;
    curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &url);
    return url == NULL || slice_to_cstr(slice_of(url), x->next, sizeof(x->next)) ||
           problem(x, "the server redirects to an address of more than %d bytes", TRANSFER_URL);
}

/* Each with a handle of its own: what one server did to libcurl is not there for the next (client/http.c says what that was). */
static bool make_hops(struct exchange *x)
{
    for (int hops = 0; hops <= HOPS; hops++) {
        CURL *curl = curl_easy_init();
        bool made = curl != NULL ? make_hop(x, curl) : problem(x, "there is no memory");
        curl_easy_cleanup(curl);
        if (!made)
            return false;
        if (x->next[0] == '\0')
            return true;
        if (!go_to(x, x->next))
            return false;
    }
    return problem(x, "the server redirects more than %d times", HOPS);
}

static bool close_output(struct exchange *x)
{
    bool written = true;
    if (x->out != NULL && x->out == x->request->out)
        written = fflush(x->out) == 0;
    else if (x->out != NULL)
        written = fclose(x->out) == 0;
    return written || output_problem(x);
}

enum transfer_end transfer_run(const struct transfer_request *request, const char *token, bool holds_401,
                               struct transfer_result *result)
{
    *result = (struct transfer_result){ .next = "Check the address, or try again." };
    struct exchange x = {
        .request = request,
        .result = result,
        .token = token,
        .holds_401 = holds_401,
        .origin = request->origin,
        .method = request->method,
        .has_body = request->has_body,
        .is_home = true,
    };
    bool good = slice_to_cstr(slice_of(request->url), x.url, sizeof(x.url)) ||
                problem(&x, "the address has more than %d bytes", TRANSFER_URL);
    good = good && make_hops(&x);
    good = close_output(&x) && good;
    if (!good)
        return TRANSFER_FAILED;
    return x.is_home && result->status == 401 ? TRANSFER_UNAUTHORIZED : TRANSFER_DONE;
}
