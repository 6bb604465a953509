/*
 * run_vulkan.c - kernels as SPIR-V, on the processor (lavapipe). Declares of Vulkan 1.2 what it uses
 * (Khronos, vulkan_core.h), so that no headers are needed. Memory is the device's and the host's at the same
 * time; it is made for every run.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

typedef struct object *vk; /* what the loader dispatches by; the other handles are numbers */

enum {
    PIPELINES_MAX = 64,
    PIECES = 8,
    DEVICE_TYPE_CPU = 4,
    HOST_MEMORY = 2 | 4,
    STORAGE_BY_ADDRESS = 0x20 | 0x20000
};

typedef struct application_info {
    uint32_t type;
    const void *next;
    const char *name;
    uint32_t version;
    const char *engine;
    uint32_t engine_version, api_version;
} application_info;

typedef struct instance_info {
    uint32_t type;
    const void *next;
    uint32_t flags;
    const application_info *application;
    uint32_t layer_count;
    const char *const *layers;
    uint32_t extension_count;
    const char *const *extensions;
} instance_info;

typedef struct address_features {
    uint32_t type;
    void *next;
    uint32_t address, capture, multi_device;
} address_features;

typedef struct queue_info {
    uint32_t type;
    const void *next;
    uint32_t flags, family, count;
    const float *priorities;
} queue_info;

typedef struct device_info {
    uint32_t type;
    const void *next;
    uint32_t flags, queue_count;
    const queue_info *queues;
    uint32_t layer_count;
    const char *const *layers;
    uint32_t extension_count;
    const char *const *extensions;
    const void *features;
} device_info;

typedef struct memory_properties {
    uint32_t type_count;
    struct {
        uint32_t flags, heap;
    } types[32];
    uint32_t heap_count;
    struct {
        uint64_t bytes;
        uint32_t flags;
    } heaps[16];
} memory_properties;

typedef struct allocate_flags {
    uint32_t type;
    const void *next;
    uint32_t flags, mask;
} allocate_flags;

typedef struct allocate_info {
    uint32_t type;
    const void *next;
    uint64_t bytes;
    uint32_t memory_type;
} allocate_info;

typedef struct buffer_info {
    uint32_t type;
    const void *next;
    uint32_t flags;
    uint64_t bytes;
    uint32_t usage, sharing, family_count;
    const uint32_t *families;
} buffer_info;

typedef struct requirements {
    uint64_t bytes, alignment;
    uint32_t types;
} requirements;

typedef struct address_info {
    uint32_t type;
    const void *next;
    uint64_t buffer;
} address_info;

typedef struct module_info {
    uint32_t type;
    const void *next;
    uint32_t flags;
    size_t bytes;
    const uint32_t *words;
} module_info;

typedef struct map_entry {
    uint32_t id, offset;
    size_t bytes;
} map_entry;

typedef struct specialization {
    uint32_t count;
    const map_entry *entries;
    size_t bytes;
    const void *data;
} specialization;

typedef struct stage_info {
    uint32_t type;
    const void *next;
    uint32_t flags, stage;
    uint64_t module;
    const char *name;
    const specialization *constants;
} stage_info;

typedef struct pipeline_info {
    uint32_t type;
    const void *next;
    uint32_t flags;
    stage_info stage;
    uint64_t layout, base;
    int32_t base_index;
} pipeline_info;

typedef struct push_range {
    uint32_t stages, offset, bytes;
} push_range;

typedef struct layout_info {
    uint32_t type;
    const void *next;
    uint32_t flags, set_count;
    const uint64_t *sets;
    uint32_t range_count;
    const push_range *ranges;
} layout_info;

typedef struct pool_info {
    uint32_t type;
    const void *next;
    uint32_t flags, family;
} pool_info;

typedef struct command_info {
    uint32_t type;
    const void *next;
    uint64_t pool;
    uint32_t level, count;
} command_info;

typedef struct begin_info {
    uint32_t type;
    const void *next;
    uint32_t flags;
    const void *inheritance;
} begin_info;

typedef struct submit_info {
    uint32_t type;
    const void *next;
    uint32_t wait_count;
    const uint64_t *waits;
    const uint32_t *wait_stages;
    uint32_t command_count;
    const vk *commands;
    uint32_t signal_count;
    const uint64_t *signals;
} submit_info;

static struct {
    int (*vkCreateInstance)(const instance_info *, const void *, vk *);
    int (*vkEnumeratePhysicalDevices)(vk, uint32_t *, vk *);
    void (*vkGetPhysicalDeviceProperties)(vk, void *);
    void (*vkGetPhysicalDeviceMemoryProperties)(vk, memory_properties *);
    int (*vkCreateDevice)(vk, const device_info *, const void *, vk *);
    void (*vkGetDeviceQueue)(vk, uint32_t, uint32_t, vk *);
    int (*vkCreateBuffer)(vk, const buffer_info *, const void *, uint64_t *);
    void (*vkGetBufferMemoryRequirements)(vk, uint64_t, requirements *);
    int (*vkAllocateMemory)(vk, const allocate_info *, const void *, uint64_t *);
    int (*vkBindBufferMemory)(vk, uint64_t, uint64_t, uint64_t);
    int (*vkMapMemory)(vk, uint64_t, uint64_t, uint64_t, uint32_t, void **);
    void (*vkFreeMemory)(vk, uint64_t, const void *);
    void (*vkDestroyBuffer)(vk, uint64_t, const void *);
    uint64_t (*vkGetBufferDeviceAddress)(vk, const address_info *);
    int (*vkCreateShaderModule)(vk, const module_info *, const void *, uint64_t *);
    int (*vkCreatePipelineLayout)(vk, const layout_info *, const void *, uint64_t *);
    int (*vkCreateComputePipelines)(vk, uint64_t, uint32_t, const pipeline_info *, const void *, uint64_t *);
    void (*vkDestroyPipeline)(vk, uint64_t, const void *);
    void (*vkDestroyShaderModule)(vk, uint64_t, const void *);
    int (*vkCreateCommandPool)(vk, const pool_info *, const void *, uint64_t *);
    int (*vkAllocateCommandBuffers)(vk, const command_info *, vk *);
    int (*vkBeginCommandBuffer)(vk, const begin_info *);
    void (*vkCmdBindPipeline)(vk, uint32_t, uint64_t);
    void (*vkCmdPushConstants)(vk, uint64_t, uint32_t, uint32_t, uint32_t, const void *);
    void (*vkCmdDispatch)(vk, uint32_t, uint32_t, uint32_t);
    int (*vkEndCommandBuffer)(vk);
    int (*vkQueueSubmit)(vk, uint32_t, const submit_info *, uint64_t);
    int (*vkQueueWaitIdle)(vk);
} api;

static vk device, queue, command;
static uint64_t layout;
static uint32_t memory_type;

/* A pipeline that was made; the same words for the same group again are the same. */
static struct {
    const uint8_t *words;
    uint32_t threads;
    uint64_t module, pipeline;
} pipelines[PIPELINES_MAX];
static uint32_t pipeline_count;

static uint64_t pipeline_of(const otd_gpu_code *code, uint32_t threads) {
    for (uint32_t i = 0; i < pipeline_count; i++) {
        if (pipelines[i].words == code->spirv && pipelines[i].threads == threads) {
            return pipelines[i].pipeline;
        }
    }
    const module_info words = {16, NULL, 0, code->spirv_length, (const uint32_t *)(const void *)code->spirv};
    /* Threads of a group, pieces of KawPow's dataset, and the items in each as a power of two. */
    const uint32_t values[3] = {threads, PIECES, 9};
    const map_entry entries[3] = {{0, 0, 4}, {1, 4, 4}, {2, 8, 4}};
    const specialization constants = {3, entries, sizeof values, values};
    pipeline_info info = {.type = 29,
                          .stage = {.type = 18, .stage = 0x20, .name = "main", .constants = &constants},
                          .layout = layout};
    uint64_t pipeline = 0;
    if (pipeline_count == PIPELINES_MAX ||
        api.vkCreateShaderModule(device, &words, NULL, &info.stage.module) != 0 ||
        api.vkCreateComputePipelines(device, 0, 1, &info, NULL, &pipeline) != 0) {
        printf("no Vulkan pipeline of %s\n", code->name);
        return 0;
    }
    pipelines[pipeline_count].words = code->spirv;
    pipelines[pipeline_count].threads = threads;
    pipelines[pipeline_count].module = info.stage.module;
    pipelines[pipeline_count++].pipeline = pipeline;
    return pipeline;
}

typedef struct buffer {
    uint64_t buffer, memory, address;
    void *mapped;
} buffer;

static int make_buffer(buffer *out, uint64_t bytes) {
    const buffer_info info = {.type = 12, .bytes = bytes, .usage = STORAGE_BY_ADDRESS};
    const allocate_flags flags = {1000060000, NULL, 2, 0}; /* the memory has an address */
    requirements needs;
    memset(out, 0, sizeof *out);
    if (api.vkCreateBuffer(device, &info, NULL, &out->buffer) != 0) {
        return 0;
    }
    api.vkGetBufferMemoryRequirements(device, out->buffer, &needs);
    const allocate_info memory = {5, &flags, needs.bytes, memory_type};
    if ((needs.types >> memory_type & 1) == 0 ||
        api.vkAllocateMemory(device, &memory, NULL, &out->memory) != 0 ||
        api.vkBindBufferMemory(device, out->buffer, out->memory, 0) != 0 ||
        api.vkMapMemory(device, out->memory, 0, UINT64_MAX, 0, &out->mapped) != 0) {
        return 0;
    }
    const address_info where = {1000244001, NULL, out->buffer};
    out->address = api.vkGetBufferDeviceAddress(device, &where);
    return 1;
}

/* Arguments in order, laid out as a C struct would be. Returns the bytes, 0 on failure. */
static uint32_t pack(uint8_t out[128], buffer *buffers, const launch *l) {
    uint32_t at = 0;
    for (uint32_t i = 0; i < l->argument_count; i++) {
        const argument *a = &l->arguments[i];
        uint32_t bytes = a->memory != NULL ? 8 : (uint32_t)a->bytes;
        uint64_t value = a->value;
        if (a->memory != NULL) {
            for (uint32_t j = 0; j < i; j++) { /* the same memory is the same buffer */
                buffers[i] = l->arguments[j].memory == a->memory ? buffers[j] : buffers[i];
            }
            if (buffers[i].mapped == NULL) {
                if (!make_buffer(&buffers[i], a->bytes)) {
                    return 0;
                }
                memcpy(buffers[i].mapped, a->memory, a->bytes);
            }
            value = buffers[i].address;
        }
        at = (at + bytes - 1) / bytes * bytes;
        memcpy(out + at, &value, bytes);
        at += bytes;
    }
    return at;
}

static int submit(const launch *l, uint64_t pipeline, const uint8_t *constants, uint32_t bytes) {
    const begin_info once = {42, NULL, 1, NULL};
    const submit_info work = {.type = 4, .command_count = 1, .commands = &command};
    if (api.vkBeginCommandBuffer(command, &once) != 0) {
        return 0;
    }
    api.vkCmdBindPipeline(command, 1, pipeline);
    api.vkCmdPushConstants(command, layout, 0x20, 0, (bytes + 3) / 4 * 4, constants);
    api.vkCmdDispatch(command, l->groups, 1, 1);
    return api.vkEndCommandBuffer(command) == 0 && api.vkQueueSubmit(queue, 1, &work, 0) == 0 &&
           api.vkQueueWaitIdle(queue) == 0;
}

static int vulkan_run(const launch *l) {
    uint8_t constants[128] = {0};
    buffer buffers[ARGUMENTS_MAX];
    memset(buffers, 0, sizeof buffers);
    uint64_t pipeline = pipeline_of(l->code, l->threads);
    uint32_t bytes = pipeline == 0 ? 0 : pack(constants, buffers, l);
    int good = bytes != 0 && submit(l, pipeline, constants, bytes);
    for (uint32_t i = 0; i < l->argument_count; i++) {
        int first = buffers[i].mapped != NULL;
        for (uint32_t j = 0; j < i; j++) {
            first &= buffers[j].buffer != buffers[i].buffer;
        }
        if (first) {
            memcpy(l->arguments[i].memory, buffers[i].mapped, l->arguments[i].bytes);
            api.vkDestroyBuffer(device, buffers[i].buffer, NULL);
            api.vkFreeMemory(device, buffers[i].memory, NULL);
        }
    }
    if (!good) {
        printf("Vulkan kernel of %s did not run\n", l->code->name);
    }
    return good;
}

static void vulkan_end(void) {
    for (uint32_t i = 0; i < pipeline_count; i++) {
        api.vkDestroyPipeline(device, pipelines[i].pipeline, NULL);
        api.vkDestroyShaderModule(device, pipelines[i].module, NULL);
    }
    pipeline_count = 0;
}

static int open_library(void) {
#define FUNCTION(name)                                                                                       \
    { #name, (void **)(void *)&api.name }
    const struct {
        const char *name;
        void **at;
    } functions[] = {FUNCTION(vkCreateInstance),
                     FUNCTION(vkEnumeratePhysicalDevices),
                     FUNCTION(vkGetPhysicalDeviceProperties),
                     FUNCTION(vkGetPhysicalDeviceMemoryProperties),
                     FUNCTION(vkCreateDevice),
                     FUNCTION(vkGetDeviceQueue),
                     FUNCTION(vkCreateBuffer),
                     FUNCTION(vkGetBufferMemoryRequirements),
                     FUNCTION(vkAllocateMemory),
                     FUNCTION(vkBindBufferMemory),
                     FUNCTION(vkMapMemory),
                     FUNCTION(vkFreeMemory),
                     FUNCTION(vkDestroyBuffer),
                     FUNCTION(vkGetBufferDeviceAddress),
                     FUNCTION(vkCreateShaderModule),
                     FUNCTION(vkCreatePipelineLayout),
                     FUNCTION(vkCreateComputePipelines),
                     FUNCTION(vkDestroyPipeline),
                     FUNCTION(vkDestroyShaderModule),
                     FUNCTION(vkCreateCommandPool),
                     FUNCTION(vkAllocateCommandBuffers),
                     FUNCTION(vkBeginCommandBuffer),
                     FUNCTION(vkCmdBindPipeline),
                     FUNCTION(vkCmdPushConstants),
                     FUNCTION(vkCmdDispatch),
                     FUNCTION(vkEndCommandBuffer),
                     FUNCTION(vkQueueSubmit),
                     FUNCTION(vkQueueWaitIdle)};
    void *library = dlopen("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; library != NULL && i < sizeof functions / sizeof functions[0]; i++) {
        *functions[i].at = dlsym(library, functions[i].name);
        if (*functions[i].at == NULL) {
            return 0;
        }
    }
    return library != NULL;
}

/* The first device that is a processor, or null. */
static vk find_processor(void) {
    static _Alignas(16) uint8_t properties[8192];
    const application_info application = {.api_version = 1u << 22 | 2u << 12}; /* 1.2 */
    const instance_info info = {.type = 1, .application = &application};
    vk instance, found[8];
    uint32_t count = 8;
    int status = api.vkCreateInstance(&info, NULL, &instance);
    if (status != 0 || (status = api.vkEnumeratePhysicalDevices(instance, &count, found)) < 0) {
        return NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t type;
        api.vkGetPhysicalDeviceProperties(found[i], properties);
        memcpy(&type, properties + 16, 4);
        if (type == DEVICE_TYPE_CPU) {
            return found[i];
        }
    }
    return NULL;
}

static int open_device(vk physical) {
    static memory_properties memory;
    const float priority = 1;
    const queue_info queues = {2, NULL, 0, 0, 1, &priority};
    const address_features features = {1000257000, NULL, 1, 0, 0};
    const device_info info = {.type = 3, .next = &features, .queue_count = 1, .queues = &queues};
    const push_range range = {0x20, 0, 128};
    const layout_info layouts = {.type = 30, .range_count = 1, .ranges = &range};
    uint64_t pool;
    api.vkGetPhysicalDeviceMemoryProperties(physical, &memory);
    while (memory_type < memory.type_count &&
           (memory.types[memory_type].flags & HOST_MEMORY) != HOST_MEMORY) {
        memory_type++;
    }
    if (memory_type == memory.type_count || api.vkCreateDevice(physical, &info, NULL, &device) != 0) {
        return 0;
    }
    const pool_info pools = {39, NULL, 2, 0}; /* a command buffer is begun again and again */
    api.vkGetDeviceQueue(device, 0, 0, &queue);
    if (api.vkCreateCommandPool(device, &pools, NULL, &pool) != 0) {
        return 0;
    }
    const command_info commands = {40, NULL, pool, 0, 1};
    return api.vkAllocateCommandBuffers(device, &commands, &command) == 0 &&
           api.vkCreatePipelineLayout(device, &layouts, NULL, &layout) == 0;
}

const runner *runner_vulkan(int brief) {
    static runner vulkan = {"Vulkan", 64, 12, PIECES, 0, vulkan_run, vulkan_end, 0};
    vk physical = open_library() ? find_processor() : NULL;
    if (physical == NULL || !open_device(physical)) {
        printf("skipped kernels through Vulkan: no libvulkan.so.1 or no device that is a processor; Debian: "
               "libvulkan1, mesa-vulkan-drivers\n");
        return NULL;
    }
    vulkan.brief = brief;
    return &vulkan;
}
