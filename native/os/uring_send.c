/* uring_send.c - what waits for each connection, in blocks that all share, and one send at a time. */
#if defined(__linux__)

#include "uring.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static uint32_t otd_uring_block_room(const otd_ring *ring) {
    return ring->options.block_bytes - (uint32_t)sizeof(otd_uring_block);
}

static uint32_t otd_uring_take_block(otd_ring *ring, uint32_t gated) {
    uint32_t block = ring->free_block;
    if (block != OTD_URING_NONE) {
        ring->free_block = otd_uring_block_at(ring, block)->next;
    } else if (ring->blocks_used < ring->options.blocks) {
        block = ring->blocks_used++;
    } else {
        return OTD_URING_NONE;
    }
    *otd_uring_block_at(ring, block) = (otd_uring_block){.next = OTD_URING_NONE, .gated = gated};
    ring->info.blocks_free--;
    return block;
}

static void otd_uring_free_block(otd_ring *ring, uint32_t block) {
    otd_uring_block_at(ring, block)->next = ring->free_block;
    ring->free_block = block;
    ring->info.blocks_free++;
}

int32_t otd_uring_check(const otd_ring_item *items, uint32_t items_count, uint32_t data_length) {
    for (uint32_t i = 0; i < items_count; i++) {
        if (items[i].length == 0 || (uint64_t)items[i].offset + items[i].length > data_length ||
            (items[i].flags & ~OTD_RING_TELL) != 0) {
            return otd_fail(OTD_E_ARGUMENT, "item %u: %u bytes at %u of %u, flags %u (allowed is %u)", i,
                            items[i].length, items[i].offset, data_length, items[i].flags, OTD_RING_TELL);
        }
    }
    return OTD_OK;
}

/* A block behind the last one, or the last one itself while it takes more of the same kind. */
static otd_uring_block *otd_uring_tail(otd_ring *ring, otd_uring_connection *connection, uint32_t gated) {
    if (connection->tail != OTD_URING_NONE) {
        otd_uring_block *tail = otd_uring_block_at(ring, connection->tail);
        if (tail->gated == gated && tail->length < otd_uring_block_room(ring)) {
            return tail;
        }
    }
    uint32_t block = otd_uring_take_block(ring, gated);
    if (block == OTD_URING_NONE) {
        return NULL;
    }
    if (connection->tail == OTD_URING_NONE) {
        connection->head = block;
    } else {
        otd_uring_block_at(ring, connection->tail)->next = block;
    }
    connection->tail = block;
    return otd_uring_block_at(ring, block);
}

uint32_t otd_uring_queue(otd_ring *ring, const otd_ring_item *item, const uint8_t *data, uint32_t gated) {
    uint32_t slot = otd_uring_slot(ring, item->connection);
    if (slot == OTD_URING_NONE || ring->connections[slot].state != OTD_URING_OPEN) {
        return OTD_URING_NONE;
    }
    otd_uring_connection *connection = &ring->connections[slot];
    if (item->length > ring->options.queue_bytes_max - connection->queued) {
        otd_uring_end(ring, slot, OTD_RING_FULL, 0);
        return OTD_URING_NONE;
    }
    const uint8_t *bytes = data + item->offset;
    for (uint32_t left = item->length; left > 0;) {
        otd_uring_block *block = otd_uring_tail(ring, connection, gated);
        if (block == NULL) {
            otd_uring_end(ring, slot, OTD_RING_NO_BLOCKS, 0);
            return OTD_URING_NONE;
        }
        uint32_t room = otd_uring_block_room(ring) - block->length;
        uint32_t part = left < room ? left : room;
        memcpy(block->bytes + block->length, bytes, part);
        block->length += part;
        bytes += part;
        left -= part;
        connection->queued += part;
    }
    connection->tell |= (item->flags & OTD_RING_TELL) != 0;
    return slot;
}

int32_t otd_ring_send(otd_ring *ring, const otd_ring_item *items, uint32_t items_count, const uint8_t *data,
                      uint32_t data_length) {
    int32_t status = otd_uring_check(items, items_count, data_length);
    for (uint32_t i = 0; status == OTD_OK && i < items_count; i++) {
        uint32_t slot = otd_uring_queue(ring, &items[i], data, 0);
        if (slot != OTD_URING_NONE) {
            ring->connections[slot].wants_send = 1;
            otd_uring_want_work(ring, slot);
        }
    }
    return status;
}

/* 1 = done, or there is nothing to do before something else happens; 0 = no place for the request. */
int otd_uring_send(otd_ring *ring, uint32_t slot, uint32_t flags, uint32_t message_flags) {
    otd_uring_connection *connection = &ring->connections[slot];
    if (connection->sending || connection->head == OTD_URING_NONE) {
        return 1; /* its completion goes on */
    }
    otd_uring_block *block = otd_uring_block_at(ring, connection->head);
    int chained = (message_flags & MSG_DONTWAIT) != 0;
    if (block->gated && !chained) {
        return 1; /* the commit goes on */
    }
    struct io_uring_sqe *request =
        otd_uring_request(ring, IORING_OP_SEND, connection->descriptor,
                          otd_uring_mark(OTD_URING_SEND, slot, connection->generation));
    if (request == NULL) {
        return 0;
    }
    int more = block->next != OTD_URING_NONE && otd_uring_block_at(ring, block->next)->gated == block->gated;
    request->addr = (uint64_t)(uintptr_t)(block->bytes + block->start);
    request->len = connection->asked = block->length - block->start;
    request->msg_flags = message_flags | MSG_NOSIGNAL | (more ? MSG_MORE : 0);
    request->flags = (uint8_t)flags;
    connection->sending = 1;
    connection->chained = (uint8_t)chained;
    if (!chained && connection->waiting_since == 0) {
        connection->waiting_since = ring->now;
    }
    return 1;
}

static void otd_uring_advance(otd_ring *ring, otd_uring_connection *connection, uint32_t sent) {
    otd_uring_block *block = otd_uring_block_at(ring, connection->head);
    block->start += sent;
    connection->queued -= sent;
    if (block->start < block->length) {
        return;
    }
    uint32_t next = block->next;
    connection->waiting_since = 0;
    otd_uring_free_block(ring, connection->head);
    connection->head = next;
    if (next == OTD_URING_NONE) {
        connection->tail = OTD_URING_NONE;
    }
}

void otd_uring_sent(otd_ring *ring, uint32_t slot, int32_t result) {
    otd_uring_connection *connection = &ring->connections[slot];
    int chained = connection->chained;
    connection->sending = connection->chained = 0;
    ring->commit.sends_left -= chained ? 1 : 0;
    if (connection->state == OTD_URING_ENDING) {
        otd_uring_release(ring, slot);
        return;
    }
    if (chained && result == -ECANCELED) {
        otd_uring_drop(ring, slot, 1);
    } else if (result > 0) {
        otd_uring_advance(ring, connection, (uint32_t)result);
    } else if (result < 0 && result != -EAGAIN && result != -EINTR) {
        otd_uring_end(ring, slot, OTD_RING_BY_PEER, -result);
        return;
    }
    ring->info.short_sends += result == -EAGAIN || (result > 0 && (uint32_t)result < connection->asked);
    ring->info.chained += chained && result > 0;
    if (connection->queued > 0) {
        connection->wants_send = 1;
        otd_uring_want_work(ring, slot);
        return;
    }
    if (connection->state == OTD_URING_FLUSHING) {
        otd_uring_end(ring, slot, OTD_RING_BY_US, 0);
    } else if (connection->tell) {
        connection->tell = 0;
        otd_uring_tell(ring, OTD_RING_SENT)->connection = otd_uring_number(ring, slot);
    }
}

/* Forgets what is queued, but not the block the kernel sends from. */
void otd_uring_drop(otd_ring *ring, uint32_t slot, uint32_t only_gated) {
    otd_uring_connection *connection = &ring->connections[slot];
    uint32_t block = connection->head, last = OTD_URING_NONE;
    connection->head = OTD_URING_NONE;
    while (block != OTD_URING_NONE) {
        otd_uring_block *this = otd_uring_block_at(ring, block);
        uint32_t next = this->next;
        int in_use = connection->sending && last == OTD_URING_NONE && connection->head == OTD_URING_NONE;
        if (in_use || (only_gated && !this->gated)) {
            if (last == OTD_URING_NONE) {
                connection->head = block;
            } else {
                otd_uring_block_at(ring, last)->next = block;
            }
            this->next = OTD_URING_NONE;
            last = block;
        } else {
            connection->queued -= this->length - this->start;
            otd_uring_free_block(ring, block);
        }
        block = next;
    }
    connection->tail = last;
    connection->tell &= last != OTD_URING_NONE;
}

/* The commit is on disk: what waited for it is like everything else. */
void otd_uring_open_gate(otd_ring *ring, uint32_t slot) {
    otd_uring_connection *connection = &ring->connections[slot];
    for (uint32_t block = connection->head; block != OTD_URING_NONE;
         block = otd_uring_block_at(ring, block)->next) {
        otd_uring_block_at(ring, block)->gated = 0;
    }
    connection->wants_send = 1;
    otd_uring_want_work(ring, slot);
}

#endif
