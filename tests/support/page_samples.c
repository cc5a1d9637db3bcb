/* SPDX-License-Identifier: Apache-2.0 */
#include "support/page_samples.h"

#define S(text)                  \
    {                            \
        (text), sizeof(text) - 1 \
    }

/* ---- the tenants ---- */

static const struct tenant plain = { .id = { { 0x72, 0xf9, 0x88, 0xbf, 1 } },
                                     .name = S("petstore"),
                                     .domain = S("petstore.onmicrosoft.com"),
                                     .display_name = S("Petstore") };

static const struct text_override own_texts[] = {
    { S("en"), S("SignIn_Title"), S("Welcome back") },
    { S("en"), S("SignIn_Description"), S("Your garden is waiting at {{app}}.") },
    { S("de"), S("SignIn_Title"), S("Schön, dass du wieder da bist") },
    { S("en"), S("Attribute_extension_0123456789abcdef_favouritePlant"), S("Favourite plant") },
};

#define LOGO                                                                                                           \
    "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%20190%2040'%3E%3Cpath%20"         \
    "fill='%231b7f4b'%20d='M20%204c9%200%2016%207%2016%2016s-7%2016-16%2016S4%2029%204%2020c0-9%207-16%2016-16z'/%3E"  \
    "%3Cpath%20fill='%23fff'%20d='M19%2031V21c-6%200-9-4-9-9%206%200%2010%203%2010%208%200-4%204-7%209-7%200%205-3%20" \
    "8-8%208v10z'/%3E%3Ctext%20x='46'%20y='28'%20font-family='sans-serif'%20font-size='23'%20font-weight='700'%20"     \
    "fill='%231b7f4b'%3EWoodgrove%3C/text%3E%3C/svg%3E"
#define PICTURE                                                                                                       \
    "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%201200%20800'%20"                \
    "preserveAspectRatio='xMidYMid%20slice'%3E%3Crect%20width='1200'%20height='800'%20fill='%23dcebd9'/%3E%3Cpath%20" \
    "fill='%23b4d3ae'%20d='M0%20520C300%20420%20500%20600%20760%20520s300-160%20440-60v340H0z'/%3E%3Cpath%20"         \
    "fill='%237fb27c'%20d='M0%20640c260-90%20460%2060%20700-10s340-120%20500-50v220H0z'/%3E%3Cpath%20"                \
    "fill='%233f8457'%20d='M0%20730c320-60%20520%2030%20760-10s300-50%20440-20v100H0z'/%3E%3C/svg%3E"

static const struct tenant branded = {
    .id = { { 0x72, 0xf9, 0x88, 0xbf, 2 } },
    .name = S("woodgrove"),
    .domain = S("woodgrove.onmicrosoft.com"),
    .display_name = S("Woodgrove"),
    .branding = { .logo_url = S(LOGO),
                  .accent_color = S("#1b7f4b"),
                  .background_color = S("#dcebd9"),
                  .background_image_url = S(PICTURE),
                  .favicon_url = S(LOGO),
                  .username_hint = S("you@woodgrove.example"),
                  .sign_in_text = S("Members only. **Questions?** See [our help](https://woodgrove.example/help)."),
                  .terms_url = S("https://woodgrove.example/terms"),
                  .privacy_url = S("https://woodgrove.example/privacy"),
                  .custom_css = S("h1{letter-spacing:-.02em}"),
                  .texts = own_texts,
                  .text_count = sizeof own_texts / sizeof own_texts[0] }
};

const struct tenant *page_sample_branded(void)
{
    return &branded;
}

/* ---- what stands on the pages ---- */

static const struct page_field hidden[] = {
    { S("ticket"), S("v1.AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKKKLLLLMMMMNNNNOOOOPPPPQQQQRRRRSSSSTTTTUUUUVVVV") },
    { S("page"), S("sign_in") },
    { S("continuation_token"),
      S("AQAAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKKKLLLLMMMMNNNNOOOOPPPPQQQQRRRRSSSSTTTT") },
};

static const struct page_field answer[] = { { S("code"), S("1.AXoA-made-up-code") },
                                            { S("state"), S("eyJpZCI6IjEifQ==|a:b") } };

static const struct page_choice accounts[] = {
    { S("6b1f0d6c-0000-4000-8000-000000000001"), S("Sam Taylor"), S("sam@petstore.example") },
    { S("6b1f0d6c-0000-4000-8000-000000000002"), S("Zoë Ångström"),
      S("zoe.angstrom@a-rather-long-domain-name.example") },
    { S("6b1f0d6c-0000-4000-8000-000000000003"), S(""), S("kim@petstore.example") },
};
static const struct page_choice methods[] = {
    { S("1a1f0d6c-0000-4000-8000-000000000001"), S("s***@p***.example"), S("email") },
    { S("1a1f0d6c-0000-4000-8000-000000000002"), S("+44 *******123"), S("sms") },
};
static const struct page_choice channels[] = { { S("email"), S(""), S("email") }, { S("sms"), S(""), S("sms") } };

static const struct slice colours[] = { S("Red"), S("Green"), S("Blue") };
static const struct slice topics[] = { S("News"), S("Offers, at most weekly"), S("**Events** near you") };
static const struct flow_attribute asked[] = {
    { .name = S("displayName"), .type = S("string"), .required = true },
    { .name = S("country"), .type = S("string") },
    { .name = S("loyaltyNumber"), .type = S("integer"), .label = S("Loyalty number"), .input = INPUT_NUMBER },
    { .name = S("colour"),
      .type = S("string"),
      .label = S("Favourite colour"),
      .required = true,
      .input = INPUT_RADIO,
      .options = { colours, 3 } },
    { .name = S("topics"),
      .type = S("string"),
      .label = S("Send me"),
      .input = INPUT_CHECKBOXES,
      .options = { topics, 3 } },
    { .name = S("termsOfUse"),
      .type = S("boolean"),
      .label = S("I agree to the [terms of use](https://petstore.example/terms) and have read the "
                 "[privacy statement](https://petstore.example/privacy)"),
      .required = true,
      .input = INPUT_CHECKBOX },
};
static const struct page_attribute fresh[] = {
    { .attribute = &asked[0], .value = S("") }, { .attribute = &asked[1], .value = S("Norway") },
    { .attribute = &asked[2], .value = S("") }, { .attribute = &asked[3], .value = S("Green") },
    { .attribute = &asked[4], .value = S("") }, { .attribute = &asked[5], .value = S("") },
};
static const struct page_attribute wrong[] = {
    { .attribute = &asked[0], .value = S(""), .missing = true },
    { .attribute = &asked[1], .value = S("Atlantis"), .problem = S("We don’t deliver to Atlantis yet.") },
    { .attribute = &asked[2], .value = S("12a"), .invalid = true },
    { .attribute = &asked[3], .value = S(""), .missing = true },
    { .attribute = &asked[4], .value = S("News,**Events** near you") },
    { .attribute = &asked[5], .value = S(""), .missing = true },
};
static const struct slice frames[] = { S("https://app.petstore.example/logout?sid=1&iss=2") };

/* ---- the samples ---- */

/* A sample says what it has in common with others first, and then what is its own. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define PAGE(its_kind)                                                                           \
    .kind = PAGE_##its_kind, .tenant = &plain, .language = S("en"), .app_name = S("Petstore"),   \
    .form_target = S("https://app.petstore.example/callback"), .nonce = S("bm9uY2Utbm9uY2UtMQ"), \
    .trace_id = { { 0x0b, 0x5e, 3 } }, .correlation_id = { { 0x77, 0x01, 4 } }, .now = 1790000000
#define FORM(its_kind)                                                                                        \
    PAGE(its_kind), .action = S("/72f988bf-0100-0000-0000-000000000000/interact"), .hidden = hidden,          \
                    .hidden_count = sizeof hidden / sizeof hidden[0], .can_sign_up = true, .can_reset = true, \
                    .username = S("sam@petstore.example")
#define CODE FORM(CODE), .target = S("s***@p***.example"), .code_length = 8, .seconds = 30
#define LIST(items) .choices = (items), .choice_count = sizeof(items) / sizeof(items)[0]

static const struct page_sample samples[] = {
    { "sign-in", { FORM(SIGN_IN), .username = S("") } },
    { "sign-in-invalid", { FORM(SIGN_IN), .username = S("sam@"), .problem = ERROR_USERNAME_INVALID } },
    { "sign-in-unknown", { FORM(SIGN_IN), .username = S("who@petstore.example"), .problem = ERROR_USER_NOT_FOUND } },
    { "sign-in-locked", { FORM(SIGN_IN), .problem = ERROR_USER_LOCKED, .seconds = 540 } },
    { "sign-in-branded", { FORM(SIGN_IN), .tenant = &branded, .app_name = S("Woodgrove Garden"), .username = S("") } },
    { "sign-up", { FORM(SIGN_UP), .username = S("") } },
    { "sign-up-exists", { FORM(SIGN_UP), .problem = ERROR_USER_EXISTS } },
    { "reset", { FORM(RESET) } },
    { "code", { CODE } },
    { "code-wrong", { CODE, .seconds = 0, .problem = ERROR_CODE_WRONG } },
    { "code-sent-again", { CODE, .sent_again = true } },
    { "code-exhausted", { CODE, .seconds = 86, .problem = ERROR_CODES_EXHAUSTED } },
    { "code-sms", { CODE, .channel = PAGE_BY_SMS, .target = S("+44 *******123"), .code_length = 6 } },
    { "code-branded", { CODE, .tenant = &branded, .app_name = S("Woodgrove Garden") } },
    { "password", { FORM(PASSWORD) } },
    { "password-wrong", { FORM(PASSWORD), .problem = ERROR_PASSWORD_WRONG } },
    { "new-password", { FORM(NEW_PASSWORD) } },
    { "new-password-weak", { FORM(NEW_PASSWORD), .problem = ERROR_PASSWORD_TOO_WEAK } },
    { "new-password-mismatch", { FORM(NEW_PASSWORD), .mismatch = true } },
    { "attributes", { FORM(ATTRIBUTES), .attributes = fresh, .attribute_count = sizeof fresh / sizeof fresh[0] } },
    { "attributes-wrong",
      { FORM(ATTRIBUTES), .attributes = wrong, .attribute_count = sizeof wrong / sizeof wrong[0],
        .problem = ERROR_ATTRIBUTES_INVALID } },
    { "methods", { FORM(METHODS), LIST(methods) } },
    { "methods-none", { FORM(METHODS), LIST(methods), .problem = ERROR_METHOD_ID_INVALID } },
    { "contact", { FORM(CONTACT), LIST(channels) } },
    { "contact-invalid", { FORM(CONTACT), LIST(channels), .problem = ERROR_CONTACT_INVALID } },
    { "contact-email", { FORM(CONTACT), .choices = channels, .choice_count = 1 } },
    { "picker", { FORM(PICKER), LIST(accounts) } },
    { "stay", { FORM(STAY) } },
    { "sign-out", { FORM(SIGN_OUT), LIST(accounts) } },
    { "signed-out", { PAGE(SIGNED_OUT) } },
    { "signed-out-frames",
      { PAGE(SIGNED_OUT), .frames = frames, .frame_count = 1, .link = S("https://app.petstore.example/bye?state=1") } },
    { "device", { PAGE(DEVICE), .tenant = NULL, .action = S("/devicelogin") } },
    { "device-wrong",
      { PAGE(DEVICE), .tenant = NULL, .action = S("/devicelogin"), .username = S("BCDF-GHJ"),
        .problem = ERROR_USER_CODE_WRONG } },
    { "device-ask", { FORM(DEVICE_ASK), .app_name = S("Petstore TV") } },
    { "device-done", { PAGE(DEVICE_DONE) } },
    { "device-declined", { PAGE(DEVICE_DECLINED) } },
    { "blocked", { PAGE(BLOCKED), .problem = ERROR_SIGN_UP_BLOCKED } },
    { "blocked-words",
      { PAGE(BLOCKED), .problem = ERROR_SIGN_UP_BLOCKED, .title = S("Not in your country yet"),
        .message = S("We open there in spring. Thank you for your patience.") } },
    { "error",
      { PAGE(ERROR), .problem = ERROR_REDIRECT_URI_UNKNOWN,
        .message = S("AADSTS50011: The redirect_uri of the request is not registered for the application.") } },
    { "error-bare", { PAGE(ERROR), .tenant = NULL, .app_name = S(""), .problem = ERROR_TENANT_UNKNOWN } },
    { "form-post",
      { PAGE(FORM_POST), .action = S("https://app.petstore.example/callback"), .hidden = answer, .hidden_count = 2 } },
};

const struct page_sample *page_samples(size_t *n)
{
    *n = sizeof samples / sizeof samples[0];
    return samples;
}
