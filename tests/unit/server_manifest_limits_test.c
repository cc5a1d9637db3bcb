/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of hosted pages and OpenID Connect one by one: what is taken, and what is refused with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/manifest_applied.h"

/* Where a value stands: the lines before it, what the complaint calls it, and whether it is one text or a list of them. */
struct place {
    const char *before; /* ends where the value begins */
    const char *path;   /* "5: tenants[0]…" */
};

#define TENANT "tenants:\n  - name: kennel\n"
#define APP TENANT "    applications:\n      - name: A\n"
#define ATTRIBUTE                                                                                            \
    TENANT "    userFlows:\n      - name: f\n        identityProvider: emailPassword\n        attributes:\n" \
           "          - name: a\n"
#define AT_APP "5: tenants[0].applications[0]."
#define AT_ATTRIBUTE "tenants[0].userFlows[0].attributes[0]."
#define LOOK TENANT "    branding:\n      "
#define AT_LOOK "4: tenants[0].branding."

static const struct place web = { APP "        redirectUris: { web: [", AT_APP "redirectUris.web" };
static const struct place spa = { APP "        redirectUris: { spa: [", AT_APP "redirectUris.spa" };
static const struct place native = { APP "        redirectUris: { publicClient: [",
                                     AT_APP "redirectUris.publicClient" };
static const struct place logo = { LOOK "logoUrl: ", AT_LOOK "logoUrl" };
static const struct place background = { LOOK "backgroundColor: ", AT_LOOK "backgroundColor" };
static const struct place image = { LOOK "backgroundImageUrl: ", AT_LOOK "backgroundImageUrl" };
static const struct place css = { LOOK "customCss: ", AT_LOOK "customCss" };
static const struct place hint = { LOOK "usernameHint: ", AT_LOOK "usernameHint" };
static const struct place terms = { LOOK "termsUrl: ", AT_LOOK "termsUrl" };
static const struct place logout = { APP "        logoutUrl: ", AT_APP "logoutUrl" };
static const struct place uri = { APP "        api: { identifierUri: ", AT_APP "api.identifierUri" };
static const struct place scope = { APP "        api: { scopes: [", AT_APP "api.scopes" };
static const struct place version = { APP "        api: { accessTokenVersion: ", AT_APP "api.accessTokenVersion" };
static const struct place role = { APP "        roles: [{ value: ", AT_APP "roles[0].value" };
static const struct place member = { APP "        roles: [{ value: r, members: [", AT_APP "roles[0].members" };
static const struct place hash = { APP "        secrets: [{ hash: ", AT_APP "secrets[0].hash" };
static const struct place clear = { APP "        secrets: [{ secret: ", AT_APP "secrets[0].secret" };
static const struct place ends = {
    APP "        secrets: [{ hash: 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', "
        "startsAt: '2026-07-22', endsAt: ",
    AT_APP "secrets[0].endsAt"
};
static const struct place certificate = { APP "        certificates: [", AT_APP "certificates" };
static const struct place claim = { APP "        idTokenClaims: [", AT_APP "idTokenClaims" };
static const struct place input = { ATTRIBUTE "            inputType: ", "8: " AT_ATTRIBUTE "inputType" };
static const struct place options = { ATTRIBUTE "            inputType: checkboxMultiSelect\n            options: [",
                                      "9: " AT_ATTRIBUTE "options" };
static const struct place choice = {
    ATTRIBUTE "            inputType: radioSingleSelect\n            options: [cat, dog]\n            defaultValue: ",
    "10: " AT_ATTRIBUTE "defaultValue"
};
static const struct place choices = {
    ATTRIBUTE "            inputType: checkboxMultiSelect\n            options: [cat, dog]\n            defaultValue: ",
    "10: " AT_ATTRIBUTE "defaultValue"
};
static const struct place flag = { ATTRIBUTE "            type: boolean\n            defaultValue: ",
                                   "9: " AT_ATTRIBUTE "defaultValue" };
static const struct place number = { ATTRIBUTE "            type: integer\n            defaultValue: ",
                                     "9: " AT_ATTRIBUTE "defaultValue" };

static const char not_https[] = "must be an https URL";
static const char not_absolute[] = "must be an absolute URI";
static const char not_web[] = "must be https, or http on localhost";
static const char fragment[] = "must not hold a fragment or a wildcard";
static const char character[] = "must not hold any of ! $ ' ( ) , ; < >";
static const char host[] = "must name a host, without a user, and a port if any";
static const char scheme[] = "must not have a scheme that browsers act on";
static const char not_image[] = "must be an https URL, or data:image/png, jpeg, gif, webp or svg+xml in base64";
static const char color[] = "must be a colour like #1f6feb, in quotes";
static const char not_api[] =
    "must be an API's name like api://pets or https://pets.example, without a slash at its end";
static const char not_value[] =
    "must be a name like Pets.Read: printable, without blanks, quotes and slashes, and not begin with a dot";
static const char not_hash[] =
    "must be sha256: and 64 hex digits; a secret in clear is not read, 'doorcode app add-secret' makes one";
static const char not_read[] = "a secret in clear is not read; 'doorcode app add-secret' makes one and keeps its hash";
static const char not_time[] = "must be a day or a time like 2027-01-31T12:00:00Z, in quotes";
static const char not_pem[] = "must be an X.509 certificate in PEM with a key of RSA, 2048 bits or more, or P-256";
static const char not_option[] = "must be one of the options";

/* The value stands in double quotes; "%" in it, for tests of length, is a run of 'a' that makes it `length` long. */
static const struct {
    const struct place *place;
    const char *value;
    const char *wrong; /* NULL: it is taken */
    size_t length;
} rows[] = {
    { &web, "https://shop.example/signin-oidc", NULL, 0 },
    { &web, "https://shop.example", NULL, 0 },
    { &web, "https://shop.example:8443/a?b=c", NULL, 0 },
    { &web, "http://localhost:5000/callback", NULL, 0 },
    { &web, "http://127.0.0.1", NULL, 0 },
    { &web, "https://oauth.pstmn.io/v1/browser-callback", NULL, 0 },
    { &web, "https://shop.example/%", NULL, 256 },
    { &web, "https://shop.example/%", "must be 1 to 256 bytes long", 257 },
    { &web, "http://shop.example/", not_web, 0 },
    { &web, "http://localhost.example/", not_web, 0 },
    { &web, "msal://auth", not_web, 0 },
    { &web, "shop.example/callback", not_absolute, 0 },
    { &web, "https://", not_absolute, 0 },
    { &web, "https://shop.example/a b", not_absolute, 0 },
    { &web, "https://shop.example/\xc3\xa9", not_absolute, 0 },
    { &web, "https://shop.example/#a", fragment, 0 },
    { &web, "https://*.shop.example/", fragment, 0 },
    { &web, "https://shop.example/a!", character, 0 },
    { &web, "https://shop.example/$a", character, 0 },
    { &web, "https://shop.example/a'", character, 0 },
    { &web, "https://shop.example/(a)", character, 0 },
    { &web, "https://shop.example/a,b", character, 0 },
    { &web, "https://shop.example/a;b", character, 0 },
    { &web, "https://shop.example/<a>", character, 0 },
    { &web, "https://[::1]/", "must not name an IPv6 address; use localhost or 127.0.0.1", 0 },
    { &web, "http://[::1]/", "must not name an IPv6 address; use localhost or 127.0.0.1", 0 },
    { &web, "https://sam@shop.example/", host, 0 },
    { &web, "https://shop.example:x/", host, 0 },
    { &web, "https://shop.example:70000/", host, 0 },
    { &web, "https:///a", host, 0 },
    { &spa, "http://localhost:3000", NULL, 0 },
    { &spa, "msal1://auth", not_web, 0 },
    { &native, "http://localhost", NULL, 0 },
    { &native, "msal1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31://auth", NULL, 0 },
    { &native, "msauth://com.example.shop/aGFzaA%3D%3D", NULL, 0 },
    { &native, "com.example.shop:/callback", NULL, 0 },
    { &native, "https://login.microsoftonline.com/common/oauth2/nativeclient", NULL, 0 },
    { &native, "http://shop.example", not_web, 0 },
    { &native, "javascript:alert", scheme, 0 },
    { &native, "JavaScript://shop.example/%0aalert", scheme, 0 },
    { &native, "data:text/html,x", scheme, 0 },
    { &native, "file:///etc/passwd", scheme, 0 },
    { &native, "1app://auth", not_absolute, 0 },
    { &native, "app:", not_absolute, 0 },
    { &native, "app://a#b", fragment, 0 },
    { &logo, "https://shop.example/logo.png", NULL, 0 },
    { &logo, "data:image/svg+xml;base64,PHN2Zy8+", NULL, 0 },
    { &logo, "data:image/png;base64,iVBORw0KGgo=", NULL, 0 },
    { &logo, "data:image/webp;base64,%", NULL, 4096 },
    { &logo, "data:image/webp;base64,%", "must be 0 to 4096 bytes long", 4097 },
    { &logo, "https://shop.example/%", NULL, 256 },
    { &logo, "https://shop.example/%", "must be at most 256 bytes long", 257 },
    { &logo, "http://shop.example/logo.png", not_https, 0 },
    { &logo, "https://shop.example;script-src/", not_https, 0 },
    { &logo, "https://shop.example,x/", not_https, 0 },
    { &logo, "data:text/html;base64,PHN2Zy8+", not_image, 0 },
    { &logo, "data:image/bmp;base64,PHN2Zy8+", not_image, 0 },
    { &logo, "data:image/svg+xml,<svg/>", not_image, 0 },
    { &logo, "data:image/png;base64,", not_image, 0 },
    { &logo, "data:image/png;base64,a)b", not_image, 0 },
    { &logo, "data:image/png;base64,a=b", not_image, 0 },
    { &background, "#f4f1ea", NULL, 0 },
    { &background, "#F4F1EA", NULL, 0 },
    { &background, "#fff", color, 0 },
    { &background, "red", color, 0 },
    { &background, "#f4f1e;", color, 0 },
    { &image, "https://shop.example/back.jpg", NULL, 0 },
    { &image, "data:image/png;base64,iVBORw0KGgo=", not_https, 0 },
    { &terms, "https://shop.example/terms#a", NULL, 0 },
    { &terms, "javascript:alert", not_https, 0 },
    { &hint, "you@example.com", NULL, 0 },
    { &hint, "a\\tb", "must not hold control characters", 0 },
    { &hint, "%", "must be 0 to 64 bytes long", 65 },
    { &css, "a { color: red; }\\n\\tb { }", NULL, 0 },
    { &css, "%", NULL, 16384 },
    { &css, "%", "must be 0 to 16384 bytes long", 16385 },
    { &css, "@import 'https://a.example/b.css';", "must not import other style sheets: the pages' policy stops them",
      0 },
    { &css, "a\\u0007b", "must not hold control characters", 0 },
    { &logout, "https://shop.example/signout", NULL, 0 },
    { &logout, "http://shop.example/signout", not_https, 0 },
    { &uri, "api://pets", NULL, 0 },
    { &uri, "https://pets.example/api", NULL, 0 },
    { &uri, "urn:pets:api", NULL, 0 },
    { &uri, "api://%", NULL, 255 },
    { &uri, "api://%", "must be 0 to 255 bytes long", 256 },
    { &uri, "api://pets/", not_api, 0 },
    { &uri, "pets", not_api, 0 },
    { &uri, "http://pets.example", not_api, 0 },
    { &uri, "api://", not_api, 0 },
    { &uri, "urn:", not_api, 0 },
    { &uri, "api://a b", not_api, 0 },
    { &uri, "api://a?b", not_api, 0 },
    { &uri, "https://Graph.Microsoft.com", "is the name of Microsoft Graph", 0 },
    { &uri, "api://9f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31", "holds the client id of another application", 0 },
    { &scope, "Pets.Read", NULL, 0 },
    { &scope, "user_impersonation", NULL, 0 },
    { &scope, "Pets Read", not_value, 0 },
    { &scope, "Pets/Read", not_value, 0 },
    { &scope, ".default", not_value, 0 },
    { &scope, "openid", "is a scope of OpenID Connect", 0 },
    { &scope, "a\", \"a", "names a scope twice", 0 },
    { &scope, "%", "must be 1 to 120 bytes long", 121 },
    { &version, "1", NULL, 0 },
    { &version, "2", NULL, 0 },
    { &version, "3", "must be a number from 1 to 2, not '3'", 0 },
    { &role, "Pets.Admin", NULL, 0 },
    { &role, "Pets Admin", not_value, 0 },
    { &member, "users", NULL, 0 },
    { &member, "users\", \"applications", NULL, 0 },
    { &member, "everyone", "must be users or applications", 0 },
    { &hash, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", NULL, 0 },
    { &hash, "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", NULL, 0 },
    { &hash, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85", not_hash, 0 },
    { &hash, "sha256:g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", not_hash, 0 },
    { &hash, "Blue-Kettle-42", not_hash, 0 },
    { &clear, "Blue-Kettle-42", not_read, 0 },
    { &ends, "2027-01-31T12:00:00Z", NULL, 0 },
    { &ends, "2027-01-31", NULL, 0 },
    { &ends, "2026-07-22", "must be after startsAt", 0 },
    { &ends, "tomorrow", not_time, 0 },
    { &ends, "2027-02-30", not_time, 0 },
    { &certificate, "MIIB", not_pem, 0 },
    { &certificate, "-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n", not_pem, 0 },
    { &certificate, "-----BEGIN CERTIFICATE-----\\n-----BEGIN CERTIFICATE-----\\n", "must be one certificate alone",
      0 },
    { &claim, "auth_time", NULL, 0 },
    { &claim, "auth time", "must be letters, digits and _ . -", 0 },
    { &input, "textBox", NULL, 0 },
    { &input, "numericTextBox",
      "does not fit the type: texts have textBox, radioSingleSelect or checkboxMultiSelect, booleans "
      "checkboxSingleSelect, integers numericTextBox",
      0 },
    { &options, "cat", NULL, 0 },
    { &options, "cat\", \"cat", "is given twice", 0 },
    { &options, "cat, dog", "must not hold a comma: choices are kept as one text", 0 },
    { &choice, "dog", NULL, 0 },
    { &choice, "", NULL, 0 },
    { &choice, "bird", not_option, 0 },
    { &choices, "dog,cat", NULL, 0 },
    { &choices, "dog,bird", "must be options, parted by commas", 0 },
    { &flag, "true", NULL, 0 },
    { &flag, "yes", "must be true or false", 0 },
    { &number, "-12", NULL, 0 },
    { &number, "1.5", "must be a whole number", 0 },
    { &number, "-", "must be a whole number", 0 },
};

/* A manifest with the value; what opens before it is closed after it. */
static char *manifest_with(const struct place *place, const char *value, size_t length)
{
    size_t room = strlen(place->before) + strlen(value) + length + 16;
    const char *run = length == 0 ? NULL : strchr(value, '%');
    size_t opens = 0;
    char *text = malloc(room);
    size_t n = 0;

    assert_non_null(text);
    n += (size_t)snprintf(text, room, "%s\"", place->before);
    if (run != NULL) {
        n += (size_t)snprintf(text + n, room - n, "%.*s", (int)(run - value), value);
        for (size_t i = strlen(value) - 1; i < length; i++)
            text[n++] = 'a';
        text[n] = '\0';
    } else {
        n += (size_t)snprintf(text + n, room - n, "%s", value);
    }
    text[n++] = '"';
    char closing[8];
    const char *line = strrchr(place->before, '\n');
    for (const char *c = line == NULL ? place->before : line; *c != '\0'; c++) {
        if (*c == '[' || *c == '{')
            closing[opens++] = *c == '[' ? ']' : '}';
        else if (*c == ']' || *c == '}')
            opens--;
    }
    while (opens > 0)
        text[n++] = closing[--opens];
    text[n++] = '\n';
    text[n] = '\0';
    return text;
}

static void each_value_is_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct store *store = open_store();
        struct applied a;
        char expected[COMPLAINT_MAX] = "";
        char *text = manifest_with(rows[i].place, rows[i].value, rows[i].length);
        if (rows[i].wrong != NULL)
            snprintf(expected, sizeof expected, "a.yaml:%s: %s", rows[i].place->path, rows[i].wrong);
        apply(store, text, &a);

        if (strcmp(a.why.text, expected) != 0)
            fail_msg("'%s' instead of '%s' for\n%.300s", a.why.text, expected, text);
        free(text);
        store_close(store);
    }
}

#define HASH "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85"
#define ROLES "        api: { identifierUri: api://pets }\n        roles: [{ value: r, members: [applications] }]\n"
#define USER "    users:\n      - email: sam@example.org\n        roles: "

/* Fields that are wrong together, or too many. */
static const struct {
    const char *text;
    const char *why; /* after "a.yaml:" */
} together[] = {
    { APP "        redirectUris: { web: ['https://a.example/'], spa: ['https://a.example/'] }",
      AT_APP "redirectUris: has an address twice; each belongs to one platform" },
    { APP "        secrets: [{ hint: abc }]",
      AT_APP "secrets[0].hash: is missing; 'doorcode app add-secret' makes a secret with its hash" },
    { APP "        secrets: [{ hash: " HASH "0 }, { hash: " HASH "0 }]",
      AT_APP "secrets[1].hash: is the hash of another secret" },
    { APP "        secrets: [{ keyId: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, hash: " HASH "0 }, "
          "{ keyId: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, hash: " HASH "1 }]",
      AT_APP "secrets[1].keyId: is the id of another secret" },
    { APP "        secrets: [{ hash: " HASH "0, hint: abcd }]", AT_APP "secrets[0].hint: must be 0 to 3 bytes long" },
    { APP "        certificates: [a]",
      AT_APP "certificates: must be an X.509 certificate in PEM with a key of RSA, 2048 bits or more, or P-256" },
    { APP "        roles: [{ value: a }, { value: b }, { value: a }]",
      AT_APP "roles[2].value: is the value of another role" },
    { APP "        roles: [{ id: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, value: a }, "
          "{ id: 5c7e1d40-8f2b-4e36-8b1d-6d2a3f4e5c72, value: b }]",
      AT_APP "roles[1].value: has the id of another role" },
    { APP "        roles: [{ displayName: a }]", AT_APP "roles[0]: 'value' is missing" },
    { APP "        api: { identifierUri: api://a }\n      - name: B\n        api:\n          identifierUri: api://a",
      "8: tenants[0].applications[1].api.identifierUri: is the name of another API" },
    { APP "        api: { scope: [] }", AT_APP "api: unknown field 'scope'; did you mean 'scopes'?" },
    { APP ROLES USER "[{ application: api://cats, value: r }]",
      "9: tenants[0].users[0].roles[0].application: is no application of the tenant" },
    { APP ROLES USER "[{ application: api://pets, value: r }]",
      "9: tenants[0].users[0].roles[0].value: is no role that the application has for users" },
    { APP ROLES USER "[{ application: A, value: s }]",
      "9: tenants[0].users[0].roles[0].value: is no role that the application has for users" },
    { APP ROLES USER "[{ application: A }]", "9: tenants[0].users[0].roles[0]: 'value' is missing" },
    { LOOK "texts: [{ language: de, key: next, text: x }, { language: DE, key: next, text: y }]",
      "4: tenants[0].branding.texts[1].key: is given twice for its language" },
    { LOOK "texts: [{ language: 'd e', key: next, text: x }]",
      "4: tenants[0].branding.texts[0].language: must be a language like de or pt-BR" },
    { LOOK "texts: [{ language: de, key: 'a b', text: x }]",
      "4: tenants[0].branding.texts[0].key: is no text of the hosted pages, like SignIn_Title or Attribute_City" },
    { LOOK "texts: [{ language: de, key: direction, text: x }]",
      "4: tenants[0].branding.texts[0].key: is no text of the hosted pages, like SignIn_Title or Attribute_City" },
    { LOOK "texts: [{ language: de, key: 'Attribute_a b', text: x }]",
      "4: tenants[0].branding.texts[0].key: must be letters, digits and _ . -" },
    { LOOK "texts: [{ language: de, key: next }]", "4: tenants[0].branding.texts[0]: 'text' is missing" },
    { LOOK "staySignedIn: maybe", AT_LOOK "staySignedIn: must be true or false" },
    { ATTRIBUTE "            inputType: radioSingleSelect",
      "7: " AT_ATTRIBUTE "options: is missing: what there is to choose from" },
    { ATTRIBUTE "            options: [a]",
      "8: " AT_ATTRIBUTE "options: is only for radioSingleSelect and checkboxMultiSelect" },
    { ATTRIBUTE "            type: boolean\n            inputType: textBox",
      "9: " AT_ATTRIBUTE "inputType: does not fit the type: texts have textBox, radioSingleSelect or "
      "checkboxMultiSelect, booleans checkboxSingleSelect, integers numericTextBox" },
};

static void fields_are_judged_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof together / sizeof together[0]; i++) {
        struct store *store = open_store();
        struct applied a;
        char expected[COMPLAINT_MAX];
        snprintf(expected, sizeof expected, "a.yaml:%s", together[i].why);
        apply(store, together[i].text, &a);
        if (strcmp(a.why.text, expected) != 0)
            fail_msg("'%s' instead of '%s' for\n%s", a.why.text, expected, together[i].text);
        assert_int_equal(a.result.code, ERR_FORMAT);
        store_close(store);
    }
}

/* `n` times one entry in a list. */
static char *many(const char *before, const char *entry, size_t n, const char *after)
{
    size_t room = strlen(before) + n * (strlen(entry) + 16) + strlen(after) + 1;
    char *text = malloc(room);
    size_t at = (size_t)snprintf(text, room, "%s", before);

    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(text + at, room - at, "%s%02zu%s", entry, i, strchr(entry, '{') == NULL ? ", " : " }, ");
    snprintf(text + at, room - at, "%s", after);
    return text;
}

static const struct {
    const char *before, *entry;
    size_t most;
    const char *why;
} lists[] = {
    { APP "        secrets: [", "{ hash: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8",
      LIMIT_SECRETS, AT_APP "secrets: has more than 10 entries" },
    { APP "        roles: [", "{ value: r", LIMIT_ROLES, AT_APP "roles: has more than 64 entries" },
    { LOOK "texts: [", "{ language: de, text: x, key: Attribute_k", LIMIT_TEXT_OVERRIDES,
      "4: tenants[0].branding: has more than 256 texts" },
    { APP "        redirectUris: { web: [", "https://a.example/", 64,
      AT_APP "redirectUris.web: has more than 64 entries" },
};

static void lists_have_an_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct store *store = open_store();
        struct applied a;
        char expected[COMPLAINT_MAX];
        const char *after = strchr(lists[i].before, '{') == NULL ? "]" : "]}";
        char *most = many(lists[i].before, lists[i].entry, lists[i].most, after);
        char *more = many(lists[i].before, lists[i].entry, lists[i].most + 1, after);
        apply(store, most, &a);
        assert_string_equal(a.why.text, "");
        apply(store, more, &a);
        snprintf(expected, sizeof expected, "a.yaml:%s", lists[i].why);
        assert_string_equal(a.why.text, expected);
        free(most);
        free(more);
        store_close(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_judged),
        cmocka_unit_test(fields_are_judged_together),
        cmocka_unit_test(lists_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
