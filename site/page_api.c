/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include "api/router.h"
#include "wire/error.h"

static const struct {
    enum endpoint_kind kind;
    bool dev;
    const char *title;
    const char *about;
} groups[] = {
    { ENDPOINT_FORM, false, "Posts below a tenant",
      "Native authentication and the token endpoint. The body is a form (`application/x-www-form-urlencoded`), the "
      "answer "
      "is JSON, and so are [errors](errors.md). `{tenant}` is the tenant's id, domain or name, in any case. A "
      "parameter in "
      "brackets may be left out; unknown ones are ignored, repeated ones refused. A client may send "
      "`client-request-id` as "
      "a header: it comes back as `correlation_id`." },
    { ENDPOINT_PAGE, false, "In the browser, below a tenant",
      "Navigation of a browser. Parameters come in the query or in a form." },
    { ENDPOINT_ROOT_PAGE, false, "In the browser, at the root", "Pages of device codes, for all tenants." },
    { ENDPOINT_TENANT, false, "Discovery", "For every origin (CORS), without authentication." },
    { ENDPOINT_OPEN, false, "Discovery and files, at the root", "For every origin, without authentication." },
    { ENDPOINT_BEARER, false, "Userinfo", "With an access token, which names the tenant." },
    { ENDPOINT_PLAIN, false, "Operations", "For whoever runs the server." },
    { ENDPOINT_PLAIN, true, "Development mode", "Only with `doorcode dev`; `doorcode serve` has no such paths." },
};

static void put_parameters(struct page *page, const struct endpoint *e)
{
    struct slice rest = slice_of(e->takes);
    struct slice word;

    while ((word = slice_word(&rest)).n > 0)
        fprintf(page->out, "%s`%.*s`", word.p == e->takes ? "" : " ", (int)word.n, word.p);
}

static void put_row(struct page *page, const struct endpoint *e)
{
    fprintf(page->out, "| `%s %s%s` | ", method_name(e->method), endpoint_has_tenant(e) ? "/{tenant}" : "", e->path);
    put_parameters(page, e);
    fputs(" | ", page->out);
    put_cell(page, e->path, e->about);
    fputc('\n', page->out);
}

static void put_group(struct page *page, size_t group)
{
    const struct endpoint *e;
    bool dev;

    fprintf(page->out, "## %s\n\n%s\n\n| endpoint | parameters | what it does |\n| --- | --- | --- |\n",
            groups[group].title, groups[group].about);
    for (size_t i = 0; (e = router_at(i, &dev)) != NULL; i++)
        if (e->kind == groups[group].kind && dev == groups[group].dev)
            put_row(page, e);
    fputc('\n', page->out);
}

void page_api(struct page *page)
{
    fputs("# Endpoints\n\nEverything the server answers, from the router's table (`src/api/router.c`). Below each path "
          "HEAD "
          "is answered where GET is, and OPTIONS for browsers (CORS). [What leads where](../flows.md) shows the "
          "flows.\n\n",
          page->out);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        put_group(page, i);
}

void page_errors(struct page *page)
{
    fputs(
        "# Errors\n\nAn error is a JSON object: `error`, `suberror` where there is one, `error_description`, "
        "`error_codes`, "
        "`timestamp`, `trace_id`, `correlation_id`, `error_uri`. A `{}` below stands for what is wrong: a parameter, a "
        "number of seconds. The description begins with `AADSTS` and the code, as Entra's does. From the table "
        "`src/wire/errors.def`.\n\n"
        "| code | HTTP | error | suberror | what it says |\n| ---: | ---: | --- | --- | --- |\n",
        page->out);
    for (enum error_id id = ERROR_NONE + 1; id < ERROR_COUNT; id++) {
        const struct error_row *row = error_row(id);
        fprintf(page->out, "| %u | %d | ", row->code, row->status);
        put_code(page, row->error);
        fputs(" | ", page->out);
        put_code(page, row->suberror);
        fputs(" | ", page->out);
        put_cell(page, row->name, row->text);
        fputc('\n', page->out);
    }
}
