/* memory.c - memory of a device of Vulkan, and copies to and from it through a ring that the host sees. */
#include <stdlib.h>
#include <string.h>

#include "vulkan.h"

/* Regions begin where a cache line does. */
#define OTD_ALIGNMENT 64u

/* What a memory type may be besides: none that a driver keeps for purposes of its own. */
#define OTD_ORDINARY                                                                                         \
    (VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |                             \
     VK_MEMORY_PROPERTY_HOST_COHERENT_BIT | VK_MEMORY_PROPERTY_HOST_CACHED_BIT)

/*
 * How well a memory type serves, 0 = not at all. Kernels want the device's own memory, of which a part that
 * the host sees too is small on some cards and kept for last. Copies want memory of the host that its caches
 * hold, since the host reads it.
 */
static uint32_t otd_rank(uint32_t flags, int for_host) {
    const uint32_t host = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    int local = (flags & VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT) != 0;
    if ((flags & ~OTD_ORDINARY) != 0) {
        return 0;
    }
    if (!for_host) {
        return !local ? 0 : (flags & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) == 0 ? 2 : 1;
    }
    if ((flags & host) != host) {
        return 0;
    }
    return 1 + ((flags & VK_MEMORY_PROPERTY_HOST_CACHED_BIT) != 0 ? 2 : 0) + (local ? 0 : 1);
}

/* Memory for a buffer in the best type that has room. */
static int32_t otd_allocate(const otd_vk_device *device, otd_gpu_buffer *buffer, int for_host) {
    const VkMemoryAllocateFlagsInfo addressed = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                                 .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
    VkMemoryRequirements needs;
    int32_t error = VK_ERROR_OUT_OF_DEVICE_MEMORY;
    device->vkGetBufferMemoryRequirements(device->handle, buffer->handle, &needs);
    for (uint32_t rank = 4; rank > 0; rank--) {
        for (uint32_t i = 0; i < device->memory.memoryTypeCount; i++) {
            const VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                               .pNext = for_host ? NULL : &addressed,
                                               .allocationSize = needs.size,
                                               .memoryTypeIndex = i};
            uint32_t heap = device->memory.memoryTypes[i].heapIndex;
            if ((needs.memoryTypeBits >> i & 1u) == 0 ||
                otd_rank(device->memory.memoryTypes[i].propertyFlags, for_host) != rank ||
                needs.size > device->memory.memoryHeaps[heap].size) {
                continue;
            }
            error = device->vkAllocateMemory(device->handle, &info, NULL, &buffer->memory);
            if (error == VK_SUCCESS) {
                return VK_SUCCESS;
            }
            buffer->memory = 0;
        }
    }
    return error;
}

int32_t otd_vk_buffer(const otd_vk_device *device, otd_gpu_buffer *out, uint64_t bytes, void **mapped) {
    const int for_host = mapped != NULL;
    const VkBufferCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
        .size = bytes,
        .usage =
            VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT |
            (for_host ? 0 : VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT)};
    *out = (otd_gpu_buffer){.bytes = bytes};
    int32_t error = device->vkCreateBuffer(device->handle, &info, NULL, &out->handle);
    if (error != VK_SUCCESS) {
        *out = (otd_gpu_buffer){.bytes = 0};
        return error;
    }
    error = otd_allocate(device, out, for_host);
    if (error == VK_SUCCESS) {
        error = device->vkBindBufferMemory(device->handle, out->handle, out->memory, 0);
    }
    if (error == VK_SUCCESS && for_host) {
        error = device->vkMapMemory(device->handle, out->memory, 0, bytes, 0, mapped);
    }
    if (error != VK_SUCCESS) {
        otd_vk_free(device, out);
        return error;
    }
    if (!for_host) {
        const VkBufferDeviceAddressInfo where = {.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO,
                                                 .buffer = out->handle};
        out->address = device->vkGetBufferDeviceAddress(device->handle, &where);
    }
    return VK_SUCCESS;
}

void otd_vk_free(const otd_vk_device *device, otd_gpu_buffer *buffer) {
    device->vkDestroyBuffer(device->handle, buffer->handle, NULL);
    device->vkFreeMemory(device->handle, buffer->memory, NULL); /* which unmaps it; 0 is nothing */
    *buffer = (otd_gpu_buffer){.bytes = 0};
}

int32_t otd_vk_alloc(otd_gpu_context *context, otd_gpu_buffer **out, uint64_t bytes) {
    const otd_vk_device *device = context->device;
    *out = NULL;
    if (bytes > device->alloc_max_bytes) {
        return otd_fail(OTD_E_MEMORY, "%s: a piece of %llu bytes is wanted, and it gives %llu at most",
                        device->name, (unsigned long long)bytes, (unsigned long long)device->alloc_max_bytes);
    }
    otd_gpu_buffer *buffer = calloc(1, sizeof *buffer);
    if (buffer == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a buffer", sizeof *buffer);
    }
    int32_t error = otd_vk_buffer(device, buffer, bytes, NULL);
    if (error == VK_SUCCESS) {
        *out = buffer;
        return OTD_OK;
    }
    free(buffer);
    if (error != VK_ERROR_OUT_OF_DEVICE_MEMORY && error != VK_ERROR_OUT_OF_HOST_MEMORY) {
        return otd_vk_fail(device, error, "getting memory");
    }
    uint64_t room = otd_vk_room(context);
    return otd_fail(OTD_E_MEMORY, "%s: no room for %llu bytes of its memory, %llu %s (Vulkan error %d)",
                    device->name, (unsigned long long)bytes,
                    (unsigned long long)(room != 0 ? room : device->alloc_max_bytes),
                    room != 0 ? "are free" : "is the largest piece", error);
}

void otd_vk_release(otd_gpu_context *context, otd_gpu_buffer *buffer) {
    otd_vk_free(context->device, buffer);
    free(buffer);
}

/* ---- copies ---------------------------------------------------------------------------------- */

static otd_vk_region *otd_oldest(otd_vk_staging *staging) {
    return &staging->regions[staging->oldest];
}

void otd_vk_settle(otd_gpu_context *context) {
    otd_vk_staging *staging = &context->staging;
    while (staging->count > 0 && otd_oldest(staging)->submission <= context->ended) {
        const otd_vk_region *region = otd_oldest(staging);
        if (region->to != NULL) {
            memcpy(region->to, staging->mapped + region->offset, region->bytes);
        }
        staging->oldest = (staging->oldest + 1) % OTD_VK_REGIONS_MAX;
        staging->count--;
    }
}

/* Where `bytes` fit behind the youngest region and before the oldest; 0 = nowhere yet. */
static int otd_place(const otd_vk_staging *staging, uint64_t bytes, uint64_t *offset) {
    if (staging->count == 0) {
        *offset = 0;
        return 1;
    }
    uint64_t tail = staging->regions[staging->oldest].offset;
    *offset = staging->head;
    if (staging->count == OTD_VK_REGIONS_MAX) {
        return 0;
    }
    if (staging->head > tail && staging->head + bytes > OTD_VK_STAGING_BYTES) {
        *offset = 0;
        return bytes <= tail;
    }
    /* Head and tail at one place is a full ring: an empty one has no regions. */
    return staging->head > tail || staging->head + bytes <= tail;
}

/* A region for the submission that is being recorded; waits for the oldest while there is none. */
static int32_t otd_reserve(otd_gpu_context *context, uint64_t bytes, void *to, otd_vk_region **out) {
    otd_vk_staging *staging = &context->staging;
    uint64_t offset = 0;
    int32_t status = OTD_OK;
    if (staging->mapped == NULL) {
        void *mapped = NULL;
        int32_t error = otd_vk_buffer(context->device, &staging->buffer, OTD_VK_STAGING_BYTES, &mapped);
        if (error != VK_SUCCESS) {
            return otd_vk_fail(context->device, error, "getting memory for copies");
        }
        staging->mapped = mapped;
    }
    while (!otd_place(staging, bytes, &offset)) {
        uint64_t first = otd_oldest(staging)->submission;
        if (first > context->submitted) {
            status = otd_vk_submit(context);
        }
        if (status == OTD_OK) {
            status = otd_vk_await(context, first, OTD_VK_STAGING_MS);
        }
        if (status != OTD_OK) {
            return status;
        }
    }
    *out = &staging->regions[(staging->oldest + staging->count++) % OTD_VK_REGIONS_MAX];
    **out = (otd_vk_region){.offset = offset, .bytes = bytes, .submission = context->submitted + 1, .to = to};
    staging->head = (offset + bytes + OTD_ALIGNMENT - 1) / OTD_ALIGNMENT * OTD_ALIGNMENT;
    return OTD_OK;
}

/* One piece: from the host when `from` is not null, else to it. */
static int32_t otd_copy_piece(otd_gpu_context *context, const otd_gpu_buffer *buffer, uint64_t offset,
                              const void *from, void *to, uint64_t bytes) {
    otd_vk_region *region = NULL;
    int32_t status = otd_reserve(context, bytes, to, &region);
    if (status != OTD_OK) {
        return status;
    }
    uint8_t *staged = context->staging.mapped + region->offset;
    const VkBufferCopy there = {.srcOffset = region->offset, .dstOffset = offset, .size = bytes};
    const VkBufferCopy back = {.srcOffset = offset, .dstOffset = region->offset, .size = bytes};
    VkDispatchable commands = otd_vk_record(context, &status);
    if (commands == NULL) {
        return status;
    }
    if (from != NULL) {
        memcpy(staged, from, bytes);
        context->device->vkCmdCopyBuffer(commands, context->staging.buffer.handle, buffer->handle, 1, &there);
    } else {
        context->device->vkCmdCopyBuffer(commands, buffer->handle, context->staging.buffer.handle, 1, &back);
    }
    return OTD_OK;
}

static int32_t otd_copy(otd_gpu_context *context, const otd_gpu_buffer *buffer, uint64_t offset,
                        const uint8_t *from, uint8_t *to, uint64_t bytes) {
    if (offset > buffer->bytes || bytes > buffer->bytes - offset) {
        return otd_fail(OTD_E_ARGUMENT, "%s: a copy of %llu bytes at %llu does not fit into %llu",
                        context->device->name, (unsigned long long)bytes, (unsigned long long)offset,
                        (unsigned long long)buffer->bytes);
    }
    for (uint64_t done = 0; done < bytes;) {
        uint64_t left = bytes - done;
        uint64_t piece = left < OTD_VK_PIECE_BYTES ? left : OTD_VK_PIECE_BYTES;
        int32_t status = otd_copy_piece(context, buffer, offset + done, from != NULL ? from + done : NULL,
                                        to != NULL ? to + done : NULL, piece);
        if (status == OTD_OK && left > piece) { /* the device copies while the next piece is filled */
            status = otd_vk_submit(context);
        }
        if (status != OTD_OK) {
            return status;
        }
        done += piece;
    }
    return OTD_OK;
}

int32_t otd_vk_write(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, const void *from,
                     uint64_t bytes) {
    return otd_copy(context, buffer, offset, from, NULL, bytes);
}

int32_t otd_vk_read(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, void *to,
                    uint64_t bytes) {
    return otd_copy(context, buffer, offset, NULL, to, bytes);
}
