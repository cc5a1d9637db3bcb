/* SPDX-License-Identifier: Apache-2.0 */
/* Every recorded answer at every place where a flow may wait for one (cells.def), over real connections. Where the step may be
 * made again, it is, and the usual answers have to lead on. Several threads play, since some answers are waited out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "doorcode/account.h"
#include "support/entra_flow.h"

#include <stdlib.h>
#include <string.h>

enum { PLAYERS = 12 };

#define DOORCODE_ERROR_NONE -1

static const struct row {
    const char *answer;
    int error; /* kind; -1: none */
    const char *cells;
} rows[] = {
#define CELLS(answer, error, cells) { answer, DOORCODE_ERROR_##error, cells },
#include "cells.def"
};

enum { ROWS = sizeof rows / sizeof rows[0] };

/* What the threads share: the cells still to be played, and what went wrong. */
static struct {
    pthread_mutex_t lock;
    struct entra_book book;
    struct tenant *tenant;
    size_t thin; /* only each n-th cell: where a run is slow (sanitizers, valgrind) */
    struct doorcode_options options;
    size_t next;
    size_t played;
    size_t wrong;
    FILE *complaints;
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- what a letter says ---- */

struct outcome {
    enum doorcode_state state;
    int error;
    bool asks_on; /* the flow made further requests */
};

static bool find_state(char letter, enum doorcode_state *state)
{
    static const char letters[] = "cpamrwdbt";
    static const enum doorcode_state states[] = {
        DOORCODE_CODE_REQUIRED, DOORCODE_PASSWORD_REQUIRED,     DOORCODE_ATTRIBUTES_REQUIRED,
        DOORCODE_MFA_REQUIRED,  DOORCODE_REGISTRATION_REQUIRED, DOORCODE_RESET_PENDING,
        DOORCODE_SIGNIN_READY,  DOORCODE_WEB_FALLBACK,          DOORCODE_COMPLETED,
    };
    const char *at = strchr(letters, letter | 0x20);
    if (at == NULL || letter == '\0')
        return false;
    *state = states[at - letters];
    return true;
}

static struct outcome outcome_of(char letter, int error, enum doorcode_state stays)
{
    struct outcome outcome = { DOORCODE_FAILED, error, false };
    switch (letter) {
    case '!':
        outcome.state = stays;
        break;
    case '.':
        outcome = (struct outcome){ stays, DOORCODE_ERROR_PROTOCOL, false };
        break;
    case 'g':
        outcome.error = DOORCODE_ERROR_INVALID_GRANT;
        break;
    case 'i':
        outcome.error = DOORCODE_ERROR_INTERACTION_REQUIRED;
        break;
    case 's':
        outcome.error = DOORCODE_ERROR_SIGNIN_REQUIRED;
        break;
    case 'q':
        outcome.state = DOORCODE_PASSWORD_REQUIRED;
        break;
    case 'x':
    case 'X':
        outcome.asks_on = letter == 'X';
        break;
    default:
        outcome.error = find_state(letter, &outcome.state) ? DOORCODE_ERROR_NONE : -2;
        outcome.asks_on = letter < 'a';
    }
    return outcome;
}

/* ---- what the flow says ---- */

static int error_of_flow(const struct doorcode_flow *flow)
{
    const struct doorcode_error *error = doorcode_flow_error(flow);
    return error != NULL ? (int)error->kind : DOORCODE_ERROR_NONE;
}

/* What the caller was promised for the state is there. */
static bool has_what_it_needs(const struct doorcode_flow *flow)
{
    size_t count = 0;
    switch (doorcode_flow_state(flow)) {
    case DOORCODE_CODE_REQUIRED:
        return doorcode_flow_challenge(flow) != NULL && doorcode_flow_challenge(flow)->interval > 0;
    case DOORCODE_ATTRIBUTES_REQUIRED:
        doorcode_flow_attributes(flow, &count);
        return count > 0;
    case DOORCODE_COMPLETED: /* NULL: keys were asked for */
        return doorcode_flow_tokens(flow) == NULL || doorcode_flow_tokens(flow)->access_token[0] != '\0';
    case DOORCODE_RESET_PENDING:
        return doorcode_flow_poll_interval(flow) >= 1 && doorcode_flow_poll_interval(flow) <= 15;
    case DOORCODE_WEB_FALLBACK:
        return doorcode_flow_redirect_reason(flow) != NULL;
    default:
        return true;
    }
}

/* The error keeps the server's own words: status, codes, correlation id. */
static bool keeps_words(const struct doorcode_flow *flow, const struct entra_answer *answer)
{
    const struct doorcode_error *error = doorcode_flow_error(flow);
    if (error == NULL || error->kind == DOORCODE_ERROR_INTERACTION_REQUIRED)
        return true;
    bool is_broken = strncmp(answer->name, "broken/", strlen("broken/")) == 0;
    bool has_codes = strstr(answer->body, "\"error_codes\":[") != NULL && error->kind != DOORCODE_ERROR_PROTOCOL;
    bool kept = is_broken || (error->http_status == answer->status && (!has_codes || error->code_count > 0));
    return kept && error->correlation_id[0] != '\0' && error->message[0] != '\0';
}

/* ---- one cell ---- */

struct table_player {
    struct entra_player player;
    struct doorcode_client *client;  /* knows the tenant's keys */
    struct doorcode_client *keeping; /* with a cache, where Sam is signed in */
    struct doorcode_cache *cache;
};

static void sign_in(struct table_player *on, const struct doorcode_client *client)
{
    static const struct entra_script usual = { .count = 0 };
    struct doorcode_flow *flow = NULL;
    entra_player_play(&on->player, &usual, NULL);
    if (entra_lead(client, "signin code", &flow) != DOORCODE_COMPLETED)
        abort();
    doorcode_flow_free(flow);
}

/* The one for the place: a new one, the one with the cache, or that of all others. */
static struct doorcode_client *client_for(struct table_player *on, size_t wait)
{
    if (entra_asks_for_trust((enum entra_wait)wait))
        return entra_client(&on->player, &all.options);
    if (wait != ENTRA_RENEW)
        return on->client;
    sign_in(on, on->keeping);
    return on->keeping;
}

static void complain(const struct row *row, size_t wait, char letter, const struct doorcode_flow *flow,
                     const char *what)
{
    const struct doorcode_error *error = doorcode_flow_error(flow);
    pthread_mutex_lock(&all.lock);
    all.wrong++;
    fprintf(all.complaints, "%s at %s: expected %c, %s: state %d, error %s (%s)\n", row->answer,
            entra_places[wait].name, letter, what, doorcode_flow_state(flow),
            error != NULL ? doorcode_error_name(error->kind) : "none", error != NULL ? error->description : "");
    pthread_mutex_unlock(&all.lock);
}

static bool fits(const struct doorcode_flow *flow, enum doorcode_state state, const struct outcome *expected,
                 bool asked_on)
{
    return state == expected->state && doorcode_flow_state(flow) == state && error_of_flow(flow) == expected->error &&
           asked_on == expected->asks_on && has_what_it_needs(flow);
}

/* After an error that may be mended the step is made again. */
static void play_again(struct table_player *on, const struct doorcode_client *client, const struct row *row,
                       size_t wait, struct doorcode_flow *flow)
{
    const struct entra_place *place = &entra_places[wait];
    const struct entra_script usual = { .wants_password =
                                            wait == ENTRA_SIGNUP_CREDENTIAL || wait == ENTRA_SIGNUP_CREDENTIAL_AGAIN };
    struct outcome expected = outcome_of(place->after_again, DOORCODE_ERROR_NONE, place->stays);
    entra_player_play(&on->player, &usual, NULL);
    enum doorcode_state state = entra_lead(client, place->again, &flow);
    if (!fits(flow, state, &expected, entra_player_posts(&on->player) > 1))
        complain(row, wait, place->after_again, flow, "made again");
}

static void play(struct table_player *on, const struct row *row, size_t wait, char letter)
{
    const struct entra_place *place = &entra_places[wait];
    const struct entra_answer *answer = entra_book_find(&all.book, row->answer);
    struct entra_script script = entra_script_for(&all.book, (enum entra_wait)wait, answer);
    struct outcome expected = outcome_of(letter, row->error, place->stays);
    struct doorcode_client *client = client_for(on, wait);
    struct doorcode_flow *flow = NULL;
    entra_player_play(&on->player, &script, NULL);
    enum doorcode_state state = entra_lead(client, place->calls, &flow);
    if (!fits(flow, state, &expected, entra_player_posts(&on->player) > script.count))
        complain(row, wait, letter, flow, "played");
    else if (!keeps_words(flow, answer))
        complain(row, wait, letter, flow, "without the server's words");
    else if ((letter == '!' || letter == '.') && place->again[0] != '\0')
        play_again(on, client, row, wait, flow);
    doorcode_flow_free(flow);
    if (client != on->client && client != on->keeping)
        doorcode_client_free(client);
}

/* ---- all of them ---- */

static char letter_of(size_t cell)
{
    const char *cells = rows[cell / ENTRA_WAITS].cells;
    size_t left = cell % ENTRA_WAITS;
    while (*cells == ' ' || left > 0)
        left -= *cells++ != ' ';
    return *cells;
}

static bool take_cell(size_t *cell)
{
    pthread_mutex_lock(&all.lock);
    *cell = all.next;
    bool is_left = all.next < ROWS * ENTRA_WAITS;
    if (is_left)
        all.next += all.thin;
    all.played += is_left;
    pthread_mutex_unlock(&all.lock);
    return is_left;
}

static void open_clients(struct table_player *on)
{
    struct doorcode_options options = all.options;
    if (doorcode_cache_memory(&on->cache) != NULL)
        abort();
    options.cache = on->cache;
    on->client = entra_client(&on->player, &all.options);
    on->keeping = entra_client(&on->player, &options);
    sign_in(on, on->client);
}

static void *run(void *ctx)
{
    struct table_player on;
    size_t cell;
    (void)ctx;
    entra_player_start(&on.player, &all.book, all.tenant);
    open_clients(&on);
    while (take_cell(&cell))
        play(&on, &rows[cell / ENTRA_WAITS], cell % ENTRA_WAITS, letter_of(cell));
    doorcode_client_free(on.client);
    doorcode_client_free(on.keeping);
    doorcode_cache_free(on.cache);
    entra_player_stop(&on.player);
    return NULL;
}

static void play_all(int nonblocking)
{
    char *text = NULL;
    size_t size;
    pthread_t threads[PLAYERS];
    doorcode_options_init(&all.options);
    all.options.nonblocking = nonblocking;
    all.next = all.played = all.wrong = 0;
    all.complaints = open_memstream(&text, &size);
    for (size_t i = 0; i < PLAYERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, NULL), 0);
    for (size_t i = 0; i < PLAYERS; i++)
        pthread_join(threads[i], NULL);
    fclose(all.complaints);
    fputs(text, stderr);
    free(text);
    print_message("%zu of %d cells: %d answers at %d places\n", all.played, ROWS * ENTRA_WAITS, ROWS, ENTRA_WAITS);
    assert_int_equal(all.wrong, 0);
    assert_int_equal(all.played, (ROWS * ENTRA_WAITS + all.thin - 1) / all.thin);
}

static void every_cell(void **state)
{
    (void)state;
    play_all(0);
}

static void every_cell_in_an_event_loop(void **state)
{
    (void)state;
    play_all(1);
}

static size_t rows_of(const char *answer)
{
    size_t n = 0;
    for (size_t i = 0; i < ROWS; i++)
        n += strcmp(rows[i].answer, answer) == 0;
    return n;
}

static void no_cell_is_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < all.book.count; i++) {
        if (rows_of(all.book.answers[i].name) != 1)
            fail_msg("%zu rows for %s", rows_of(all.book.answers[i].name), all.book.answers[i].name);
    }
    assert_int_equal(all.book.count, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        size_t n = 0;
        for (const char *cell = rows[i].cells; *cell != '\0'; cell++)
            n += *cell != ' ';
        if (n != ENTRA_WAITS || strspn(rows[i].cells, " !.xXqgsicpamrwdbtCPMRDT") != strlen(rows[i].cells))
            fail_msg("%s has %zu cells, or unknown ones", rows[i].answer, n);
    }
}

int main(void)
{
    const char *thin = getenv("DOORCODE_ENTRA_THIN");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_cell_is_left_out),
        cmocka_unit_test(every_cell),
        cmocka_unit_test(every_cell_in_an_event_loop),
    };
    entra_book_open(&all.book);
    all.tenant = entra_tenant();
    all.thin = thin != NULL && atoi(thin) > 0 ? (size_t)atoi(thin) : 1;
    int failed = cmocka_run_group_tests_name("client: every answer at every place", tests, NULL, NULL);
    entra_tenant_free(all.tenant);
    entra_book_close(&all.book);
    return failed;
}
