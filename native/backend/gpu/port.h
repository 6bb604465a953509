/*
 * port.h - what an interface to GPUs (CUDA, OpenCL, Vulkan) can do for the host in gpu.c, and the shape of a
 * kernel.
 *
 * A port never waits: it queues, and tells whether something has ended. Waiting, deadlines and what follows
 * from them are the host's. A context belongs to one thread at a time.
 *
 * Kernels. The parameters of a kernel are buffers and u32 or u64 integers, in order, laid out as a C struct
 * would be (a buffer is a device address of 8 bytes), together at most OTD_GPU_ARGUMENT_BYTES. Threads are
 * counted in one dimension; the last group may be partly over the count, so a kernel compares its index.
 *
 * A search kernel has these parameters, and its name is otd_search:
 *
 *     buffer constants   rows of the plan's own making, all of one size
 *     u64    first       the first nonce; where nonces have 32 bits, the upper word is the row of constants
 *                        (one row for each header version), else the row is 0
 *     u32    count       nonces to try: first .. first + count - 1; never past 2^32 in the lower word where
 *                        nonces have 32 bits
 *     u32    slots       room for nonces in hits
 *     buffer hits        otd_gpu_hits, its count 0 at the start
 *     ...                what else the plan needs, such as the dataset
 *
 * Thread i < count tries first + i. A hit takes a place by an atomic increment of hits.count, and writes the
 * whole u64 first + i there when the place is below slots. So count is true even when there are more. A
 * kernel may report a nonce that is none (every hit is computed again by the processor), but never leave out
 * one that is.
 */
#ifndef OTD_BACKEND_GPU_PORT_H
#define OTD_BACKEND_GPU_PORT_H

#include <stdint.h>

#include "code.h"
#include "otedama.h"

/* What Vulkan promises for push constants, and enough for every kernel. */
#define OTD_GPU_ARGUMENT_BYTES 128u
#define OTD_GPU_ARGUMENTS_MAX 16u

/* Events a context knows at the same time: launches in flight, and one for what is outside the search. */
#define OTD_GPU_EVENTS 4u

/* Devices of one interface that are looked at. */
#define OTD_GPU_DEVICES_MAX 32u

/* In a device's memory, little-endian: what a search kernel finds. */
typedef struct otd_gpu_hits {
    uint32_t count; /* hits there were, also when there are fewer slots */
    uint32_t pad;
    uint64_t nonce[]; /* slots, unordered */
} otd_gpu_hits;

typedef struct otd_gpu_context otd_gpu_context; /* an open device: the port's own struct */
typedef struct otd_gpu_program otd_gpu_program; /* code that was compiled for it */
typedef struct otd_gpu_kernel otd_gpu_kernel;   /* one entry point of a program */
typedef struct otd_gpu_buffer otd_gpu_buffer;   /* memory of the device */

#define OTD_GPU_ARGUMENT_BUFFER 0u
#define OTD_GPU_ARGUMENT_U32 4u
#define OTD_GPU_ARGUMENT_U64 8u

/* One argument of a launch: kind is OTD_GPU_ARGUMENT_... */
typedef struct otd_gpu_argument {
    uint32_t kind;
    uint64_t value;         /* of an integer */
    otd_gpu_buffer *buffer; /* of a buffer */
} otd_gpu_argument;

/* Where and how wide a kernel runs. */
typedef struct otd_gpu_launch {
    otd_gpu_kernel *kernel;
    const otd_gpu_argument *arguments;
    uint32_t argument_count; /* at most OTD_GPU_ARGUMENTS_MAX */
    uint32_t threads;        /* of a group */
    uint64_t groups;
} otd_gpu_launch;

/* What is to be compiled, and for what use. */
typedef struct otd_gpu_build {
    const otd_gpu_code *code;
    uint32_t threads;  /* of a group in the launches to come */
    uint32_t resident; /* groups that shall fit a multiprocessor at a time, which limits the registers of a
                          thread; 0 = as the code says. Only CUDA looks at it */
    uint32_t pieces;   /* buffers that something large lies in: 1, or 8 where one piece of memory may not be
                          that large. OpenCL takes it as -D PIECES=n, Vulkan as specialisation constant 1; CUDA
                          has no such limit, and its code knows only 1. 0 = 1 */
    uint32_t keep;     /* 1 = the compiled program is worth a file in the cache (cache.h); 0 for what is
                          compiled for minutes only, such as the program of a KawPow period */
} otd_gpu_build;

/* One device as a port found it. */
typedef struct otd_gpu_found {
    otd_device_info info; /* index is filled in by the host */
    uint64_t handle[2];   /* the port's own: what open() takes */
} otd_gpu_found;

/*
 * The verbs of one interface. All return OTD_OK or an OTD_E_ status with a detail text; OTD_E_DEVICE_LOST
 * means that the context is good for nothing but abandon().
 */
typedef struct otd_gpu_port {
    uint32_t backend; /* OTD_BACKEND_... */
    const char *name; /* as OTEDAMA_GPU and settings write it */

    /*
     * Opens the driver and lists the devices. Once per process; what it opened stays open.
     * Out: found (count at most OTD_GPU_DEVICES_MAX), backend->version, and backend->message: one sentence
     * that says why there are no devices and what to install, or is empty.
     */
    int32_t (*probe)(otd_gpu_found *found, uint32_t *count, otd_backend_info *backend);

    int32_t (*open)(const otd_gpu_found *device, otd_gpu_context **out);
    /*
     * Another context with a queue and events of its own over the memory of `from`: buffers and programs
     * that one of them made may be used by all, at the same time, each context by one thread. What a context
     * queues is in order; nothing is ordered between contexts but by waiting for an event. A buffer or
     * program is released through any of them, when none uses it any more. The device's memory goes with
     * the last of them. Null where a port cannot: each engine then opens the device for itself, and what
     * needs a dataset is not searched there.
     */
    int32_t (*fork)(otd_gpu_context *from, otd_gpu_context **out);
    /* Frees everything of the context; only when all it queued has ended. */
    void (*close)(otd_gpu_context *context);
    /* Forgets a context that hangs or is lost: frees nothing that the driver may still hold. */
    void (*abandon)(otd_gpu_context *context);
    /* Bytes of the device's memory that are free now; 0 = not known. Null where that cannot be asked. */
    uint64_t (*room)(otd_gpu_context *context);

    /* Memory of the device; its bytes are undefined. */
    int32_t (*alloc)(otd_gpu_context *context, otd_gpu_buffer **out, uint64_t bytes);
    void (*release)(otd_gpu_context *context, otd_gpu_buffer *buffer);

    /* Queue a copy. The host's memory must stay as it is until an event behind it has been reached. */
    int32_t (*write)(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, const void *from,
                     uint64_t bytes);
    int32_t (*read)(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, void *to,
                    uint64_t bytes);

    /* Compiles; may take seconds, during which other contexts over the same memory go on. */
    int32_t (*build)(otd_gpu_context *context, const otd_gpu_build *what, otd_gpu_program **out);
    void (*discard)(otd_gpu_context *context, otd_gpu_program *program);
    /* Finds an entry point; it lives as long as the program. */
    int32_t (*kernel)(otd_gpu_context *context, otd_gpu_program *program, const char *name,
                      otd_gpu_kernel **out);
    /* Registers of one thread of a kernel; 0 = not known. Null where that cannot be asked. */
    uint32_t (*registers)(otd_gpu_context *context, otd_gpu_kernel *kernel);

    /* Queues a launch behind everything queued before it. The arguments are copied. */
    int32_t (*launch)(otd_gpu_context *context, const otd_gpu_launch *launch);

    /* Marks the end of everything queued so far as event `slot` and sends it off. */
    int32_t (*mark)(otd_gpu_context *context, uint32_t slot);
    /* *reached = 1 once event `slot` has ended, 0 while it runs. */
    int32_t (*poll)(otd_gpu_context *context, uint32_t slot, uint32_t *reached);

    /* Fills in what the interface itself can read of the device now; null when it can read nothing. */
    int32_t (*telemetry)(const otd_gpu_found *device, otd_telemetry *out);
} otd_gpu_port;

#endif /* OTD_BACKEND_GPU_PORT_H */
