/* SPDX-License-Identifier: Apache-2.0 */
/* A small device: one loop, no threads, buffers of fixed size. It blinks, listens to its console, and signs in: three things at
 * once, none of which waits for another.
 *
 *     ./device ADDRESS [FLASH [AUTHORITY]]
 *
 * The console says what is asked for ("code?"), and takes a line: the code, "again" for another one, "off" to forget the
 * user and switch off. Nothing secret is ever written there. The LED is the standard error: 1 is on, 0 is off. */
#include "flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BLINK_MS = 100, LINE = 64, RETRY_MS = 5000, RENEW_MS = 60000 };

static struct {
    const char *address; /* of the device's user */
    struct doorcode_cache *cache;
    struct doorcode_client *client;
    struct doorcode_flow *flow;
    enum doorcode_state state;
    int64_t next_blink;
    int64_t next_token; /* when to look after the token; 0: not now */
    int lit;
    int runs;
    size_t n;
    char line[LINE];
} device;

static int64_t ticks(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- sign-in ---- */

static void begin(void)
{
    doorcode_flow_free(device.flow);
    device.next_token = 0;
    device.state = doorcode_token_get(device.client, device.address, NULL, 0, &device.flow);
}

static void sign_in(void)
{
    doorcode_flow_free(device.flow);
    device.state = doorcode_signin_start(device.client, device.address, &device.flow);
}

static void failed(void)
{
    if (doorcode_flow_error(device.flow)->kind == DOORCODE_ERROR_SIGNIN_REQUIRED)
        sign_in(); /* nothing is kept, or it is good no more */
    if (device.state != DOORCODE_FAILED)
        return;
    printf("%s\n", doorcode_flow_error(device.flow)->message);
    device.next_token = ticks() + RETRY_MS;
}

/* The flow rests: what it wants is said, or done. Comes back here where that led to another rest at once. */
static void look(void)
{
    enum doorcode_state seen;
    do {
        const struct doorcode_error *error = doorcode_flow_error(device.flow);
        seen = device.state;
        if (seen == DOORCODE_FAILED) {
            failed();
        } else if (seen == DOORCODE_CODE_REQUIRED) {
            printf("%scode? sent to %s\n", error != NULL ? "no. " : "",
                   doorcode_flow_challenge(device.flow)->target_label);
        } else if (seen == DOORCODE_COMPLETED) {
            /* Here doorcode_flow_tokens(device.flow)->access_token goes into the requests to a backend. */
            printf("online as %s\n", doorcode_flow_account(device.flow)->username);
            device.next_token = ticks() + RENEW_MS;
        } else if (seen != DOORCODE_WORKING) {
            printf("this user cannot sign in with codes alone\n");
        }
    } while (device.state != seen && device.state != DOORCODE_WORKING);
}

static void step(void)
{
    if (device.state != DOORCODE_WORKING)
        return;
    device.state = doorcode_flow_step(device.flow);
    if (device.state != DOORCODE_WORKING)
        look();
}

/* ---- console ---- */

static void obey(const char *line)
{
    if (strcmp(line, "off") == 0) {
        doorcode_accounts_remove(device.cache, NULL, NULL);
        device.runs = 0;
    } else if (device.state == DOORCODE_CODE_REQUIRED) {
        device.state = strcmp(line, "again") == 0 ? doorcode_flow_resend_code(device.flow)
                                                  : doorcode_flow_submit_code(device.flow, line);
        look();
    }
}

static void read_console(void)
{
    char byte;
    if (read(STDIN_FILENO, &byte, 1) != 1) {
        device.runs = 0; /* unplugged */
        return;
    }
    if (byte == '\n') {
        device.line[device.n] = '\0';
        device.n = 0;
        obey(device.line);
        explicit_bzero(device.line, sizeof(device.line));
    } else if (device.n < LINE - 1) {
        device.line[device.n++] = byte;
    }
}

/* ---- the other work ---- */

static void blink(void)
{
    if (ticks() < device.next_blink)
        return;
    device.lit = !device.lit;
    device.next_blink = ticks() + BLINK_MS;
    (void)!write(STDERR_FILENO, device.lit ? "1" : "0", 1);
}

/* Milliseconds until something is due, at most `most` (-1: for ever). */
static int until_due(int most)
{
    int64_t due = device.next_blink;
    if (device.next_token != 0 && device.next_token < due)
        due = device.next_token;
    int64_t left = due - ticks();
    left = left > 0 ? left : 0;
    return most >= 0 && most < left ? most : (int)left;
}

/* ---- the loop ---- */

static void loop(void)
{
    struct pollfd waits[1 + DOORCODE_FLOW_WAITS];
    int timeout_ms;
    while (device.runs) {
        waits[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
        size_t n = 1 + doorcode_flow_waits(device.flow, waits + 1, DOORCODE_FLOW_WAITS, &timeout_ms);
        poll(waits, (nfds_t)n, until_due(timeout_ms));
        blink();
        step();
        if (waits[0].revents != 0)
            read_console();
        if (device.next_token != 0 && ticks() >= device.next_token) {
            begin();
            look();
        }
    }
}

int main(int argc, char **argv)
{
    struct doorcode_options options;
    if (argc < 2 || flash_open(argc > 2 ? argv[2] : "flash.bin") != 0)
        return 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    const struct doorcode_error *error = doorcode_cache_custom(&flash_backend, NULL, &device.cache);
    doorcode_options_init(&options);
    options.authority = argc > 3 ? argv[3] : "http://localhost:8080/petstore.onmicrosoft.com";
    options.client_id = "1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31";
    options.no_password = 1; /* a console for codes, no keyboard */
    options.nonblocking = 1;
    options.cache = device.cache;
    if (error == NULL)
        error = doorcode_client_new(&options, &device.client);
    if (error != NULL) {
        printf("%s %s\n", error->message, error->advice);
        return 1;
    }
    device.address = argv[1];
    device.runs = 1;
    begin();
    look();
    loop();
    doorcode_flow_free(device.flow);
    doorcode_client_free(device.client);
    doorcode_cache_free(device.cache);
    flash_close();
    return 0;
}
