/* SPDX-License-Identifier: Apache-2.0 */
/* page_render: every page says what it must, well-formed, whatever it is told. */
#include "support/page_markup.h"
#include "support/page_samples.h"

#include "base/limits.h"
#include "pages/pages.h"
#include "pages/texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char space[LIMIT_PAGE];

static const char *render(const struct page *page)
{
    struct buf out;

    buf_init(&out, space, sizeof space);
    assert_true(err_is_ok(page_render(page, &out)));
    buf_putc(&out, '\0');
    assert_true(buf_ok(&out));
    return space;
}

static void every_sample_is_well_formed(void **state)
{
    size_t n;
    const struct page_sample *samples = page_samples(&n);

    (void)state;
    for (size_t i = 0; i < n; i++) {
        const char *fault = markup_fault(render(&samples[i].page));
        if (fault != NULL)
            fail_msg("%s: %s", samples[i].name, fault);
    }
}

static void every_kind_takes_every_problem(void **state)
{
    size_t n;
    const struct page_sample *samples = page_samples(&n);

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (int problem = ERROR_NONE; problem < ERROR_COUNT; problem++) {
            struct page page = samples[i].page;
            page.problem = (enum error_id)problem;
            const char *fault = markup_fault(render(&page));
            if (fault != NULL)
                fail_msg("%s, error %d: %s", samples[i].name, problem, fault);
        }
}

static void every_language_renders_every_sample(void **state)
{
    size_t n;
    const struct page_sample *samples = page_samples(&n);

    (void)state;
    for (const char *const *language = texts_languages(); *language != NULL; language++)
        for (size_t i = 0; i < n; i++) {
            struct page page = samples[i].page;
            char wanted[64];
            page.language = slice_of(*language);
            const char *html = render(&page);
            snprintf(wanted, sizeof wanted, "<html lang=\"%s\" dir=\"%s\">", *language,
                     strcmp(*language, "ar") == 0 ? "rtl" : "ltr");
            assert_non_null(strstr(html, wanted));
            assert_null(markup_fault(html));
        }
}

/* ---- hostile facts ---- */

/* Ends every string and element it may stand in, and runs if it gets out. */
#define HOSTILE                                                                                        \
    "\"'></title></style></script><script>alert(1)</script>&amp;{{text app}}{0}**x**[a](javascript:b)" \
    "[c](https://d.example/\"onclick=\"e)\xff\xc3<img src=x onerror=f>\xe2\x80\xae\x01"

/* Every text that a page has, one after the other, in `of`. */
static size_t texts_in(struct page *page, struct tenant *tenant, struct slice **of)
{
    struct branding *look = &tenant->branding;
    struct slice *const all[] = {
        &page->app_name,      &page->form_target,      &page->action,         &page->nonce,
        &page->username,      &page->target,           &page->title,          &page->message,
        &page->link,          &tenant->name,           &tenant->display_name, &look->logo_url,
        &look->accent_color,  &look->background_color, &look->favicon_url,    &look->background_image_url,
        &look->username_hint, &look->sign_in_text,     &look->terms_url,      &look->privacy_url
    };

    memcpy(of, all, sizeof all);
    return sizeof all / sizeof all[0];
}

static void assert_harmless(const struct page *page, const char *what)
{
    const char *html = render(page);
    const char *fault = markup_fault(html);

    if (fault != NULL)
        fail_msg("%s: %s", what, fault);
    /* hosted.js is the only script, and no address starts one. */
    const char *script = strstr(html, "<script");
    assert_non_null(script);
    assert_null(strstr(script + 1, "<script"));
    assert_null(strstr(html, "=\"javascript:"));
}

static void no_text_gets_out_of_its_place(void **state)
{
    size_t n;
    const struct page_sample *samples = page_samples(&n);
    struct slice *of[32];

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0, count = 1; k < count; k++) {
            struct page page = samples[i].page;
            struct tenant tenant = *page_sample_branded();
            page.tenant = &tenant;
            count = texts_in(&page, &tenant, of);
            *of[k] = SLICE(HOSTILE);
            assert_harmless(&page, samples[i].name);
        }
}

static void no_item_gets_out_of_its_place(void **state)
{
    const struct slice hostile = SLICE(HOSTILE);
    const struct page_field field = { hostile, hostile };
    const struct page_choice choice = { hostile, hostile, hostile };
    const struct text_override own[] = { { SLICE("en"), SLICE("sign_in_title"), hostile },
                                         { SLICE("en"), SLICE("error_mark"), hostile },
                                         { SLICE("en"), SLICE("next"), hostile },
                                         { SLICE("en"), SLICE("address_invalid"), hostile } };
    size_t n;
    const struct page_sample *samples = page_samples(&n);

    (void)state;
    for (size_t i = 0; i < n; i++)
        for (int input = INPUT_TEXT; input < INPUTS; input++) {
            const struct flow_attribute attribute = { .name = hostile,
                                                      .label = hostile,
                                                      .input = (enum attribute_input)input,
                                                      .options = { &hostile, 1 },
                                                      .required = true };
            const struct page_attribute typed = { &attribute, hostile, false, false, hostile };
            struct page page = samples[i].page;
            struct tenant tenant = *page_sample_branded();
            tenant.branding.texts = own;
            tenant.branding.text_count = sizeof own / sizeof own[0];
            page.tenant = &tenant;
            page.hidden = &field, page.hidden_count = 1;
            page.choices = &choice, page.choice_count = 1;
            page.attributes = &typed, page.attribute_count = 1;
            page.frames = &hostile, page.frame_count = 1;
            assert_harmless(&page, samples[i].name);
        }
}

/* ---- what pages say ---- */

static const struct page *sample(const char *name)
{
    size_t n;
    const struct page_sample *samples = page_samples(&n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(samples[i].name, name) == 0)
            return &samples[i].page;
    fail_msg("no sample %s", name);
    return NULL;
}

static void assert_says(const char *name, const char *wanted, bool says)
{
    if ((strstr(render(sample(name)), wanted) != NULL) != says)
        fail_msg("%s: %s%s", name, says ? "" : "not ", wanted);
}

/* The inputs and buttons that page.h promises for each kind. */
static void every_page_has_its_inputs(void **state)
{
    static const struct {
        const char *sample, *has;
    } cases[] = {
        { "sign-in", "name=\"username\" type=\"email\" autocomplete=\"username\"" },
        { "sign-in", "name=\"do\" value=\"next\"" },
        { "sign-in", "name=\"do\" value=\"sign_up\"" },
        { "sign-up", "name=\"username\" type=\"email\" autocomplete=\"email\"" },
        { "sign-up", "name=\"do\" value=\"sign_in\"" },
        { "reset", "name=\"do\" value=\"sign_in\"" },
        { "code", "name=\"oob\" type=\"text\" inputmode=\"numeric\" autocomplete=\"one-time-code\"" },
        { "code", "name=\"do\" value=\"resend\" data-wait=\"30\"" },
        { "code", "name=\"do\" value=\"back\"" },
        { "password", "name=\"password\" type=\"password\" autocomplete=\"current-password\"" },
        { "password", "autocomplete=\"username\" value=\"sam@petstore.example\" hidden" },
        { "password", "name=\"do\" value=\"forgot\"" },
        { "password", "name=\"do\" value=\"back\"" },
        { "new-password", "name=\"password\" type=\"password\" autocomplete=\"new-password\"" },
        { "new-password", "name=\"password2\" type=\"password\" autocomplete=\"new-password\"" },
        { "attributes", "name=\"attr.displayName\" type=\"text\" autocomplete=\"name\"" },
        { "attributes", "name=\"attr.loyaltyNumber\" type=\"text\" inputmode=\"numeric\"" },
        { "attributes", "name=\"attr.colour\" type=\"radio\" value=\"Green\" checked required" },
        { "attributes", "name=\"attr.topics\" type=\"checkbox\" value=\"News\">" },
        { "attributes-wrong", "name=\"attr.topics\" type=\"checkbox\" value=\"News\" checked" },
        { "attributes", "name=\"attr.termsOfUse\" type=\"checkbox\" value=\"true\" required" },
        { "methods", "name=\"id\" value=\"1a1f0d6c-0000-4000-8000-000000000002\"" },
        { "contact", "type=\"radio\" name=\"challenge_channel\" value=\"sms\"" },
        { "contact", "name=\"challenge_target\" type=\"text\"" },
        { "contact-email", "type=\"hidden\" name=\"challenge_channel\" value=\"email\"" },
        { "contact-email", "name=\"challenge_target\" type=\"email\" autocomplete=\"email\"" },
        { "picker", "name=\"session\" value=\"6b1f0d6c-0000-4000-8000-000000000002\"" },
        { "picker", "name=\"do\" value=\"other\"" },
        { "stay", "name=\"do\" value=\"yes\"" },
        { "stay", "name=\"do\" value=\"no\"" },
        { "sign-out", "name=\"do\" value=\"all\"" },
        { "signed-out-frames", "src=\"https://app.petstore.example/logout?sid=1&amp;iss=2\"" },
        { "signed-out-frames", "id=\"go-on\" href=\"https://app.petstore.example/bye?state=1\"" },
        { "device", "action=\"/devicelogin\"" },
        { "device-wrong", "name=\"user_code\"" },
        { "device-ask", "name=\"do\" value=\"allow\"" },
        { "device-ask", "name=\"do\" value=\"decline\"" },
        { "error", "0b5e0300-0000-0000-0000-000000000000" },
        { "error", "77010400-0000-0000-0000-000000000000" },
        { "error", "2026-09-21 14:13:20Z" },
        { "form-post", "action=\"https://app.petstore.example/callback\"" },
        { "form-post", "name=\"state\" value=\"eyJpZCI6IjEifQ==|a:b\"" },
        { "blocked-words", "<title>Not in your country yet · Petstore</title>" },
        { "sign-in-branded", "<bdi>Woodgrove Garden</bdi>" },
        { "sign-in-branded", ":root{--accent:#1b7f4b;--accent-text:#ffffff;" },
        { "sign-in-branded", "/72f988bf-0200-0000-0000-000000000000/branding.css" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_says(cases[i].sample, cases[i].has, true);
}

static void problems_are_told_where_they_are(void **state)
{
    static const struct {
        const char *sample, *text;
        bool says;
    } cases[] = {
        { "code", "<title>Enter code", true },
        { "code", "aria-invalid", false },
        { "code", "role=\"alert\"", false },
        { "code-wrong", "<title>Error: Enter code", true },
        { "code-wrong", "aria-describedby=\"problem help\" aria-invalid=\"true\"", true },
        { "code-wrong", "id=\"problem\" role=\"alert\"><span>This code is wrong", true },
        { "code-wrong", "class=\"alert\"", false },
        { "code-wrong", "data-wait", false },
        { "code-exhausted", "class=\"alert\" role=\"alert\"", true },
        { "code-exhausted", "aria-invalid", false },
        { "code-exhausted", "in <bdi>86 s</bdi>", true },
        { "sign-in-locked", "in <bdi>9 min</bdi>", true },
        { "sign-in-unknown", "There is no account with this address.", true },
        { "sign-up-exists", "There is an account with this address already.", true },
        { "new-password-mismatch", "<title>Error: ", true },
        { "new-password-mismatch", "aria-invalid=\"true\" aria-describedby=\"mismatch\"", true },
        { "attributes-wrong", "<a href=\"#a0\"><bdi>Display name", true },
        { "attributes-wrong", "aria-describedby=\"p1\"", true },
        { "attributes-wrong", "We don’t deliver to Atlantis yet.", true },
        { "code-sent-again", "role=\"status\"", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_says(cases[i].sample, cases[i].text, cases[i].says);
}

/* What somebody typed into a field for secrets never comes back. */
static void secrets_are_not_echoed(void **state)
{
    static const char *const names[] = { "code-wrong", "password-wrong", "new-password-weak" };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const char *html = render(sample(names[i]));
        const char *input = strstr(html, i == 0 ? "<input id=\"oob\"" : "<input id=\"password\"");
        assert_non_null(input);
        assert_null(memmem(input, strcspn(input, ">"), " value=", 7));
    }
}

static void buttons_are_offered_where_they_lead_somewhere(void **state)
{
    struct page page = *sample("sign-in");

    (void)state;
    page.can_sign_up = false;
    assert_null(strstr(render(&page), "sign_up"));
    page = *sample("password");
    page.can_reset = false;
    assert_null(strstr(render(&page), "forgot"));
}

/* A required detail that is missing is no error of the flow: the page is shown again, and tells it all the same. */
static void missing_details_are_told_without_an_error(void **state)
{
    struct page page = *sample("attributes-wrong");

    (void)state;
    page.problem = ERROR_NONE;
    assert_non_null(strstr(render(&page), "<title>Error: Add details"));
    assert_non_null(strstr(render(&page), "<a href=\"#a0\"><bdi>Display name"));
    page = *sample("attributes");
    assert_null(strstr(render(&page), "Error: "));
    assert_null(strstr(render(&page), "role=\"alert\""));
}

static void the_operators_words_are_used(void **state)
{
    static const struct text_override own[] = { { { "en", 2 }, { "SignIn_Title", 12 }, { "Hello from {0}", 14 } } };
    struct tenant tenant = *page_sample_branded();
    struct page page = *sample("sign-in");

    (void)state;
    tenant.branding.texts = own;
    tenant.branding.text_count = 1;
    page.tenant = &tenant;
    assert_non_null(strstr(render(&page), "<h1>Hello from <bdi>Petstore</bdi></h1>"));
    assert_non_null(strstr(render(&page), "<title>Hello from Petstore · Woodgrove</title>"));
}

/* ---- sizes ---- */

static void a_page_is_small(void **state)
{
    size_t n, files = page_find(SLICE("hosted.css"))->bytes.n + page_find(SLICE("hosted.js"))->bytes.n;
    const struct page_sample *samples = page_samples(&n);

    (void)state;
    for (size_t i = 0; i < n; i++)
        if (strlen(render(&samples[i].page)) + files > 40000)
            fail_msg("%s: %zu bytes", samples[i].name, strlen(render(&samples[i].page)) + files);
}

static void any_room_is_enough_or_refused(void **state)
{
    const struct page *page = sample("attributes-wrong");
    size_t whole = strlen(render(page));
    struct buf out;

    (void)state;
    for (size_t cap = 0; cap < whole + 2; cap += 37) {
        buf_init(&out, space, cap);
        err e = page_render(page, &out);
        assert_int_equal(e.code, cap < whole ? ERR_FULL : ERR_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_is_well_formed),
        cmocka_unit_test(every_kind_takes_every_problem),
        cmocka_unit_test(every_language_renders_every_sample),
        cmocka_unit_test(no_text_gets_out_of_its_place),
        cmocka_unit_test(no_item_gets_out_of_its_place),
        cmocka_unit_test(every_page_has_its_inputs),
        cmocka_unit_test(problems_are_told_where_they_are),
        cmocka_unit_test(secrets_are_not_echoed),
        cmocka_unit_test(buttons_are_offered_where_they_lead_somewhere),
        cmocka_unit_test(missing_details_are_told_without_an_error),
        cmocka_unit_test(the_operators_words_are_used),
        cmocka_unit_test(a_page_is_small),
        cmocka_unit_test(any_room_is_enough_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
