/* ring_test.c - connections of a ring over loopback: what comes and goes, slow and vanishing peers, limits.
 */
#include "check.h"

#if defined(__linux__)

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "otedama_os.h"
#include "ring_rig.h"
#include "uring.h"

enum { OTD_BIG = 300000 };

/* ---- opening -------------------------------------------------------------------------------------- */

static void otd_test_options(void) {
    static const struct {
        size_t field;
        uint32_t value;
    } wrong[] = {
        {offsetof(otd_ring_options, connections), 0},
        {offsetof(otd_ring_options, connections), OTD_RING_CONNECTIONS_MAX + 1},
        {offsetof(otd_ring_options, entries), 48},
        {offsetof(otd_ring_options, completions), 64},
        {offsetof(otd_ring_options, buffers), 1},
        {offsetof(otd_ring_options, buffer_bytes), 32},
        {offsetof(otd_ring_options, blocks), 0},
        {offsetof(otd_ring_options, block_bytes), 72},
        {offsetof(otd_ring_options, queue_bytes_max), 0},
        {offsetof(otd_ring_options, commit_bytes_max), 0},
        {offsetof(otd_ring_options, chain_max), 64},
        {offsetof(otd_ring_options, avoid), 4},
        {offsetof(otd_ring_options, reserved), 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        otd_ring_options options = otd_rig_options();
        otd_ring *ring = NULL;
        memcpy((char *)&options + wrong[i].field, &wrong[i].value, sizeof wrong[i].value);
        otd_check(otd_ring_open(&ring, &options) == OTD_E_ARGUMENT && ring == NULL, "ring: wrong option %zu",
                  i);
        otd_ring_close(ring);
    }
}

/* A container's filter: io_uring_setup answers with this error. Run in a child, which stays that way. */
static int32_t otd_open_filtered(int error, const char *expected) {
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = 4, .filter = program};
    pid_t child = fork();
    if (child == 0) {
        otd_ring_options options = otd_rig_options();
        otd_ring *ring = NULL;
        char detail[OTD_ERROR_TEXT_MAX] = "";
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
            _exit(3);
        }
        int32_t status = otd_ring_open(&ring, &options);
        otd_last_error(detail, sizeof detail);
        _exit(status == OTD_E_UNSUPPORTED && ring == NULL && strstr(detail, expected) != NULL ? 0 : 1);
    }
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}

static void otd_test_refused(void) {
    otd_check(otd_open_filtered(EPERM, "kernel.io_uring_disabled") == 0,
              "ring: forbidden, and it says by what");
    otd_check(otd_open_filtered(ENOSYS, "no io_uring") == 0, "ring: not there, and it says so");
    otd_check(otd_open_filtered(EINVAL, "Linux 6.0") == 0, "ring: too old, and it says what is needed");
}

/* ---- bytes ---------------------------------------------------------------------------------------- */

static void otd_test_echo(uint32_t avoid, uint32_t capacity) {
    enum { OTD_ECHO_CLIENTS = 32, OTD_ECHO_ROUNDS = 100, OTD_ECHO_BYTES = 90 };
    otd_ring_options options = otd_rig_options();
    options.avoid = avoid;
    otd_rig rig;
    if (!otd_rig_open(&rig, &options)) {
        return;
    }
    rig.echo = 1;
    rig.capacity = capacity;
    int clients[OTD_ECHO_CLIENTS];
    for (int i = 0; i < OTD_ECHO_CLIENTS; i++) {
        clients[i] = otd_rig_client(&rig, 0);
    }
    uint32_t wrong = 0;
    for (int round = 0; round < OTD_ECHO_ROUNDS; round++) {
        char sent[OTD_ECHO_BYTES], got[OTD_ECHO_BYTES];
        for (int i = 0; i < OTD_ECHO_CLIENTS; i++) {
            memset(sent, round * 31 + i, sizeof sent);
            wrong += send(clients[i], sent, sizeof sent, 0) != sizeof sent;
        }
        for (int i = 0; i < OTD_ECHO_CLIENTS; i++) {
            memset(sent, round * 31 + i, sizeof sent);
            wrong += otd_rig_read(&rig, clients[i], got, sizeof got) != sizeof got ||
                     memcmp(sent, got, sizeof got) != 0;
        }
    }
    otd_check(wrong == 0, "ring: %u of 3200 messages came back otherwise (avoid %u)", wrong, avoid);
    otd_ring_info info;
    otd_ring_state(rig.ring, &info);
    otd_check((info.features & avoid) == 0, "ring: what is to be avoided is");
    otd_check(info.blocks_free == options.blocks && info.open == OTD_ECHO_CLIENTS && info.late == 0,
              "ring: %u blocks are left of %u, %u open", info.blocks_free, options.blocks, info.open);
    for (int i = 0; i < OTD_ECHO_CLIENTS; i++) {
        close(clients[i]);
    }
    otd_check(otd_rig_until(&rig, &rig.ended, OTD_ECHO_CLIENTS), "ring: every end is told");
    otd_rig_close(&rig);
}

static void otd_test_address(otd_rig *rig) {
    static const uint8_t loopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
    struct sockaddr_in own;
    socklen_t length = sizeof own;
    int client = otd_rig_client(rig, 0);
    getsockname(client, (struct sockaddr *)&own, &length);
    otd_check(memcmp(rig->last_accepted.address, loopback, 16) == 0 &&
                  rig->last_accepted.port == ntohs(own.sin_port) &&
                  rig->last_accepted.tag == OTD_RIG_LISTENER,
              "ring: who it is, and where it came to");
    uint32_t slot = (uint32_t)rig->last_accepted.connection;
    int no_delay = 0;
    length = sizeof no_delay;
    getsockopt(rig->ring->connections[slot].descriptor, IPPROTO_TCP, TCP_NODELAY, &no_delay, &length);
    otd_check(no_delay != 0, "ring: what was set on the listener is inherited");
    close(client);
    otd_check(otd_rig_until(rig, &rig->ended, 1), "ring: its end");
    otd_ring_end(rig->ring, rig->last_accepted.connection, 0);
    otd_check(otd_rig_until(rig, &rig->closed, 1), "ring: closed");
}

static void otd_test_half_closed(otd_rig *rig) {
    char got[8];
    uint32_t ended = rig->ended, closed = rig->closed;
    int client = otd_rig_client(rig, 0);
    uint64_t number = rig->last_accepted.connection;
    otd_check(send(client, "last", 4, 0) == 4 && shutdown(client, SHUT_WR) == 0,
              "ring: a client that only reads");
    otd_check(otd_rig_until(rig, &rig->ended, ended + 1), "ring: which is told");
    otd_check(otd_rig_send(rig, number, "answer", 6, OTD_RING_TELL) == OTD_OK &&
                  otd_rig_read(rig, client, got, 6) == 6 && memcmp(got, "answer", 6) == 0,
              "ring: it still gets its answer");
    otd_check(otd_rig_until(rig, &rig->sent, 1) && rig->closed == closed, "ring: told when it is sent");
    otd_rig_send(rig, number, "bye", 3, 0);
    otd_check(otd_ring_end(rig->ring, number, OTD_RING_FLUSH) == OTD_OK &&
                  otd_rig_until(rig, &rig->closed, closed + 1) && rig->last_closed.reason == OTD_RING_BY_US,
              "ring: closed by us");
    otd_check(otd_rig_read(rig, client, got, 8) == 3 && memcmp(got, "bye", 3) == 0,
              "ring: after its last words");
    close(client);
}

static void otd_test_reset(otd_rig *rig) {
    uint32_t closed = rig->closed;
    struct linger hard = {.l_onoff = 1};
    int client = otd_rig_client(rig, 0);
    setsockopt(client, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(client);
    otd_check(otd_rig_until(rig, &rig->closed, closed + 1) && rig->last_closed.reason == OTD_RING_BY_PEER &&
                  rig->last_closed.error == ECONNRESET,
              "ring: reset: reason %u, error %d", rig->last_closed.reason, rig->last_closed.error);
}

/* What the socket does not take at once goes out piece by piece, in order. */
static void otd_test_short_sends(otd_rig *rig) {
    uint8_t *bytes = malloc(OTD_BIG), *got = malloc(OTD_BIG);
    for (int i = 0; i < OTD_BIG; i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 251);
    }
    int client = otd_rig_client(rig, 4096);
    uint64_t number = rig->last_accepted.connection;
    uint32_t sent = rig->sent;
    otd_check(otd_rig_send(rig, number, bytes, OTD_BIG, OTD_RING_TELL) == OTD_OK,
              "ring: much for a slow reader");
    for (int i = 0; i < 5; i++) {
        otd_rig_turn(rig, 2);
    }
    otd_ring_info info;
    otd_ring_state(rig->ring, &info);
    otd_check(rig->sent == sent && info.blocks_free < rig->ring->options.blocks, "ring: it waits");
    otd_check(otd_rig_read(rig, client, got, OTD_BIG) == OTD_BIG && memcmp(bytes, got, OTD_BIG) == 0,
              "ring: and comes whole");
    otd_check(otd_rig_until(rig, &rig->sent, sent + 1), "ring: told once");
    otd_ring_state(rig->ring, &info);
    otd_check(info.short_sends > 0 && info.blocks_free == rig->ring->options.blocks, "ring: %llu short sends",
              (unsigned long long)info.short_sends);
    /* and closing in the middle of it */
    uint32_t closed = rig->closed;
    otd_rig_send(rig, number, bytes, OTD_BIG, 0);
    otd_rig_turn(rig, 1);
    otd_check(otd_ring_end(rig->ring, number, 0) == OTD_OK && otd_rig_until(rig, &rig->closed, closed + 1),
              "ring: closed while sends are under way");
    for (int i = 0; i < 500 && info.open > 0; i++) {
        otd_rig_turn(rig, 10);
        otd_ring_state(rig->ring, &info);
    }
    otd_check(rig->closed == closed + 1 && info.open == 0 && info.blocks_free == rig->ring->options.blocks,
              "ring: once, with all it had: %u open", info.open);
    close(client);
    free(bytes);
    free(got);
}

static void otd_test_slow_reader(void) {
    otd_ring_options options = otd_rig_options();
    options.queue_bytes_max = 65536;
    otd_rig rig;
    if (!otd_rig_open(&rig, &options)) {
        return;
    }
    static const uint8_t bytes[10000];
    int client = otd_rig_client(&rig, 4096);
    for (int i = 0; i < 100 && rig.closed == 0; i++) {
        otd_rig_send(&rig, rig.last_accepted.connection, bytes, sizeof bytes, 0);
        otd_rig_turn(&rig, 1);
    }
    otd_check(otd_rig_until(&rig, &rig.closed, 1) && rig.last_closed.reason == OTD_RING_FULL,
              "ring: a reader too slow for its queue");
    close(client);
    otd_rig_close(&rig);
}

/* As if its first block had been with the kernel since the machine started. */
static int otd_grow_old(otd_rig *rig, otd_uring_connection *connection) {
    for (int i = 0; i < 500 && !(connection->sending && connection->waiting_since != 0); i++) {
        otd_rig_turn(rig, 10);
    }
    int waits = connection->sending && connection->waiting_since != 0;
    connection->waiting_since = 1;
    return waits;
}

/* Time counts for one block: who reads is not closed, however much is queued; who does not is. */
static void otd_test_unread(void) {
    otd_ring_options options = otd_rig_options();
    options.unread_ms = 30000;
    otd_rig rig;
    if (!otd_rig_open(&rig, &options)) {
        return;
    }
    static uint8_t bytes[OTD_BIG];
    int client = otd_rig_client(&rig, 4096);
    otd_uring_connection *connection = &rig.ring->connections[(uint32_t)rig.last_accepted.connection];
    rig.ring->next_sweep = UINT64_MAX;
    otd_rig_send(&rig, rig.last_accepted.connection, bytes, OTD_BIG, 0);
    otd_check(otd_grow_old(&rig, connection), "ring: output waits");
    otd_check(otd_rig_read(&rig, client, bytes, OTD_BIG / 2) == OTD_BIG / 2, "ring: half of it is read");
    rig.ring->next_sweep = 0;
    otd_rig_turn(&rig, 0);
    otd_rig_turn(&rig, 0);
    otd_check(rig.closed == 0 && connection->queued > 0, "ring: more waits, and is on its way");
    rig.ring->next_sweep = UINT64_MAX;
    otd_check(otd_grow_old(&rig, connection), "ring: output waits again");
    rig.ring->next_sweep = 0;
    otd_check(otd_rig_until(&rig, &rig.closed, 1) && rig.last_closed.reason == OTD_RING_UNREAD,
              "ring: output nobody takes (reason %u)", rig.last_closed.reason);
    close(client);
    otd_rig_close(&rig);
}

static void otd_test_no_blocks(void) {
    otd_ring_options options = otd_rig_options();
    options.blocks = 4;
    options.block_bytes = 128;
    otd_rig rig;
    if (!otd_rig_open(&rig, &options)) {
        return;
    }
    static const uint8_t bytes[1000];
    int client = otd_rig_client(&rig, 0);
    otd_rig_send(&rig, rig.last_accepted.connection, bytes, sizeof bytes, 0);
    otd_ring_info info;
    otd_check(otd_rig_until(&rig, &rig.closed, 1) && rig.last_closed.reason == OTD_RING_NO_BLOCKS,
              "ring: no memory to send from");
    otd_ring_state(rig.ring, &info);
    otd_check(info.blocks_free == 4, "ring: which comes back");
    close(client);
    otd_rig_close(&rig);
}

/* ---- more than fits ------------------------------------------------------------------------------- */

/* Everybody speaks at once; everything arrives, whatever was too small. */
static void otd_test_crowd(const otd_ring_options *options, uint32_t clients_count, otd_ring_info *info) {
    otd_rig rig;
    static int clients[OTD_RIG_CLIENTS];
    if (!otd_rig_open(&rig, options)) {
        return;
    }
    rig.echo = 1;
    for (uint32_t i = 0; i < clients_count; i++) {
        clients[i] = otd_rig_connect(&rig, 0);
    }
    otd_check(otd_rig_until(&rig, &rig.accepted, clients_count), "ring: %u of %u are in", rig.accepted,
              clients_count);
    char sent[500], got[sizeof sent];
    uint32_t wrong = 0;
    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < clients_count; i++) {
            memset(sent, (int)i, sizeof sent);
            wrong += send(clients[i], sent, sizeof sent, MSG_DONTWAIT) != sizeof sent;
        }
        for (uint32_t i = 0; i < clients_count; i++) {
            memset(sent, (int)i, sizeof sent);
            wrong += otd_rig_read(&rig, clients[i], got, sizeof got) != sizeof got ||
                     memcmp(sent, got, sizeof got) != 0;
        }
    }
    otd_check(wrong == 0, "ring: %u answers of a crowd of %u are wrong", wrong, clients_count);
    otd_ring_state(rig.ring, info);
    for (uint32_t i = 0; i < clients_count; i++) {
        close(clients[i]);
    }
    otd_check(otd_rig_until(&rig, &rig.ended, clients_count), "ring: all ends are told");
    otd_rig_close(&rig);
}

static void otd_test_crowds(void) {
    otd_ring_info info = {0};
    otd_ring_options options = otd_rig_options();
    options.buffers = 4;
    options.buffer_bytes = 64;
    otd_test_crowd(&options, 64, &info);
    otd_check(info.starved > 0 && info.late == 0, "ring: buffers ran out, and came back");
    options = otd_rig_options();
    options.entries = 8;
    options.completions = 16;
    options.chain_max = 7;
    otd_test_crowd(&options, 64, &info);
    otd_check(info.overflowed > 0 && info.late == 0, "ring: completions did not fit, and none was lost");
    options = otd_rig_options();
    options.connections = OTD_RIG_CLIENTS;
    otd_test_crowd(&options, 1000, &info);
    otd_check(info.accepted == 1000 && info.open == 1000 && info.late == 0, "ring: a thousand");
}

static void otd_test_full_house(void) {
    otd_ring_options options = otd_rig_options();
    options.connections = 2;
    otd_rig rig;
    if (!otd_rig_open(&rig, &options)) {
        return;
    }
    int first = otd_rig_client(&rig, 0), second = otd_rig_client(&rig, 0), third = otd_rig_connect(&rig, 0);
    char byte;
    otd_check(otd_rig_read(&rig, third, &byte, 1) == 0, "ring: no room, and closed at once");
    otd_ring_info info;
    otd_ring_state(rig.ring, &info);
    otd_check(info.refused == 1 && rig.accepted == 2, "ring: which is counted");
    close(third);
    close(first);
    close(second);
    close(third);
    otd_rig_close(&rig);
}

/* No descriptors are left: accepting pauses, says so, and goes on. */
static void otd_test_no_descriptors(void) {
    otd_ring_options options = otd_rig_options();
    otd_rig rig;
    if (!otd_rig_open(&rig, &options)) {
        return;
    }
    int client = otd_rig_connect(&rig, 0);
    struct rlimit limit, none;
    getrlimit(RLIMIT_NOFILE, &limit);
    int lowest = dup(client);
    close(lowest);
    none = (struct rlimit){.rlim_cur = (rlim_t)lowest, .rlim_max = limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    int told = otd_rig_until(&rig, &rig.unlistened, 2);
    setrlimit(RLIMIT_NOFILE, &limit);
    otd_check(told && rig.last_unlistened.error == EMFILE && rig.last_unlistened.tag == OTD_RIG_LISTENER,
              "ring: no descriptors: error %d", rig.last_unlistened.error);
    otd_check(otd_rig_until(&rig, &rig.accepted, 1), "ring: there are again");
    close(client);
    otd_rig_close(&rig);
}

/* ---- numbers -------------------------------------------------------------------------------------- */

static void otd_test_generations(otd_rig *rig) {
    uint32_t closed = rig->closed;
    int old = otd_rig_client(rig, 0);
    uint64_t number = rig->last_accepted.connection;
    otd_ring_end(rig->ring, number, 0);
    otd_check(otd_rig_until(rig, &rig->closed, closed + 1) && rig->last_closed.connection == number,
              "ring: one ends");
    for (int i = 0; i < 500 && rig->ring->info.open > 0; i++) {
        otd_rig_turn(rig, 10);
    }
    int client = otd_rig_client(rig, 0);
    uint64_t next = rig->last_accepted.connection;
    otd_check((uint32_t)next == (uint32_t)number && next != number, "ring: its slot is another's");
    char got[4];
    otd_check(otd_rig_send(rig, number, "lost", 4, 0) == OTD_OK && otd_rig_is_silent(rig, client),
              "ring: what is for the old one reaches nobody");
    otd_check(otd_ring_end(rig->ring, number, 0) == OTD_OK && otd_rig_is_silent(rig, client),
              "ring: and to end it ends nobody");
    otd_check(otd_rig_send(rig, next, "mine", 4, 0) == OTD_OK && otd_rig_read(rig, client, got, 4) == 4,
              "ring: the new one is itself");
    /* A completion that carries another generation is dropped, and its buffer given back. */
    uint64_t received = rig->received;
    rig->ring->connections[(uint32_t)next].generation++;
    uint16_t buffers = rig->ring->buffer_tail;
    send(client, "late", 4, 0);
    for (int i = 0; i < 500 && rig->ring->info.late == 0; i++) {
        otd_rig_turn(rig, 10);
    }
    otd_check(rig->ring->info.late == 1 && rig->received == received &&
                  rig->ring->buffer_tail == (uint16_t)(buffers + 1),
              "ring: a late completion is nobody's");
    rig->ring->connections[(uint32_t)next].generation--;
    otd_ring_end(rig->ring, next, 0);
    otd_check(otd_rig_until(rig, &rig->closed, closed + 2), "ring: the new one ends");
    close(client);
    close(old);
}

static void otd_test_refusals(otd_rig *rig) {
    otd_ring_item item = {.length = 5};
    otd_check(otd_ring_send(rig->ring, &item, 1, (const uint8_t *)"four", 4) == OTD_E_ARGUMENT,
              "ring: an item past the data");
    item.length = 0;
    otd_check(otd_ring_send(rig->ring, &item, 1, (const uint8_t *)"four", 4) == OTD_E_ARGUMENT,
              "ring: no bytes");
    item = (otd_ring_item){.length = 4, .flags = 2};
    otd_check(otd_ring_send(rig->ring, &item, 1, (const uint8_t *)"four", 4) == OTD_E_ARGUMENT,
              "ring: other flags");
    otd_check(otd_ring_end(rig->ring, 0, 2) == OTD_E_ARGUMENT, "ring: other flags of an end");
    otd_check(otd_ring_end(rig->ring, UINT64_MAX, 0) == OTD_OK, "ring: a number nobody ever had");
    otd_check(otd_ring_listen(rig->ring, -1, 1) == OTD_E_ARGUMENT, "ring: no descriptor");
    otd_check(otd_ring_listen(rig->ring, rig->listener, OTD_RIG_LISTENER) == OTD_E_ARGUMENT,
              "ring: a tag in use");
    otd_check(otd_ring_unlisten(rig->ring, 99) == OTD_E_MISSING, "ring: no such listener");
    otd_ring_event event;
    uint32_t count;
    otd_check(otd_ring_turn(rig->ring, &event, &count, 0, 1, 0) == OTD_E_ARGUMENT,
              "ring: no room for events");
}

static void otd_test_unlisten(otd_rig *rig) {
    otd_check(otd_ring_unlisten(rig->ring, OTD_RIG_LISTENER) == OTD_OK &&
                  otd_rig_until(rig, &rig->unlistened, 1) && rig->last_unlistened.error == 0,
              "ring: accepts no more");
    close(rig->listener);
    otd_check(otd_rig_connect(rig, 0) < 0, "ring: and the socket is gone once it is closed");
    rig->listener = -1;
}

/* ---- other threads -------------------------------------------------------------------------------- */

enum { OTD_WAKES = 2000 };

typedef struct otd_waking {
    otd_ring *ring;
    uint32_t rounds; /* atomic: how often the loop was seen woken */
    uint32_t failures;
} otd_waking;

/* Wakes, and waits until the loop has seen it: a wake that gets lost stops both. */
static void *otd_wake_often(void *argument) {
    otd_waking *waking = argument;
    for (uint32_t i = 0; i < OTD_WAKES; i++) {
        otd_ring_wake(waking->ring);
        for (uint32_t spin = 0; __atomic_load_n(&waking->rounds, __ATOMIC_ACQUIRE) <= i; spin++) {
            if (spin > 60000) {
                waking->failures++;
                return NULL;
            }
            usleep(spin < 100 ? 0 : 1000);
        }
    }
    return NULL;
}

static void otd_test_wake(void) {
    otd_ring_options options = otd_rig_options();
    options.tick_ms = 60000; /* the end of a test that fails */
    otd_rig rig;
    if (!otd_rig_open(&rig, &options)) {
        return;
    }
    otd_ring_wake(rig.ring);
    otd_ring_wake(rig.ring);
    otd_rig_turn(&rig, -1);
    otd_check(rig.woken == 1, "ring: a wake before the wait, told once");
    otd_waking waking = {.ring = rig.ring};
    pthread_t thread;
    rig.woken = 0;
    pthread_create(&thread, NULL, otd_wake_often, &waking);
    while (rig.woken < OTD_WAKES && rig.ticks == 0) {
        otd_rig_turn(&rig, -1);
        __atomic_store_n(&waking.rounds, rig.woken, __ATOMIC_RELEASE);
    }
    pthread_join(thread, NULL);
    otd_check(rig.woken == OTD_WAKES && waking.failures == 0, "ring: %u wakes of %d were heard", rig.woken,
              OTD_WAKES);
    otd_rig_close(&rig);
}

static void *otd_turn_elsewhere(void *argument) {
    static int32_t status;
    otd_ring_event event;
    uint32_t count;
    status = otd_ring_turn(argument, &event, &count, 1, 1, 0);
    return &status;
}

static void otd_test_owner(otd_rig *rig) {
    pthread_t thread;
    void *status = NULL;
    pthread_create(&thread, NULL, otd_turn_elsewhere, rig->ring);
    pthread_join(thread, &status);
    otd_check(*(int32_t *)status == OTD_E_ARGUMENT, "ring: belongs to the thread of its first turn");
}

static void otd_test_ticks(void) {
    otd_ring_options options = otd_rig_options();
    options.tick_ms = 1;
    otd_rig rig;
    if (otd_rig_open(&rig, &options)) {
        rig.capacity = 1;
        for (int i = 0; i < 100 && rig.ticks < 3; i++) {
            otd_rig_turn(&rig, -1);
        }
        otd_check(rig.ticks >= 3, "ring: ticks end a wait without end");
        otd_rig_close(&rig);
    }
}

/* Closed with everything under way: an address sanitizer looks at what the kernel still writes. */
static void otd_test_close_busy(void) {
    otd_ring_options options = otd_rig_options();
    otd_rig rig;
    if (!otd_rig_open(&rig, &options)) {
        return;
    }
    static const uint8_t bytes[200000];
    int clients[8];
    for (int i = 0; i < 8; i++) {
        clients[i] = otd_rig_client(&rig, 4096);
        otd_rig_send(&rig, rig.last_accepted.connection, bytes, sizeof bytes, 0);
    }
    otd_rig_turn(&rig, 1);
    int unknown = otd_rig_connect(&rig, 0);
    send(clients[0], bytes, 100, 0);
    otd_ring_close(rig.ring);
    close(rig.listener);
    close(unknown);
    int open = 0;
    for (int i = 0; i < 8; i++) {
        while (recv(clients[i], (void *)(uintptr_t)(char[4096]){0}, 4096, 0) > 0) {
        }
        open += send(clients[i], bytes, 1, MSG_NOSIGNAL) > 0 && send(clients[i], bytes, 1, MSG_NOSIGNAL) > 0;
        close(clients[i]);
    }
    otd_check(open == 0, "ring: closed with everything under way");
}

void otd_test_ring(void) {
    otd_ring_options options = otd_rig_options();
    otd_ring *ring = NULL;
    otd_test_options();
    otd_test_refused();
    if (otd_ring_open(&ring, &options) == OTD_E_UNSUPPORTED) {
        char detail[OTD_ERROR_TEXT_MAX] = "";
        otd_last_error(detail, sizeof detail);
        otd_check(detail[0] != 0, "ring: unsupported, and it says why");
        return;
    }
    otd_ring_close(ring); /* without a turn */
    otd_test_echo(0, OTD_RIG_EVENTS);
    otd_test_echo(OTD_RING_DEFER, 3);
    otd_test_echo(OTD_RING_DEFER | OTD_RING_COOP, 1);
    options.block_bytes = 65536; /* more than a socket of the rig takes */
    otd_rig rig;
    if (otd_rig_open(&rig, &options)) {
        otd_test_address(&rig);
        otd_test_half_closed(&rig);
        otd_test_reset(&rig);
        otd_test_short_sends(&rig);
        otd_test_generations(&rig);
        otd_test_refusals(&rig);
        otd_test_owner(&rig);
        otd_test_unlisten(&rig);
        otd_rig_close(&rig);
    }
    otd_test_slow_reader();
    otd_test_unread();
    otd_test_no_blocks();
    otd_test_crowds();
    otd_test_full_house();
    otd_test_no_descriptors();
    otd_test_wake();
    otd_test_ticks();
    otd_test_close_busy();
    otd_test_ring_commits();
}

#else

void otd_test_ring(void) {
}

#endif
