/* uring_turn.c - opening, one turn of the loop, the wake-up from other threads, closing. */
#if defined(__linux__)

#include "uring.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define OTD_URING_SECOND_NS 1000000000u
#define OTD_URING_CLOSE_SLICE_NS 50000000u
#define OTD_URING_CLOSE_MAX_NS 10000000000u

/* ---- opening -------------------------------------------------------------------------------------- */

static int32_t otd_uring_check_range(const char *what, uint32_t value, uint32_t least, uint32_t most,
                                     int power) {
    if (value < least || value > most || (power && (value & (value - 1)) != 0)) {
        return otd_fail(OTD_E_ARGUMENT, "%s %u: allowed are %u to %u%s", what, value, least, most,
                        power ? ", a power of two" : "");
    }
    return OTD_OK;
}

static int32_t otd_uring_check_options(const otd_ring_options *options) {
    const struct {
        const char *what;
        uint32_t value, least, most;
        int power;
    } rows[] = {
        {"connections", options->connections, 1, OTD_RING_CONNECTIONS_MAX, 0},
        {"entries", options->entries, 8, 32768, 1},
        {"completions", options->completions, 2 * options->entries, 65536, 1},
        {"buffers", options->buffers, 2, 32768, 1},
        {"buffer_bytes", options->buffer_bytes, 64, 65536, 0},
        {"blocks", options->blocks, 1, 1u << 24, 0},
        {"block_bytes", options->block_bytes, 64, 65536, 0},
        {"queue_bytes_max", options->queue_bytes_max, 1, 1u << 30, 0},
        {"commit_bytes_max", options->commit_bytes_max, 1, 1u << 30, 0},
        {"chain_max", options->chain_max, 0, options->entries - 1, 0},
        {"avoid", options->avoid, 0, OTD_RING_DEFER | OTD_RING_COOP, 0},
        {"reserved", options->reserved, 0, 0, 0},
    };
    int32_t status = OTD_OK;
    for (uint32_t i = 0; status == OTD_OK && i < sizeof rows / sizeof rows[0]; i++) {
        status =
            otd_uring_check_range(rows[i].what, rows[i].value, rows[i].least, rows[i].most, rows[i].power);
    }
    if (status == OTD_OK && options->block_bytes % 16 != 0) {
        status =
            otd_fail(OTD_E_ARGUMENT, "block_bytes %u: allowed are multiples of 16", options->block_bytes);
    }
    return status;
}

static int32_t otd_uring_allocate(otd_ring *ring) {
    const otd_ring_options *options = &ring->options;
    size_t block_bytes = (size_t)options->blocks * options->block_bytes;
    ring->stage_bytes =
        ((size_t)options->commit_bytes_max + 2 * OTD_URING_PAGE) / OTD_URING_PAGE * OTD_URING_PAGE;
    ring->connections = calloc(options->connections, sizeof *ring->connections);
    ring->free_slots = calloc(options->connections, sizeof *ring->free_slots);
    ring->files = calloc(OTD_RING_FILES_MAX, sizeof *ring->files);
    ring->blocks = otd_uring_map(block_bytes);
    ring->stage = otd_uring_map(ring->stage_bytes);
    ring->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (ring->connections == NULL || ring->free_slots == NULL || ring->files == NULL ||
        ring->blocks == NULL || ring->stage == NULL) {
        return otd_fail(OTD_E_MEMORY, "%u connections, %zu bytes to send from, %zu to commit from",
                        options->connections, block_bytes, ring->stage_bytes);
    }
    if (ring->wake < 0) {
        return otd_fail(OTD_E_IO, "eventfd: %s", strerror(errno));
    }
    for (uint32_t i = 0; i < OTD_RING_FILES_MAX; i++) {
        ring->files[i].descriptor = -1;
    }
    return OTD_OK;
}

static void otd_uring_free(otd_ring *ring) {
    for (uint32_t i = 0; ring->files != NULL && i < OTD_RING_FILES_MAX; i++) {
        if (ring->files[i].descriptor >= 0) {
            close(ring->files[i].descriptor);
        }
    }
    if (ring->wake >= 0) {
        close(ring->wake);
    }
    otd_uring_unmap(ring);
    if (ring->in_flight > 0) {
        return; /* the kernel may still write there: rather lost than wrong */
    }
    const struct {
        void *pages;
        size_t bytes;
    } maps[] = {
        {ring->blocks, (size_t)ring->options.blocks * ring->options.block_bytes},
        {ring->stage, ring->stage_bytes},
        {ring->buffers, (size_t)ring->options.buffers * ring->options.buffer_bytes},
        {ring->buffer_ring, ring->options.buffers * sizeof(struct io_uring_buf)},
    };
    for (uint32_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        if (maps[i].pages != NULL) {
            munmap(maps[i].pages, maps[i].bytes);
        }
    }
    free(ring->connections);
    free(ring->free_slots);
    free(ring->files);
    free(ring->lent);
    free(ring);
}

int32_t otd_ring_open(otd_ring **out, const otd_ring_options *options) {
    *out = NULL;
    int32_t status = otd_uring_check_options(options);
    if (status != OTD_OK) {
        return status;
    }
    otd_ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL) {
        return otd_fail(OTD_E_MEMORY, "%zu bytes for a ring", sizeof *ring);
    }
    ring->options = *options;
    ring->descriptor = ring->wake = -1;
    ring->work = ring->told_first = ring->told_last = ring->free_block = OTD_URING_NONE;
    ring->info.blocks_free = options->blocks;
    for (uint32_t i = 0; i < OTD_RING_LISTENERS_MAX; i++) {
        ring->listeners[i].descriptor = -1;
    }
    status = otd_uring_allocate(ring);
    if (status == OTD_OK) {
        status = otd_uring_setup(ring);
    }
    if (status != OTD_OK) {
        otd_uring_free(ring);
        return status;
    }
    ring->now = otd_uring_clock();
    ring->next_sweep = ring->now + OTD_URING_SECOND_NS;
    ring->next_tick = ring->now + options->tick_ms * (uint64_t)1000000;
    *out = ring;
    return OTD_OK;
}

int32_t otd_ring_state(const otd_ring *ring, otd_ring_info *out) {
    *out = ring->info;
    return OTD_OK;
}

/* ---- the turn ------------------------------------------------------------------------------------- */

/* Whoever wakes writes only when he finds the loop asleep; the loop looks once more after it said so. */
void otd_ring_wake(otd_ring *ring) {
    if (__atomic_exchange_n(&ring->woken, 1u, __ATOMIC_SEQ_CST) == 0 &&
        __atomic_load_n(&ring->sleeping, __ATOMIC_SEQ_CST) != 0) {
        uint64_t one = 1;
        ssize_t ignored = write(ring->wake, &one, sizeof one); /* fails only when it was told often enough */
        (void)ignored;
    }
}

/* Polled for edges, so that nobody has to read it empty. */
static void otd_uring_hear_wakes(otd_ring *ring) {
    if (ring->waking) {
        return;
    }
    struct io_uring_sqe *request =
        otd_uring_request(ring, IORING_OP_POLL_ADD, ring->wake, otd_uring_mark(OTD_URING_WAKE, 0, 0));
    if (request != NULL) {
        request->len = IORING_POLL_ADD_MULTI;
        request->poll32_events = POLLIN;
        ring->waking = 1;
    }
}

static void otd_uring_sweep(otd_ring *ring) {
    uint64_t most = ring->options.unread_ms * (uint64_t)1000000;
    ring->next_sweep = ring->now + OTD_URING_SECOND_NS;
    for (uint32_t slot = 0; most > 0 && slot < ring->slots_used; slot++) {
        const otd_uring_connection *connection = &ring->connections[slot];
        if ((connection->state == OTD_URING_OPEN || connection->state == OTD_URING_FLUSHING) &&
            connection->sending && connection->waiting_since != 0 &&
            ring->now - connection->waiting_since > most) {
            otd_uring_end(ring, slot, OTD_RING_UNREAD, 0);
        }
    }
}

static void otd_uring_take(otd_ring *ring, const struct io_uring_cqe *completion) {
    uint32_t kind = (uint32_t)(completion->user_data >> 56);
    uint32_t slot = (uint32_t)(completion->user_data >> 32) & OTD_URING_SLOT_MASK;
    if ((completion->flags & IORING_CQE_F_MORE) == 0) {
        ring->in_flight--;
    }
    if (kind == OTD_URING_RECEIVE || kind == OTD_URING_SEND) {
        if (ring->connections[slot].generation != (uint32_t)completion->user_data) {
            ring->info.late++;
            if ((completion->flags & IORING_CQE_F_BUFFER) != 0) {
                otd_uring_give_back(ring, (uint16_t)(completion->flags >> IORING_CQE_BUFFER_SHIFT));
            }
        } else if (kind == OTD_URING_RECEIVE) {
            otd_uring_received(ring, slot, completion);
        } else {
            otd_uring_sent(ring, slot, completion->res);
        }
    } else if (kind == OTD_URING_ACCEPT) {
        otd_uring_accepted(ring, slot, completion);
    } else if (kind == OTD_URING_WRITE) {
        otd_uring_written(ring, completion->res);
    } else if (kind == OTD_URING_WAKE && (completion->flags & IORING_CQE_F_MORE) == 0) {
        ring->waking = 0;
    }
}

/* Completions, as many as there is room for: each makes one event at most. */
static void otd_uring_reap(otd_ring *ring, uint32_t room) {
    uint32_t head = *ring->completion_head;
    uint32_t tail = __atomic_load_n(ring->completion_tail, __ATOMIC_ACQUIRE);
    while (head != tail && *ring->event_count < room) {
        otd_uring_take(ring, &ring->completions[head++ & ring->completion_mask]);
    }
    __atomic_store_n(ring->completion_head, head, __ATOMIC_RELEASE);
    ring->unread |= head != tail;
    if ((__atomic_load_n(ring->request_flags, __ATOMIC_RELAXED) & IORING_SQ_CQ_OVERFLOW) != 0) {
        ring->info.overflowed++;
        ring->unread = 1;
    }
}

/* What is told besides completions. */
static void otd_uring_tell_rest(otd_ring *ring, uint32_t room) {
    if (otd_uring_commit_done(ring) && *ring->event_count < room) {
        otd_uring_tell_commit(ring);
    }
    while (ring->told_first != OTD_URING_NONE && *ring->event_count < room) {
        uint32_t slot = ring->told_first;
        otd_uring_connection *connection = &ring->connections[slot];
        otd_ring_event *event = otd_uring_tell(ring, OTD_RING_CLOSED);
        event->connection = otd_uring_number(ring, slot);
        event->reason = connection->reason;
        event->error = connection->error;
        connection->told = 1;
        ring->told_first = connection->next_told;
        otd_uring_release(ring, slot);
    }
    ring->told_last = ring->told_first == OTD_URING_NONE ? OTD_URING_NONE : ring->told_last;
    for (uint32_t i = 0; i < OTD_RING_LISTENERS_MAX && *ring->event_count < room; i++) {
        otd_uring_listener *listener = &ring->listeners[i];
        if (listener->descriptor >= 0 && listener->stopping && !listener->accepting) {
            otd_uring_tell(ring, OTD_RING_UNLISTENED)->tag = listener->tag;
            listener->descriptor = -1;
        }
    }
    if (ring->options.tick_ms != 0 && ring->now >= ring->next_tick && *ring->event_count < room) {
        otd_uring_tell(ring, OTD_RING_TICK);
        ring->next_tick = ring->now + ring->options.tick_ms * (uint64_t)1000000;
    }
    if (*ring->event_count < room && __atomic_exchange_n(&ring->woken, 0u, __ATOMIC_SEQ_CST) != 0) {
        otd_uring_tell(ring, OTD_RING_WOKEN);
    }
}

/* When the wait has to end whatever the caller says; sets *wait_ns, below 0 = never. */
static void otd_uring_limit_wait(const otd_ring *ring, int64_t *wait_ns) {
    uint64_t until = ring->options.unread_ms != 0 ? ring->next_sweep : UINT64_MAX;
    if (ring->options.tick_ms != 0 && ring->next_tick < until) {
        until = ring->next_tick;
    }
    for (uint32_t i = 0; i < OTD_RING_LISTENERS_MAX; i++) {
        const otd_uring_listener *listener = &ring->listeners[i];
        if (listener->descriptor >= 0 && !listener->accepting && listener->again_at < until) {
            until = listener->again_at;
        }
    }
    if (until == UINT64_MAX) {
        return;
    }
    int64_t left = until > ring->now ? (int64_t)(until - ring->now) : 0;
    if (*wait_ns < 0 || *wait_ns > left) {
        *wait_ns = left;
    }
}

static int otd_uring_must_not_wait(const otd_ring *ring) {
    return ring->unread != 0 || ring->told_first != OTD_URING_NONE || otd_uring_commit_done(ring);
}

/* Hands over what was made and waits, except when there is something to tell. */
static int32_t otd_uring_wait(otd_ring *ring, uint32_t wait_nr, int64_t wait_ns) {
    int rushed = otd_uring_must_not_wait(ring);
    otd_uring_limit_wait(ring, &wait_ns);
    wait_nr = rushed || wait_ns == 0 ? 0 : wait_nr;
    ring->unread = 0;
    if (wait_nr > 0) {
        __atomic_store_n(&ring->sleeping, 1u, __ATOMIC_SEQ_CST);
        wait_nr = __atomic_load_n(&ring->woken, __ATOMIC_SEQ_CST) != 0 ? 0 : wait_nr;
    }
    struct __kernel_timespec time = {wait_ns / OTD_URING_SECOND_NS, wait_ns % OTD_URING_SECOND_NS};
    int32_t status = otd_uring_enter(ring, wait_nr, wait_nr > 0 && wait_ns > 0 ? &time : NULL);
    __atomic_store_n(&ring->sleeping, 0u, __ATOMIC_RELAXED);
    return status;
}

int32_t otd_ring_turn(otd_ring *ring, otd_ring_event *events, uint32_t *count, uint32_t events_length,
                      uint32_t wait_nr, int64_t timeout_ns) {
    *count = 0;
    if (events_length == 0 || wait_nr == 0) {
        return otd_fail(OTD_E_ARGUMENT, "room for %u events, a wait for %u: at least 1 of each",
                        events_length, wait_nr);
    }
    int32_t status = otd_uring_bind(ring);
    if (status != OTD_OK) {
        return status;
    }
    ring->events = events;
    ring->event_count = count;
    ring->info.turns++;
    ring->now = otd_uring_clock();
    while (ring->lent_count > 0) {
        otd_uring_give_back(ring, ring->lent[--ring->lent_count]);
    }
    if (ring->now >= ring->next_sweep) {
        otd_uring_sweep(ring);
    }
    otd_uring_hear_wakes(ring);
    otd_uring_listen_again(ring);
    otd_uring_do_work(ring);
    status = otd_uring_wait(ring, wait_nr < ring->options.completions ? wait_nr : ring->options.completions,
                            timeout_ns);
    if (status != OTD_OK) {
        return status;
    }
    ring->now = otd_uring_clock();
    otd_uring_reap(ring, events_length);
    otd_uring_tell_rest(ring, events_length);
    return OTD_OK;
}

/* ---- closing -------------------------------------------------------------------------------------- */

/* Until the kernel has nothing of this ring's any more, which takes as long as a write that is under way. */
static void otd_uring_drain(otd_ring *ring) {
    otd_ring_event events[64];
    uint32_t count;
    int asked = 0;
    uint64_t until = otd_uring_clock() + OTD_URING_CLOSE_MAX_NS;
    ring->waking = 1; /* not again */
    for (uint32_t slot = 0; slot < ring->slots_used; slot++) {
        if (ring->connections[slot].state == OTD_URING_OPEN ||
            ring->connections[slot].state == OTD_URING_FLUSHING) {
            otd_uring_end(ring, slot, OTD_RING_BY_US, 0);
        }
    }
    for (uint32_t i = 0; i < OTD_RING_LISTENERS_MAX; i++) {
        ring->listeners[i].stopping = 1;
    }
    while (ring->in_flight > 0 && otd_uring_clock() < until) {
        struct io_uring_sqe *all = asked ? NULL
                                         : otd_uring_request(ring, IORING_OP_ASYNC_CANCEL, -1,
                                                             otd_uring_mark(OTD_URING_CANCEL, 0, 0));
        if (all != NULL) {
            all->cancel_flags = IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL;
            asked = 1;
        }
        if (otd_ring_turn(ring, events, &count, 64, 1, OTD_URING_CLOSE_SLICE_NS) != OTD_OK) {
            break;
        }
        for (uint32_t i = 0; i < count; i++) { /* came between the end and here */
            if (events[i].kind == OTD_RING_ACCEPTED) {
                otd_ring_end(ring, events[i].connection, 0);
            }
        }
    }
    for (uint32_t slot = 0; slot < ring->slots_used; slot++) {
        otd_uring_connection *connection = &ring->connections[slot];
        connection->receiving = connection->sending =
            0; /* when it was in vain, the descriptor is closed all the same */
        connection->told = 1;
        otd_uring_release(ring, slot);
    }
}

void otd_ring_close(otd_ring *ring) {
    if (ring == NULL) {
        return;
    }
    if (ring->bound) {
        otd_uring_drain(ring);
    } else {
        ring->in_flight = 0; /* made and never handed over */
    }
    otd_uring_free(ring);
}

#endif
