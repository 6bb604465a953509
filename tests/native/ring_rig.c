/* ring_rig.c - see ring_rig.h. */
#if defined(__linux__)

#include "ring_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static int64_t otd_rig_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

otd_ring_options otd_rig_options(void) {
    return (otd_ring_options){.connections = 64,
                              .entries = 64,
                              .completions = 256,
                              .buffers = 64,
                              .buffer_bytes = 1024,
                              .blocks = 4096,
                              .block_bytes = 2048,
                              .queue_bytes_max = 1 << 20,
                              .commit_bytes_max = 1 << 16,
                              .chain_max = 32};
}

static int otd_rig_listen(otd_rig *rig) {
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof name;
    int on = 1, send_bytes = 16384;
    rig->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    setsockopt(rig->listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    setsockopt(rig->listener, SOL_SOCKET, SO_SNDBUF, &send_bytes, sizeof send_bytes);
    setsockopt(rig->listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    int good = bind(rig->listener, (struct sockaddr *)&name, sizeof name) == 0 &&
               listen(rig->listener, 4096) == 0 &&
               getsockname(rig->listener, (struct sockaddr *)&name, &length) == 0;
    rig->port = ntohs(name.sin_port);
    return good;
}

int otd_rig_open(otd_rig *rig, const otd_ring_options *options) {
    *rig = (otd_rig){.capacity = OTD_RIG_EVENTS, .listener = -1};
    int32_t status = otd_ring_open(&rig->ring, options);
    otd_check(status == OTD_OK, "ring: open");
    int good = status == OTD_OK && otd_rig_listen(rig);
    good = good && otd_ring_listen(rig->ring, rig->listener, OTD_RIG_LISTENER) == OTD_OK;
    otd_check(good, "ring: listen");
    return good;
}

void otd_rig_close(otd_rig *rig) {
    otd_ring_close(rig->ring);
    close(rig->listener);
}

static void otd_rig_take(otd_rig *rig, const otd_ring_event *event) {
    otd_ring_info info;
    switch (event->kind) {
    case OTD_RING_ACCEPTED:
        rig->last_accepted = *event;
        rig->numbers[rig->accepted++ % OTD_RIG_CLIENTS] = event->connection;
        break;
    case OTD_RING_RECEIVED:
        rig->received += event->length;
        if (rig->echo) {
            otd_ring_state(rig->ring, &info);
            const uint8_t *bytes =
                (const uint8_t *)(uintptr_t)info.buffers + (size_t)event->buffer * info.buffer_bytes;
            otd_rig_send(rig, event->connection, bytes, event->length, 0);
        }
        break;
    case OTD_RING_ENDED:
        rig->ended++;
        break;
    case OTD_RING_SENT:
        rig->sent++;
        break;
    case OTD_RING_CLOSED:
        rig->last_closed = *event;
        rig->closed++;
        break;
    case OTD_RING_COMMITTED:
        rig->last_commit = *event;
        rig->commits++;
        break;
    case OTD_RING_UNLISTENED:
        rig->last_unlistened = *event;
        rig->unlistened++;
        break;
    case OTD_RING_WOKEN:
        rig->woken++;
        break;
    default:
        rig->ticks++;
        break;
    }
}

void otd_rig_turn(otd_rig *rig, int wait_ms) {
    otd_ring_event events[OTD_RIG_EVENTS];
    uint32_t count = 0;
    int32_t status = otd_ring_turn(rig->ring, events, &count, rig->capacity, 1, (int64_t)wait_ms * 1000000);
    if (status != OTD_OK || count > rig->capacity) {
        otd_check(0, "ring: a turn says %d, %u events", status, count);
    }
    for (uint32_t i = 0; status == OTD_OK && i < count; i++) {
        otd_rig_take(rig, &events[i]);
    }
}

int otd_rig_until(otd_rig *rig, const uint32_t *value, uint32_t least) {
    int64_t end = otd_rig_now_ms() + OTD_RIG_PATIENCE_MS;
    while (*value < least && otd_rig_now_ms() < end) {
        otd_rig_turn(rig, 20);
    }
    return *value >= least;
}

int otd_rig_until_received(otd_rig *rig, uint64_t bytes) {
    int64_t end = otd_rig_now_ms() + OTD_RIG_PATIENCE_MS;
    while (rig->received < bytes && otd_rig_now_ms() < end) {
        otd_rig_turn(rig, 20);
    }
    return rig->received >= bytes;
}

int otd_rig_connect(const otd_rig *rig, int receive_bytes) {
    struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(rig->port)};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_bytes > 0) {
        setsockopt(client, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    }
    if (client >= 0 && connect(client, (struct sockaddr *)&name, sizeof name) != 0) {
        close(client);
        return -1;
    }
    return client;
}

int otd_rig_client(otd_rig *rig, int receive_bytes) {
    uint32_t before = rig->accepted;
    int client = otd_rig_connect(rig, receive_bytes);
    if (client < 0 || !otd_rig_until(rig, &rig->accepted, before + 1)) {
        otd_check(0, "ring: a client connects");
    }
    return client;
}

int32_t otd_rig_send(otd_rig *rig, uint64_t connection, const void *bytes, uint32_t length, uint32_t flags) {
    otd_ring_item item = {.connection = connection, .length = length, .flags = flags};
    return otd_ring_send(rig->ring, &item, 1, bytes, length);
}

size_t otd_rig_read(otd_rig *rig, int client, void *into, size_t length) {
    size_t got = 0;
    int64_t end = otd_rig_now_ms() + OTD_RIG_PATIENCE_MS;
    while (got < length && otd_rig_now_ms() < end) {
        ssize_t part = recv(client, (char *)into + got, length - got, MSG_DONTWAIT);
        if (part > 0) {
            got += (size_t)part;
        } else if (part == 0 || (errno != EAGAIN && errno != EINTR)) {
            break;
        } else {
            otd_rig_turn(rig, 1);
        }
    }
    return got;
}

int otd_rig_is_silent(otd_rig *rig, int client) {
    char byte;
    for (int i = 0; i < 5; i++) {
        otd_rig_turn(rig, 2);
    }
    return recv(client, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

#endif
