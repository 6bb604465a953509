/* uring_connections.c - listeners and connections of a ring: their beginning, what they receive, their end.
 */
#if defined(__linux__)

#include "uring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OTD_URING_ACCEPT_PAUSE_NS                                                                            \
    10000000u /* after an error that does not go away by trying again at once                                \
               */

/* ---- buffers to receive into ---------------------------------------------------------------------- */

void otd_uring_give_back(otd_ring *ring, uint16_t buffer) {
    uint32_t mask = ring->options.buffers - 1;
    struct io_uring_buf *entry = &ring->buffer_ring->bufs[ring->buffer_tail & mask];
    entry->addr = (uint64_t)(uintptr_t)(ring->buffers + (size_t)buffer * ring->options.buffer_bytes);
    entry->len = ring->options.buffer_bytes;
    entry->bid = buffer;
    __atomic_store_n(&ring->buffer_ring->tail, ++ring->buffer_tail, __ATOMIC_RELEASE);
}

/* ---- listeners ------------------------------------------------------------------------------------ */

static otd_uring_listener *otd_uring_listener_of(otd_ring *ring, uint64_t tag) {
    for (uint32_t i = 0; i < OTD_RING_LISTENERS_MAX; i++) {
        if (ring->listeners[i].descriptor >= 0 && ring->listeners[i].tag == tag) {
            return &ring->listeners[i];
        }
    }
    return NULL;
}

int32_t otd_ring_listen(otd_ring *ring, int32_t descriptor, uint64_t tag) {
    if (descriptor < 0) {
        return otd_fail(OTD_E_ARGUMENT, "descriptor %d to accept from", descriptor);
    }
    if (otd_uring_listener_of(ring, tag) != NULL) {
        return otd_fail(OTD_E_ARGUMENT, "tag %llu is another listener's", (unsigned long long)tag);
    }
    for (uint32_t i = 0; i < OTD_RING_LISTENERS_MAX; i++) {
        if (ring->listeners[i].descriptor < 0) {
            ring->listeners[i] = (otd_uring_listener){.descriptor = descriptor, .tag = tag};
            return OTD_OK;
        }
    }
    return otd_fail(OTD_E_BUSY, "a ring has at most %u listeners", OTD_RING_LISTENERS_MAX);
}

int32_t otd_ring_unlisten(otd_ring *ring, uint64_t tag) {
    otd_uring_listener *listener = otd_uring_listener_of(ring, tag);
    if (listener == NULL) {
        return otd_fail(OTD_E_MISSING, "no listener has tag %llu", (unsigned long long)tag);
    }
    listener->stopping = 1;
    return OTD_OK;
}

/* Before each wait: what accepts no longer begins again, what shall stop is cancelled. */
void otd_uring_listen_again(otd_ring *ring) {
    for (uint32_t i = 0; i < OTD_RING_LISTENERS_MAX; i++) {
        otd_uring_listener *listener = &ring->listeners[i];
        uint64_t mark = otd_uring_mark(OTD_URING_ACCEPT, i, 0);
        if (listener->descriptor < 0 || listener->cancelled || (!listener->stopping && listener->accepting) ||
            (!listener->stopping && listener->again_at > ring->now)) {
            continue;
        }
        struct io_uring_sqe *request;
        if (!listener->stopping) {
            request = otd_uring_request(ring, IORING_OP_ACCEPT, listener->descriptor, mark);
            if (request != NULL) {
                request->ioprio = IORING_ACCEPT_MULTISHOT;
                request->accept_flags = SOCK_CLOEXEC;
                listener->accepting = 1;
            }
        } else if (listener->accepting) {
            request =
                otd_uring_request(ring, IORING_OP_ASYNC_CANCEL, -1, otd_uring_mark(OTD_URING_CANCEL, 0, 0));
            if (request != NULL) {
                request->addr = mark;
                listener->cancelled = 1;
            }
        }
    }
}

/* Its number is only told when the kernel says who it is; a peer that is gone by then was never there. */
static int otd_uring_name(int descriptor, otd_ring_event *event) {
    struct sockaddr_in6 name = {.sin6_family = AF_UNSPEC};
    socklen_t length = sizeof name;
    if (getpeername(descriptor, (struct sockaddr *)&name, &length) != 0) {
        return 0;
    }
    if (name.sin6_family == AF_INET6) {
        memcpy(event->address, &name.sin6_addr, sizeof event->address);
        event->port = ntohs(name.sin6_port);
        event->scope = name.sin6_scope_id;
        return 1;
    }
    struct sockaddr_in old;
    memcpy(&old, &name, sizeof old);
    event->address[10] = event->address[11] = 0xff;
    memcpy(event->address + 12, &old.sin_addr, 4);
    event->port = ntohs(old.sin_port);
    return 1;
}

static void otd_uring_take_in(otd_ring *ring, int descriptor, uint64_t tag) {
    otd_ring_event named = {.kind = OTD_RING_ACCEPTED, .tag = tag};
    if (ring->free_count == 0 && ring->slots_used == ring->options.connections) {
        ring->info.refused++;
        close(descriptor);
        return;
    }
    if (!otd_uring_name(descriptor, &named)) {
        close(descriptor);
        return;
    }
    uint32_t slot = ring->free_count > 0 ? ring->free_slots[--ring->free_count] : ring->slots_used++;
    otd_uring_connection *connection = &ring->connections[slot];
    /* It may still stand in a list of its slot's last connection, which the list's own flags say. */
    connection->descriptor = descriptor;
    connection->head = connection->tail = OTD_URING_NONE;
    connection->queued = 0;
    connection->waiting_since = 0;
    connection->reason = 0;
    connection->error = 0;
    connection->ended = connection->tell = connection->told = 0;
    connection->state = OTD_URING_OPEN;
    connection->wants_send = 0;
    connection->wants_receive = 1;
    otd_uring_want_work(ring, slot);
    ring->info.open++;
    ring->info.accepted++;
    named.connection = otd_uring_number(ring, slot);
    *otd_uring_tell(ring, OTD_RING_ACCEPTED) = named;
}

void otd_uring_accepted(otd_ring *ring, uint32_t row, const struct io_uring_cqe *completion) {
    otd_uring_listener *listener = &ring->listeners[row];
    if ((completion->flags & IORING_CQE_F_MORE) == 0) {
        listener->accepting = 0;
    }
    if (completion->res >= 0) {
        otd_uring_take_in(ring, completion->res, listener->tag);
        return; /* when that was the last of a listener that stops, the next turn tells it */
    }
    if (listener->stopping || completion->res == -ECONNABORTED || completion->res == -EINTR) {
        return;
    }
    listener->again_at = ring->now + OTD_URING_ACCEPT_PAUSE_NS;
    otd_ring_event *event = otd_uring_tell(ring, OTD_RING_UNLISTENED);
    event->tag = listener->tag;
    event->error = -completion->res;
}

/* ---- receiving ------------------------------------------------------------------------------------ */

static void otd_uring_receive(otd_ring *ring, uint32_t slot) {
    otd_uring_connection *connection = &ring->connections[slot];
    struct io_uring_sqe *request =
        otd_uring_request(ring, IORING_OP_RECV, connection->descriptor,
                          otd_uring_mark(OTD_URING_RECEIVE, slot, connection->generation));
    if (request == NULL) {
        return;
    }
    request->ioprio = IORING_RECV_MULTISHOT;
    request->flags = IOSQE_BUFFER_SELECT;
    connection->receiving = 1;
    connection->wants_receive = 0;
}

void otd_uring_received(otd_ring *ring, uint32_t slot, const struct io_uring_cqe *completion) {
    otd_uring_connection *connection = &ring->connections[slot];
    int has_buffer = (completion->flags & IORING_CQE_F_BUFFER) != 0;
    uint16_t buffer = (uint16_t)(completion->flags >> IORING_CQE_BUFFER_SHIFT);
    int32_t result = completion->res;
    connection->receiving = (completion->flags & IORING_CQE_F_MORE) != 0;
    int wanted = connection->state == OTD_URING_OPEN && !connection->ended;
    if (has_buffer && (!wanted || result <= 0)) {
        otd_uring_give_back(ring, buffer);
    }
    if (!wanted) {
        otd_uring_release(ring, slot);
        return;
    }
    if (result > 0 && has_buffer) {
        ring->lent[ring->lent_count++] = buffer;
        otd_ring_event *event = otd_uring_tell(ring, OTD_RING_RECEIVED);
        event->connection = otd_uring_number(ring, slot);
        event->buffer = buffer;
        event->length = (uint32_t)result;
    } else if (result == 0) {
        connection->ended = 1;
        otd_uring_tell(ring, OTD_RING_ENDED)->connection = otd_uring_number(ring, slot);
        return;
    } else if (result == -ENOBUFS) {
        ring->info.starved++;
    } else if (result != -EINTR && result != -EAGAIN) {
        otd_uring_end(ring, slot, OTD_RING_BY_PEER, -result);
        return;
    }
    if (!connection->receiving) {
        connection->wants_receive = 1;
        otd_uring_want_work(ring, slot);
    }
}

/* ---- work before the wait ------------------------------------------------------------------------- */

void otd_uring_want_work(otd_ring *ring, uint32_t slot) {
    otd_uring_connection *connection = &ring->connections[slot];
    if (!connection->in_work) {
        connection->in_work = 1;
        connection->next_work = ring->work;
        ring->work = slot;
    }
}

/* Makes the requests that connections want; those for which the queue has no place stay in the list. */
void otd_uring_do_work(otd_ring *ring) {
    uint32_t slot = ring->work;
    ring->work = OTD_URING_NONE;
    while (slot != OTD_URING_NONE) {
        otd_uring_connection *connection = &ring->connections[slot];
        uint32_t next = connection->next_work;
        connection->in_work = 0;
        int is_there = connection->state == OTD_URING_OPEN || connection->state == OTD_URING_FLUSHING;
        if (is_there && connection->wants_receive && connection->state == OTD_URING_OPEN) {
            otd_uring_receive(ring, slot);
        }
        if (is_there && connection->wants_send && otd_uring_send(ring, slot, 0, 0)) {
            connection->wants_send = 0;
        }
        if (is_there &&
            (connection->wants_send || (connection->wants_receive && connection->state == OTD_URING_OPEN))) {
            otd_uring_want_work(ring, slot);
            ring->unread = 1;
        }
        slot = next;
    }
}

/* ---- the end -------------------------------------------------------------------------------------- */

uint32_t otd_uring_slot(const otd_ring *ring, uint64_t connection) {
    uint32_t slot = (uint32_t)connection;
    return slot < ring->slots_used && ring->connections[slot].generation == connection >> 32 &&
                   (ring->connections[slot].state == OTD_URING_OPEN ||
                    ring->connections[slot].state == OTD_URING_FLUSHING)
               ? slot
               : OTD_URING_NONE;
}

/* Shutting down lets the kernel answer what it still has of this connection. */
void otd_uring_end(otd_ring *ring, uint32_t slot, uint32_t reason, int32_t error) {
    otd_uring_connection *connection = &ring->connections[slot];
    if (connection->state == OTD_URING_ENDING) {
        return;
    }
    connection->state = OTD_URING_ENDING;
    connection->reason = reason;
    connection->error = error;
    otd_uring_drop(ring, slot, 0);
    shutdown(connection->descriptor, SHUT_RDWR);
    connection->next_told = OTD_URING_NONE;
    if (ring->told_last == OTD_URING_NONE) {
        ring->told_first = slot;
    } else {
        ring->connections[ring->told_last].next_told = slot;
    }
    ring->told_last = slot;
}

void otd_uring_release(otd_ring *ring, uint32_t slot) {
    otd_uring_connection *connection = &ring->connections[slot];
    if (connection->state != OTD_URING_ENDING || connection->receiving || connection->sending ||
        !connection->told) {
        return;
    }
    otd_uring_drop(ring, slot, 0);
    close(connection->descriptor);
    connection->descriptor = -1;
    connection->state = OTD_URING_FREE;
    connection->generation++;
    ring->free_slots[ring->free_count++] = slot;
    ring->info.open--;
}

int32_t otd_ring_end(otd_ring *ring, uint64_t connection, uint32_t flags) {
    if ((flags & ~OTD_RING_FLUSH) != 0) {
        return otd_fail(OTD_E_ARGUMENT, "flags %u of an end: allowed is %u", flags, OTD_RING_FLUSH);
    }
    uint32_t slot = otd_uring_slot(ring, connection);
    if (slot == OTD_URING_NONE) {
        return OTD_OK;
    }
    if ((flags & OTD_RING_FLUSH) != 0 && ring->connections[slot].queued > 0) {
        ring->connections[slot].state = OTD_URING_FLUSHING;
    } else {
        otd_uring_end(ring, slot, OTD_RING_BY_US, 0);
    }
    return OTD_OK;
}

#endif
