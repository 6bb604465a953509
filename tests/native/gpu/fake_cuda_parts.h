/*
 * fake_cuda_parts.h - what the files of the stand-in driver share: its objects, its state and the few
 * functions that look at both.
 */
#ifndef FAKE_CUDA_PARTS_H
#define FAKE_CUDA_PARTS_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_cuda.h"
#include "ptx.h"

enum {
    DEVICES_MAX = 16,
    ALLOCATIONS_MAX = 256,
    STACK_MAX = 16,
    PINNED_MAX = 256,
    INPUT_PTX = 1,
    JIT_ERROR_LOG = 5,
    JIT_ERROR_LOG_BYTES = 6
};

typedef enum kind { CONTEXT = 0x0c0ffee1, MODULE, FUNCTION, STREAM, EVENT, LINK } kind;

typedef struct context {
    kind kind;
    int device;
    int lost; /* error; atomic */
    ptx_range allocations[ALLOCATIONS_MAX];
    uint32_t allocation_count;
    struct operation *first, *last;
    uint64_t queued, done; /* operations */
    int hung;
} context;

typedef struct module {
    kind kind;
    context *context;
    ptx_module *ptx;
} module;

typedef struct function {
    kind kind;
    module *module;
    const ptx_entry *entry;
    struct function *next; /* all there are */
} function;

typedef struct stream {
    kind kind;
    context *context;
} stream;

typedef struct event {
    kind kind;
    context *context;
    uint64_t behind; /* operations that have to be done; UINT64_MAX before it was recorded */
    int asked;
} event;

typedef struct link {
    kind kind;
    char *text;
    size_t length;
    char *log; /* the host's */
    size_t log_room;
} link;

typedef struct operation {
    enum { COPY, FILL, LAUNCH } what;
    void *to;
    const void *from;
    void *own; /* what from points to when the host's memory was copied */
    size_t bytes;
    uint8_t value;
    const function *function;
    uint32_t groups, threads;
    uint64_t parameters[PTX_PARAMETERS_MAX];
    uint64_t number; /* of the launch in this process */
    struct operation *next;
} operation;

/* What the environment and the calls so far made of the driver; under the gate. */
typedef struct fake_state {
    int open, none, devices, capability, driver, bad_jit, error;
    uint64_t bytes, lost_at, hang_at, launches, compiled, contexts;
} fake_state;

extern pthread_mutex_t fake_gate; /* over everything that is not one thread's */
extern fake_state fake_now;

/* The context on top of this thread's stack, or null. */
context *fake_current(void);
/* A call needs a context that lives. Returns OK or the error it has to give. */
int fake_usable(void);
/* An object of a kind, all else zero. */
void *fake_handle(kind what, size_t bytes);
int fake_is(const void *object, kind what);
/* Puts an operation behind the others of a stream's context; returns OK or the error. */
int fake_queue(const stream *s, const operation *what);

#endif /* FAKE_CUDA_PARTS_H */
