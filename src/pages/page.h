/* SPDX-License-Identifier: Apache-2.0 */
/* page.h: the hosted pages, from facts to HTML (spec OIDC, 3.2 to 3.6). Rendering is pure: no clock, no store; every
 * text from outside is escaped by the renderer, never by its caller. Pages work without JavaScript; /assets/hosted.js makes
 * them better. Each form posts to `action` with the hidden fields, and says by the button `do` what was chosen. */
#ifndef DOORCODE_PAGES_PAGE_H
#define DOORCODE_PAGES_PAGE_H

#include "model/directory.h"
#include "wire/error.h"

/* What stands on a page; the inputs and the values of its buttons `do`. */
enum page_kind {
    PAGE_SIGN_IN,      /* input username; next, sign_up where can_sign_up */
    PAGE_SIGN_UP,      /* input username; next, sign_in */
    PAGE_RESET,        /* input username; next, sign_in */
    PAGE_CODE,         /* input oob; next, resend, back */
    PAGE_PASSWORD,     /* input password; next, forgot where can_reset, back */
    PAGE_NEW_PASSWORD, /* inputs password, password2; next */
    PAGE_ATTRIBUTES,   /* inputs attr.NAME; next */
    PAGE_METHODS,      /* input id, one of `choices`; next */
    PAGE_CONTACT,      /* inputs challenge_channel, one of `choices`, and challenge_target; next */
    PAGE_PICKER,       /* input session, one of `choices` as a button each; other */
    PAGE_STAY,         /* yes, no */
    PAGE_SIGN_OUT,     /* input session, one of `choices` as a button each; all */
    PAGE_SIGNED_OUT,   /* loads `frames`, then goes on to `link` */
    PAGE_DEVICE,       /* input user_code; next */
    PAGE_DEVICE_ASK,   /* allow, decline: is it `app_name` that the user wants to sign in to? */
    PAGE_DEVICE_DONE,
    PAGE_DEVICE_DECLINED,
    PAGE_BLOCKED,   /* an extension's title and message end a sign-up */
    PAGE_ERROR,     /* `problem` with ids and time (spec OIDC, 3.6) */
    PAGE_FORM_POST, /* posts the hidden fields to `action` by itself; with a button without JavaScript */
    PAGE_KINDS
};

struct page_field {
    struct slice name;
    struct slice value;
};

/* A line to choose: an account, a second factor, a channel. */
struct page_choice {
    struct slice value;
    struct slice title;  /* display name, masked contact, or empty */
    struct slice detail; /* address, or the channel's name "email", "sms", which the renderer translates */
};

/* What was handed in for an attribute, and what is wrong with it. */
struct page_attribute {
    const struct flow_attribute *attribute;
    struct slice value;   /* checkboxes: comma-separated */
    bool missing;         /* it is required */
    bool invalid;         /* against its type or pattern */
    struct slice problem; /* an extension's own words; empty: none */
};

struct page {
    enum page_kind kind;
    const struct tenant *tenant; /* name, branding; NULL: not known (error, device) */
    struct slice language;       /* from page_language */
    struct slice app_name;       /* empty: not known */
    struct slice form_target; /* the application's redirect URI, where a form may lead to by a redirect; may be empty */
    struct slice action;      /* where the form goes, an address of ours or (form_post) the application's */
    struct slice nonce;       /* of the content security policy, for the one style element */
    const struct page_field *hidden;
    size_t hidden_count;
    enum error_id problem; /* of the last try, told at its input; ERROR_NONE */
    int64_t seconds;       /* that the problem names, or until a code can be sent again */
    bool mismatch;         /* the two new passwords differ */
    struct slice username; /* typed or known */
    struct slice target;   /* masked contact that a code went to */
    enum channel_of_page { PAGE_BY_EMAIL, PAGE_BY_SMS } channel;
    uint32_t code_length;
    bool sent_again;
    bool can_sign_up;
    bool can_reset;
    const struct page_choice *choices;
    size_t choice_count;
    const struct page_attribute *attributes;
    size_t attribute_count;
    struct slice title; /* BLOCKED, and the words of a validation error's page */
    struct slice message;
    const struct slice *frames; /* SIGNED_OUT: front-channel addresses */
    size_t frame_count;
    struct slice link; /* SIGNED_OUT: where to go on; empty: nowhere */
    struct guid trace_id;
    struct guid correlation_id;
    int64_t now; /* ERROR: the time told */
};

/* The page as HTML, appended. FULL: no room in `out` (LIMIT_PAGE). */
NODISCARD err page_render(const struct page *page, struct buf *out);
/* The best language that there are texts in: `ui_locales` (a list), then Accept-Language, then English; static. */
struct slice page_language(struct slice ui_locales, struct slice accept_language);
/* The content security policy that fits the page, NUL-terminated in `out` (cap bytes): nonce, form-action, frames, images
 * of the tenant's branding. FULL. */
NODISCARD err page_policy(const struct page *page, char *out, size_t cap);

#endif
