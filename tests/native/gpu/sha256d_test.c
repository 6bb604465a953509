/*
 * sha256d_test.c - the search kernel against the reference: every nonce of a range is judged by both, at
 * starts and ends of ranges, past the last group, with equal top words, with several versions, and with more
 * hits than slots.
 */
#include <stdlib.h>
#include <string.h>

#include "runner.h"
#include "sha256.h"
#include "sha256d/gpu/sha256d_row.h"

extern const otd_gpu_code otd_kernel_sha256d;

static uint32_t load_be32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_le32(uint8_t *p, uint32_t x) {
    memcpy(p, &x, 4);
}

static void make_job(otd_sha256d_job *job, const uint8_t header[80], const uint32_t *versions,
                     uint32_t count) {
    job->versions = count;
    for (uint32_t v = 0; v < count; v++) {
        uint8_t block[64];
        memcpy(block, header, sizeof block);
        put_le32(block, versions[v]);
        memcpy(job->midstate[v], otd_sha256_iv, sizeof job->midstate[v]);
        otd_sha256_blocks_ref(job->midstate[v], block, 1);
    }
    for (int i = 0; i < 3; i++) {
        job->tail[i] = load_be32(header + 64 + 4 * i);
    }
}

static uint32_t top_word(const uint8_t header[80], uint32_t version, uint32_t nonce) {
    uint8_t full[80], hash[32];
    const uint8_t *headers[1] = {full};
    uint32_t top;
    memcpy(full, header, sizeof full);
    put_le32(full, version);
    put_le32(full + 76, nonce);
    otd_sha256d_ref.hash(&hash, headers, 1);
    memcpy(&top, hash + 28, 4);
    return top;
}

static int run_search(const runner *with, uint32_t threads, const uint32_t *rows, uint32_t row_count,
                      uint64_t first, uint32_t count, uint32_t slots, hits *found) {
    hits_clear(found);
    const argument arguments[] = {BUFFER((void *)(uintptr_t)rows, row_count * 4 * OTD_SHA256D_ROW_WORDS),
                                  ARG_U64(first), ARG_U32(count), ARG_U32(slots),
                                  BUFFER(found, sizeof *found)};
    const launch l = {
        &otd_kernel_sha256d, "otd_search", threads, (count + threads - 1) / threads, arguments, 5};
    int good = with->run(&l);
    hits_sort(found);
    return good;
}

/* Compares one range of one version with the reference. */
static void one_range(const runner *with, uint32_t threads, const uint8_t header[80], const uint32_t *rows,
                      uint32_t row_count, uint32_t row, uint32_t version, uint32_t limit, uint32_t first,
                      uint32_t count) {
    static hits found;
    uint32_t expected = 0, different = 0;
    if (!run_search(with, threads, rows, row_count, (uint64_t)row << 32 | first, count, SLOTS, &found)) {
        check(0, "%s sha256d runs", with->name);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (top_word(header, version, first + i) <= limit) {
            different += expected >= SLOTS || found.nonce[expected] != ((uint64_t)row << 32 | (first + i));
            expected++;
        }
    }
    check(found.count == expected && different == 0, "%s sha256d groups of %u, %u from %08x: %u hits, not %u",
          with->name, threads, count, first, found.count, expected);
}

static void random_headers(const runner *with) {
    static const uint32_t groups[] = {64, 32}; /* more would only cost PoCL more compiling */
    for (uint32_t round = 0; round < 12; round++) {
        uint8_t header[80];
        uint32_t versions[OTD_VERSIONS_MAX], rows[OTD_VERSIONS_MAX * OTD_SHA256D_ROW_WORDS];
        otd_sha256d_job job;
        uint32_t count = 1 + random_u32() % 500, used = 1 + round % OTD_VERSIONS_MAX;
        uint32_t first = round % 3 == 0 ? 0u - count : random_u32() & 0x7fffffffu;
        random_fill(header, sizeof header);
        random_fill(versions, sizeof versions);
        make_job(&job, header, versions, used);
        /* The limit is the top word of one of the nonces: equal has to pass. */
        job.limit = round % 4 < 2 ? 0x0fffffffu : top_word(header, versions[0], first + count / 2);
        for (uint32_t v = 0; v < used; v++) {
            otd_sha256d_row(rows + v * OTD_SHA256D_ROW_WORDS, &job, v);
        }
        for (uint32_t v = 0; v < used; v += 1 + round % 3) {
            one_range(with, groups[round % 2], header, rows, used, v, versions[v], job.limit, first, count);
        }
    }
}

/* Every nonce is a hit: the count stays true, the slots are full of different nonces, nothing is behind them.
 */
static void more_hits_than_slots(const runner *with) {
    enum { COUNT = 300, ROOM = 7 };
    static hits found;
    uint8_t header[80] = {0};
    uint32_t version = 0, row[OTD_SHA256D_ROW_WORDS], twice = 0;
    otd_sha256d_job job;
    make_job(&job, header, &version, 1);
    job.limit = UINT32_MAX;
    otd_sha256d_row(row, &job, 0);
    check(run_search(with, 64, row, 1, 1000, COUNT, ROOM, &found) && found.count == COUNT,
          "%s sha256d counts %u hits, not %u", with->name, found.count, COUNT);
    uint32_t inside = 0, untouched = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        inside += found.nonce[i] >= 1000 && found.nonce[i] < 1000 + COUNT;
        untouched += found.nonce[i] == 0xeeeeeeeeeeeeeeeeull;
        twice += i > 0 && found.nonce[i] == found.nonce[i - 1] && found.nonce[i] < 1000 + COUNT;
    }
    check(inside == ROOM && untouched == COUNT - ROOM && twice == 0,
          "%s sha256d fills %u slots and leaves %u", with->name, inside, untouched);
}

/* Bitcoin's first block under its own target, around its nonce. */
static void genesis(const runner *with) {
    static const uint8_t tail[80] = {0x01, [36] = 0x3b, 0xa3, 0xed, 0xfd, 0x7a, 0x7b, 0x12, 0xb2, 0x7a, 0xc7,
                                     0x2c, 0x3e,        0x67, 0x76, 0x8f, 0x61, 0x7f, 0xc8, 0x1b, 0xc3, 0x88,
                                     0x8a, 0x51,        0x32, 0x3a, 0x9f, 0xb8, 0xaa, 0x4b, 0x1e, 0x5e, 0x4a,
                                     0x29, 0xab,        0x5f, 0x49, 0xff, 0xff, 0x00, 0x1d};
    static hits found;
    uint32_t version = 1, row[OTD_SHA256D_ROW_WORDS];
    otd_sha256d_job job;
    make_job(&job, tail, &version, 1);
    job.limit = 0;
    otd_sha256d_row(row, &job, 0);
    check(run_search(with, 64, row, 1, 0x7c2bac1d - 10, with->brief ? 20 : 2000, SLOTS, &found) &&
              found.count == 1 && found.nonce[0] == 0x7c2bac1d,
          "%s finds the nonce of Bitcoin's first block (%u hits)", with->name, found.count);
}

void test_sha256d(const runner *with) {
    genesis(with);
    if (with->brief) {
        return;
    }
    random_headers(with);
    more_hits_than_slots(with);
}
