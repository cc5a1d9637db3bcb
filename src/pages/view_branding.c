/* SPDX-License-Identifier: Apache-2.0 */
/* A tenant's look: its colours where they can be read, its images and links where they are what they must be. */
#include "pages/colour.h"
#include "pages/escape.h"
#include "pages/view.h"

/* The card of hosted.css, in light and in dark. */
static const struct colour card_light = { 0xff, 0xff, 0xff }, card_dark = { 0x17, 0x20, 0x22 };

static void set_colour(struct view *v, enum fact fact, struct colour colour)
{
    size_t start = v->scratch.n;

    buf_puts(&v->scratch, colour_format(colour).c);
    v->facts[fact] = buf_ok(&v->scratch) ? slice_from(buf_slice(&v->scratch), start) : SLICE_EMPTY;
}

static void set_accent(struct view *v, struct slice text)
{
    struct colour accent;

    if (!colour_parse(text, &accent))
        return;
    set_colour(v, FACT_accent, accent);
    set_colour(v, FACT_accent_text, colour_ink(accent));
    set_colour(v, FACT_accent_light, colour_against(accent, card_light, 4.6));
    set_colour(v, FACT_accent_dark, colour_against(accent, card_dark, 4.6));
}

/* A light background would blind who asked for dark pages: then it is only as bright as white text allows. */
static void set_background(struct view *v, struct slice text)
{
    const struct colour white = { 255, 255, 255 };
    struct colour ground;

    if (!colour_parse(text, &ground))
        return;
    set_colour(v, FACT_background, ground);
    set_colour(v, FACT_background_text, colour_ink(ground));
    if (colour_contrast(ground, white) >= 7)
        set_colour(v, FACT_background_dark, ground);
}

/* FNV-1a: the address changes with the style sheet, which browsers keep. */
static uint32_t digest(struct slice text)
{
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < text.n; i++)
        hash = (hash ^ (uint8_t)text.p[i]) * 16777619U;
    return hash;
}

static void set_own_style(struct view *v)
{
    const struct tenant *tenant = v->page->tenant;
    size_t start = v->scratch.n;

    if (tenant->branding.custom_css.n == 0)
        return;
    buf_fmt(&v->scratch, "/%s/branding.css?v=%08x", guid_format(tenant->id).c, digest(tenant->branding.custom_css));
    v->facts[FACT_own_style_address] = buf_ok(&v->scratch) ? slice_from(buf_slice(&v->scratch), start) : SLICE_EMPTY;
}

static bool is_web(struct slice url)
{
    return slice_starts(url, SLICE("https://")) || slice_starts(url, SLICE("http://"));
}

void view_branding(struct view *v)
{
    if (v->page->tenant == NULL)
        return;
    const struct branding *look = &v->page->tenant->branding;
    set_accent(v, look->accent_color);
    set_background(v, look->background_color);
    set_own_style(v);
    if (is_image(look->logo_url))
        view_set(v, FACT_logo, look->logo_url);
    if (is_image(look->favicon_url))
        view_set(v, FACT_favicon, look->favicon_url);
    if (is_image(look->background_image_url))
        view_set(v, FACT_background_image, look->background_image_url);
    if (is_web(look->terms_url))
        view_set(v, FACT_terms_address, look->terms_url);
    if (is_web(look->privacy_url))
        view_set(v, FACT_privacy_address, look->privacy_url);
    view_flag(v, FACT_styled,
              v->facts[FACT_accent].n + v->facts[FACT_background].n + v->facts[FACT_background_image].n > 0);
    view_set(v, FACT_username_hint, look->username_hint);
    if (v->page->kind == PAGE_SIGN_IN)
        view_set(v, FACT_sign_in_text, look->sign_in_text);
}
