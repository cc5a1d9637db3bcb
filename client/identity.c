/* SPDX-License-Identifier: Apache-2.0 */
#include "identity.h"

#include "base/b64.h"
#include "base/err.h"
#include "base/guid.h"
#include "base/secret.h"
#include "json.h"

enum { CLIENT_INFO = 1024 }; /* two GUIDs as JSON have about 100 */

static void copy_claim(const struct doorcode_claims *claims, const char *name, char *out, size_t cap)
{
    const char *text = claims != NULL ? doorcode_claims_text(claims, name) : NULL;
    slice_to_cstr(slice_of(text), out, cap);
}

/* ---- client_info: base64url of {"uid":"…","utid":"…"} ---- */

static void take_client_info(const char *client_info, struct identity *out)
{
    char json[CLIENT_INFO];
    size_t n = 0;
    if (!b64url_decode(slice_of(client_info), json, sizeof(json), &n))
        return;
    AUTO(json_close) json_t *root = json_read_object(slice_bytes(json, n));
    const char *uid = json_string_value(json_object_get(root, "uid"));
    const char *utid = json_string_value(json_object_get(root, "utid"));
    wipe(json, sizeof(json));
    if (uid == NULL || utid == NULL || uid[0] == '\0' || utid[0] == '\0')
        return;
    struct buf id;
    buf_init(&id, out->id, sizeof(out->id));
    buf_puts(&id, uid);
    buf_putc(&id, '.');
    buf_puts(&id, utid);
    buf_putc(&id, '\0');
    if (!buf_ok(&id))
        out->id[0] = '\0';
    if (out->tenant_id[0] == '\0')
        slice_to_cstr(slice_of(utid), out->tenant_id, sizeof(out->tenant_id));
}

/* ---- names ---- */

static bool is_generated(const char *name)
{
    struct slice rest;
    struct guid id;
    return guid_parse(slice_cut(slice_of(name), '@', &rest), &id);
}

static void take_username(const struct doorcode_claims *claims, const char *typed, struct identity *out)
{
    copy_claim(claims, "preferred_username", out->username, sizeof(out->username));
    if (out->username[0] != '\0' && !is_generated(out->username))
        return;
    if (typed != NULL && typed[0] != '\0')
        slice_to_cstr(slice_of(typed), out->username, sizeof(out->username));
    else if (claims != NULL && doorcode_claims_text(claims, "email") != NULL)
        copy_claim(claims, "email", out->username, sizeof(out->username));
}

void identity_of(const struct doorcode_tokens *tokens, const char *typed, struct identity *out)
{
    *out = (struct identity){ 0 };
    struct doorcode_claims *claims = doorcode_claims_decode(tokens->id_token);
    copy_claim(claims, "name", out->name, sizeof(out->name));
    copy_claim(claims, "tid", out->tenant_id, sizeof(out->tenant_id));
    take_username(claims, typed, out);
    take_client_info(tokens->client_info, out);
    if (out->id[0] == '\0')
        copy_claim(claims, "sub", out->id, sizeof(out->id));
    if (out->id[0] == '\0')
        slice_to_cstr(slice_of(out->username), out->id, sizeof(out->id));
    if (out->username[0] == '\0')
        slice_to_cstr(slice_of(out->id), out->username, sizeof(out->username));
    doorcode_claims_free(claims);
}

bool identity_is_same(const char *former_id_token, const char *id_token)
{
    struct doorcode_claims *a = doorcode_claims_decode(former_id_token);
    struct doorcode_claims *b = doorcode_claims_decode(id_token);
    const char *was = a != NULL ? doorcode_claims_text(a, "sub") : NULL;
    const char *is = b != NULL ? doorcode_claims_text(b, "sub") : NULL;
    bool same = was == NULL || is == NULL || strcmp(was, is) == 0;
    doorcode_claims_free(a);
    doorcode_claims_free(b);
    return same;
}
