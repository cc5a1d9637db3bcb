/* SPDX-License-Identifier: Apache-2.0 */
#include "id_token.h"

#include "base/err.h"
#include "json.h"
#include "pkce.h"

/* One audience, us; or several, with us as the authorized party (3.1.3.7, 3 to 5). */
static bool is_for(const json_t *claims, const char *client_id)
{
    const json_t *audience = json_object_get(claims, "aud");
    const json_t *party = json_object_get(claims, "azp");
    const json_t *one;
    size_t i;
    bool found = token_is_text(audience, client_id);
    json_array_foreach(audience, i, one)
    {
        found = found || token_is_text(one, client_id);
    }
    bool several = json_array_size(audience) > 1;
    bool party_fits = party != NULL ? token_is_text(party, client_id) : !several;
    return found && party_fits;
}

/* What a claim that may be absent has to hash. */
static bool hash_fits(const json_t *claims, const char *name, const char *text, enum jws_algorithm algorithm)
{
    struct pkce_text half;
    const json_t *value = json_object_get(claims, name);
    if (value == NULL || text == NULL)
        return true;
    return pkce_half_hash(slice_of(text), algorithm == JWS_EDDSA, &half) && token_is_text(value, half.c);
}

static bool nonce_fits(const json_t *claims, const char *nonce)
{
    return nonce == NULL || token_is_text(json_object_get(claims, "nonce"), nonce);
}

static enum token_fault check_claims(const json_t *claims, const struct id_token_rule *rule,
                                     enum jws_algorithm algorithm)
{
    enum token_fault fault = token_check_issued(claims, rule->issuer, rule->now);
    if (fault != TOKEN_GOOD)
        return fault;
    if (!is_for(claims, rule->client_id))
        return TOKEN_AUDIENCE;
    if (!nonce_fits(claims, rule->nonce))
        return TOKEN_NONCE;
    if (!hash_fits(claims, "at_hash", rule->access_token, algorithm))
        return TOKEN_ACCESS_TOKEN;
    return hash_fits(claims, "c_hash", rule->code, algorithm) ? TOKEN_GOOD : TOKEN_CODE;
}

enum token_fault id_token_check(const char *token, const struct id_token_rule *rule)
{
    enum jws_algorithm algorithm = JWS_RS256;
    AUTO(json_close) json_t *claims = NULL;
    enum token_fault fault = token_open(token, rule->keys, &algorithm, &claims);
    return fault == TOKEN_GOOD ? check_claims(claims, rule, algorithm) : fault;
}

const char *id_token_fault_text(enum token_fault fault)
{
    static const char *const texts[] = {
        "",
#define TOKEN_FAULT(kind, name, text) "the id token " text,
#include "token_faults.def"
#undef TOKEN_FAULT
    };
    return texts[fault];
}
