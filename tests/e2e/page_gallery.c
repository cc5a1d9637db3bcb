/* SPDX-License-Identifier: Apache-2.0 */
/* Writes every page and state as files, for a browser to look at: page_gallery FOLDER [LANGUAGE…]
 * FOLDER/LANGUAGE/NAME.html with NAME.csp beside it, and the assets that they name. */
#include "support/page_samples.h"

#include "base/limits.h"
#include "pages/pages.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "page_gallery: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void write_file(const char *folder, const char *name, const char *suffix, struct slice bytes)
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    FILE *file = fopen(path, "w");
    must(file != NULL, path);
    must(fwrite(bytes.p, 1, bytes.n, file) == bytes.n && fclose(file) == 0, path);
}

static void make_folder(const char *path)
{
    must(mkdir(path, 0755) == 0 || errno == EEXIST, path);
}

static void write_language(const char *root, const char *language)
{
    static char html[LIMIT_PAGE], policy[4096], folder[256];
    size_t n;
    const struct page_sample *samples = page_samples(&n);

    snprintf(folder, sizeof folder, "%s/%s", root, language);
    make_folder(folder);
    for (size_t i = 0; i < n; i++) {
        struct page page = samples[i].page;
        struct buf out;
        page.language = page_language(slice_of(language), SLICE_EMPTY);
        buf_init(&out, html, sizeof html);
        must(err_is_ok(page_render(&page, &out)), samples[i].name);
        must(err_is_ok(page_policy(&page, policy, sizeof policy)), samples[i].name);
        write_file(folder, samples[i].name, ".html", buf_slice(&out));
        write_file(folder, samples[i].name, ".csp", slice_of(policy));
    }
}

int main(int argc, char **argv)
{
    must(argc > 1, "FOLDER [LANGUAGE…]");
    make_folder(argv[1]);
    for (int i = 2; i < argc; i++)
        write_language(argv[1], argv[i]);
    if (argc == 2)
        write_language(argv[1], "en");
    write_file(argv[1], "hosted", ".css", page_find(SLICE("hosted.css"))->bytes);
    write_file(argv[1], "hosted", ".js", page_find(SLICE("hosted.js"))->bytes);
    write_file(argv[1], "branding", ".css", page_sample_branded()->branding.custom_css);
    return 0;
}
