/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing; ids. */
#include "store/sqlite/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A missing file is made by us, so that nobody else may read it; SQLite gives its other files the same mode. An existing
 * one is not opened here: closing it again would drop the locks that this process holds on it. */
static err make_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return errno == EEXIST ? OK : FAIL(IO);
    close(fd);
    return OK;
}

/* A name that no other store of this process has: SQLite shares such a memory between connections of a process. Counted, not
 * drawn: two stores may be given the same chance. */
static err memory_path(char **out)
{
    static atomic_uint stores;
    char uri[64];
    struct buf b;

    buf_init(&b, uri, sizeof uri - 1);
    buf_fmt(&b, "file:/doorcode-%u?vfs=memdb", atomic_fetch_add(&stores, 1));
    uri[b.n] = '\0';
    *out = strdup(uri);
    return *out == NULL ? FAIL(NO_MEMORY) : OK;
}

static err find_path(struct store *s, const char *path)
{
    s->in_memory = path == NULL;
    if (s->in_memory)
        return memory_path(&s->path);
    TRY(make_file(path));
    s->path = strdup(path);
    return s->path == NULL ? FAIL(NO_MEMORY) : OK;
}

static void unlink_reader(struct store *s, struct connection *c)
{
    for (struct connection **at = &s->readers; *at != NULL; at = &(*at)->next) {
        if (*at == c) {
            *at = c->next;
            return;
        }
    }
}

static void thread_ends(void *connection)
{
    struct connection *c = connection;
    struct store *s = c->store;

    pthread_mutex_lock(&s->lock);
    unlink_reader(s, c);
    pthread_mutex_unlock(&s->lock);
    connection_close(c);
}

/* SQLite's count of its memory is one lock of the whole process, taken twice for each of some dozens of allocations of a
 * query. Nobody asks for the count. Only the first store can say so; where SQLite was in use before, it goes on counting. */
static void leave_memory_uncounted(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static err start(struct store *s, const char *path)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, leave_memory_uncounted);
    ENSURE(s->ahead != NULL && s->users != NULL && s->passcodes != NULL, NO_MEMORY);
    TRY(queries_read(s->queries));
    TRY(find_path(s, path));
    ENSURE(pthread_key_create(&s->thread_key, thread_ends) == 0, NO_MEMORY);
    s->has_thread_key = true;
    TRY(connection_open_writer(s, &s->writer));
    TRY(schema_migrate(s->writer));
    TRY(remember_start(s));
    TRY(mails_recount(s->writer));
    mails_publish(s);
    return writer_start(s);
}

err store_open(const struct store_options *options, struct store **out)
{
    struct store *s = calloc(1, sizeof *s);

    ENSURE(s != NULL, NO_MEMORY);
    s->clock = *options->clock;
    s->rng = *options->rng;
    s->events = options->events;
    s->synchronous_normal = options->synchronous_normal;
    s->policy = options->policy == NULL ? policy_default : *options->policy;
    pthread_mutex_init(&s->lock, NULL);
    s->ahead = ahead_new();
    s->users = recent_new(sizeof(struct user), LIMIT_RECENT_USERS);
    s->passcodes = recent_new(sizeof(struct passcode), LIMIT_RECENT_PASSCODES);
    err result = start(s, options->path);
    if (!err_is_ok(result)) {
        store_close(s);
        return result;
    }
    *out = s;
    return OK;
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    writer_stop(s);
    if (s->has_thread_key)
        pthread_key_delete(s->thread_key);
    while (s->readers != NULL) {
        struct connection *c = s->readers;
        s->readers = c->next;
        connection_close(c);
    }
    connection_close(s->writer); /* the last connection of all makes a checkpoint and removes the log */
    pthread_mutex_destroy(&s->lock);
    recent_free(s->passcodes);
    recent_free(s->users);
    ahead_free(s->ahead);
    free(s->path);
    free(s);
}

uint64_t store_next_id(struct store *s)
{
    enum { COUNTER_BITS = 21, START_BITS = 20 }; /* 42 bits of milliseconds last until 2109 */
    int64_t ms = clock_now_us(&s->clock) / 1000;
    uint64_t floor = (uint64_t)(ms > 0 ? ms : 1) << COUNTER_BITS;
    uint64_t last = atomic_load_explicit(&s->last_id, memory_order_relaxed);
    uint64_t next;

    do {
        next = last + 1;
        /* A new millisecond starts at a random place, so that two processes hardly ever meet. */
        if (last < floor)
            next = floor + rng_below(&s->rng, 1U << START_BITS);
    } while (
        !atomic_compare_exchange_weak_explicit(&s->last_id, &last, next, memory_order_relaxed, memory_order_relaxed));
    return next;
}

size_t store_queue_length(struct store *s)
{
    return queue_length(s->queue);
}
