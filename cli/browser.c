/* SPDX-License-Identifier: Apache-2.0 */
#include "browser.h"

#include "base/slice.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COMMAND = 1024, WORDS = 16 };

/* Its output would stand between ours, and a signal from the terminal is not meant for it. */
static bool start(char *const argv[])
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    pid_t pid;
    if (posix_spawn_file_actions_init(&files) != 0)
        return false;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return false;
    }
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE); /* which this program ignores */
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    int failed = posix_spawnp(&pid, argv[0], &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return failed == 0;
}

/* One of the commands. */
static bool start_command(struct slice command, const char *url)
{
    char text[COMMAND];
    char *argv[WORDS + 2] = { 0 };
    size_t count = 0;
    size_t used = 0;
    bool placed = false;
    struct slice word;
    while ((word = slice_word(&command)).n > 0) {
        bool is_place = slice_eq(word, SLICE("%s"));
        if (count == WORDS || !slice_to_cstr(word, text + used, sizeof(text) - used))
            return false;
        argv[count++] = is_place ? (char *)(uintptr_t)url : text + used; /* posix_spawn does not write to it */
        used += word.n + 1;
        placed = placed || is_place;
    }
    if (count == 0)
        return false;
    if (!placed)
        argv[count] = (char *)(uintptr_t)url;
    return start(argv);
}

static bool has_desktop(void)
{
    const char *x11 = getenv("DISPLAY");
    const char *wayland = getenv("WAYLAND_DISPLAY");
    return (x11 != NULL && x11[0] != '\0') || (wayland != NULL && wayland[0] != '\0');
}

bool browser_open(const char *url)
{
    const char *browser = getenv("BROWSER");
    struct slice rest = slice_of(browser);
    if (rest.n == 0)
        return has_desktop() && start_command(SLICE("xdg-open"), url);
    while (rest.n > 0) {
        struct slice command = slice_cut(rest, ':', &rest);
        if (start_command(command, url))
            return true;
    }
    return false;
}
