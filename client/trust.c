/* SPDX-License-Identifier: Apache-2.0 */
#include "trust.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct trust {
    pthread_mutex_t lock;
    pthread_mutex_t asking; /* taken before `lock` */
    struct trust_addresses addresses;
    char jwks_uri[CLIENT_URL];
    instant addresses_at; /* when they were learnt; 0: never */
    struct jwks *keys;
    instant keys_at;
    instant learnt_at; /* keys_at, which trust_forget_keys does not take away */
    instant asked_at;  /* when keys were last got, or asked for on a stranger's account */
    enum doorcode_error_kind failure;
};

struct trust *trust_new(void)
{
    struct trust *trust = calloc(1, sizeof(*trust));
    if (trust == NULL)
        return NULL;
    pthread_mutex_init(&trust->lock, NULL);
    pthread_mutex_init(&trust->asking, NULL);
    return trust;
}

void trust_free(struct trust *trust)
{
    if (trust == NULL)
        return;
    jwks_free(trust->keys);
    pthread_mutex_destroy(&trust->asking);
    pthread_mutex_destroy(&trust->lock);
    free(trust);
}

/* A clock that was put back makes nothing fresh. */
static bool is_within(instant learnt, instant now, instant seconds)
{
    return learnt != 0 && learnt <= now && now - learnt < seconds;
}

static bool is_fresh(instant learnt, instant now)
{
    return is_within(learnt, now, CLIENT_TRUST_SECONDS);
}

enum trust_need trust_needs(const struct doorcode_client *client)
{
    struct trust *trust = client->trust;
    instant now = clock_now(&client->clock);
    pthread_mutex_lock(&trust->lock);
    enum trust_need need = TRUST_READY;
    if (!is_fresh(trust->addresses_at, now))
        need = TRUST_METADATA;
    else if (!is_fresh(trust->keys_at, now))
        need = TRUST_KEYS;
    pthread_mutex_unlock(&trust->lock);
    return need;
}

struct trust_url trust_url_of(const struct doorcode_client *client, enum trust_need need)
{
    struct trust_url url;
    struct trust *trust = client->trust;
    pthread_mutex_lock(&trust->lock);
    if (need == TRUST_METADATA)
        snprintf(url.c, sizeof(url.c), "%s%s", client->authority.url, reply_path(REPLY_OF_METADATA));
    else
        snprintf(url.c, sizeof(url.c), "%s", trust->jwks_uri);
    pthread_mutex_unlock(&trust->lock);
    return url;
}

void trust_forget_keys(const struct doorcode_client *client)
{
    pthread_mutex_lock(&client->trust->lock);
    client->trust->keys_at = 0;
    pthread_mutex_unlock(&client->trust->lock);
}

void trust_addresses_of(const struct doorcode_client *client, struct trust_addresses *out)
{
    pthread_mutex_lock(&client->trust->lock);
    *out = client->trust->addresses;
    pthread_mutex_unlock(&client->trust->lock);
}

/* ---- learning ---- */

/* https://{tenant id}.ciamlogin.com/{tenant id}/v2.0, whatever the authority's own host (spec OIDC, 1.3). */
static bool is_ciam_issuer(const char *issuer)
{
    char expected[128];
    struct slice rest;
    struct guid tenant;
    struct slice label = slice_cut(slice_from(slice_of(issuer), strlen("https://")), '.', &rest);
    if (!guid_parse(label, &tenant))
        return false;
    const struct guid_text id = guid_format(tenant);
    snprintf(expected, sizeof(expected), "https://%s.ciamlogin.com/%s/v2.0", id.c, id.c);
    return strcmp(issuer, expected) == 0;
}

/* A server for development has one issuer, but a port for http and one for https: on this machine it may be at another port
 * than the authority. */
static bool is_local(const struct doorcode_client *client, const char *url)
{
    return client->authority.is_loopback && authority_is_local(url);
}

static bool issuer_fits(const struct doorcode_client *client, const char *issuer)
{
    if (client->issuer != NULL)
        return strcmp(issuer, client->issuer) == 0;
    if (authority_same_origin(issuer, client->authority.url) || is_local(client, issuer))
        return true;
    return authority_is_ciam(client->authority.url) && is_ciam_issuer(issuer);
}

/* Endpoints are at the authority, or where its issuer is. */
static bool address_fits(const struct doorcode_client *client, const char *issuer, const char *url)
{
    return authority_same_origin(url, client->authority.url) || authority_same_origin(url, issuer);
}

static const char *check_metadata(const struct doorcode_client *client, const struct metadata *told)
{
    if (!issuer_fits(client, told->issuer))
        return "the server's issuer is not at the authority's host, nor the one that is expected";
    bool near =
        address_fits(client, told->issuer, told->authorization_endpoint) &&
        address_fits(client, told->issuer, told->token_endpoint) &&
        address_fits(client, told->issuer, told->jwks_uri) &&
        (told->end_session_endpoint[0] == '\0' || address_fits(client, told->issuer, told->end_session_endpoint));
    return near ? NULL : "the server names an address that is not at the authority's host or its issuer's";
}

static void copy_url(char to[CLIENT_URL], const char *from)
{
    snprintf(to, CLIENT_URL, "%s", from); /* bounded when it was read */
}

/* What is asked by us is asked where the authority is: there the certificate is the one that the caller trusts, or there is
 * none. The browser has its own way. */
static void copy_asked(const struct doorcode_client *client, char to[CLIENT_URL], const char *from)
{
    if (!is_local(client, from) || !authority_move(from, &client->authority, to, CLIENT_URL))
        copy_url(to, from);
}

static void keep_metadata(const struct doorcode_client *client, const struct metadata *told, instant now)
{
    struct trust *trust = client->trust;
    char jwks_uri[CLIENT_URL];
    copy_url(trust->addresses.issuer, told->issuer);
    copy_url(trust->addresses.authorization_endpoint, told->authorization_endpoint);
    copy_asked(client, trust->addresses.token_endpoint, told->token_endpoint);
    copy_url(trust->addresses.end_session_endpoint, told->end_session_endpoint);
    trust->addresses.names_issuer = told->names_issuer;
    copy_asked(client, jwks_uri, told->jwks_uri);
    if (strcmp(trust->jwks_uri, jwks_uri) != 0)
        trust->keys_at = 0;
    copy_url(trust->jwks_uri, jwks_uri);
    trust->addresses_at = now;
}

static void keep_keys(struct trust *trust, struct reply *reply, instant now)
{
    jwks_free(trust->keys);
    trust->keys = reply->keys;
    reply->keys = NULL;
    trust->keys_at = now;
    trust->learnt_at = now;
    trust->asked_at = now;
}

bool trust_take(const struct doorcode_client *client, enum trust_need need, const struct http_answer *answer,
                const char *correlation_id, struct reply *out)
{
    bool metadata = need == TRUST_METADATA;
    struct trust *trust = client->trust;
    reply_parse(metadata ? REPLY_OF_METADATA : REPLY_OF_KEYS, answer, correlation_id, out);
    bool expected = out->kind == (metadata ? REPLY_METADATA : REPLY_KEYS);
    if (!expected && out->kind != REPLY_ERROR)
        reply_refuse(out, DOORCODE_ERROR_PROTOCOL, "the answer is of another kind than what was asked for");
    const char *problem = expected && metadata ? check_metadata(client, &out->metadata) : NULL;
    if (problem != NULL)
        reply_refuse(out, DOORCODE_ERROR_PROTOCOL, problem);
    if (out->kind == REPLY_ERROR)
        return false;
    instant now = clock_now(&client->clock);
    pthread_mutex_lock(&trust->lock);
    if (metadata)
        keep_metadata(client, &out->metadata, now);
    else
        keep_keys(trust, out, now);
    pthread_mutex_unlock(&trust->lock);
    reply_free(out);
    return true;
}

/* ---- id tokens ---- */

enum token_fault trust_check(const struct doorcode_client *client, const struct doorcode_tokens *tokens,
                             const char *nonce, const char *code)
{
    struct trust *trust = client->trust;
    if (client->unverified_id_tokens || tokens->id_token[0] == '\0')
        return TOKEN_GOOD;
    pthread_mutex_lock(&trust->lock);
    const struct id_token_rule rule = {
        .keys = trust->keys,
        .issuer = trust->addresses.issuer,
        .client_id = client->client_id.c,
        .nonce = nonce,
        .access_token = tokens->access_token,
        .code = code,
        .now = clock_now(&client->clock),
    };
    enum token_fault fault = rule.keys != NULL ? id_token_check(tokens->id_token, &rule) : TOKEN_UNKNOWN_KEY;
    pthread_mutex_unlock(&trust->lock);
    return fault;
}

/* ---- access tokens ---- */

/* Keys that do, also while newer ones are asked for. */
static bool has_keys(const struct trust *trust, instant now)
{
    return is_within(trust->learnt_at, now, CLIENT_KEYS_SECONDS);
}

static bool may_ask(const struct trust *trust, instant now)
{
    return !is_within(trust->asked_at, now, has_keys(trust, now) ? CLIENT_KEYS_PAUSE : CLIENT_KEYS_RETRY);
}

void trust_look(const struct doorcode_client *client, struct trust_view *out)
{
    struct trust *trust = client->trust;
    instant now = clock_now(&client->clock);
    pthread_mutex_lock(&trust->lock);
    out->keys = has_keys(trust, now) ? jwks_share(trust->keys) : NULL;
    copy_url(out->issuer, trust->addresses.issuer);
    out->fresh = is_fresh(trust->addresses_at, now) && is_fresh(trust->keys_at, now);
    out->may_ask = may_ask(trust, now);
    out->failure = trust->failure;
    pthread_mutex_unlock(&trust->lock);
}

bool trust_begin_ask(const struct doorcode_client *client)
{
    struct trust *trust = client->trust;
    instant now = clock_now(&client->clock);
    pthread_mutex_lock(&trust->lock);
    bool begins = may_ask(trust, now);
    if (begins) {
        trust->keys_at = 0;
        if (has_keys(trust, now))
            trust->asked_at = now;
    }
    pthread_mutex_unlock(&trust->lock);
    return begins;
}

void trust_note_failure(const struct doorcode_client *client, enum doorcode_error_kind failure)
{
    pthread_mutex_lock(&client->trust->lock);
    client->trust->failure = failure;
    client->trust->asked_at = clock_now(&client->clock);
    pthread_mutex_unlock(&client->trust->lock);
}

void trust_enter(const struct doorcode_client *client)
{
    pthread_mutex_lock(&client->trust->asking);
}

void trust_leave(const struct doorcode_client *client)
{
    pthread_mutex_unlock(&client->trust->asking);
}
