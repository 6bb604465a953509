/* uring_commit.c - a write that the disk confirms, and the sends that depend on it, as one chain. */
#if defined(__linux__)

#include "uring.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OTD_URING_UNKNOWN UINT64_MAX

/* ---- files ---------------------------------------------------------------------------------------- */

static otd_uring_file *otd_uring_file_at(otd_ring *ring, uint32_t file) {
    return file < OTD_RING_FILES_MAX && ring->files[file].descriptor >= 0 ? &ring->files[file] : NULL;
}

static int32_t otd_uring_unopened(int error) {
    int32_t status = error == ENOENT || error == ENOTDIR                   ? OTD_E_MISSING
                     : error == EACCES || error == EPERM || error == EROFS ? OTD_E_DENIED
                                                                           : OTD_E_IO;
    return otd_fail(status, "%s", strerror(error));
}

int32_t otd_ring_file_open(otd_ring *ring, uint32_t *file, uint32_t *direct, const uint8_t *path,
                           uint32_t path_length) {
    if (path_length == 0 || path_length > OTD_RING_PATH_MAX || memchr(path, 0, path_length) != NULL) {
        return otd_fail(OTD_E_ARGUMENT, "a path has 1 to %u bytes and no zero", OTD_RING_PATH_MAX);
    }
    char name[OTD_RING_PATH_MAX + 1];
    memcpy(name, path, path_length);
    name[path_length] = 0;
    uint32_t row = 0;
    while (row < OTD_RING_FILES_MAX && ring->files[row].descriptor >= 0) {
        row++;
    }
    if (row == OTD_RING_FILES_MAX) {
        return otd_fail(OTD_E_BUSY, "a ring has at most %u files open", OTD_RING_FILES_MAX);
    }
    otd_uring_file *made = &ring->files[row];
    made->direct = 1;
    made->end = OTD_URING_UNKNOWN;
    made->descriptor = open(name, O_RDWR | O_CLOEXEC | O_DIRECT);
    if (made->descriptor < 0 && errno == EINVAL) { /* a file system without it */
        made->direct = 0;
        made->descriptor = open(name, O_RDWR | O_CLOEXEC);
    }
    if (made->descriptor < 0) {
        return otd_uring_unopened(errno);
    }
    *file = row;
    *direct = made->direct;
    return OTD_OK;
}

int32_t otd_ring_file_close(otd_ring *ring, uint32_t file) {
    otd_uring_file *closed = otd_uring_file_at(ring, file);
    if (closed == NULL) {
        return otd_fail(OTD_E_ARGUMENT, "file %u is not open", file);
    }
    if (ring->commit.busy && ring->commit.file == file) {
        return otd_fail(OTD_E_BUSY, "a commit of file %u is under way", file);
    }
    close(closed->descriptor);
    closed->descriptor = -1;
    return OTD_OK;
}

/* ---- the write ------------------------------------------------------------------------------------ */

/* What stands in the block before offset: known from the last commit, or read. */
static int32_t otd_uring_lead(otd_ring *ring, otd_uring_file *file, uint64_t offset) {
    uint32_t lead = (uint32_t)(offset % OTD_URING_PAGE);
    if (!file->direct || lead == 0 || file->end == offset) {
        return OTD_OK;
    }
    ssize_t got = pread(file->descriptor, ring->stage, OTD_URING_PAGE, (off_t)(offset - lead));
    if (got < (ssize_t)lead) {
        return otd_fail(OTD_E_IO, "the %u bytes before offset %llu cannot be read: %s", lead,
                        (unsigned long long)offset, got < 0 ? strerror(errno) : "the file ends before");
    }
    memcpy(file->tail, ring->stage, lead);
    return OTD_OK;
}

/* Lays out the blocks to write in the stage and makes the request. */
static struct io_uring_sqe *otd_uring_write(otd_ring *ring, uint64_t offset, const uint8_t *bytes,
                                            uint32_t bytes_length) {
    otd_uring_file *file = &ring->files[ring->commit.file];
    uint32_t lead = (uint32_t)(offset % OTD_URING_PAGE);
    struct io_uring_sqe *request =
        otd_uring_request(ring, IORING_OP_WRITE, file->descriptor, otd_uring_mark(OTD_URING_WRITE, 0, 0));
    if (request == NULL) {
        return NULL;
    }
    uint32_t blocks = (lead + bytes_length + OTD_URING_PAGE - 1) / OTD_URING_PAGE;
    memcpy(ring->stage, file->tail, lead);
    memcpy(ring->stage + lead, bytes, bytes_length);
    memset(ring->stage + lead + bytes_length, 0, (size_t)blocks * OTD_URING_PAGE - lead - bytes_length);
    request->rw_flags = RWF_DSYNC;
    request->addr = (uint64_t)(uintptr_t)(ring->stage + (file->direct ? 0 : lead));
    request->off = file->direct ? offset - lead : offset;
    request->len = file->direct ? blocks * OTD_URING_PAGE : bytes_length;
    ring->commit.expected = request->len;
    ring->commit.end = offset + bytes_length;
    return request;
}

/* After it was confirmed: the last block, begun and not full, is what the next commit writes again. */
static void otd_uring_keep_tail(otd_ring *ring) {
    otd_uring_file *file = &ring->files[ring->commit.file];
    if (file->direct) {
        memcpy(file->tail, ring->stage + ring->commit.expected - OTD_URING_PAGE,
               (size_t)(ring->commit.end % OTD_URING_PAGE));
        file->end = ring->commit.end;
    }
}

/* ---- the chain ------------------------------------------------------------------------------------ */

/* Queues the answers behind the gate, and lists their connections, each once, in that order. */
static void otd_uring_gather(otd_ring *ring, const otd_ring_item *items, uint32_t items_count,
                             const uint8_t *data) {
    uint32_t last = OTD_URING_NONE;
    for (uint32_t i = 0; i < items_count; i++) {
        uint32_t slot = otd_uring_queue(ring, &items[i], data, 1);
        if (slot == OTD_URING_NONE || ring->connections[slot].grouped) {
            continue;
        }
        ring->connections[slot].grouped = 1;
        ring->connections[slot].next_grouped = OTD_URING_NONE;
        if (last == OTD_URING_NONE) {
            ring->commit.group = slot;
        } else {
            ring->connections[last].next_grouped = slot;
        }
        last = slot;
    }
}

/*
 * A send of the chain does not wait for a slow reader, who would hold up all behind it: it takes what the
 * socket takes, and the rest goes out alone. Nor does its failure end the chain; only the write's does.
 */
static void otd_uring_chain(otd_ring *ring, struct io_uring_sqe *write) {
    struct io_uring_sqe *last = write;
    uint32_t room = otd_uring_requests_free(ring);
    room = room < ring->options.chain_max ? room : ring->options.chain_max;
    for (uint32_t slot = ring->commit.group; slot != OTD_URING_NONE && ring->commit.sends_left < room;
         slot = ring->connections[slot].next_grouped) {
        const otd_uring_connection *connection = &ring->connections[slot];
        if (connection->state != OTD_URING_OPEN || connection->sending ||
            connection->head == OTD_URING_NONE || !otd_uring_block_at(ring, connection->head)->gated) {
            continue;
        }
        last->flags |= last == write ? IOSQE_IO_LINK : IOSQE_IO_HARDLINK;
        last = &ring->requests[ring->requests_made & ring->request_mask];
        otd_uring_send(ring, slot, 0, MSG_DONTWAIT); /* there is room for it */
        ring->commit.sends_left++;
    }
}

int32_t otd_ring_commit(otd_ring *ring, uint32_t file, uint64_t tag, uint64_t offset, const uint8_t *bytes,
                        uint32_t bytes_length, const otd_ring_item *items, uint32_t items_count,
                        const uint8_t *data, uint32_t data_length) {
    otd_uring_file *log = otd_uring_file_at(ring, file);
    if (log == NULL || bytes_length == 0 || bytes_length > ring->options.commit_bytes_max ||
        offset > (uint64_t)INT64_MAX - bytes_length - OTD_URING_PAGE) {
        return otd_fail(OTD_E_ARGUMENT,
                        "file %u, %u bytes at offset %llu: a commit has 1 to %u of an open file", file,
                        bytes_length, (unsigned long long)offset, ring->options.commit_bytes_max);
    }
    int32_t status = otd_uring_check(items, items_count, data_length);
    if (status != OTD_OK) {
        return status;
    }
    if (ring->commit.busy) {
        return otd_fail(OTD_E_BUSY, "the commit with tag %llu is under way",
                        (unsigned long long)ring->commit.tag);
    }
    status = otd_uring_lead(ring, log, offset);
    if (status != OTD_OK) {
        return status;
    }
    /* A chain is only one when it is handed over in one go. */
    if (ring->bound && otd_uring_requests_free(ring) <= items_count &&
        otd_uring_requests_free(ring) <= ring->options.chain_max) {
        status = otd_uring_enter(ring, 0, NULL);
        if (status != OTD_OK) {
            return status;
        }
    }
    ring->commit = (otd_uring_commit){.file = file, .tag = tag, .group = OTD_URING_NONE};
    ring->commit.chain_first = ring->requests_made;
    struct io_uring_sqe *write = otd_uring_write(ring, offset, bytes, bytes_length);
    if (write == NULL) {
        return otd_fail(OTD_E_BUSY, "no place for one request more; make a turn");
    }
    ring->commit.busy = 1;
    otd_uring_gather(ring, items, items_count, data);
    otd_uring_chain(ring, write);
    ring->commit.chain_after = ring->requests_made;
    return OTD_OK;
}

/*
 * The kernel took a part of the requests, for want of memory: what it takes later is no longer linked to the
 * write. So the sends that it has not taken are taken back, and go out after the commit.
 */
void otd_uring_mend_chain(otd_ring *ring, uint32_t taken) {
    otd_uring_commit *commit = &ring->commit;
    uint32_t length = commit->chain_after - commit->chain_first;
    if (!commit->busy || taken - commit->chain_first - 1 >= length - 1) {
        return; /* none of it, all of it, or nothing but a write */
    }
    for (uint32_t place = taken; place != commit->chain_after; place++) {
        struct io_uring_sqe *request = &ring->requests[place & ring->request_mask];
        uint32_t slot = (uint32_t)(request->user_data >> 32) & OTD_URING_SLOT_MASK;
        ring->connections[slot].sending = ring->connections[slot].chained = 0;
        otd_uring_release(ring, slot);
        *request = (struct io_uring_sqe){.opcode = IORING_OP_NOP,
                                         .user_data = otd_uring_mark(OTD_URING_NOTHING, 0, 0)};
        commit->sends_left--;
    }
    commit->chain_after = taken;
}

/* ---- the end -------------------------------------------------------------------------------------- */

void otd_uring_written(otd_ring *ring, int32_t result) {
    otd_uring_commit *commit = &ring->commit;
    otd_uring_file *file = &ring->files[commit->file];
    commit->written = 1;
    commit->error = result == (int32_t)commit->expected ? 0 : result < 0 ? -result : ENOSPC; /* cut short */
    if (commit->error == 0) {
        otd_uring_keep_tail(ring);
    } else {
        file->end = OTD_URING_UNKNOWN;
        if (commit->error == EINVAL && file->direct && fcntl(file->descriptor, F_SETFL, 0) == 0) {
            file->direct = 0; /* it opened so, and does not write so: the next try goes through the cache */
        }
    }
    uint32_t next;
    for (uint32_t slot = commit->group; slot != OTD_URING_NONE; slot = next) {
        otd_uring_connection *connection = &ring->connections[slot];
        next = connection->next_grouped;
        connection->grouped = 0;
        if (connection->state != OTD_URING_OPEN && connection->state != OTD_URING_FLUSHING) {
            continue;
        }
        if (commit->error == 0) {
            otd_uring_open_gate(ring, slot);
        } else if (!connection->chained) { /* else its own completion does it */
            otd_uring_drop(ring, slot, 1);
            connection->wants_send = 1;
            otd_uring_want_work(ring, slot);
            if (connection->queued == 0 && connection->state == OTD_URING_FLUSHING) {
                otd_uring_end(ring, slot, OTD_RING_BY_US, 0);
            }
        }
    }
}

int otd_uring_commit_done(const otd_ring *ring) {
    return ring->commit.busy && ring->commit.written && ring->commit.sends_left == 0;
}

void otd_uring_tell_commit(otd_ring *ring) {
    otd_ring_event *event = otd_uring_tell(ring, OTD_RING_COMMITTED);
    event->tag = ring->commit.tag;
    event->error = ring->commit.error;
    ring->commit.busy = 0;
}

#endif
