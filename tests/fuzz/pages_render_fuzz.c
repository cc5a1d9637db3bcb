/* SPDX-License-Identifier: Apache-2.0 */
/* Any page with any texts: it is well-formed or refused, and none of them runs. Two bytes choose kind and switches, one the error;
 * the rest are the texts, each ended by a line end. */
#include "support/page_markup.h"

#include "base/limits.h"
#include "pages/page.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char html[LIMIT_PAGE + 1];

/* The next text; the first one again and again once there are no more. */
static struct slice take(struct slice *rest, struct slice all)
{
    if (rest->n == 0)
        *rest = all;
    return slice_cut(*rest, '\n', rest);
}

static void check(const struct page *page)
{
    char policy[4096];
    struct buf out;

    buf_init(&out, html, LIMIT_PAGE);
    if (err_is_ok(page_render(page, &out))) {
        html[out.n] = '\0';
        ASSERT(strlen(html) == out.n);
        ASSERT(markup_fault(html) == NULL);
        const char *script = strstr(html, "<script");
        ASSERT(script != NULL && strstr(script + 1, "<script") == NULL);
    }
    if (err_is_ok(page_policy(page, policy, sizeof policy))) {
        size_t directives = 0;
        for (const char *c = policy; *c != '\0'; c++)
            directives += *c == ';';
        ASSERT(directives == (page->frame_count > 0 ? 7 : 6));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    const struct slice all = slice_bytes(data + 3, size - 3);
    struct slice rest = all;
    uint8_t bits = data[1];
    const struct page_field hidden = { take(&rest, all), take(&rest, all) };
    const struct page_choice choice = { take(&rest, all), take(&rest, all), take(&rest, all) };
    const struct slice options[] = { take(&rest, all), take(&rest, all) };
    const struct flow_attribute asked = { .name = take(&rest, all),
                                          .label = take(&rest, all),
                                          .input = (enum attribute_input)(bits % INPUTS),
                                          .options = { options, 2 },
                                          .required = (bits & 1) != 0 };
    const struct page_attribute typed = {
        .attribute = &asked, .value = take(&rest, all), .invalid = (bits & 2) != 0, .problem = take(&rest, all)
    };
    const struct text_override own[] = { { SLICE("en"), take(&rest, all), take(&rest, all) },
                                         { SLICE("en"), SLICE("error_mark"), take(&rest, all) } };
    const struct tenant tenant = { .display_name = take(&rest, all),
                                   .branding = { .logo_url = take(&rest, all),
                                                 .accent_color = take(&rest, all),
                                                 .background_color = take(&rest, all),
                                                 .background_image_url = take(&rest, all),
                                                 .username_hint = take(&rest, all),
                                                 .sign_in_text = take(&rest, all),
                                                 .terms_url = take(&rest, all),
                                                 .texts = own,
                                                 .text_count = 2 } };
    const struct slice frame = take(&rest, all);
    const struct page page = { .kind = (enum page_kind)(data[0] % PAGE_KINDS),
                               .tenant = (bits & 4) != 0 ? &tenant : NULL,
                               .language = (bits & 8) != 0 ? SLICE("ar") : SLICE("en"),
                               .app_name = take(&rest, all),
                               .form_target = take(&rest, all),
                               .action = take(&rest, all),
                               .nonce = take(&rest, all),
                               .hidden = &hidden,
                               .hidden_count = 1,
                               .problem = (enum error_id)(data[2] % ERROR_COUNT),
                               .seconds = (int64_t)(int8_t)data[1] * 1000,
                               .mismatch = (bits & 16) != 0,
                               .username = take(&rest, all),
                               .target = take(&rest, all),
                               .can_sign_up = true,
                               .can_reset = true,
                               .choices = &choice,
                               .choice_count = 1,
                               .attributes = &typed,
                               .attribute_count = 1,
                               .title = take(&rest, all),
                               .message = take(&rest, all),
                               .frames = &frame,
                               .frame_count = (bits & 32) != 0 ? 1 : 0,
                               .link = take(&rest, all) };

    check(&page);
    return 0;
}
