/* ring_commit_test.c - commits of a ring: on disk before an answer leaves, and no answer when the disk
 * refuses. */
#include "check.h"

#if defined(__linux__)

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "otedama_os.h"
#include "ring_rig.h"
#include "uring.h"

enum { OTD_LOG_BYTES = 1 << 18, OTD_GROUP = 8, OTD_ANSWER = 16 };

typedef struct otd_log_rig {
    otd_rig rig;
    char path[64];
    int reader; /* of the file, by another way */
    uint32_t file;
    uint32_t direct;
    int clients[OTD_GROUP];
} otd_log_rig;

static int otd_log_open(otd_log_rig *log, const otd_ring_options *options) {
    if (!otd_rig_open(&log->rig, options)) {
        return 0;
    }
    static const uint8_t zeros[OTD_LOG_BYTES];
    snprintf(log->path, sizeof log->path, "ring-test-%d.log", (int)getpid());
    log->reader = open(log->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int good = write(log->reader, zeros, sizeof zeros) == (ssize_t)sizeof zeros;
    good = good && otd_ring_file_open(log->rig.ring, &log->file, &log->direct, (const uint8_t *)log->path,
                                      (uint32_t)strlen(log->path)) == OTD_OK;
    otd_check(good, "ring: a file to commit to");
    for (int i = 0; i < OTD_GROUP; i++) {
        log->clients[i] = otd_rig_client(&log->rig, i == 0 ? 4096 : 0);
    }
    return good;
}

static void otd_log_close(otd_log_rig *log) {
    otd_rig_close(&log->rig);
    for (int i = 0; i < OTD_GROUP; i++) {
        close(log->clients[i]);
    }
    close(log->reader);
    unlink(log->path);
}

/* Commits `length` bytes of `fill`, with an answer "<letter>..." for each of the first `answers` connections.
 */
static int32_t otd_log_commit(otd_log_rig *log, uint64_t tag, uint64_t offset, char fill, uint32_t length,
                              uint32_t answers, char letter) {
    static uint8_t bytes[OTD_LOG_BYTES];
    uint8_t data[OTD_ANSWER];
    otd_ring_item items[OTD_GROUP];
    memset(bytes, fill, length);
    memset(data, letter, sizeof data);
    for (uint32_t i = 0; i < answers; i++) {
        items[i] = (otd_ring_item){.connection = log->rig.numbers[i], .length = sizeof data};
    }
    return otd_ring_commit(log->rig.ring, log->file, tag, offset, bytes, length, items, answers, data,
                           sizeof data);
}

/* How many bytes from `offset` on are `fill`, in the file as anybody sees it. */
static uint32_t otd_log_run(const otd_log_rig *log, uint64_t offset, char fill) {
    uint32_t run = 0;
    char byte;
    while (pread(log->reader, &byte, 1, (off_t)(offset + run)) == 1 && byte == fill) {
        run++;
    }
    return run;
}

/* Whether exactly one answer of this letter has come to each of the clients from..to. */
static int otd_log_answered(otd_log_rig *log, uint32_t from, uint32_t to, char letter) {
    int good = 1;
    for (uint32_t i = from; i < to; i++) {
        char got[OTD_ANSWER], expected[OTD_ANSWER];
        memset(expected, letter, sizeof expected);
        good = good && otd_rig_read(&log->rig, log->clients[i], got, sizeof got) == sizeof got &&
               memcmp(got, expected, sizeof got) == 0 && otd_rig_is_silent(&log->rig, log->clients[i]);
    }
    return good;
}

static int otd_log_silent(otd_log_rig *log, int clients) {
    int good = 1;
    for (int i = 0; i < clients; i++) {
        good = good && otd_rig_is_silent(&log->rig, log->clients[i]);
    }
    return good;
}

static int otd_log_ends(otd_log_rig *log, uint64_t tag, int32_t error) {
    uint32_t commits = log->rig.commits;
    return otd_rig_until(&log->rig, &log->rig.commits, commits + 1) && log->rig.last_commit.tag == tag &&
           log->rig.last_commit.error == error;
}

/* ---- on disk first -------------------------------------------------------------------------------- */

/* The answer is there as soon as it can be read, and not before the bytes are in the file. */
static void otd_test_order(otd_log_rig *log) {
    char got[OTD_ANSWER];
    uint64_t chained = log->rig.ring->info.chained;
    otd_check(otd_log_commit(log, 1, 64, 'a', 100, OTD_GROUP, 'A') == OTD_OK, "ring: commit");
    otd_check(otd_log_commit(log, 2, 164, 'b', 1, 0, 'B') == OTD_E_BUSY, "ring: one commit at a time");
    otd_check(otd_ring_file_close(log->rig.ring, log->file) == OTD_E_BUSY, "ring: its file stays");
    otd_check(otd_log_run(log, 64, 'a') == 0 && recv(log->clients[3], got, 1, MSG_DONTWAIT) < 0,
              "ring: nothing happens before the turn");
    uint32_t early = 0, seen = 0;
    for (int i = 0; i < 10000 && !seen; i++) {
        otd_rig_turn(&log->rig, 0);
        seen = recv(log->clients[3], got, 1, MSG_DONTWAIT | MSG_PEEK) == 1;
        early += seen && otd_log_run(log, 64, 'a') != 100;
        usleep(seen ? 0 : 100);
    }
    otd_check(seen && early == 0, "ring: the file has the bytes when the answer comes");
    otd_check(log->rig.commits == 1 || otd_log_ends(log, 1, 0), "ring: and the commit is told");
    otd_check(otd_log_answered(log, 0, OTD_GROUP, 'A'), "ring: everybody has one answer");
    otd_check(log->rig.ring->info.chained == chained + OTD_GROUP, "ring: all went out behind the write");
}

/* Blocks are written whole; what stands before stays, behind are zeros. */
static void otd_test_blocks(otd_log_rig *log) {
    otd_check(otd_log_commit(log, 3, 164, 'c', 3000, 0, 0) == OTD_OK && otd_log_ends(log, 3, 0),
              "ring: same block");
    otd_check(otd_log_commit(log, 4, 3164, 'd', 10000, 1, 'D') == OTD_OK && otd_log_ends(log, 4, 0),
              "ring: across");
    otd_check(otd_log_commit(log, 5, 13164, 'e', 3220, 0, 0) == OTD_OK && otd_log_ends(log, 5, 0),
              "ring: to the end");
    otd_check(otd_log_commit(log, 6, 16384, 'f', 4096, 0, 0) == OTD_OK && otd_log_ends(log, 6, 0),
              "ring: a whole one");
    otd_check(otd_log_answered(log, 0, 1, 'D'), "ring: its answer");
    otd_check(otd_log_run(log, 0, 0) == 64 && otd_log_run(log, 64, 'a') == 100 &&
                  otd_log_run(log, 164, 'c') == 3000 && otd_log_run(log, 3164, 'd') == 10000 &&
                  otd_log_run(log, 13164, 'e') == 3220 && otd_log_run(log, 16384, 'f') == 4096 &&
                  otd_log_run(log, 20480, 0) == OTD_LOG_BYTES - 20480,
              "ring: every byte is where it belongs");
    /* A place nobody knows: what stands before it is read. */
    otd_check(otd_log_commit(log, 7, 200, 'g', 50, 0, 0) == OTD_OK && otd_log_ends(log, 7, 0),
              "ring: somewhere");
    otd_check(otd_log_run(log, 64, 'a') == 100 && otd_log_run(log, 164, 'c') == 36 &&
                  otd_log_run(log, 200, 'g') == 50,
              "ring: with what was before it");
}

/* ---- a disk that refuses -------------------------------------------------------------------------- */

static void otd_limit_files(rlim_t bytes) {
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* Nothing of the group leaves; what is not of the group does, in its place; the repeated commit answers once.
 */
static void otd_test_refused_write(otd_log_rig *log) {
    signal(SIGXFSZ, SIG_IGN);
    otd_limit_files(40960);
    otd_check(otd_log_commit(log, 20, 40960, 'h', 500, OTD_GROUP, 'H') == OTD_OK, "ring: commit");
    otd_rig_send(&log->rig, log->rig.numbers[2], "after the answer", OTD_ANSWER, 0);
    otd_check(otd_log_ends(log, 20, EFBIG), "ring: the write failed: error %d", log->rig.last_commit.error);
    char got[OTD_ANSWER];
    otd_check(otd_rig_read(&log->rig, log->clients[2], got, sizeof got) == sizeof got &&
                  memcmp(got, "after the answer", sizeof got) == 0,
              "ring: what is not of the group comes");
    otd_check(otd_log_silent(log, OTD_GROUP), "ring: and nothing that is");
    /* cut short by the limit: as good as failed */
    otd_check(otd_log_commit(log, 21, 36864, 'h', 8000, OTD_GROUP, 'I') == OTD_OK, "ring: commit");
    otd_check(otd_log_ends(log, 21, ENOSPC), "ring: cut short: error %d", log->rig.last_commit.error);
    otd_check(otd_log_silent(log, OTD_GROUP), "ring: no answer either");
    otd_limit_files(RLIM_INFINITY);
    otd_check(otd_log_commit(log, 22, 36864, 'h', 8000, OTD_GROUP, 'J') == OTD_OK && otd_log_ends(log, 22, 0),
              "ring: it takes them again");
    otd_check(otd_log_run(log, 36864, 'h') == 8000 && otd_log_answered(log, 0, OTD_GROUP, 'J'),
              "ring: now they are answered, once");
    otd_ring_info info;
    otd_ring_state(log->rig.ring, &info);
    otd_check(info.blocks_free == log->rig.ring->options.blocks, "ring: and nothing is left over");
}

/* A full device that is no file: through the cache. */
static void otd_test_full_device(otd_log_rig *log) {
    uint32_t file = 99, direct = 99;
    otd_ring_item item = {.connection = log->rig.numbers[1], .length = 4};
    otd_check(otd_ring_file_open(log->rig.ring, &file, &direct, (const uint8_t *)"/dev/full", 9) == OTD_OK,
              "ring: a full device");
    for (int i = 0; i < 2; i++) { /* the first may find out that it cannot be written past the cache */
        otd_check(otd_ring_commit(log->rig.ring, file, 30, 0, (const uint8_t *)"bytes", 5, &item, 1,
                                  (const uint8_t *)"lost", 4) == OTD_OK &&
                      otd_rig_until(&log->rig, &log->rig.commits, log->rig.commits + 1),
                  "ring: commit to it");
    }
    otd_check(log->rig.last_commit.error == ENOSPC, "ring: it is full: error %d", log->rig.last_commit.error);
    otd_check(otd_log_silent(log, OTD_GROUP), "ring: no answer");
    otd_check(otd_ring_file_close(log->rig.ring, file) == OTD_OK &&
                  otd_ring_file_close(log->rig.ring, file) == OTD_E_ARGUMENT,
              "ring: closed once");
}

/* ---- groups --------------------------------------------------------------------------------------- */

/* One who does not read holds up nobody, and gets the rest of his answers when he reads, in their order. */
static void otd_test_slow_member(otd_log_rig *log) {
    static char much[400000], got[sizeof much];
    memset(much, 'm', sizeof much);
    otd_rig_send(&log->rig, log->rig.numbers[0], much, sizeof much, 0);
    for (int i = 0; i < 5; i++) {
        otd_rig_turn(&log->rig, 1);
    }
    otd_check(otd_log_commit(log, 40, 50000, 'k', 100, OTD_GROUP, 'K') == OTD_OK && otd_log_ends(log, 40, 0),
              "ring: a slow one in the group");
    otd_check(otd_log_answered(log, 1, OTD_GROUP, 'K'), "ring: holds up nobody");
    otd_limit_files(40960);
    otd_check(otd_log_commit(log, 41, 50100, 'l', 100, 1, 'L') == OTD_OK && otd_log_ends(log, 41, EFBIG),
              "ring: and when the write fails");
    otd_limit_files(RLIM_INFINITY);
    otd_rig_send(&log->rig, log->rig.numbers[0], "the last of them", OTD_ANSWER, 0);
    otd_check(otd_rig_read(&log->rig, log->clients[0], got, sizeof got) == sizeof got &&
                  memcmp(got, much, sizeof got) == 0,
              "ring: all before it");
    otd_check(otd_rig_read(&log->rig, log->clients[0], got, 2 * OTD_ANSWER) == 2 * OTD_ANSWER &&
                  memcmp(got, "KKKKKKKKKKKKKKKKthe last of them", 2 * OTD_ANSWER) == 0 &&
                  otd_rig_is_silent(&log->rig, log->clients[0]),
              "ring: then its answer, and nothing of what failed");
}

/* A socket that takes nothing, with nothing queued: its send in the chain comes back, and those behind it go.
 */
static void otd_test_full_socket(otd_log_rig *log) {
    static char much[4096], got[4096];
    otd_ring *ring = log->rig.ring;
    size_t filled = 0;
    uint64_t short_sends = ring->info.short_sends, chained = ring->info.chained;
    int descriptor = ring->connections[(uint32_t)log->rig.numbers[0]].descriptor;
    for (ssize_t part; (part = send(descriptor, much, sizeof much, MSG_DONTWAIT)) > 0;) {
        filled += (size_t)part;
    }
    otd_check(otd_log_commit(log, 45, 51000, 'o', 100, OTD_GROUP, 'O') == OTD_OK &&
                  otd_log_ends(log, 45, 0) && ring->info.short_sends > short_sends &&
                  ring->info.chained == chained + OTD_GROUP - 1,
              "ring: a full socket at the head of the chain, and %llu behind it went",
              (unsigned long long)(ring->info.chained - chained));
    otd_check(otd_log_answered(log, 1, OTD_GROUP, 'O'), "ring: holds up nobody");
    while (filled > 0) {
        size_t part =
            otd_rig_read(&log->rig, log->clients[0], got, filled < sizeof got ? filled : sizeof got);
        filled -= part;
        if (part == 0) {
            break;
        }
    }
    otd_check(filled == 0 && otd_log_answered(log, 0, 1, 'O'), "ring: its answer comes when it reads");
}

/* A socket that is nearly full takes a part of the answer in the chain; the rest follows. */
static void otd_test_part_of_answer(otd_log_rig *log) {
    static char data[60000], got[sizeof data];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (char)(i * 13 + i / 101);
    }
    otd_ring_item items[2] = {
        {.connection = log->rig.numbers[0], .length = sizeof data, .flags = OTD_RING_TELL},
        {.connection = log->rig.numbers[1], .offset = 100, .length = 16}};
    uint32_t sent = log->rig.sent;
    uint64_t short_sends = log->rig.ring->info.short_sends;
    otd_check(otd_ring_commit(log->rig.ring, log->file, 50, 52000, (const uint8_t *)"x", 1, items, 2,
                              (const uint8_t *)data, sizeof data) == OTD_OK &&
                  otd_log_ends(log, 50, 0),
              "ring: an answer larger than a socket");
    otd_check(otd_rig_read(&log->rig, log->clients[1], got, 16) == 16 && memcmp(got, data + 100, 16) == 0,
              "ring: the next one in the chain has its own");
    otd_check(otd_rig_read(&log->rig, log->clients[0], got, sizeof got) == sizeof got &&
                  memcmp(got, data, sizeof got) == 0 && otd_rig_until(&log->rig, &log->rig.sent, sent + 1),
              "ring: and the large one comes whole");
    if (log->rig.ring->options.block_bytes > sizeof data) { /* else each send fits, or waits as a whole */
        otd_check(log->rig.ring->info.short_sends > short_sends, "ring: in parts");
    }
}

/* Members that leave between the commit and its end. */
static void otd_test_leavers(otd_log_rig *log) {
    struct linger hard = {.l_onoff = 1};
    uint32_t closed = log->rig.closed;
    otd_check(otd_log_commit(log, 60, 53000, 'n', 100, OTD_GROUP, 'N') == OTD_OK, "ring: commit");
    otd_ring_end(log->rig.ring, log->rig.numbers[7], 0);
    setsockopt(log->clients[6], SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(log->clients[6]);
    otd_check(otd_ring_end(log->rig.ring, log->rig.numbers[5], OTD_RING_FLUSH) == OTD_OK,
              "ring: one ends after it");
    otd_check(otd_log_ends(log, 60, 0) && otd_rig_until(&log->rig, &log->rig.closed, closed + 3),
              "ring: three leave meanwhile");
    char got[OTD_ANSWER + 1];
    otd_check(otd_rig_read(&log->rig, log->clients[5], got, sizeof got) == OTD_ANSWER && got[0] == 'N',
              "ring: the one that was to get its answer did");
    otd_check(otd_log_answered(log, 0, 5, 'N'), "ring: so did those that stay");
    otd_ring_info info;
    for (int i = 0; i < 500; i++) {
        otd_ring_state(log->rig.ring, &info);
        if (info.open == 5 && info.blocks_free == log->rig.ring->options.blocks) {
            break;
        }
        otd_rig_turn(&log->rig, 10);
    }
    otd_check(info.open == 5 && info.blocks_free == log->rig.ring->options.blocks && info.late == 0,
              "ring: nothing of theirs is left: %u open", info.open);
}

/*
 * The kernel takes the write and one send of the chain, as it does without memory for more. Those it takes
 * later stand alone, so they may not be sends.
 */
static void otd_test_broken_chain(otd_log_rig *log, int fails) {
    otd_ring *ring = log->rig.ring;
    while (ring->request_mask + 1 != otd_uring_requests_free(ring)) {
        otd_rig_turn(&log->rig, 0);
    }
    otd_limit_files(fails ? 40960 : RLIM_INFINITY);
    uint64_t chained = ring->info.chained;
    otd_check(otd_log_commit(log, 70, 53500, 'q', 10, 5, 'Q') == OTD_OK, "ring: commit");
    __atomic_store_n(ring->request_tail, ring->requests_made, __ATOMIC_RELEASE);
    otd_check(syscall(SYS_io_uring_enter, ring->descriptor, 2, 0, 0, NULL, 0) == 2, "ring: two are taken");
    otd_uring_mend_chain(ring, *ring->request_head);
    otd_check(otd_log_ends(log, 70, fails ? EFBIG : 0), "ring: the commit ends");
    otd_limit_files(RLIM_INFINITY);
    if (fails) {
        otd_check(otd_log_silent(log, 5), "ring: a broken chain answers nobody either");
    } else {
        otd_check(otd_log_answered(log, 0, 5, 'Q') && ring->info.chained == chained + 1,
                  "ring: a broken chain: the rest follows after the commit");
    }
}

static void otd_test_commit_refusals(otd_log_rig *log) {
    otd_ring *ring = log->rig.ring;
    uint32_t file, direct;
    otd_check(otd_log_commit(log, 9, 0, 'z', 0, 0, 0) == OTD_E_ARGUMENT, "ring: a commit of nothing");
    otd_check(otd_log_commit(log, 9, 0, 'z', (1 << 16) + 1, 0, 0) == OTD_E_ARGUMENT,
              "ring: too large a commit");
    otd_check(otd_log_commit(log, 9, UINT64_MAX - 5, 'z', 1, 0, 0) == OTD_E_ARGUMENT, "ring: too far out");
    otd_check(otd_ring_commit(ring, 3, 9, 0, (const uint8_t *)"z", 1, NULL, 0, NULL, 0) == OTD_E_ARGUMENT &&
                  otd_ring_commit(ring, 4, 9, 0, (const uint8_t *)"z", 1, NULL, 0, NULL, 0) == OTD_E_ARGUMENT,
              "ring: no such file");
    otd_ring_item item = {.length = 2};
    otd_check(otd_ring_commit(ring, log->file, 9, 0, (const uint8_t *)"z", 1, &item, 1, (const uint8_t *)"z",
                              1) == OTD_E_ARGUMENT,
              "ring: an item past the data");
    if (log->direct) { /* through the cache no block has to be whole */
        otd_check(otd_log_commit(log, 9, OTD_LOG_BYTES + 10000, 'z', 1, 0, 0) == OTD_E_IO,
                  "ring: nothing stands before that offset");
    }
    otd_check(otd_ring_file_open(ring, &file, &direct, (const uint8_t *)"", 0) == OTD_E_ARGUMENT,
              "ring: no path");
    otd_check(otd_ring_file_open(ring, &file, &direct, (const uint8_t *)"no/such", 7) == OTD_E_MISSING,
              "ring: no such path");
    for (int i = 0; i < 3; i++) {
        otd_check(otd_ring_file_open(ring, &file, &direct, (const uint8_t *)log->path,
                                     (uint32_t)strlen(log->path)) == OTD_OK,
                  "ring: file %d", i);
    }
    otd_check(otd_ring_file_open(ring, &file, &direct, (const uint8_t *)log->path,
                                 (uint32_t)strlen(log->path)) == OTD_E_BUSY,
              "ring: too many files");
}

/* Groups larger than a chain may be: those that do not fit follow the commit. */
static void otd_test_short_chain(uint32_t chain_max) {
    otd_ring_options options = otd_rig_options();
    options.chain_max = chain_max;
    otd_log_rig log;
    if (!otd_log_open(&log, &options)) {
        return;
    }
    otd_check(otd_log_commit(&log, 1, 64, 'a', 100, OTD_GROUP, 'A') == OTD_OK && otd_log_ends(&log, 1, 0),
              "ring: chains of %u", chain_max);
    otd_check(otd_log_answered(&log, 0, OTD_GROUP, 'A') && log.rig.ring->info.chained == chain_max,
              "ring: %llu went with the write, all came", (unsigned long long)log.rig.ring->info.chained);
    otd_limit_files(40960);
    otd_check(otd_log_commit(&log, 2, 40960, 'a', 100, OTD_GROUP, 'B') == OTD_OK, "ring: and when it fails");
    for (int i = 0; i < OTD_GROUP; i++) { /* which asks for a send of what stands before it, too */
        otd_rig_send(&log.rig, log.rig.numbers[i], "CCCCCCCCCCCCCCCC", OTD_ANSWER, 0);
    }
    otd_check(otd_log_ends(&log, 2, EFBIG) && otd_log_answered(&log, 0, OTD_GROUP, 'C'),
              "ring: only what is not of the group comes");
    otd_limit_files(RLIM_INFINITY);
    otd_log_close(&log);
}

void otd_test_ring_commits(void) {
    static const uint32_t avoid[] = {0, OTD_RING_DEFER | OTD_RING_COOP};
    for (size_t i = 0; i < 2; i++) {
        otd_ring_options options = otd_rig_options();
        options.avoid = avoid[i];
        options.block_bytes = i == 0 ? 65536 : 2048;
        otd_log_rig log;
        if (otd_log_open(&log, &options)) {
            otd_test_order(&log);
            otd_test_blocks(&log);
            otd_test_refused_write(&log);
            otd_test_full_device(&log);
            otd_test_slow_member(&log);
            otd_test_full_socket(&log);
            otd_test_part_of_answer(&log);
            otd_test_leavers(&log);
            otd_test_broken_chain(&log, 0);
            otd_test_broken_chain(&log, 1);
            otd_test_commit_refusals(&log);
            otd_log_close(&log);
        }
    }
    otd_test_short_chain(3);
    otd_test_short_chain(0);
}

#endif
