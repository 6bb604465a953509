/* context.c - a device of Vulkan opened, shared by the contexts that are forked from one another, and let go.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu.h"
#include "vulkan.h"

#define OTD_FAMILIES_MAX 16u

/* What was queued ends long before this when a context is closed; else the driver keeps what it holds. */
#define OTD_CLOSE_MS 10000.0

int32_t otd_vk_fail(const otd_vk_device *device, int32_t error, const char *what) {
    switch (error) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
    case VK_ERROR_TOO_MANY_OBJECTS:
        return otd_fail(OTD_E_MEMORY, "%s: %s: not enough memory (Vulkan error %d)", device->name, what,
                        error);
    case VK_ERROR_DEVICE_LOST:
        return otd_fail(OTD_E_DEVICE_LOST, "%s: %s: the device is gone (Vulkan error %d)", device->name, what,
                        error);
    default:
        return otd_fail(OTD_E_DRIVER, "%s: %s: Vulkan error %d", device->name, what, error);
    }
}

/* The queues that compute; those that do nothing else come first, since a desktop is drawn by the others. */
static int otd_find_family(otd_vk_device *device) {
    VkQueueFamilyProperties families[OTD_FAMILIES_MAX];
    uint32_t count = OTD_FAMILIES_MAX, best = OTD_FAMILIES_MAX;
    device->instance->vkGetPhysicalDeviceQueueFamilyProperties(device->physical, &count, families);
    for (uint32_t i = 0; i < count; i++) {
        if ((families[i].queueFlags & VK_QUEUE_COMPUTE_BIT) == 0 || families[i].queueCount == 0) {
            continue;
        }
        if (best == OTD_FAMILIES_MAX || ((families[best].queueFlags & VK_QUEUE_GRAPHICS_BIT) != 0 &&
                                         (families[i].queueFlags & VK_QUEUE_GRAPHICS_BIT) == 0)) {
            best = i;
        }
    }
    if (best == OTD_FAMILIES_MAX) {
        return 0;
    }
    device->family = best;
    device->queue_count =
        families[best].queueCount < OTD_VK_QUEUES_MAX ? families[best].queueCount : OTD_VK_QUEUES_MAX;
    return 1;
}

static int32_t otd_create(otd_vk_device *device) {
    float priorities[OTD_VK_QUEUES_MAX];
    for (uint32_t i = 0; i < OTD_VK_QUEUES_MAX; i++) {
        priorities[i] = 1;
    }
    const VkDeviceQueueCreateInfo queues = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                            .queueFamilyIndex = device->family,
                                            .queueCount = device->queue_count,
                                            .pQueuePriorities = priorities};
    VkPhysicalDeviceTimelineSemaphoreFeatures timeline = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES, .timelineSemaphore = 1};
    const VkPhysicalDeviceBufferDeviceAddressFeatures address = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_BUFFER_DEVICE_ADDRESS_FEATURES,
        .pNext = &timeline,
        .bufferDeviceAddress = 1};
    const VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                     .pNext = &address,
                                     .queueCreateInfoCount = 1,
                                     .pQueueCreateInfos = &queues};
    int32_t error = device->instance->vkCreateDevice(device->physical, &info, NULL, &device->handle);
    if (error != VK_SUCCESS) {
        device->handle = NULL;
        return otd_vk_fail(device, error, "opening the device");
    }
    int complete = 1;
#define OTD_VK_FIND(result, function, parameters)                                                            \
    device->function =                                                                                       \
        (result(*) parameters)device->instance->vkGetDeviceProcAddr(device->handle, #function);              \
    complete &= device->function != NULL;
    OTD_VK_DEVICE_FUNCTIONS(OTD_VK_FIND)
#undef OTD_VK_FIND
    if (!complete) {
        return otd_fail(OTD_E_DRIVER, "%s: its driver lacks functions of Vulkan 1.2; install a newer one",
                        device->name);
    }
    for (uint32_t i = 0; i < device->queue_count; i++) {
        device->vkGetDeviceQueue(device->handle, device->family, i, &device->queues[i].handle);
        pthread_mutex_init(&device->queues[i].lock, NULL);
    }
    return OTD_OK;
}

/* Push constants and nothing else, for every kernel. */
static int32_t otd_create_layout(otd_vk_device *device) {
    const VkPushConstantRange range = {VK_SHADER_STAGE_COMPUTE_BIT, 0, OTD_GPU_ARGUMENT_BYTES};
    const VkPipelineLayoutCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                             .pushConstantRangeCount = 1,
                                             .pPushConstantRanges = &range};
    int32_t error = device->vkCreatePipelineLayout(device->handle, &info, NULL, &device->layout);
    return error == VK_SUCCESS ? OTD_OK : otd_vk_fail(device, error, "making a layout");
}

static void otd_destroy(otd_vk_device *device) {
    if (device->layout != 0) {
        device->vkDestroyPipelineLayout(device->handle, device->layout, NULL);
    }
    if (device->handle != NULL && device->vkDestroyDevice != NULL) {
        device->vkDestroyDevice(device->handle, NULL);
    }
    pthread_mutex_destroy(&device->lock);
    free(device);
}

static int32_t otd_open_device(const otd_gpu_found *found, otd_vk_device **out) {
    otd_vk_device *device = calloc(1, sizeof *device);
    *out = NULL;
    if (device == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a device", sizeof *device);
    }
    pthread_mutex_init(&device->lock, NULL);
    device->instance = (const otd_vk_instance *)(uintptr_t)found->handle[1];
    device->physical = (VkDispatchable)(uintptr_t)found->handle[0];
    device->alloc_max_bytes = found->info.alloc_max_bytes;
    device->extensions = otd_vk_extensions(device->instance, device->physical);
    snprintf(device->name, sizeof device->name, "%s", found->info.name);
    VkPhysicalDeviceProperties2 properties = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2};
    VkPhysicalDeviceMemoryProperties2 memory = {.sType =
                                                    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2};
    device->instance->vkGetPhysicalDeviceProperties2(device->physical, &properties);
    device->instance->vkGetPhysicalDeviceMemoryProperties2(device->physical, &memory);
    device->limits = properties.properties.limits;
    device->memory = memory.memoryProperties;
    int32_t status = otd_find_family(device)
                         ? otd_create(device)
                         : otd_fail(OTD_E_UNSUPPORTED, "%s: it has no queue that computes", device->name);
    if (status == OTD_OK) {
        status = otd_create_layout(device);
    }
    if (status != OTD_OK) {
        otd_destroy(device);
        return status;
    }
    *out = device;
    return OTD_OK;
}

/* Takes a share of the device, and the queue that the fewest contexts use. */
static void otd_take(otd_gpu_context *context, otd_vk_device *device) {
    pthread_mutex_lock(&device->lock);
    context->device = device;
    context->queue = &device->queues[0];
    for (uint32_t i = 1; i < device->queue_count; i++) {
        if (device->queues[i].users < context->queue->users) {
            context->queue = &device->queues[i];
        }
    }
    context->queue->users++;
    device->users++;
    pthread_mutex_unlock(&device->lock);
}

/* Gives the share back; the device goes with the last, unless somebody hung there. */
static void otd_leave(otd_gpu_context *context, uint32_t abandoned) {
    otd_vk_device *device = context->device;
    pthread_mutex_lock(&device->lock);
    context->queue->users--;
    device->users--;
    device->abandoned += abandoned;
    int last = device->users == 0 && device->abandoned == 0;
    pthread_mutex_unlock(&device->lock);
    if (last) {
        otd_destroy(device);
    }
    free(context);
}

/* What a context has of its own: command buffers and a timeline. */
static int32_t otd_create_timeline(otd_gpu_context *context) {
    const otd_vk_device *device = context->device;
    const VkSemaphoreTypeCreateInfo type = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                            .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    const VkSemaphoreCreateInfo semaphore = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO,
                                             .pNext = &type};
    const VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                          .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
                                          .queueFamilyIndex = device->family};
    int32_t error = device->vkCreateSemaphore(device->handle, &semaphore, NULL, &context->timeline);
    if (error == VK_SUCCESS) {
        error = device->vkCreateCommandPool(device->handle, &pool, NULL, &context->pool);
    }
    if (error == VK_SUCCESS) {
        const VkCommandBufferAllocateInfo buffers = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                                     .commandPool = context->pool,
                                                     .commandBufferCount = OTD_VK_COMMANDS};
        error = device->vkAllocateCommandBuffers(device->handle, &buffers, context->commands);
    }
    return error == VK_SUCCESS ? OTD_OK : otd_vk_fail(device, error, "making a queue");
}

/* A context on `device`, which it takes a share of. */
static int32_t otd_open_context(otd_vk_device *device, otd_gpu_context **out) {
    otd_gpu_context *context = calloc(1, sizeof *context);
    *out = NULL;
    if (context == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a context", sizeof *context);
    }
    otd_take(context, device);
    int32_t status = otd_create_timeline(context);
    if (status != OTD_OK) {
        otd_vk_close(context);
        return status;
    }
    *out = context;
    return OTD_OK;
}

int32_t otd_vk_open(const otd_gpu_found *found, otd_gpu_context **out) {
    otd_vk_device *device = NULL;
    *out = NULL;
    int32_t status = otd_open_device(found, &device);
    return status != OTD_OK ? status : otd_open_context(device, out);
}

int32_t otd_vk_fork(otd_gpu_context *from, otd_gpu_context **out) {
    return otd_open_context(from->device, out);
}

void otd_vk_close(otd_gpu_context *context) {
    const otd_vk_device *device = context->device;
    /* Nothing should be under way; a copy may be that a failure left behind. */
    if (context->submitted != context->ended &&
        otd_vk_await(context, context->submitted, OTD_CLOSE_MS) != OTD_OK) {
        otd_vk_abandon(context);
        return;
    }
    if (context->staging.buffer.handle != 0) {
        otd_vk_free(device, &context->staging.buffer);
    }
    if (context->pool != 0) {
        device->vkDestroyCommandPool(device->handle, context->pool, NULL);
    }
    if (context->timeline != 0) {
        device->vkDestroySemaphore(device->handle, context->timeline, NULL);
    }
    otd_leave(context, 0);
}

void otd_vk_abandon(otd_gpu_context *context) {
    otd_leave(context, 1); /* the driver's own objects stay: to destroy them would wait for what hangs */
}

uint64_t otd_vk_room(otd_gpu_context *context) {
    const otd_vk_device *device = context->device;
    uint64_t bytes = 0, free_bytes = 0;
    otd_vk_memory(device->instance, device->physical, device->extensions, &bytes, &free_bytes);
    return free_bytes;
}
