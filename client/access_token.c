/* SPDX-License-Identifier: Apache-2.0 */
#include "access_token.h"

#include "base/guid.h"
#include "json.h"

static bool list_has(struct slice list, struct slice word)
{
    struct slice one;
    while ((one = slice_word(&list)).n > 0) {
        if (slice_eq(one, word))
            return true;
    }
    return false;
}

/* ---- what it is ---- */

/* What an access token always has, and what only id tokens have: both are signed with the same keys, and where the API is
 * also an application that signs users in, for the same audience (spec OIDC, 5.2 to 5.4). */
static bool is_access_token(const json_t *claims)
{
    static const char *const of_id_tokens[] = { "nonce", "at_hash", "c_hash" };
    bool names_caller = token_text(claims, "azp").n > 0 || token_text(claims, "appid").n > 0;
    for (size_t i = 0; i < sizeof(of_id_tokens) / sizeof(of_id_tokens[0]); i++)
        names_caller = names_caller && json_object_get(claims, of_id_tokens[i]) == NULL;
    return names_caller;
}

/* Our tokens and Entra's have one audience; one that is good for several APIs could be passed on from one to another. */
static bool is_for(const json_t *claims, const char *audiences)
{
    return list_has(slice_of(audiences), token_text(claims, "aud"));
}

/* The tenant's id in an issuer, as in https://{host}/{tenant id}/v2.0. False where it names none. */
static bool tenant_of_issuer(const char *issuer, struct guid *tenant)
{
    struct slice rest = slice_of(issuer);
    while (rest.n > 0) {
        if (guid_parse(slice_cut(rest, '/', &rest), tenant))
            return true;
    }
    return false;
}

static bool is_of_tenant(const json_t *claims, const struct access_token_rule *rule)
{
    struct guid told;
    struct guid wanted;
    if (!guid_parse(token_text(claims, "tid"), &told))
        return false;
    if (rule->tenant_id != NULL)
        return guid_parse(slice_of(rule->tenant_id), &wanted) && guid_eq(told, wanted);
    return !tenant_of_issuer(rule->issuer, &wanted) || guid_eq(told, wanted);
}

static bool is_of_version(const json_t *claims, const char *version)
{
    const json_t *told = json_object_get(claims, "ver");
    if (version != NULL)
        return token_is_text(told, version);
    return token_is_text(told, "1.0") || token_is_text(told, "2.0");
}

static enum token_fault check_kind(const json_t *claims, const struct access_token_rule *rule)
{
    enum token_fault fault = token_check_issued(claims, rule->issuer, rule->now);
    if (fault != TOKEN_GOOD)
        return fault;
    if (!is_for(claims, rule->audiences))
        return TOKEN_AUDIENCE;
    if (!is_access_token(claims))
        return TOKEN_PURPOSE;
    if (!is_of_tenant(claims, rule))
        return TOKEN_TENANT;
    return is_of_version(claims, rule->version) ? TOKEN_GOOD : TOKEN_VERSION;
}

/* ---- what it gives ---- */

static bool has_all(struct slice granted, const char *needed)
{
    struct slice rest = slice_of(needed);
    struct slice one;
    while ((one = slice_word(&rest)).n > 0) {
        if (!list_has(granted, one))
            return false;
    }
    return true;
}

static bool has_one(const json_t *granted, const char *wanted)
{
    const json_t *one;
    size_t i;
    json_array_foreach(granted, i, one)
    {
        /* A name with a blank in it is no word of the list, so it is nobody's. */
        if (list_has(slice_of(wanted), slice_bytes(json_string_value(one), json_string_length(one))))
            return true;
    }
    return false;
}

static bool are_texts(const json_t *list)
{
    const json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        if (!json_is_string(one))
            return false;
    }
    return list == NULL || json_is_array(list);
}

static enum token_fault check_rights(const json_t *claims, const struct access_token_rule *rule)
{
    const json_t *scp = json_object_get(claims, "scp");
    const json_t *roles = json_object_get(claims, "roles");
    if ((scp != NULL && !json_is_string(scp)) || !are_texts(roles))
        return TOKEN_CLAIMS;
    if (scp == NULL && rule->application_roles != NULL)
        return has_one(roles, rule->application_roles) ? TOKEN_GOOD : TOKEN_ROLE;
    if (!has_all(token_text(claims, "scp"), rule->scopes))
        return TOKEN_SCOPE;
    return rule->roles == NULL || has_one(roles, rule->roles) ? TOKEN_GOOD : TOKEN_ROLE;
}

enum token_fault access_token_check(const char *token, const struct access_token_rule *rule, json_t **claims)
{
    enum jws_algorithm algorithm = JWS_RS256;
    enum token_fault fault = token_open(token, rule->keys, &algorithm, claims);
    if (fault == TOKEN_GOOD)
        fault = check_kind(*claims, rule);
    if (fault == TOKEN_GOOD)
        fault = check_rights(*claims, rule);
    if (fault != TOKEN_GOOD) {
        json_wipe_free(*claims);
        *claims = NULL;
    }
    return fault;
}
