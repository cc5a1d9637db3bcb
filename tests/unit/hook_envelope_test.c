/* SPDX-License-Identifier: Apache-2.0 */
/* What extensions are told, byte for byte (spec OIDC, 11.1 to 11.5). */
#include "hook/envelope.h"

#include "wire/json_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 16384 };

#define TENANT "aaaaaaaa-0000-4000-8000-000000000001"
#define APP "bbbbbbbb-0000-4000-8000-000000000002"
#define HOOK "cccccccc-0000-4000-8000-000000000003"
#define CORRELATION "dddddddd-0000-4000-8000-000000000004"
#define USER "eeeeeeee-0000-4000-8000-000000000005"
#define SHOE "extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize"
#define NEWS "extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_news"

/* Everything up to the context's end, as it is in every request. */
#define HEAD(type, data)                                                                                            \
    "{\"type\":\"microsoft.graph.authenticationEvent." type "\",\"source\":\"/tenants/" TENANT "/applications/" APP \
    "\",\"data\":{\"@odata.type\":\"microsoft.graph." data "\",\"tenantId\":\"" TENANT                              \
    "\",\"authenticationEventListenerId\":\"" HOOK "\",\"customAuthenticationExtensionId\":\"" HOOK "\","
#define CLIENT(locale)                                                                     \
    "\"authenticationContext\":{\"correlationId\":\"" CORRELATION                          \
    "\",\"client\":{\"ip\":\"203.0.113.7\",\"locale\":\"" locale "\",\"market\":\"" locale \
    "\"},\"protocol\":\"OAUTH2.0\","
#define PRINCIPAL(key)                                 \
    "\"" key "\":{\"id\":\"" APP "\",\"appId\":\"" APP \
    "\",\"appDisplayName\":\"Pet shop\",\"displayName\":\"Pet shop\"}"
#define PRINCIPALS PRINCIPAL("clientServicePrincipal") "," PRINCIPAL("resourceServicePrincipal")
#define IDENTITIES                                                                                            \
    "\"identities\":[{\"signInType\":\"email\",\"issuer\":\"petstore.onmicrosoft.com\",\"issuerAssignedId\":" \
    "\"ada@example.org\"}]"
#define STRING_VALUE(text, attribute)                                                      \
    "{\"@odata.type\":\"microsoft.graph.stringDirectoryAttributeValue\",\"value\":\"" text \
    "\",\"attributeType\":\"" attribute "\"}"
#define OTHER_VALUE(kind, value)                                                            \
    "{\"@odata.type\":\"microsoft.graph." kind "DirectoryAttributeValue\",\"value\":" value \
    ",\"attributeType\":\"directorySchemaExtension\"}"

static struct tenant tenant = { .name = SLICE("petstore"), .domain = SLICE("petstore.onmicrosoft.com") };
static struct application application = { .name = SLICE("Pet shop") };
static struct extension extension = { .name = SLICE("hook") };
static char room[ROOM];

static struct guid guid(const char *text)
{
    struct guid id;

    assert_true(guid_parse(slice_of(text), &id));
    return id;
}

static struct hook_facts facts_of(enum extension_event event)
{
    tenant.id = guid(TENANT);
    application.client_id = guid(APP);
    extension.id = guid(HOOK);
    return (struct hook_facts){ .event = event,
                                .extension = &extension,
                                .tenant = &tenant,
                                .application = &application,
                                .correlation_id = guid(CORRELATION),
                                .client_address = "203.0.113.7" };
}

static void expect(const struct hook_facts *facts, const char *json)
{
    struct buf out;

    buf_init(&out, room, sizeof room - 1);
    hook_envelope(facts, &out);
    assert_true(buf_ok(&out));
    room[out.n] = '\0';
    assert_string_equal(room, json);
}

static void test_token_issuance(void **state)
{
    struct user user = { .id = guid(USER),
                         .email = "Ada@example.org",
                         .identity = "ada@example.org",
                         .display_name = "Ada \"L\"",
                         .given_name = "Ada",
                         .created_at = 1784715330 };
    struct hook_facts facts = facts_of(EXTENSION_TOKEN_ISSUANCE);

    (void)state;
    facts.user = &user;
    facts.locale = SLICE("nb-no");
    expect(&facts, HEAD("tokenIssuanceStart", "onTokenIssuanceStartCalloutData") CLIENT("nb-no") PRINCIPALS
           ",\"user\":{\"createdDateTime\":\"2026-07-22T10:15:30Z\",\"displayName\":\"Ada \\\"L\\\"\","
           "\"givenName\":\"Ada\",\"id\":\"" USER "\",\"mail\":\"Ada@example.org\","
           "\"userPrincipalName\":\"Ada@example.org\",\"userType\":\"Member\"}}}}");
}

static const struct hook_attribute attributes[] = {
    { SLICE("city"), SLICE("string"), SLICE("Oslo, \"S\"") },
    { SLICE(SHOE), SLICE("integer"), SLICE("-42") },
    { SLICE(NEWS), SLICE("boolean"), SLICE("true") },
    { SLICE("givenName"), SLICE("string"), SLICE("") },
};

static void test_attributes(void **state)
{
    struct hook_facts facts = facts_of(EXTENSION_ATTRIBUTES_SUBMIT);

    (void)state;
    facts.identity = SLICE("ada@example.org");
    facts.attributes = attributes;
    facts.attribute_count = sizeof attributes / sizeof attributes[0];
    expect(&facts,
           HEAD("attributeCollectionSubmit", "onAttributeCollectionSubmitCalloutData") CLIENT("en-us") PRINCIPALS
           "},\"userSignUpInfo\":{\"attributes\":{\"city\":" STRING_VALUE(
               "Oslo, \\\"S\\\"",
               "builtIn") ",\"" SHOE
                          "\":" OTHER_VALUE("int64", "-42") ",\"" NEWS "\":" OTHER_VALUE(
                              "boolean", "true") ",\"givenName\":" STRING_VALUE("", "builtIn") "}," IDENTITIES "}}}");
}

/* Before anything was filled in: each type has its own nothing. */
static void test_attributes_of_nobody(void **state)
{
    static const struct hook_attribute none[] = { { SLICE(SHOE), SLICE("integer"), SLICE("") },
                                                  { SLICE(NEWS), SLICE("boolean"), SLICE("") } };
    struct hook_facts facts = facts_of(EXTENSION_ATTRIBUTES_START);

    (void)state;
    facts.identity = SLICE("ada@example.org");
    facts.attributes = none;
    facts.attribute_count = 2;
    expect(&facts, HEAD("attributeCollectionStart", "onAttributeCollectionStartCalloutData") CLIENT("en-us") PRINCIPALS
           "},\"userSignUpInfo\":{\"attributes\":{\"" SHOE
           "\":" OTHER_VALUE("int64", "0") ",\"" NEWS "\":" OTHER_VALUE("boolean", "false") "}," IDENTITIES "}}}");
    facts.attribute_count = 0;
    expect(&facts, HEAD("attributeCollectionStart", "onAttributeCollectionStartCalloutData") CLIENT("en-us") PRINCIPALS
           "},\"userSignUpInfo\":{\"attributes\":{}," IDENTITIES "}}}");
}

static void test_sending(void **state)
{
    struct hook_facts facts = facts_of(EXTENSION_OTP_SEND);

    (void)state;
    facts.to = SLICE("ada@example.org");
    facts.code = SLICE("01234567");
    facts.request_type = "forgotPassword";
    expect(&facts,
           HEAD("emailOtpSend", "onOtpSendCalloutData")
               CLIENT("en-us") "\"requestType\":\"forgotPassword\"," PRINCIPALS
                               "},\"otpContext\":{\"identifier\":\"ada@example.org\",\"oneTimeCode\":\"01234567\"}}}");
    facts.event = EXTENSION_SMS_SEND;
    facts.to = SLICE("+4791234567");
    facts.request_type = "signIn";
    expect(&facts,
           HEAD("smsOtpSend", "onOtpSendCalloutData")
               CLIENT("en-us") "\"requestType\":\"signIn\"," PRINCIPALS
                               "},\"otpContext\":{\"identifier\":\"+4791234567\",\"oneTimeCode\":\"01234567\"}}}");
}

/* A code that is sent again long after: neither application nor client are known any more. */
static void test_what_is_not_known(void **state)
{
    struct hook_facts facts = facts_of(EXTENSION_OTP_SEND);
    struct json_t *json, *data, *context, *client;
    struct slice text;
    struct buf out;

    (void)state;
    facts.application = NULL;
    facts.client_address = "";
    buf_init(&out, room, sizeof room);
    hook_envelope(&facts, &out);
    assert_int_equal(json_in_parse(buf_slice(&out), ROOM, &json).code, ERR_OK);
    assert_int_equal(json_in_text(json, "source", &text).code, ERR_OK);
    assert_true(slice_eq(text, SLICE("/tenants/" TENANT "/applications/00000000-0000-0000-0000-000000000000")));
    assert_int_equal(json_in_object(json, "data", &data).code, ERR_OK);
    assert_int_equal(json_in_object(data, "authenticationContext", &context).code, ERR_OK);
    assert_int_equal(json_in_object(context, "clientServicePrincipal", &client).code, ERR_NOT_FOUND);
    assert_int_equal(json_in_text(context, "requestType", &text).code, ERR_NOT_FOUND);
    assert_int_equal(json_in_object(context, "client", &client).code, ERR_OK);
    assert_int_equal(json_in_text(client, "ip", &text).code, ERR_NOT_FOUND);
    json_in_free(json);
}

/* The longest name that a manifest may declare is there, with whatever characters it and its value have. */
static void test_long_and_odd(void **state)
{
    static char name[128 + 1];
    const struct hook_attribute odd[] = { { { name, 128 }, SLICE("string"), SLICE("a\0b\xff\"\\\n") } };
    struct hook_facts facts = facts_of(EXTENSION_ATTRIBUTES_SUBMIT);
    struct json_t *json, *data, *info, *values, *value;
    struct slice text;
    struct buf out;

    (void)state;
    memset(name, '"', sizeof name - 1);
    facts.attributes = odd;
    facts.attribute_count = 1;
    buf_init(&out, room, sizeof room);
    hook_envelope(&facts, &out);
    assert_null(memchr(out.p, '\0', out.n));
    char *escaped = memmem(out.p, out.n, "\\u0000", 6); /* our reader takes no NUL, whoever sends it */
    assert_non_null(escaped);
    escaped[5] = '1';
    assert_int_equal(json_in_parse(buf_slice(&out), ROOM, &json).code, ERR_OK);
    assert_int_equal(json_in_object(json, "data", &data).code, ERR_OK);
    assert_int_equal(json_in_object(data, "userSignUpInfo", &info).code, ERR_OK);
    assert_int_equal(json_in_object(info, "attributes", &values).code, ERR_OK);
    assert_int_equal(json_in_object(values, name, &value).code, ERR_OK);
    assert_int_equal(json_in_text(value, "value", &text).code, ERR_OK);
    assert_true(slice_eq(text, SLICE("a\1b\xef\xbf\xbd\"\\\n")));
    json_in_free(json);
}

static void test_no_room(void **state)
{
    struct hook_facts facts = facts_of(EXTENSION_ATTRIBUTES_SUBMIT);
    struct buf out;

    (void)state;
    facts.attributes = attributes;
    facts.attribute_count = sizeof attributes / sizeof attributes[0];
    buf_init(&out, room, sizeof room);
    hook_envelope(&facts, &out);
    size_t needed = out.n;
    for (size_t cap = 0; cap <= needed; cap++) {
        buf_init(&out, room, cap);
        hook_envelope(&facts, &out);
        assert_int_equal(buf_ok(&out), cap == needed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_issuance),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_attributes_of_nobody),
        cmocka_unit_test(test_sending),
        cmocka_unit_test(test_what_is_not_known),
        cmocka_unit_test(test_long_and_odd),
        cmocka_unit_test(test_no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
