/* SPDX-License-Identifier: Apache-2.0 */
/* docs/flows.md says what the tables do: it is written here, from the tables and from where a walk over them leads
 * (support/flow_walk.h), and must be as it is in the repository. DOORCODE_WRITE_DOCS=1 writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/flow_walk.h"

#include "base/buf.h"

#include <stdlib.h>

enum { STEPS = 4000000, SPACE = 65536 };

static const struct {
    const char *title;
    const char *text;
    enum flow_state first, last;
    enum flow_request start; /* of the flow; REQUESTS: it is entered from another */
} flows[] = {
    { "Sign-in", "The first factor: a code by e-mail, or the password.", STATE_SIGNIN_STARTED, STATE_SIGNIN_PASSWORD,
      REQUEST_INITIATE },
    { "Second factor", "For accounts with a password, where the user, the application or the tenant wants one.",
      STATE_MFA_REQUIRED, STATE_MFA_CODE_SENT, REQUESTS },
    { "Registration of a second factor", "Where one is wanted and there is none.", STATE_REGISTER_REQUIRED,
      STATE_REGISTER_DONE, REQUESTS },
    { "Sign-up", "The address first, then a password, then attributes; the user comes to exist with the last step.",
      STATE_SIGNUP_STARTED, STATE_SIGNUP_DONE, REQUEST_SIGNUP_START },
    { "Password reset", "With a code to the account's address, or to the one that is its second factor.",
      STATE_RESET_STARTED, STATE_RESET_DONE, REQUEST_RESET_START },
};

static const char *const answers[] = {
    [OUTCOME_REDIRECT] = "redirect",
    [OUTCOME_INTERRUPT] = "error with a token",
    [OUTCOME_CONTINUE] = "continuation token",
    [OUTCOME_CODE] = "oob",
    [OUTCOME_PASSWORD] = "password",
    [OUTCOME_PREVERIFIED] = "preverified",
    [OUTCOME_FACTORS] = "methods",
    [OUTCOME_REGISTRABLE] = "methods",
    [OUTCOME_SUBMITTED] = "poll_interval",
    [OUTCOME_SUCCEEDED] = "succeeded",
    [OUTCOME_TOKENS] = "tokens",
};

static void put_request(struct buf *out, enum flow_request r)
{
    buf_puts(out, flow_request_endpoint(r) + 1);
    if (flow_request_grant(r)[0] != '\0')
        buf_fmt(out, " %s", flow_request_grant(r));
}

static void put_edge(struct buf *out, const char *from, const char *to, enum flow_request r)
{
    buf_fmt(out, "    %s --> %s: ", from, to);
    put_request(out, r);
    buf_putc(out, '\n');
}

static void put_edges(struct buf *out, const struct walk *w, enum flow_state s)
{
    for (enum flow_request r = 0; r < REQUESTS; r++) {
        for (enum flow_state next = 0; next < STATES; next++)
            if (w->leads_to[s][r][next])
                put_edge(out, flow_state_name(s), flow_state_name(next), r);
        if (w->seen[s][r][OUTCOME_TOKENS] > 0)
            put_edge(out, flow_state_name(s), "[*]", r);
    }
}

static void put_row(struct buf *out, const struct walk *w, enum flow_state s, enum flow_request r)
{
    bool first = true;

    buf_fmt(out, "| %s | `", flow_state_name(s));
    put_request(out, r);
    buf_fmt(out, "` | `%s` | ", flow_cell(s, r));
    for (size_t kind = OUTCOME_INTERRUPT; kind <= OUTCOME_TOKENS; kind++) {
        if (w->seen[s][r][kind] == 0)
            continue;
        buf_fmt(out, "%s%s", first ? "" : ", ", answers[kind]);
        first = false;
    }
    buf_puts(out, " |\n");
}

static void put_rows(struct buf *out, const struct walk *w, enum flow_state s)
{
    for (enum flow_request r = 0; r < REQUESTS; r++)
        if (flow_cell(s, r)[0] != '\0')
            put_row(out, w, s, r);
}

static void put_flow(struct buf *out, const struct walk *w, size_t i)
{
    buf_fmt(out, "\n## %s\n\n%s\n\n```mermaid\nstateDiagram-v2\n", flows[i].title, flows[i].text);
    if (flows[i].start != REQUESTS)
        put_edge(out, "[*]", flow_state_name(flows[i].first), flows[i].start);
    for (enum flow_state s = flows[i].first; s <= flows[i].last; s++)
        put_edges(out, w, s);
    buf_puts(out, "```\n\n| state | meaning |\n| --- | --- |\n");
    for (enum flow_state s = flows[i].first; s <= flows[i].last; s++)
        buf_fmt(out, "| %s | %s |\n", flow_state_name(s), flow_state_meaning(s));
    buf_puts(out, "\n| state | request | decision | answers besides errors |\n| --- | --- | --- | --- |\n");
    if (flows[i].start != REQUESTS)
        put_row(out, w, STATE_NONE, flows[i].start);
    for (enum flow_state s = flows[i].first; s <= flows[i].last; s++)
        put_rows(out, w, s);
}

static void put_all(struct buf *out)
{
    static struct walk w;

    walk_begin(&w, 88172645463325252u);
    for (long i = 0; i < STEPS; i++)
        walk_step(&w);
    buf_puts(
        out,
        "# The flows\n\n"
        "What a continuation token can say, what can be asked with it, and where that leads. Made from the tables in\n"
        "`src/flow` (`states.def`, `requests.def`, `cells.def`) by `tests/flow/flow_docs_test.c`, which also checks "
        "that\n"
        "this page is true; `DOORCODE_WRITE_DOCS=1` in its environment writes it anew. A request that has no row for "
        "a\n"
        "state is refused with the error of its endpoint.\n");
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++)
        put_flow(out, &w, i);
}

static size_t read_page(char *text, size_t cap)
{
    FILE *file = fopen("docs/flows.md", "r");

    if (file == NULL)
        return 0;
    size_t n = fread(text, 1, cap, file);
    fclose(file);
    return n;
}

static void test_page(void **state)
{
    static char space[SPACE], page[SPACE];
    struct buf out;

    (void)state;
    buf_init(&out, space, sizeof space);
    put_all(&out);
    assert_true(buf_ok(&out));
    if (getenv("DOORCODE_WRITE_DOCS") != NULL) {
        FILE *file = fopen("docs/flows.md", "w");
        assert_non_null(file);
        assert_int_equal(fwrite(space, 1, out.n, file), out.n);
        assert_int_equal(fclose(file), 0);
    }
    size_t n = read_page(page, sizeof page);
    if (n != out.n || memcmp(page, space, n) != 0)
        fail_msg("docs/flows.md is not what the tables say; write it anew with DOORCODE_WRITE_DOCS=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_page) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
