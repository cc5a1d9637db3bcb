/* SPDX-License-Identifier: Apache-2.0 */
#include "server/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights that Debian 12's header does not know yet; kernels that do would otherwise leave them unrestricted. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14) /* since version 3 */
#endif

enum { VERSION_REFER = 2, VERSION_TRUNCATE = 3 };

static const uint64_t of_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                 LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;
static const uint64_t to_read = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

/* What resolvers, TLS, the C library and the metrics read. /run holds the resolver's files on many systems, /sys the
 * number of processors. */
static const char *const system_readable[] = {
    "/etc",         "/usr",       "/lib", "/lib64", "/proc", "/run/systemd/resolve", "/sys/devices/system/cpu",
    "/dev/urandom", "/dev/random"
};
static const char *const system_writable[] = { "/dev/null" };

/* Everything that a kernel of this version can refuse, but devices and the like in names that mean nothing to us. */
static uint64_t refusable(long version)
{
    uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; /* version 1: the thirteen lowest bits */

    if (version >= VERSION_REFER)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= VERSION_TRUNCATE)
        rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
    return rights;
}

static err allow(int rules, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr beneath = { .allowed_access = rights };
    struct stat about;

    beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (beneath.parent_fd < 0)
        return OK;
    if (fstat(beneath.parent_fd, &about) == 0 && !S_ISDIR(about.st_mode))
        beneath.allowed_access &= of_files;
    long added = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    close(beneath.parent_fd);
    ENSURE(added == 0, IO);
    return OK;
}

static err allow_all(int rules, const char *const *paths, size_t n, uint64_t rights)
{
    for (size_t i = 0; i < n; i++)
        TRY(allow(rules, paths[i], rights));
    return OK;
}

static err add_rules(int rules, const struct sandbox_paths *paths, uint64_t all)
{
    uint64_t to_write = all & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE;

    TRY(allow_all(rules, system_readable, sizeof system_readable / sizeof system_readable[0], to_read));
    TRY(allow_all(rules, system_writable, sizeof system_writable / sizeof system_writable[0], to_write));
    TRY(allow_all(rules, paths->readable, paths->readable_count, to_read));
    return allow_all(rules, paths->writable, paths->writable_count, to_write);
}

err sandbox_enter(const struct sandbox_paths *paths)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    ENSURE(version > 0, NOT_FOUND);
    const struct landlock_ruleset_attr attributes = { .handled_access_fs = refusable(version) };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    ENSURE(rules >= 0, IO);
    err entered = add_rules(rules, paths, attributes.handled_access_fs);
    if (err_is_ok(entered) &&
        (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_landlock_restrict_self, rules, 0) != 0))
        entered = FAIL(IO);
    close(rules);
    return entered;
}

void sandbox_try(const struct sandbox_paths *paths, struct events *events)
{
    err entered = sandbox_enter(paths);

    if (err_is_ok(entered))
        EMIT(events, sandbox_entered, NULL, field_reason("landlock"));
    else if (entered.code == ERR_NOT_FOUND)
        EMIT(events, sandbox_missing, NULL, field_reason("the kernel has no Landlock"));
    else
        EMIT(events, sandbox_missing, NULL, field_reason("the kernel refused"),
             field_detail(slice_of(strerror(errno))));
}
