/* ring_rig.h - a ring with a listener on loopback and plain sockets as its clients, all on one thread. */
#ifndef OTD_TEST_RING_RIG_H
#define OTD_TEST_RING_RIG_H

#include <stddef.h>

#include "otedama_os.h"

enum { OTD_RIG_CLIENTS = 1024, OTD_RIG_EVENTS = 64, OTD_RIG_LISTENER = 7, OTD_RIG_PATIENCE_MS = 60000 };

typedef struct otd_rig {
    otd_ring *ring;
    int listener;
    uint16_t port;
    uint32_t capacity; /* events asked for in one turn */
    uint32_t echo;     /* what comes goes back */
    uint32_t accepted, ended, sent, closed, woken, ticks, commits, unlistened;
    uint64_t received;                     /* bytes */
    uint64_t numbers[OTD_RIG_CLIENTS + 8]; /* of connections, as they were accepted */
    otd_ring_event last_accepted, last_closed, last_commit, last_unlistened;
} otd_rig;

/* Small numbers of everything; a test changes what it is about. */
otd_ring_options otd_rig_options(void);

/* 1 when the rig is there; else a check has failed. */
int otd_rig_open(otd_rig *rig, const otd_ring_options *options);
void otd_rig_close(otd_rig *rig);

/* One turn that waits at most wait_ms; tallies its events. */
void otd_rig_turn(otd_rig *rig, int wait_ms);

/* Turns until *value is at least `least`; 0 when patience ends. */
int otd_rig_until(otd_rig *rig, const uint32_t *value, uint32_t least);
int otd_rig_until_received(otd_rig *rig, uint64_t bytes);

/* A client's socket, blocking; not accepted yet. receive_bytes: its SO_RCVBUF, 0 = the system's. */
int otd_rig_connect(const otd_rig *rig, int receive_bytes);

/* The same, and turns until it is accepted; its number is rig->last_accepted.connection. */
int otd_rig_client(otd_rig *rig, int receive_bytes);

/* Sends to one connection. */
int32_t otd_rig_send(otd_rig *rig, uint64_t connection, const void *bytes, uint32_t length, uint32_t flags);

/* Turns until the client has read so many bytes into `into`; what it got. */
size_t otd_rig_read(otd_rig *rig, int client, void *into, size_t length);

/* Turns a few times; 1 when the client has nothing to read then. */
int otd_rig_is_silent(otd_rig *rig, int client);

#endif /* OTD_TEST_RING_RIG_H */
