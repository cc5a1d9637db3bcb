/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_applied.h: manifests applied to a store in memory, with what was reported. Static inline; failures end the test. */
#ifndef DOORCODE_TESTS_MANIFEST_APPLIED_H
#define DOORCODE_TESTS_MANIFEST_APPLIED_H

#include "crypto/vault.h"
#include "server/manifest.h"

#include <stdlib.h>
#include <string.h>

enum { REPORT_MAX = 8192, DOCUMENTS = 4 };

struct applied {
    err result;
    struct complaint why;
    char report[REPORT_MAX]; /* "created application petstore/Postman ()\n" … */
    size_t n;
};

static inline void note(void *ctx, enum manifest_change change, const char *kind, const char *name, const char *fields)
{
    static const char *const words[] = { "created", "changed", "same" };
    struct applied *a = ctx;
    int n = snprintf(a->report + a->n, REPORT_MAX - a->n, "%s %s %s (%s)\n", words[change], kind, name, fields);

    assert_true(n > 0 && a->n + (size_t)n < REPORT_MAX);
    a->n += (size_t)n;
}

static inline struct store *open_store(void)
{
    const struct store_options options = { .clock = &clock_system, .rng = &rng_system };
    struct store *store;

    assert_int_equal(store_open(&options, &store).code, ERR_OK);
    return store;
}

static inline void apply_all(struct store *store, const char *const *texts, size_t n, bool dry_run, struct applied *a)
{
    const struct manifest_options options = {
        .rng = &rng_system, .now = 1784715330, .dry_run = dry_run, .report = note, .ctx = a
    };
    struct yaml *documents[DOCUMENTS] = { NULL };
    char name[] = "a.yaml";

    memset(a, 0, sizeof *a);
    for (size_t i = 0; i < n; i++) {
        name[0] = (char)('a' + i);
        if (!err_is_ok(yml_parse(slice_of(texts[i]), name, &documents[i], &a->why)))
            fail_msg("%s in:\n%s", a->why.text, texts[i]);
    }
    a->result = manifest_apply(store, documents, n, &options, &a->why);
    for (size_t i = 0; i < n; i++)
        yml_free(documents[i]);
}

static inline void apply(struct store *store, const char *text, struct applied *a)
{
    apply_all(store, &text, 1, false, a);
}

static inline void expect(struct store *store, const char *text, const char *report)
{
    struct applied a;

    apply(store, text, &a);
    assert_string_equal(a.why.text, "");
    assert_int_equal(a.result.code, ERR_OK);
    assert_string_equal(a.report, report);
}

static inline int64_t version_of(struct store *store)
{
    int64_t version;

    assert_int_equal(store_directory_version(store, &version).code, ERR_OK);
    return version;
}

static inline char *exported(struct store *store)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    assert_int_equal(manifest_export(store, out).code, ERR_OK);
    fclose(out);
    return text;
}

/* Everything that can be said. */
static const char full[] =
    "tenants:\n"
    "  - id: 0d9f4c1e-52a7-4b0e-8a3b-6f1d2c3b4a5e\n"
    "    name: petstore\n"
    "    domain: petstore.example\n"
    "    aliases: [pets.example, Animals.example]\n"
    "    displayName: Pet Store\n"
    "    branding: { logoUrl: 'https://petstore.example/logo.png', accentColor: '#0b6e4f' }\n"
    "    issuer: https://login.petstore.example/v2.0\n"
    "    hideUnknownUsers: true\n"
    "    strictRefreshTokens: true\n"
    "    userFlows:\n"
    "      - name: signup\n"
    "        identityProvider: emailOneTimePasscode\n"
    "        signUp: false\n"
    "        attributes:\n"
    "          - { name: displayName, type: string, label: Name, regex: '^.+$', required: true }\n"
    "          - { name: age, type: integer }\n"
    "    applications:\n"
    "      - clientId: 1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n"
    "        name: Shop\n"
    "        userFlow: signup\n"
    "        publicClient: true\n"
    "        nativeAuthentication: true\n"
    "        redirectUris:\n"
    "          web: [https://shop.example/back]\n"
    "          spa: [http://localhost:3000, https://shop.example/]\n"
    "          publicClient: ['msal1://auth']\n"
    "        permissions: [openid, api://pets/Pets.Read]\n"
    "        allowedOrigins: [https://shop.example]\n"
    "        signingAlgorithm: ES256\n"
    "        accessTokenSeconds: 900\n"
    "    users:\n"
    "      - id: 3c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72\n"
    "        email: Sam@Example.org\n"
    "        origin: emailPassword\n"
    "        displayName: Sam Sample\n"
    "        givenName: Sam\n"
    "        surname: Sample\n"
    "        enabled: false\n";

static const char full_created[] = "created tenant petstore ()\ncreated user flow petstore/signup ()\n"
                                   "created application petstore/Shop ()\ncreated user petstore/Sam@Example.org ()\n";
#endif
