/* SPDX-License-Identifier: Apache-2.0 */
/* Two slots, of which the newer good one counts. A write goes into the other, its head last: whenever the power fails, one slot
 * is whole. On a real device the bytes are to be encrypted with a key that the chip keeps; here they lie open. */
#include "flash.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAGIC = 0x64636631 }; /* "dcf1" */

struct head {
    uint32_t magic;
    uint32_t number; /* grows with every write */
    uint32_t length;
    uint32_t sum; /* of the three above and the bytes */
};

static int chip = -1;
static char space[FLASH_SLOT - sizeof(struct head)]; /* one slot's bytes, on their way; wiped after */

int flash_open(const char *path)
{
    chip = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return chip >= 0 ? 0 : -1;
}

void flash_close(void)
{
    close(chip);
    chip = -1;
}

/* CRC-32 (IEEE 802.3), a bit at a time: slow and small. */
static uint32_t add_to_sum(uint32_t sum, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < n; i++) {
        sum ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            sum = (sum >> 1) ^ (0xedb88320u & (0u - (sum & 1u)));
    }
    return sum;
}

static uint32_t sum_of(const struct head *head, const void *bytes)
{
    return ~add_to_sum(add_to_sum(~0u, head, offsetof(struct head, sum)), bytes, head->length);
}

static off_t offset_of(int slot)
{
    return (off_t)slot * FLASH_SLOT;
}

/* Whether the slot holds something whole, which is in `space` then. */
static int load(int slot, struct head *head)
{
    if (pread(chip, head, sizeof(*head), offset_of(slot)) != (ssize_t)sizeof(*head))
        return 0;
    if (head->magic != MAGIC || head->length > sizeof(space))
        return 0;
    if (pread(chip, space, head->length, offset_of(slot) + (off_t)sizeof(*head)) != (ssize_t)head->length)
        return 0;
    return sum_of(head, space) == head->sum;
}

/* The slot that counts, in *head; -1: neither. */
static int newest(struct head *head)
{
    struct head other;
    int has_first = load(0, head);
    int has_second = load(1, &other);
    if (has_second && (!has_first || (int32_t)(other.number - head->number) > 0)) {
        *head = other;
        return 1;
    }
    return has_first ? 0 : -1;
}

static int read_all(void *ctx, char **bytes, size_t *n, char *problem)
{
    struct head head;
    int slot = newest(&head);
    (void)ctx;
    *bytes = NULL;
    *n = 0;
    if (slot < 0) /* a new chip */
        return 0;
    if (load(slot, &head) && (*bytes = malloc(head.length + 1)) != NULL) { /* + 1: of nothing there is a byte, too */
        memcpy(*bytes, space, head.length);
        *n = head.length;
    }
    explicit_bzero(space, sizeof(space));
    if (*bytes == NULL)
        snprintf(problem, DOORCODE_CACHE_PROBLEM, "the flash memory cannot be read");
    return *bytes != NULL ? 0 : -1;
}

static int write_all(void *ctx, const char *bytes, size_t n, char *problem)
{
    struct head former = { 0 };
    int slot = newest(&former);
    struct head head = { .magic = MAGIC, .number = former.number + 1, .length = (uint32_t)n };
    off_t at = offset_of(slot == 0 ? 1 : 0);
    (void)ctx;
    explicit_bzero(space, sizeof(space));
    if (n > sizeof(space)) {
        snprintf(problem, DOORCODE_CACHE_PROBLEM, "the flash memory is full");
        return -1;
    }
    head.sum = sum_of(&head, bytes);
    int kept = pwrite(chip, bytes, n, at + (off_t)sizeof(head)) == (ssize_t)n && fdatasync(chip) == 0 &&
               pwrite(chip, &head, sizeof(head), at) == (ssize_t)sizeof(head) && fdatasync(chip) == 0;
    if (!kept)
        snprintf(problem, DOORCODE_CACHE_PROBLEM, "the flash memory cannot be written");
    return kept ? 0 : -1;
}

const struct doorcode_cache_backend flash_backend = { .read = read_all, .write = write_all };
