/* SPDX-License-Identifier: Apache-2.0 */
#include "server/memory.h"

#include "api/courier.h"
#include "base/limits.h"
#include "model/passcode.h"
#include "model/user.h"

#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    PARTS = 13,
    KIB = 1024,
    LIBRARIES = 8 * 1024 * KIB,
    STACK_TOUCHED = 128 * KIB,
    TRANSFER = 64 * KIB /* of libcurl, with TLS */,
    THROTTLE_SLOT = 24,
    COUNTED_AHEAD = 48 /* an entry of store/ahead.c */
};

struct part {
    const char *name;
    size_t count;
    size_t each;
};

static void parts_of(const struct memory_options *o, struct part parts[PARTS])
{
    parts[0] = (struct part){ "connections", o->connections, LIMIT_CONNECTION_MEMORY + 4 * KIB };
    parts[1] = (struct part){ "exchanges", o->exchanges, LIMIT_EXCHANGE_MEMORY };
    parts[2] =
        (struct part){ "threads: stack, SQLite cache", o->threads, STACK_TOUCHED + LIMIT_SQLITE_CACHE_KIB * KIB };
    parts[3] = (struct part){ "throttle", LIMIT_THROTTLE_SLOTS, THROTTLE_SLOT };
    parts[4] = (struct part){ "directory, old and new", LIMIT_SNAPSHOTS, LIMIT_DIRECTORY_TEXT };
    parts[5] = (struct part){ "patterns of attributes", LIMIT_SNAPSHOTS * LIMIT_PATTERNS, LIMIT_PATTERN_MEMORY };
    parts[6] = (struct part){ "password hashes", o->password_workers, o->password_bytes };
    parts[7] = (struct part){ "calls of extensions", LIMIT_HOOK_CALLS, TRANSFER };
    parts[8] = (struct part){ "codes with extensions", OUTBOX_TAGS, COURIER_LETTER_MEMORY };
    parts[9] = (struct part){ "open codes", LIMIT_COUNTED_AHEAD, COUNTED_AHEAD };
    parts[10] =
        (struct part){ "rows remembered", 1,
                       LIMIT_RECENT_USERS * sizeof(struct user) + LIMIT_RECENT_PASSCODES * sizeof(struct passcode) };
    parts[11] =
        (struct part){ "writer: its pages, the log's", 1, LIMIT_SQLITE_WRITER_CACHE_KIB * KIB + LIMIT_LOG_GATHERED };
    parts[12] = (struct part){ "libraries, mailer", 1, LIBRARIES };
}

size_t memory_worst_case(const struct memory_options *options)
{
    struct part parts[PARTS];
    size_t sum = 0;

    parts_of(options, parts);
    for (size_t i = 0; i < PARTS; i++)
        sum += parts[i].count * parts[i].each;
    return sum;
}

void memory_print(const struct memory_options *options, FILE *out)
{
    struct part parts[PARTS];

    parts_of(options, parts);
    fputs("memory, worst case:\n", out);
    for (size_t i = 0; i < PARTS; i++)
        fprintf(out, "  %-30s %6zu x %8zu B = %9.1f MiB\n", parts[i].name, parts[i].count, parts[i].each,
                (double)(parts[i].count * parts[i].each) / (KIB * KIB));
    fprintf(out, "  %-30s %28.1f MiB\n", "sum", (double)memory_worst_case(options) / (KIB * KIB));
}

/* A segment that cannot be written holds the file's own bytes, so dropping its pages loses nothing. */
static int drop_pages(struct dl_phdr_info *object, size_t size, void *page_size)
{
    const uintptr_t page = *(const uintptr_t *)page_size;

    (void)size;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) != 0)
            continue;
        uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        uintptr_t end = object->dlpi_addr + segment->p_vaddr + segment->p_memsz;
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void memory_give_back(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    dl_iterate_phdr(drop_pages, &page);
}
