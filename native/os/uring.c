/* uring.c - the two queues that a ring shares with the kernel. */
#if defined(__linux__)

#include "uring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define OTD_URING_OLDEST "Linux 6.0"

uint64_t otd_uring_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Pages that cost memory only once they are touched; null when there are none. */
void *otd_uring_map(size_t bytes) {
    void *pages =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

static long otd_uring_register(const otd_ring *ring, unsigned operation, void *argument, unsigned count) {
    return syscall(SYS_io_uring_register, ring->descriptor, operation, argument, count);
}

/* Why io_uring_setup said no, in words that tell what to change. */
static int32_t otd_uring_refused(int error) {
    if (error == ENOSYS) {
        return otd_fail(OTD_E_UNSUPPORTED,
                        "this system has no io_uring, or a container's filter hides it; %s is needed",
                        OTD_URING_OLDEST);
    }
    if (error == EPERM || error == EACCES) {
        char level = '?';
        int sysctl = open("/proc/sys/kernel/io_uring_disabled", O_RDONLY | O_CLOEXEC);
        if (sysctl >= 0) {
            if (read(sysctl, &level, 1) != 1) {
                level = '?';
            }
            close(sysctl);
        }
        return otd_fail(OTD_E_UNSUPPORTED,
                        level == '1' || level == '2'
                            ? "io_uring is forbidden: sysctl kernel.io_uring_disabled is %c"
                            : "io_uring is forbidden, as by a container's filter "
                              "(sysctl kernel.io_uring_disabled is %c)",
                        level);
    }
    return otd_fail(error == ENOMEM ? OTD_E_MEMORY : OTD_E_IO, "io_uring_setup: %s", strerror(error));
}

/* The best way of completing that the kernel has and the caller allows. */
static int32_t otd_uring_create(otd_ring *ring, struct io_uring_params *parameters) {
    static const uint32_t ways[] = {OTD_RING_DEFER, OTD_RING_COOP, 0};
    int error = 0;
    for (uint32_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if ((ways[i] & ring->options.avoid) != 0) {
            continue;
        }
        *parameters = (struct io_uring_params){.cq_entries = ring->options.completions};
        parameters->flags = IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_R_DISABLED |
                            IORING_SETUP_SINGLE_ISSUER;
        parameters->flags |= ways[i] == OTD_RING_DEFER ? IORING_SETUP_DEFER_TASKRUN : 0;
        parameters->flags |=
            ways[i] == OTD_RING_COOP ? IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG : 0;
        ring->descriptor = (int)syscall(SYS_io_uring_setup, ring->options.entries, parameters);
        if (ring->descriptor >= 0) {
            ring->info.features = ways[i];
            return OTD_OK;
        }
        error = errno;
        if (error != EINVAL) {
            return otd_uring_refused(error);
        }
    }
    return otd_fail(OTD_E_UNSUPPORTED, "io_uring of this system is too old (%s); %s is needed",
                    strerror(error), OTD_URING_OLDEST);
}

/* Receiving many times from one request has no mark of its own; it came with the operation asked for here. */
static int32_t otd_uring_probe(const otd_ring *ring) {
    enum { OTD_OPERATIONS = 64 };
    struct io_uring_probe *probe = calloc(1, sizeof *probe + OTD_OPERATIONS * sizeof probe->ops[0]);
    if (probe == NULL) {
        return otd_fail(OTD_E_MEMORY, "no memory to ask what io_uring can do");
    }
    long answer = otd_uring_register(ring, IORING_REGISTER_PROBE, probe, OTD_OPERATIONS);
    int good = answer == 0 && probe->last_op >= IORING_OP_SEND_ZC &&
               (probe->ops[IORING_OP_SEND_ZC].flags & IO_URING_OP_SUPPORTED) != 0;
    free(probe);
    return good ? OTD_OK
                : otd_fail(OTD_E_UNSUPPORTED, "io_uring of this system is too old; %s is needed",
                           OTD_URING_OLDEST);
}

static int32_t otd_uring_map_queues(otd_ring *ring, const struct io_uring_params *parameters) {
    const struct io_sqring_offsets *sq = &parameters->sq_off;
    const struct io_cqring_offsets *cq = &parameters->cq_off;
    size_t sq_bytes = sq->array + parameters->sq_entries * sizeof(uint32_t);
    size_t cq_bytes = cq->cqes + parameters->cq_entries * sizeof(struct io_uring_cqe);
    ring->queues_bytes = sq_bytes > cq_bytes ? sq_bytes : cq_bytes; /* one mapping since 5.4 */
    uint8_t *queues = mmap(NULL, ring->queues_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                           ring->descriptor, IORING_OFF_SQ_RING);
    ring->queues = queues == MAP_FAILED ? NULL : queues;
    void *requests = mmap(NULL, parameters->sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_POPULATE, ring->descriptor, IORING_OFF_SQES);
    ring->requests = requests == MAP_FAILED ? NULL : requests;
    if (ring->queues == NULL || ring->requests == NULL) {
        return otd_fail(OTD_E_MEMORY, "%zu bytes for the queues of io_uring: %s", ring->queues_bytes,
                        strerror(errno));
    }
    ring->request_head = (uint32_t *)(queues + sq->head);
    ring->request_tail = (uint32_t *)(queues + sq->tail);
    ring->request_flags = (uint32_t *)(queues + sq->flags);
    ring->request_mask = parameters->sq_entries - 1;
    ring->completion_head = (uint32_t *)(queues + cq->head);
    ring->completion_tail = (uint32_t *)(queues + cq->tail);
    ring->completion_mask = parameters->cq_entries - 1;
    ring->completions = (struct io_uring_cqe *)(queues + cq->cqes);
    uint32_t *order = (uint32_t *)(queues + sq->array);
    for (uint32_t i = 0; i < parameters->sq_entries; i++) {
        order[i] = i;
    }
    return OTD_OK;
}

static int32_t otd_uring_add_buffers(otd_ring *ring) {
    uint32_t count = ring->options.buffers;
    ring->buffer_ring = otd_uring_map(count * sizeof(struct io_uring_buf));
    ring->buffers = otd_uring_map((size_t)count * ring->options.buffer_bytes);
    ring->lent = calloc(count, sizeof *ring->lent);
    if (ring->buffer_ring == NULL || ring->buffers == NULL || ring->lent == NULL) {
        return otd_fail(OTD_E_MEMORY, "%u buffers of %u bytes", count, ring->options.buffer_bytes);
    }
    struct io_uring_buf_reg group = {.ring_addr = (uint64_t)(uintptr_t)ring->buffer_ring,
                                     .ring_entries = count};
    if (otd_uring_register(ring, IORING_REGISTER_PBUF_RING, &group, 1) != 0) {
        return errno == EINVAL ? otd_fail(OTD_E_UNSUPPORTED,
                                          "io_uring takes no ring of buffers; %s is needed", OTD_URING_OLDEST)
                               : otd_fail(OTD_E_IO, "%u buffers for io_uring: %s", count, strerror(errno));
    }
    for (uint32_t i = 0; i < count; i++) {
        otd_uring_give_back(ring, (uint16_t)i);
    }
    ring->info.buffers = (uint64_t)(uintptr_t)ring->buffers;
    ring->info.buffer_bytes = ring->options.buffer_bytes;
    return OTD_OK;
}

int32_t otd_uring_setup(otd_ring *ring) {
    struct io_uring_params parameters;
    int32_t status = otd_uring_create(ring, &parameters);
    if (status == OTD_OK &&
        (parameters.features & (IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG | IORING_FEAT_SUBMIT_STABLE)) !=
            (IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG | IORING_FEAT_SUBMIT_STABLE)) {
        status =
            otd_fail(OTD_E_UNSUPPORTED, "io_uring of this system is too old; %s is needed", OTD_URING_OLDEST);
    }
    if (status == OTD_OK) {
        status = otd_uring_probe(ring);
    }
    if (status == OTD_OK) {
        status = otd_uring_map_queues(ring, &parameters);
    }
    return status == OTD_OK ? otd_uring_add_buffers(ring) : status;
}

void otd_uring_unmap(otd_ring *ring) {
    if (ring->requests != NULL) {
        munmap(ring->requests, (ring->request_mask + 1) * sizeof(struct io_uring_sqe));
    }
    if (ring->queues != NULL) {
        munmap(ring->queues, ring->queues_bytes);
    }
    if (ring->descriptor >= 0) {
        close(ring->descriptor);
    }
}

/* Until here the ring was switched off, so that it belongs to whoever makes the first turn. */
int32_t otd_uring_bind(otd_ring *ring) {
    if (!ring->bound && otd_uring_register(ring, IORING_REGISTER_ENABLE_RINGS, NULL, 0) != 0) {
        return otd_fail(OTD_E_IO, "io_uring cannot be switched on: %s", strerror(errno));
    }
    ring->bound = 1;
    return OTD_OK;
}

uint32_t otd_uring_requests_free(const otd_ring *ring) {
    uint32_t head = __atomic_load_n(ring->request_head, __ATOMIC_ACQUIRE);
    return ring->request_mask + 1 - (ring->requests_made - head);
}

struct io_uring_sqe *otd_uring_request(otd_ring *ring, uint32_t opcode, int descriptor, uint64_t mark) {
    if (otd_uring_requests_free(ring) == 0 &&
        (!ring->bound || otd_uring_enter(ring, 0, NULL) != OTD_OK || otd_uring_requests_free(ring) == 0)) {
        return NULL;
    }
    struct io_uring_sqe *request = &ring->requests[ring->requests_made++ & ring->request_mask];
    memset(request, 0, sizeof *request);
    request->opcode = (uint8_t)opcode;
    request->fd = descriptor;
    request->user_data = mark;
    ring->in_flight++;
    return request;
}

int32_t otd_uring_enter(otd_ring *ring, uint32_t wait_nr, const struct __kernel_timespec *timeout) {
    uint32_t made = ring->requests_made;
    __atomic_store_n(ring->request_tail, made, __ATOMIC_RELEASE);
    uint32_t pending = made - __atomic_load_n(ring->request_head, __ATOMIC_ACQUIRE);
    struct io_uring_getevents_arg argument = {.ts = (uint64_t)(uintptr_t)timeout};
    long taken = syscall(SYS_io_uring_enter, ring->descriptor, pending, wait_nr,
                         IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &argument, sizeof argument);
    int error = taken < 0 ? errno : 0;
    uint32_t head = __atomic_load_n(ring->request_head, __ATOMIC_ACQUIRE);
    if (head != made) {
        otd_uring_mend_chain(ring, head);
        ring->unread = 1; /* do not wait while requests wait */
    }
    switch (error) {
    case 0:
    case ETIME:
    case EINTR:
    case EAGAIN: /* no memory for a request now, or completions to be read first: they stay in the queue */
    case EBUSY:
        return OTD_OK;
    case EEXIST:
        return otd_fail(OTD_E_ARGUMENT, "a ring belongs to the thread that made its first turn");
    default:
        return otd_fail(OTD_E_IO, "io_uring_enter: %s", strerror(error));
    }
}

#endif
