/* SPDX-License-Identifier: Apache-2.0 */
#include "hook/envelope.h"

#include "wire/json_out.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 128 + 1 }; /* names of attributes are as long as the manifests let them be */

static const struct {
    const char *type;
    const char *data;
} events[EXTENSION_EVENTS] = {
    [EXTENSION_ATTRIBUTES_START] = { "attributeCollectionStart", "onAttributeCollectionStartCalloutData" },
    [EXTENSION_ATTRIBUTES_SUBMIT] = { "attributeCollectionSubmit", "onAttributeCollectionSubmitCalloutData" },
    [EXTENSION_TOKEN_ISSUANCE] = { "tokenIssuanceStart", "onTokenIssuanceStartCalloutData" },
    [EXTENSION_OTP_SEND] = { "emailOtpSend", "onOtpSendCalloutData" },
    [EXTENSION_SMS_SEND] = { "smsOtpSend", "onOtpSendCalloutData" },
};

static void put_graph_type(struct json *j, const char *key, const char *prefix, const char *name)
{
    char text[NAME_SIZE];

    snprintf(text, sizeof text, "microsoft.graph.%s%s", prefix, name);
    json_cstr(j, key, text);
}

static void put_guid(struct json *j, const char *key, struct guid id)
{
    json_cstr(j, key, guid_format(id).c);
}

static void put_if_any(struct json *j, const char *key, struct slice value)
{
    if (value.n > 0)
        json_text(j, key, value);
}

static void put_principal(struct json *j, const char *key, const struct application *app)
{
    if (app == NULL)
        return;
    json_object(j, key);
    put_guid(j, "id", app->client_id);
    put_guid(j, "appId", app->client_id);
    json_text(j, "appDisplayName", app->name);
    json_text(j, "displayName", app->name);
    json_end(j);
}

/* As in Graph: "2026-07-22T10:15:30Z". */
static void put_time(struct json *j, const char *key, instant at)
{
    struct clock_text text = clock_format(at);
    char *blank = memchr(text.c, ' ', CLOCK_TEXT);

    if (blank != NULL)
        *blank = 'T';
    json_cstr(j, key, text.c);
}

static void put_user(struct json *j, const struct user *user)
{
    if (user == NULL)
        return;
    json_object(j, "user");
    put_time(j, "createdDateTime", user->created_at);
    put_if_any(j, "displayName", slice_of(user->display_name));
    put_if_any(j, "givenName", slice_of(user->given_name));
    put_guid(j, "id", user->id);
    json_cstr(j, "mail", user->email);
    put_if_any(j, "surname", slice_of(user->surname));
    json_cstr(j, "userPrincipalName", user->email);
    json_cstr(j, "userType", "Member");
    json_end(j);
}

static void put_context(struct json *j, const struct hook_facts *f)
{
    struct slice locale = f->locale.n > 0 ? f->locale : SLICE("en-us");

    json_object(j, "authenticationContext");
    put_guid(j, "correlationId", f->correlation_id);
    json_object(j, "client");
    put_if_any(j, "ip", slice_of(f->client_address));
    json_text(j, "locale", locale);
    json_text(j, "market", locale);
    json_end(j);
    json_cstr(j, "protocol", "OAUTH2.0");
    if (f->request_type != NULL)
        json_cstr(j, "requestType", f->request_type);
    put_principal(j, "clientServicePrincipal", f->application);
    put_principal(j, "resourceServicePrincipal", f->application);
    put_user(j, f->user);
    json_end(j);
}

static void put_typed_value(struct json *j, const struct hook_attribute *attribute)
{
    uint64_t number = 0;

    if (slice_eq(attribute->type, SLICE("integer"))) {
        put_graph_type(j, "@odata.type", "", "int64DirectoryAttributeValue");
        struct slice digits = attribute->value;
        bool negative = digits.n > 0 && digits.p[0] == '-';
        (void)slice_to_u64(negative ? slice_from(digits, 1) : digits, INT64_MAX, &number);
        json_number(j, "value", negative ? -(int64_t)number : (int64_t)number);
    } else if (slice_eq(attribute->type, SLICE("boolean"))) {
        put_graph_type(j, "@odata.type", "", "booleanDirectoryAttributeValue");
        json_flag(j, "value", slice_eq(attribute->value, SLICE("true")));
    } else {
        put_graph_type(j, "@odata.type", "", "stringDirectoryAttributeValue");
        json_text(j, "value", attribute->value);
    }
}

/* A key must end with NUL for the writer. */
static void put_attribute(struct json *j, const struct hook_attribute *attribute)
{
    char name[NAME_SIZE];
    bool custom = slice_starts(attribute->name, SLICE("extension_"));

    if (!slice_to_cstr(attribute->name, name, sizeof name))
        return;
    json_object(j, name);
    put_typed_value(j, attribute);
    json_cstr(j, "attributeType", custom ? "directorySchemaExtension" : "builtIn");
    json_end(j);
}

static void put_sign_up(struct json *j, const struct hook_facts *f)
{
    json_object(j, "userSignUpInfo");
    json_object(j, "attributes");
    for (size_t i = 0; i < f->attribute_count; i++)
        put_attribute(j, &f->attributes[i]);
    json_end(j);
    json_array(j, "identities");
    json_object(j, NULL);
    json_cstr(j, "signInType", "email");
    json_text(j, "issuer", f->tenant->domain);
    json_text(j, "issuerAssignedId", f->identity);
    json_end(j);
    json_end(j);
    json_end(j);
}

static void put_code(struct json *j, const struct hook_facts *f)
{
    json_object(j, "otpContext");
    json_text(j, "identifier", f->to);
    json_text(j, "oneTimeCode", f->code);
    json_end(j);
}

static void put_source(struct json *j, const struct hook_facts *f)
{
    struct guid_text tenant = guid_format(f->tenant->id);
    struct guid app = { { 0 } };
    char text[NAME_SIZE];

    if (f->application != NULL)
        app = f->application->client_id;
    snprintf(text, sizeof text, "/tenants/%s/applications/%s", tenant.c, guid_format(app).c);
    json_cstr(j, "source", text);
}

void hook_envelope(const struct hook_facts *f, struct buf *out)
{
    struct json j;

    json_start(&j, out);
    json_object(&j, NULL);
    put_graph_type(&j, "type", "authenticationEvent.", events[f->event].type);
    put_source(&j, f);
    json_object(&j, "data");
    put_graph_type(&j, "@odata.type", "", events[f->event].data);
    put_guid(&j, "tenantId", f->tenant->id);
    put_guid(&j, "authenticationEventListenerId", f->extension->id);
    put_guid(&j, "customAuthenticationExtensionId", f->extension->id);
    put_context(&j, f);
    if (f->event == EXTENSION_ATTRIBUTES_START || f->event == EXTENSION_ATTRIBUTES_SUBMIT)
        put_sign_up(&j, f);
    if (f->event == EXTENSION_OTP_SEND || f->event == EXTENSION_SMS_SEND)
        put_code(&j, f);
    json_end(&j);
    json_end(&j);
}

bool hook_event_of(struct slice type, enum extension_event *out)
{
    const struct slice prefix = SLICE("microsoft.graph.authenticationEvent.");

    if (!slice_starts(type, prefix))
        return false;
    for (size_t i = 0; i < EXTENSION_EVENTS; i++)
        if (slice_eq(slice_from(type, prefix.n), slice_of(events[i].type))) {
            *out = (enum extension_event)i;
            return true;
        }
    return false;
}
