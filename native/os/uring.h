/*
 * uring.h - the private side of a ring, shared by the files uring*.c.
 *
 *   uring.c             the kernel's two queues: setup, requests, entering
 *   uring_connections.c listeners, slots, receiving, the end of a connection
 *   uring_send.c        blocks, a queue for each connection, one send at a time
 *   uring_commit.c      files, and the chain of a write and its sends
 *   uring_turn.c        the turn, the wake-up, opening and closing
 *
 * A slot is used again only when it has no request with the kernel and its OTD_RING_CLOSED was told; its
 * generation is counted up then, in the connection's number and in each request.
 */
#ifndef OTD_OS_URING_H
#define OTD_OS_URING_H

#include <linux/io_uring.h>
#include <linux/time_types.h>
#include <stddef.h>

#include "algo.h"
#include "otedama_os.h"

#define OTD_URING_NONE UINT32_MAX
#define OTD_URING_PAGE 4096u
#define OTD_URING_SLOT_MASK 0xffffffu

/* What a request was for: the upper 8 bits of its user_data, then 24 of a slot and 32 of its generation. */
enum {
    OTD_URING_ACCEPT = 1,
    OTD_URING_RECEIVE,
    OTD_URING_SEND,
    OTD_URING_WRITE,
    OTD_URING_WAKE,
    OTD_URING_CANCEL,
    OTD_URING_NOTHING,
};

enum { OTD_URING_FREE, OTD_URING_OPEN, OTD_URING_FLUSHING, OTD_URING_ENDING };

/* One piece of a queue. Bytes of one block wait for the same thing. */
typedef struct otd_uring_block {
    uint32_t next;
    uint32_t start; /* sent already */
    uint32_t length;
    uint32_t gated; /* for the commit that is under way */
    uint8_t bytes[];
} otd_uring_block;

typedef struct otd_uring_connection {
    int descriptor;
    uint32_t generation;
    uint32_t head, tail; /* blocks */
    uint32_t queued;     /* bytes */
    uint32_t asked;      /* bytes of the send that is with the kernel */
    uint32_t next_work, next_told, next_grouped;
    uint32_t reason;
    int32_t error;
    uint64_t waiting_since; /* ns; since when the first block is with the kernel; 0 = it is not */
    uint8_t state;
    uint8_t receiving; /* its request is with the kernel, and so below */
    uint8_t sending;
    uint8_t chained; /* that send is linked to the commit */
    uint8_t grouped; /* has bytes in the commit's group */
    uint8_t ended;   /* by the other side: it only reads now */
    uint8_t tell;
    uint8_t told; /* OTD_RING_CLOSED was */
    uint8_t in_work;
    uint8_t wants_receive;
    uint8_t wants_send;
    uint8_t reserved;
} otd_uring_connection;

typedef struct otd_uring_listener {
    int descriptor; /* below 0: the row is free */
    uint8_t accepting;
    uint8_t stopping;
    uint8_t cancelled;
    uint64_t tag;
    uint64_t again_at; /* ns; not before */
} otd_uring_listener;

typedef struct otd_uring_file {
    int descriptor; /* below 0: the row is free */
    uint32_t direct;
    uint64_t end; /* where the last commit ended, whose last block is in tail; UINT64_MAX: read it first */
    uint8_t tail[OTD_URING_PAGE];
} otd_uring_file;

typedef struct otd_uring_commit {
    uint32_t busy;    /* from otd_ring_commit to its event */
    uint32_t written; /* the kernel has answered the write */
    uint32_t file;
    uint32_t expected; /* bytes */
    int32_t error;
    uint64_t tag;
    uint64_t end;
    uint32_t sends_left;               /* of the chain */
    uint32_t chain_first, chain_after; /* its places among the requests */
    uint32_t group;                    /* connections with bytes in it */
} otd_uring_commit;

struct otd_ring {
    otd_ring_options options;
    otd_ring_info info;
    int descriptor;
    int wake;
    uint32_t bound;     /* the first turn was made */
    uint32_t in_flight; /* requests that the kernel will answer */
    uint32_t unread;    /* completions may be there without waiting */
    uint32_t waking;    /* the wake-up is being listened to */
    uint64_t now;       /* ns, of this turn */
    uint64_t next_sweep, next_tick;

    /* shared with other threads */
    uint32_t sleeping;
    uint32_t woken;

    /* shared with the kernel */
    uint8_t *queues;
    size_t queues_bytes;
    struct io_uring_sqe *requests;
    uint32_t *request_head, *request_tail, *request_flags;
    uint32_t request_mask, requests_made; /* the latter counts past the former's end and wraps */
    uint32_t *completion_head, *completion_tail;
    uint32_t completion_mask;
    struct io_uring_cqe *completions;
    struct io_uring_buf_ring *buffer_ring;
    uint8_t *buffers;
    uint16_t buffer_tail;
    uint16_t *lent;
    uint32_t lent_count;

    otd_uring_listener listeners[OTD_RING_LISTENERS_MAX];
    otd_uring_connection *connections;
    uint32_t *free_slots;
    uint32_t free_count;
    uint32_t slots_used; /* above it no slot was ever used */
    uint32_t work;       /* connections that want a request made */
    uint32_t told_first, told_last;

    uint8_t *blocks;
    uint32_t free_block;  /* of those that were used */
    uint32_t blocks_used; /* above it none ever was */

    otd_uring_file *files;
    otd_uring_commit commit;
    uint8_t *stage; /* what is being written, in whole blocks */
    size_t stage_bytes;

    otd_ring_event *events; /* of the turn under way */
    uint32_t *event_count;
};

static inline uint64_t otd_uring_mark(uint32_t kind, uint32_t slot, uint32_t generation) {
    return (uint64_t)kind << 56 | (uint64_t)slot << 32 | generation;
}

static inline uint64_t otd_uring_number(const otd_ring *ring, uint32_t slot) {
    return (uint64_t)ring->connections[slot].generation << 32 | slot;
}

static inline otd_uring_block *otd_uring_block_at(const otd_ring *ring, uint32_t block) {
    return (otd_uring_block *)(ring->blocks + (size_t)block * ring->options.block_bytes);
}

/* The next event of the turn; there is room for one for each completion. */
static inline otd_ring_event *otd_uring_tell(otd_ring *ring, uint32_t kind) {
    otd_ring_event *event = &ring->events[(*ring->event_count)++];
    *event = (otd_ring_event){.kind = kind};
    return event;
}

/* uring.c */
uint64_t otd_uring_clock(void);
void *otd_uring_map(size_t bytes);
int32_t otd_uring_setup(otd_ring *ring);
void otd_uring_unmap(otd_ring *ring);
int32_t otd_uring_bind(otd_ring *ring);
/* A request, cleared, with its mark and counted; null when the kernel takes none now: try in a later turn. */
struct io_uring_sqe *otd_uring_request(otd_ring *ring, uint32_t opcode, int descriptor, uint64_t mark);
uint32_t otd_uring_requests_free(const otd_ring *ring);
/* Hands over what was made, waits for wait_nr completions; no timeout (null) = for ever. OTD_OK or OTD_E_IO.
 */
int32_t otd_uring_enter(otd_ring *ring, uint32_t wait_nr, const struct __kernel_timespec *timeout);

/* uring_connections.c */
void otd_uring_accepted(otd_ring *ring, uint32_t row, const struct io_uring_cqe *completion);
void otd_uring_received(otd_ring *ring, uint32_t slot, const struct io_uring_cqe *completion);
void otd_uring_listen_again(otd_ring *ring);
void otd_uring_give_back(otd_ring *ring, uint16_t buffer);
void otd_uring_end(otd_ring *ring, uint32_t slot, uint32_t reason, int32_t error);
void otd_uring_release(otd_ring *ring, uint32_t slot); /* when nothing holds the slot any more */
void otd_uring_want_work(otd_ring *ring, uint32_t slot);
void otd_uring_do_work(otd_ring *ring);
/* The slot of a connection that is there; OTD_URING_NONE for one that is gone. */
uint32_t otd_uring_slot(const otd_ring *ring, uint64_t connection);

/* uring_send.c */
int32_t otd_uring_check(const otd_ring_item *items, uint32_t items_count, uint32_t data_length);
/* The slot, when the bytes were queued; OTD_URING_NONE when the connection is gone, or ends for that. */
uint32_t otd_uring_queue(otd_ring *ring, const otd_ring_item *item, const uint8_t *data, uint32_t gated);
int otd_uring_send(otd_ring *ring, uint32_t slot, uint32_t flags, uint32_t message_flags);
void otd_uring_sent(otd_ring *ring, uint32_t slot, int32_t result);
void otd_uring_drop(otd_ring *ring, uint32_t slot, uint32_t only_gated);
void otd_uring_open_gate(otd_ring *ring, uint32_t slot);

/* uring_commit.c */
void otd_uring_written(otd_ring *ring, int32_t result);
void otd_uring_mend_chain(otd_ring *ring, uint32_t taken);
int otd_uring_commit_done(const otd_ring *ring);
void otd_uring_tell_commit(otd_ring *ring);

#endif /* OTD_OS_URING_H */
