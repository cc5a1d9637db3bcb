/* SPDX-License-Identifier: Apache-2.0 */
/* torture_server.h: a whole server whose allocations, writes, sends and receives fail when they are told to, from one seeded
 * folder; and requests that may fail but not hang. Included after cmocka.h, by one file of a program. */
#ifndef DOORCODE_TESTS_TORTURE_SERVER_H
#define DOORCODE_TESTS_TORTURE_SERVER_H

#include "support/text_file.h"
#include "support/torture.h"
#include "support/world.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#define SAM "sam@example.org"
#define APP "client_id=" WORLD_APP_ES256

enum { FORM = 2048, TEXT = 1024, CODE = 16, SLOWEST_SECONDS = 45 };

/* ---- the server's sockets: the engine's calls arrive here first, because a program's symbols stand before a library's ---- */

typedef ssize_t send_fn(int fd, const void *bytes, size_t n, int flags);
typedef ssize_t recv_fn(int fd, void *bytes, size_t n, int flags);
typedef ssize_t sendmsg_fn(int fd, const struct msghdr *message, int flags);

/* Not static: the C library may declare `recv` inline. */
struct {
    send_fn *send;
    recv_fn *recv;
    sendmsg_fn *sendmsg;
} real_socket;

static inline void find_real_sockets(void)
{
    *(void **)&real_socket.send = dlsym(RTLD_NEXT, "send");
    *(void **)&real_socket.recv = dlsym(RTLD_NEXT, "recv");
    *(void **)&real_socket.sendmsg = dlsym(RTLD_NEXT, "sendmsg");
    assert_true(real_socket.send != NULL && real_socket.recv != NULL && real_socket.sendmsg != NULL);
}

static inline bool socket_fails(void)
{
    if (!fails_now(TROUBLE_SOCKET))
        return false;
    errno = ECONNRESET;
    return true;
}

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
    return socket_fails() ? -1 : real_socket.send(fd, bytes, n, flags);
}

ssize_t recv(int fd, void *bytes, size_t n, int flags)
{
    return socket_fails() ? -1 : real_socket.recv(fd, bytes, n, flags);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return socket_fails() ? -1 : real_socket.sendmsg(fd, message, flags);
}

/* ---- a world for each failure, from one seeded folder ---- */

struct stage {
    struct test_folder seeded;
    struct test_folder folder;
    struct world w;
};

static inline void copy_file(const struct stage *s, const char *name)
{
    static char bytes[1 << 20];
    char from[128];

    snprintf(from, sizeof from, "%s/%s", s->seeded.path, name);
    FILE *file = fopen(from, "r");
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    assert_in_range(n, 1, sizeof bytes - 1);
    fclose(file);
    const char *to = test_file_bytes(&s->folder, name, bytes, n);
    assert_int_equal(chmod(to, 0600), 0);
}

static inline void stage_begin(struct stage *s)
{
    test_folder_make(&s->folder);
    copy_file(s, "doorcode.db");
    copy_file(s, "master.key");
    world_open(&s->w, &(struct world_options){ .folder = s->folder.path, .seed = 5, .no_seed = true });
}

static inline void stage_end(struct stage *s)
{
    assert_int_equal(store_check(rooms_store(s->w.rooms)).code, ERR_OK);
    world_close(&s->w);
    test_folder_remove(&s->folder);
}

static inline int seed_once(void **state)
{
    static struct stage s;

    torture_spared = true;
    find_real_sockets();
    test_folder_make(&s.seeded);
    world_open(&s.w, &(struct world_options){ .folder = s.seeded.path, .seed = 4 });
    world_close(&s.w);
    *state = &s;
    return 0;
}

static inline int remove_seeded(void **state)
{
    struct stage *s = *state;

    test_folder_remove(&s->seeded);
    return 0;
}

/* ---- one request, which may fail but not hang ---- */

static inline int64_t seconds_now(void)
{
    return clock_now_us(&clock_system) / 1000000;
}

/* Text of a whole request. */
static inline size_t request_text(char *out, size_t cap, const char *path, const char *form)
{
    int n = snprintf(out, cap,
                     "POST %s HTTP/1.1\r\nHost: login.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     path, strlen(form), form);

    assert_in_range(n, 1, cap - 1);
    return (size_t)n;
}

/* The status; 0: the connection was closed. */
static inline int post(const struct stage *s, const char *path, const char *form, struct world_reply *reply)
{
    char request[FORM + 512];
    size_t n = request_text(request, sizeof request, path, form);
    int64_t began = seconds_now();
    int fd = world_connect(&s->w);

    memset(reply, 0, sizeof *reply);
    if (!world_exchange(fd, request, n, reply))
        reply->status = 0;
    close(fd);
    assert_in_range(seconds_now() - began, 0, SLOWEST_SECONDS);
    return reply->status;
}

/* Under failures nobody may be told that the request is at fault. */
static inline bool was_done(int status, const struct world_reply *reply)
{
    if (status != 200 && status != 0 && status != 500 && status != 503)
        fail_msg("answer under failures: %d %s", status, reply->body);
    return status == 200;
}

/* ---- what is left when the failures are over ---- */

static inline int64_t count_rows(const struct stage *s, const char *table)
{
    sqlite3 *db;
    sqlite3_stmt *count;
    char path[128], sql[64];

    snprintf(path, sizeof path, "%s/doorcode.db", s->folder.path);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 20000); /* the server may be writing still */
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &count, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(count), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(count, 0);
    sqlite3_finalize(count);
    sqlite3_close(db);
    return n;
}

#endif
