/* SPDX-License-Identifier: Apache-2.0 */
/* A random walk over a running server: four clients, all endpoints, right and wrong proofs, repeats at once and later, tokens
 * of other applications and tenants, a clock that jumps, people who vanish. Every answer is of the catalogue and not
 * the server's fault; tokens come only after their proofs, users only by whole sign-ups (support/server_walk.h); in the end
 * the store is sound. DOORCODE_WALK_STEPS makes it longer, DOORCODE_WALK_SEED takes another way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/server_walk.h"

enum { STEPS = 50000 };

/* ---- forms ---- */

static void put(struct walker *w, const char *name, const char *value)
{
    struct attempt *a = &w->attempt;
    const char *p = value;

    a->n += (size_t)snprintf(a->form + a->n, FORM - a->n, "&%s=", name);
    for (; *p != '\0'; p++)
        a->n += (size_t)snprintf(a->form + a->n, FORM - a->n, *p == '+' || *p == '&' || *p == '"' ? "%%%02X" : "%c",
                                 (unsigned char)*p);
    HOLDS(w, a->n < FORM);
}

static void put_password(struct walker *w, const char *name, const char *right)
{
    static const char *const wrong[] = { "Wrong-Kettle-1", "Wrong-Kettle-2", "short", "onlylowercase", "P@ssword1" };

    w->attempt.password = right == NULL || once_in(w, 4) ? wrong[chance(w, 5)] : right;
    w->attempt.gives_password = true;
    put(w, name, w->attempt.password);
}

/* The newest code that this flow was sent, or a wrong one. */
static void put_code(struct walker *w)
{
    struct attempt *a = &w->attempt;
    struct inbox_mail mail[4];
    const char *to = a->flow->person->contact[a->flow->target];
    size_t n = inbox_list(rooms_inbox(w->world->rooms), slice_of(to), a->flow->mail_before, mail, 4);
    size_t i = once_in(w, 10) ? chance(w, 4) : 0;

    a->right_code = i < n && mail[i].letter.code[0] != '\0' && !once_in(w, 5);
    put(w, "oob", a->right_code ? mail[i].letter.code : once_in(w, 5) ? "12" : "00000000");
}

static void put_attributes(struct walker *w)
{
    static const char *const texts[] = {
        "{\"displayName\":\"Eva\",\"extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize\":\"41\"}",
        "{\"displayName\":\"Eva\"}",
        "{\"extension_9c1f0b7e2d3a4f5b8c6d7e8f90a1b2c3_shoeSize\":\"x\"}",
        "[]",
    };
    size_t i = once_in(w, 2) ? 0 : chance(w, 4);

    w->attempt.full_attributes = i == 0;
    put(w, "attributes", texts[i]);
}

static void put_contact(struct walker *w)
{
    struct attempt *a = &w->attempt;

    a->contact = (enum target)chance(w, TARGETS);
    put(w, "challenge_type", "oob");
    put(w, "challenge_target", once_in(w, 20) ? "nonsense" : a->flow->person->contact[a->contact]);
}

static void put_list(struct walker *w)
{
    static const char *const lists[] = { "oob redirect", "password redirect", "oob", "redirect" };

    put(w, "challenge_type", once_in(w, 6) ? lists[chance(w, 4)] : "oob password redirect");
}

static void put_start(struct walker *w)
{
    struct attempt *a = &w->attempt;

    put(w, "username", a->flow->person->contact[TO_ADDRESS]);
    put_list(w);
    if (!once_in(w, 5))
        put(w, "capabilities", "mfa_required registration_required");
    if (a->request != REQUEST_SIGNUP_START)
        return;
    if (apps[a->app].password && once_in(w, 2))
        put_password(w, "password", a->flow->password);
    if (apps[a->app].attributes && once_in(w, 2))
        put_attributes(w);
}

static void put_proof(struct walker *w)
{
    struct attempt *a = &w->attempt;
    const char *grant = flow_request_grant(a->request);

    if (grant[0] != '\0')
        put(w, "grant_type", grant);
    if (strstr(grant, "oob") != NULL)
        put_code(w);
    if (a->request == REQUEST_TOKEN_PASSWORD)
        put_password(w, "password", a->flow->person->password);
    if (a->request == REQUEST_SIGNUP_CONTINUE_PASSWORD)
        put_password(w, "password", a->flow->password);
    if (a->request == REQUEST_RESET_SUBMIT)
        put_password(w, "new_password", a->flow->password);
    if (a->request == REQUEST_SIGNUP_CONTINUE_ATTRIBUTES)
        put_attributes(w);
    if (a->request == REQUEST_REGISTER_CHALLENGE)
        put_contact(w);
    else if (once_in(w, 8) && strstr(flow_request_endpoint(a->request), "/challenge") != NULL)
        put_list(w);
}

static void put_step(struct walker *w)
{
    struct attempt *a = &w->attempt;

    put(w, "continuation_token", a->token->text);
    put_proof(w);
    if (strstr(flow_request_endpoint(a->request), "/token") != NULL)
        put(w, "scope", "openid offline_access");
    if (a->request == REQUEST_CHALLENGE && a->flow->ids[0][0] != '\0' && !once_in(w, 5))
        put(w, "id", a->flow->ids[chance(w, 2)]);
    a->other_name = a->request == REQUEST_TOKEN_CONTINUATION && once_in(w, 12);
    if (a->other_name)
        put(w, "username", "somebody.else@example.org");
}

/* ---- choice ---- */

static void begin_flow(struct walker *w)
{
    static const enum flow_request starts[] = { REQUEST_INITIATE, REQUEST_SIGNUP_START, REQUEST_RESET_START };
    static const char *const passwords[] = { "Red-Lantern-17", "Green-Anchor-29", "Grey-Pencil+&-88" };
    struct walked_flow *f = &w->flows[++w->flow_count % FLOWS];
    struct attempt *a = &w->attempt;
    struct inbox_mail mail;

    a->request = starts[chance(w, 3)];
    a->app = (int)chance(w, once_in(w, 10) ? APPS : APPS - 2);
    *f = (struct walked_flow){ .serial = w->flow_count, .app = a->app };
    f->person = &w->people[(unsigned)apps[a->app].tenant * PEOPLE + chance(w, PEOPLE)];
    f->epoch = f->person->epoch;
    f->password = passwords[chance(w, 3)];
    if (inbox_list(rooms_inbox(w->world->rooms), SLICE_EMPTY, 0, &mail, 1) == 1)
        f->mail_before = mail.id;
    a->flow = f;
}

static bool go_on(struct walker *w)
{
    struct attempt *a = &w->attempt;
    size_t back = once_in(w, 4) ? chance(w, TOKENS) : chance(w, 2);

    if (w->token_count <= back)
        return false;
    a->held = w->tokens[(w->token_count - 1 - back) % TOKENS];
    a->token = &a->held;
    a->flow = &w->flows[a->token->flow % FLOWS];
    if (a->flow->serial != a->token->flow)
        return false; /* so old that the model forgot it */
    a->app = once_in(w, 16) ? (int)chance(w, APPS) : a->flow->app;
    a->request = (enum flow_request)chance(w, REQUESTS);
    for (int i = 0; i < 60 && !once_in(w, 60) && flow_cell(a->token->state, a->request)[0] == '\0'; i++)
        a->request = (enum flow_request)chance(w, REQUESTS);
    return a->request != REQUEST_INITIATE && a->request != REQUEST_SIGNUP_START && a->request != REQUEST_RESET_START;
}

static void choose(struct walker *w)
{
    struct attempt *a = &w->attempt;

    memset(a, 0, sizeof *a);
    if (once_in(w, 7) || !go_on(w)) {
        memset(a, 0, sizeof *a);
        begin_flow(w);
    }
    a->n = (size_t)snprintf(a->form, FORM, "client_id=%s", apps[a->app].id);
    if (a->token == NULL)
        put_start(w);
    else
        put_step(w);
}

/* ---- what came back ---- */

static void note_target(struct walker *w)
{
    struct walked_flow *f = w->attempt.flow;
    char label[128];

    world_member(&w->reply, "challenge_target_label", label, sizeof label);
    if (w->attempt.request == REQUEST_REGISTER_CHALLENGE)
        f->target = w->attempt.contact;
    else
        f->target = label[0] == '+' ? TO_PHONE : label[0] == 's' ? TO_STRONG : TO_ADDRESS;
}

static void note_ids(struct walker *w)
{
    const char *at = w->reply.body;

    for (size_t i = 0; i < 2; i++) {
        const char *id = strstr(at, "\"id\":\"");
        at = id == NULL ? at : id + 6;
        if (id != NULL || i == 0)
            snprintf(w->attempt.flow->ids[i], 40, "%.36s", at);
        else
            snprintf(w->attempt.flow->ids[i], 40, "%s", w->attempt.flow->ids[0]);
    }
}

static void note_what_was_taken(struct walker *w)
{
    const struct attempt *a = &w->attempt;
    struct walked_flow *f = a->flow;

    if (a->gives_password) { /* what has set a password is repeated with that very one only */
        HOLDS(w, !apps[f->app].password || !(f->made || f->reset) || strcmp(f->taken, a->password) == 0);
        f->taken = a->password;
    }
    f->attributes_taken |= a->full_attributes;
    if (a->request == REQUEST_REGISTER_CONTINUE_OOB && f->target != TO_PHONE)
        f->person->has_email_factor = true;
    if (a->request == REQUEST_REGISTER_CONTINUE_TOKEN)
        f->person->has_email_factor = true;
    if (a->request == REQUEST_INTROSPECT)
        note_ids(w);
    if (says(w, "\"challenge_type\":\"oob\",\"binding_method\""))
        note_target(w);
}

static void keep_token(struct walker *w)
{
    struct kept_token *kept = &w->tokens[w->token_count++ % TOKENS];
    enum flow_state state = next_state(w);
    unsigned flow = w->attempt.flow->serial;
    char text[TEXT];

    world_member(&w->reply, "continuation_token", text, sizeof text);
    *kept = (struct kept_token){ .state = state, .flow = flow };
    snprintf(kept->text, sizeof kept->text, "%s", text);
    for (size_t i = 0; i < TOKENS; i++) /* the same token again */
        if (&w->tokens[i] != kept && strcmp(w->tokens[i].text, text) == 0)
            kept->redeemed = w->tokens[i].redeemed;
}

static void learn_state(struct walker *w)
{
    const struct attempt *a = &w->attempt;
    enum flow_state state = next_state(w);

    if (state == STATE_SIGNUP_DONE)
        check_made(w);
    if (a->request == REQUEST_RESET_SUBMIT)
        check_reset(w);
    HOLDS(w, a->request != REQUEST_RESET_POLL || a->flow->reset);
}

static void learn(struct walker *w)
{
    const struct attempt *a = &w->attempt;
    enum flow_state at = a->token == NULL ? STATE_NONE : a->token->state;
    bool goes_on = w->reply.status == 200 || says(w, "\"continuation_token\":");

    HOLDS(w, w->reply.body[0] == '{');
    if (w->reply.status != 200)
        check_refusal(w);
    if (!goes_on)
        return;
    HOLDS(w, flow_cell(at, a->request)[0] != '\0');
    HOLDS(w, a->app == a->flow->app && apps[a->app].native);
    if (!is_redirect(w) || strstr(flow_request_endpoint(a->request), "/token") != NULL)
        check_first_proof(w);
    if (is_redirect(w)) {
        HOLDS(w, strstr(flow_request_endpoint(a->request), "/continue") == NULL);
        return;
    }
    check_second_factor(w);
    note_what_was_taken(w);
    if (says(w, "\"access_token\":")) {
        check_tokens(w);
        return;
    }
    learn_state(w);
    keep_token(w);
}

/* ---- sending ---- */

static size_t write_request(struct walker *w, char *out, size_t cap)
{
    const struct attempt *a = &w->attempt;
    int n = snprintf(out, cap,
                     "POST /%s%s HTTP/1.1\r\nHost: login.example\r\nContent-Type: "
                     "application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                     tenants[apps[a->app].tenant], flow_request_endpoint(a->request), a->n, a->form);

    HOLDS(w, n > 0 && (size_t)n < cap);
    return (size_t)n;
}

/* Once, or twice at the same time: of two equal requests, at most one brings tokens. */
static void send_attempt(struct walker *w)
{
    char request[2 * FORM];
    size_t n = write_request(w, request, sizeof request);
    bool twice = once_in(w, 6);

    w->sent_at = world_now_us(w->world);
    if (twice)
        HOLDS(w, send(w->twin_fd, request, n, MSG_NOSIGNAL) == (ssize_t)n);
    HOLDS(w, world_exchange(w->fd, request, n, &w->reply));
    bool brought_tokens = says(w, "\"access_token\":");
    learn(w);
    if (!twice)
        return;
    HOLDS(w, world_exchange(w->twin_fd, "", 0, &w->reply));
    HOLDS(w, !brought_tokens || !says(w, "\"access_token\":"));
    if (w->attempt.token != NULL) /* a start again is another flow, which nobody follows */
        learn(w);
}

/* Only for whoever got it, as long as her account and her sessions are the same. */
static void refresh(struct walker *w)
{
    struct kept_refresh *kept = &w->refreshes[chance(w, REFRESHES)];
    struct attempt *a = &w->attempt;
    char path[64];

    if (kept->text[0] == '\0')
        return;
    memset(a, 0, sizeof *a);
    a->app = once_in(w, 6) ? (int)chance(w, APPS) : kept->app;
    a->n = (size_t)snprintf(a->form, FORM, "client_id=%s&grant_type=refresh_token", apps[a->app].id);
    put(w, "refresh_token", kept->text);
    snprintf(path, sizeof path, "/%s/oauth2/v2.0/token", tenants[apps[a->app].tenant]);
    world_post(w->world, path, "", a->form, &w->reply);
    if (w->reply.status != 200) {
        check_refusal(w);
        return;
    }
    HOLDS(w, a->app == kept->app && kept->person->exists && kept->epoch == kept->person->epoch);
    HOLDS(w, kept->at / 1000000 >= kept->person->reset_at / 1000000);
}

static void live_on(struct walker *w)
{
    if (once_in(w, 25))
        world_advance(w->world, 1 + chance(w, 20));
    if (once_in(w, 1500))
        world_advance(w->world, 1900);
    if (once_in(w, 120))
        remove_person(w, &w->people[chance(w, TENANTS * PEOPLE)]);
    if (once_in(w, 20))
        refresh(w);
}

static void *walk(void *ctx)
{
    struct walker *w = ctx;

    w->fd = world_connect(w->world);
    w->twin_fd = world_connect(w->world);
    for (long i = 0; i < w->steps; i++) {
        live_on(w);
        choose(w);
        send_attempt(w);
        check_user(w, w->attempt.flow->person);
    }
    for (size_t i = 0; i < TENANTS * PEOPLE; i++)
        check_user(w, &w->people[i]);
    close(w->fd);
    close(w->twin_fd);
    return NULL;
}

/* ---- */

/* The first of each tenant has an account with a password from the start: the hash is tom's. */
static void make_people(struct walker *w)
{
    struct person tom = { .contact = { "tom@example.org" } };
    struct user user;

    HOLDS(w, find_user(w, &tom, &user));
    for (int i = 0; i < TENANTS * PEOPLE; i++) {
        struct person *p = &w->people[i];
        p->tenant = i / PEOPLE;
        snprintf(p->contact[TO_ADDRESS], 48, "w%dp%d@example.org", w->number, i);
        snprintf(p->contact[TO_STRONG], 48, "s%dp%d@example.org", w->number, i);
        snprintf(p->contact[TO_PHONE], 48, "+4790000%d%02d", w->number, i);
        if (i % PEOPLE != 0)
            continue;
        user.id = (struct guid){ { 0xdd, (uint8_t)w->number, (uint8_t)i } };
        user.tenant_id = tenant_id(p->tenant);
        snprintf(user.email, sizeof user.email, "%s", p->contact[TO_ADDRESS]);
        snprintf(user.identity, sizeof user.identity, "%s", p->contact[TO_ADDRESS]);
        const struct store_write add = { .kind = WRITE_USER_ADD, .user = &user };
        HOLDS(w, err_is_ok(store_write(rooms_store(w->world->rooms), &add, 1)));
        p->exists = true;
        p->password = WORLD_PASSWORD;
    }
}

static void test_walk(void **state)
{
    static struct world world;
    static struct walker walkers[WALKERS];
    const char *steps = getenv("DOORCODE_WALK_STEPS");
    const char *seed = getenv("DOORCODE_WALK_SEED");
    pthread_t threads[WALKERS];
    unsigned tokens = 0, users = 0, resets = 0, factors = 0;

    (void)state;
    world_open(&world, &(struct world_options){ .seed = 7 });
    for (int i = 0; i < WALKERS; i++) {
        struct walker *w = &walkers[i];
        w->world = &world;
        w->number = i;
        w->steps = (steps == NULL ? STEPS : strtol(steps, NULL, 10)) / WALKERS;
        w->random = ((seed == NULL ? 88172645463325252u : strtoull(seed, NULL, 10)) + (uint64_t)i * 7919) | 1;
        make_people(w);
        assert_int_equal(pthread_create(&threads[i], NULL, walk, w), 0);
    }
    for (int i = 0; i < WALKERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        tokens += walkers[i].seen.tokens;
        users += walkers[i].seen.users;
        resets += walkers[i].seen.resets;
        factors += walkers[i].seen.factors;
    }
    printf("%u sign-ins, %u sign-ups, %u resets, %u second factors\n", tokens, users, resets, factors);
    assert_true(tokens > 0 && users > 0 && resets > 0 && factors > 0);
    assert_true(err_is_ok(store_check(rooms_store(world.rooms))));
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_walk) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
