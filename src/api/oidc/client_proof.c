/* SPDX-License-Identifier: Apache-2.0 */
#include "api/oidc/client_proof.h"

#include "api/tokens.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "wire/basic.h"

static const struct slice assertion_type = SLICE("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

static struct slice get(struct exchange *x, const char *name)
{
    return form_get(&x->form, slice_of(name));
}

/* ---- secrets ---- */

static enum error_id check_secret(struct exchange *x, struct slice secret)
{
    uint8_t hash[DIGEST_SHA256];

    digest_sha256(secret, hash);
    return client_check_secret(x->app, hash, x->now);
}

/* Decoded, as it should have been encoded; else as it came (RFC 6749, 2.3.1, which not every client reads). */
static enum error_id check_basic(struct exchange *x, const struct basic *basic)
{
    enum error_id wrong = check_secret(x, basic->secret);

    return wrong == ERROR_CLIENT_SECRET_WRONG ? check_secret(x, basic->secret_raw) : wrong;
}

/* ---- assertions ---- */

static bool is_named(const struct certificate *c, const struct assertion_key *key)
{
    if (key->x5t_s256.n > 0)
        return certificate_has_x5t_s256(c, key->x5t_s256);
    if (key->x5t.n > 0)
        return certificate_has_x5t(c, key->x5t);
    return certificate_has_x5t(c, key->kid) || certificate_has_x5t_s256(c, key->kid);
}

static bool is_signed_by(struct exchange *x, struct slice pem, const struct assertion *a)
{
    struct certificate *c;

    if (!err_is_ok(certificate_open(pem, &c)))
        return false;
    bool good = is_named(c, &a->key) && certificate_is_valid(c, x->now) &&
                err_is_ok(certificate_verify(c, a->alg, a->signed_part, a->signature));
    certificate_free(c);
    return good;
}

static enum error_id check_signature(struct exchange *x, const struct assertion *a)
{
    for (size_t i = 0; i < x->app->certificates.n; i++)
        if (is_signed_by(x, x->app->certificates.items[i], a))
            return ERROR_NONE;
    return ERROR_ASSERTION_INVALID;
}

static void remember(struct exchange *x, const struct assertion *a, const char *what, struct client_proof *proof)
{
    const struct slice parts[] = { slice_bytes(x->app->client_id.b, sizeof x->app->client_id.b), a->id,
                                   get(x, "grant_type"), get(x, what) };

    vault_mac(x->api->vault, VAULT_ASSERTION, parts, sizeof parts / sizeof parts[0], proof->used);
    proof->used_until = a->expires_at + CLIENT_SKEW;
}

static enum error_id check_assertion(struct exchange *x, const char *what, struct client_proof *proof)
{
    const struct assertion_facts facts = { .directory = x->directory,
                                           .application = x->app,
                                           .origin = x->api->origin,
                                           .issuer = tokens_issuer(x->api, x->tenant, &x->call->arena),
                                           .now = x->now };
    struct assertion a;

    if (!err_is_ok(assertion_parse(get(x, "client_assertion"), &x->call->arena, &a)))
        return ERROR_ASSERTION_MALFORMED;
    enum error_id wrong = check_signature(x, &a);
    if (wrong == ERROR_NONE)
        wrong = client_check_assertion(&facts, &a);
    if (wrong == ERROR_NONE)
        remember(x, &a, what, proof);
    return wrong;
}

/* ---- the request ---- */

static void refuse_malformed(struct exchange *x, struct slice why)
{
    exchange_refuse(x, ERROR_REQUEST_MALFORMED, why);
}

static bool names_another(struct exchange *x, struct slice id)
{
    struct guid client_id;

    return !guid_parse(id, &client_id) || !guid_eq(client_id, x->app->client_id);
}

/* The ways that are used. An empty secret is none: oidc-agent sends one in its header (client requirements, 6.7). */
struct ways {
    err header; /* how reading it went */
    struct basic basic;
    bool in_header;
    bool in_body;
    bool is_signed;
};

static void find_ways(struct exchange *x, struct ways *ways)
{
    ways->header = basic_parse(x->call->request.authorization, &x->call->arena, &ways->basic);
    ways->in_header = err_is_ok(ways->header) && ways->basic.secret_raw.n > 0;
    ways->in_body = get(x, "client_secret").n > 0;
    ways->is_signed = get(x, "client_assertion").n > 0;
    if (!ways->in_header)
        ways->basic.secret = ways->basic.secret_raw = get(x, "client_secret");
}

static void check_ways(struct exchange *x, const struct ways *ways)
{
    bool is_basic = err_is_ok(ways->header);

    if (!is_basic && ways->header.code != ERR_NOT_FOUND)
        refuse_malformed(x, SLICE("the Authorization header is not of the scheme Basic"));
    else if (is_basic && names_another(x, ways->basic.id))
        exchange_refuse(x, ERROR_CLIENT_ID_DIFFERS, SLICE_EMPTY);
    else if (ways->in_header + ways->in_body + ways->is_signed > 1)
        refuse_malformed(x, SLICE("the client authenticates in more than one way"));
    else if (ways->is_signed && !slice_eq(get(x, "client_assertion_type"), assertion_type))
        refuse_malformed(x, SLICE("client_assertion_type is not that of a JWT"));
}

void client_proof_read(struct exchange *x, const char *what, struct client_proof *proof)
{
    enum error_id wrong = ERROR_NONE;
    struct ways ways;

    if (exchange_refused(x))
        return;
    find_ways(x, &ways);
    check_ways(x, &ways);
    if (exchange_refused(x))
        return;
    if (ways.is_signed) {
        proof->method = CLIENT_ASSERTION;
        wrong = check_assertion(x, what, proof);
    } else if (ways.in_header || ways.in_body) {
        proof->method = CLIENT_SECRET;
        wrong = check_basic(x, &ways.basic);
    }
    if (wrong != ERROR_NONE)
        exchange_refuse(x, wrong, SLICE_EMPTY);
}

void client_proof_check(struct exchange *x, const struct client_proof *proof, enum platform_type platform)
{
    const struct platform_facts facts = {
        .application = x->app, .platform = platform, .method = proof->method, .request_origin = x->call->request.origin
    };
    enum error_id wrong = exchange_refused(x) ? ERROR_NONE : client_check_platform(&facts);

    if (wrong != ERROR_NONE)
        exchange_refuse(x, wrong, SLICE_EMPTY);
}

void client_proof_write(struct exchange *x, const struct client_proof *proof)
{
    bool used = x->rounds > 1 && x->batch.result.code == ERR_CONFLICT && x->batch.conflict == WRITE_ASSERTION_ADD;

    if (exchange_refused(x) || proof->method != CLIENT_ASSERTION)
        return;
    if (used) {
        exchange_refuse(x, ERROR_ASSERTION_USED, SLICE_EMPTY);
        return;
    }
    struct store_write *write = exchange_write(x, WRITE_ASSERTION_ADD);
    write->hash = proof->used;
    write->at = proof->used_until;
}
