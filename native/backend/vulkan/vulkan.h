/* vulkan.h - what the files of this port share. The words of Vulkan themselves stand in api.h. */
#ifndef OTD_BACKEND_VULKAN_H
#define OTD_BACKEND_VULKAN_H

#include <pthread.h>

#include "algo.h"
#include "api.h"
#include "port.h"

/* ---- ways into Vulkan: load.c ---------------------------------------------------------------- */

/* One way into Vulkan, with its instance: the loader, or one driver where there is no loader. Made once, kept
 * until the process ends. */
typedef struct otd_vk_instance {
    VkDispatchable handle;
#define OTD_VK_FUNCTION(result, name, parameters) result(*name) parameters;
    OTD_VK_INSTANCE_FUNCTIONS(OTD_VK_FUNCTION)
    char library[256]; /* what was opened */
} otd_vk_instance;

/* Drivers that are looked at where there is no loader. */
#define OTD_VK_INSTANCES_MAX 8u

/* Opens the loader, or the drivers where there is none; once, later calls give the same. Returns how many
 * ways in there are, 0 with `message` filled in. One thread at a time. */
uint32_t otd_vk_load(const otd_vk_instance **instances, char *message, size_t message_size);

/* Fills in `out` by the driver that a manifest (the .json of an icd.d folder) names; 1 = it answers. */
int otd_vk_from_manifest(otd_vk_instance *out, const char *manifest);

/* ---- devices: device.c ----------------------------------------------------------------------- */

int32_t otd_vk_probe(otd_gpu_found *found, uint32_t *count, otd_backend_info *backend);

/* Appends the devices of one instance; writes into message why one was left out. Returns VK_SUCCESS or the
 * driver's error. */
int32_t otd_vk_list(const otd_vk_instance *instance, otd_gpu_found *found, uint32_t *count, char *message,
                    size_t message_size);

/* The extensions a device has that this port looks at, as bits. */
#define OTD_VK_HAS_PCI 1u
#define OTD_VK_HAS_BUDGET 2u
#define OTD_VK_HAS_MAINTENANCE4 4u
#define OTD_VK_HAS_UNITS_AMD 8u
#define OTD_VK_HAS_UNITS_NV 16u
uint32_t otd_vk_extensions(const otd_vk_instance *instance, VkDispatchable physical);

/* Bytes of the largest heap of the device's own memory, and what of it is free (0 = not known). */
void otd_vk_memory(const otd_vk_instance *instance, VkDispatchable physical, uint32_t extensions,
                   uint64_t *bytes, uint64_t *free_bytes);

/* ---- open devices: context.c ----------------------------------------------------------------- */

/* Queues of a device that are used; forks beyond that share. */
#define OTD_VK_QUEUES_MAX 8u

typedef struct otd_vk_queue {
    VkDispatchable handle;
    pthread_mutex_t lock; /* a queue takes one submission at a time */
    uint32_t users;       /* contexts; under the device's lock */
} otd_vk_queue;

/* A device that was opened, shared by the contexts that were forked from one another. All but what stands
 * under the lock is written by open only. */
typedef struct otd_vk_device {
    const otd_vk_instance *instance;
    VkDispatchable physical, handle;
#define OTD_VK_DEVICE_MEMBER(result, name, parameters) result(*name) parameters;
    OTD_VK_DEVICE_FUNCTIONS(OTD_VK_DEVICE_MEMBER)
    VkPhysicalDeviceMemoryProperties memory;
    VkPhysicalDeviceLimits limits;
    uint64_t alloc_max_bytes;
    uint32_t extensions; /* OTD_VK_HAS_... */
    uint32_t family;     /* of the queues */
    uint32_t queue_count;
    otd_vk_queue queues[OTD_VK_QUEUES_MAX];
    VkHandle layout; /* of every pipeline: push constants and nothing else */
    char name[64];

    pthread_mutex_t lock;
    uint32_t users;     /* contexts that are open */
    uint32_t abandoned; /* contexts that the driver may still work for: then nothing is destroyed */
} otd_vk_device;

/* Memory of the device. */
struct otd_gpu_buffer {
    VkHandle handle, memory;
    uint64_t address, bytes;
};

/* One kernel, ready to run: a program has one entry point, so that a kernel is its program. */
struct otd_gpu_program {
    VkHandle pipeline;
    uint32_t threads;
};

/*
 * Copies go through one piece of memory that the host sees, a ring of regions in the order in which they were
 * taken. A region is free again when the submission that uses it has ended; what was read is then copied to
 * where the host wants it.
 */
typedef struct otd_vk_region {
    uint64_t offset, bytes; /* in the ring */
    uint64_t submission;    /* that uses it */
    void *to;               /* where what was read goes; null = it was a write */
} otd_vk_region;

#define OTD_VK_REGIONS_MAX 256u
/* Large enough that a copy of gigabytes is as fast as the bus, small enough for a hundred contexts. */
#define OTD_VK_STAGING_BYTES (8ull << 20)
/* A large copy is cut so that one piece is filled while the device works on another. */
#define OTD_VK_PIECE_BYTES (OTD_VK_STAGING_BYTES / 4)
/* A copy that waits this long for room is behind a kernel that does not end. */
#define OTD_VK_STAGING_MS 120000.0

typedef struct otd_vk_staging {
    otd_gpu_buffer buffer; /* made with the first copy */
    uint8_t *mapped;
    uint64_t head;                             /* where the next region begins */
    uint32_t oldest, count;                    /* regions in use, a ring themselves */
    otd_vk_region regions[OTD_VK_REGIONS_MAX]; /* by age */
} otd_vk_staging;

/* Command buffers of a context: the marks that may be under way, and those a large copy sends off between. */
#define OTD_VK_COMMANDS 8u

/*
 * A context. Its submissions are numbered from 1; the timeline semaphore has the number of the last one that
 * has ended, since they end in order.
 */
struct otd_gpu_context {
    otd_vk_device *device;
    otd_vk_queue *queue;
    VkHandle pool, timeline;
    VkDispatchable commands[OTD_VK_COMMANDS]; /* submission n is recorded in commands[n % OTD_VK_COMMANDS] */
    uint64_t submitted;                       /* number of the last submission */
    uint64_t ended;                           /* number of the last one known to have ended */
    int32_t recording;                        /* submission `submitted + 1` is being recorded */
    uint64_t events[OTD_GPU_EVENTS];          /* submissions at the marks */
    otd_vk_staging staging;
};

int32_t otd_vk_open(const otd_gpu_found *device, otd_gpu_context **out);
int32_t otd_vk_fork(otd_gpu_context *from, otd_gpu_context **out);
void otd_vk_close(otd_gpu_context *context);
void otd_vk_abandon(otd_gpu_context *context);
uint64_t otd_vk_room(otd_gpu_context *context);

/* Turns an error of Vulkan into a status with a detail that names the call and the device. */
int32_t otd_vk_fail(const otd_vk_device *device, int32_t error, const char *what);

/* ---- memory.c -------------------------------------------------------------------------------- */

/* A buffer: in the device's own memory with an address, or, when `mapped` is not null, for copies in memory
 * that the host sees. out->handle is 0 when it fails. */
int32_t otd_vk_buffer(const otd_vk_device *device, otd_gpu_buffer *out, uint64_t bytes, void **mapped);
void otd_vk_free(const otd_vk_device *device, otd_gpu_buffer *buffer);

int32_t otd_vk_alloc(otd_gpu_context *context, otd_gpu_buffer **out, uint64_t bytes);
void otd_vk_release(otd_gpu_context *context, otd_gpu_buffer *buffer);
int32_t otd_vk_write(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, const void *from,
                     uint64_t bytes);
int32_t otd_vk_read(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, void *to,
                    uint64_t bytes);

/* Frees the regions of submissions that have ended, and hands over what was read. */
void otd_vk_settle(otd_gpu_context *context);

/* ---- program.c, launch.c --------------------------------------------------------------------- */

int32_t otd_vk_build(otd_gpu_context *context, const otd_gpu_build *what, otd_gpu_program **out);
void otd_vk_discard(otd_gpu_context *context, otd_gpu_program *program);
int32_t otd_vk_kernel(otd_gpu_context *context, otd_gpu_program *program, const char *name,
                      otd_gpu_kernel **out);

/* The command buffer to record the next command in, a barrier in front of it; null with *status set. */
VkDispatchable otd_vk_record(otd_gpu_context *context, int32_t *status);
/* Sends off what is recorded. */
int32_t otd_vk_submit(otd_gpu_context *context);
/* Asks how far the device is. */
int32_t otd_vk_look(otd_gpu_context *context);
/* Waits until a submission has ended, at most deadline_ms; OTD_E_DEVICE_LOST after that. */
int32_t otd_vk_await(otd_gpu_context *context, uint64_t submission, double deadline_ms);

int32_t otd_vk_launch(otd_gpu_context *context, const otd_gpu_launch *launch);
int32_t otd_vk_mark(otd_gpu_context *context, uint32_t slot);
int32_t otd_vk_poll(otd_gpu_context *context, uint32_t slot, uint32_t *reached);

#endif /* OTD_BACKEND_VULKAN_H */
