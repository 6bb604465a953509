/* launch.c - commands recorded and sent to a device of Vulkan, how far it is, and the table of this port. */
#include <string.h>
#include <time.h>

#include "gpu.h"
#include "vulkan.h"

/* How often the host looks while a copy waits for room: a piece takes longer than this. */
#define OTD_LOOK_NS 50000L

/*
 * Groups are counted in one dimension, of which a device may have 65535 only. Beyond that they are counted in
 * rows of this many, group x of row y being y * OTD_ROW + x (dialect_glsl.h: GROUP_ID), and a second launch
 * behind the full rows has the rest, so that no group is started that was not asked for.
 */
#define OTD_ROW 32768u

/* ---- recording ------------------------------------------------------------------------------- */

/* Everything before is done before anything after begins, and what it wrote is seen: a context is in order.
 */
static void otd_barrier(const otd_vk_device *device, VkDispatchable commands) {
    const uint32_t stages = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT;
    const uint32_t writes = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT;
    const uint32_t reads = VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_TRANSFER_READ_BIT;
    const VkMemoryBarrier all = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER, .srcAccessMask = writes, .dstAccessMask = reads | writes};
    device->vkCmdPipelineBarrier(commands, stages, stages, 0, 1, &all, 0, NULL, 0, NULL);
}

VkDispatchable otd_vk_record(otd_gpu_context *context, int32_t *status) {
    const otd_vk_device *device = context->device;
    uint64_t number = context->submitted + 1;
    VkDispatchable commands = context->commands[number % OTD_VK_COMMANDS];
    *status = OTD_OK;
    if (!context->recording) {
        const VkCommandBufferBeginInfo info = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                               .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
        if (number > OTD_VK_COMMANDS) {
            *status = otd_vk_await(context, number - OTD_VK_COMMANDS, OTD_VK_STAGING_MS);
        }
        int32_t error = *status == OTD_OK ? device->vkBeginCommandBuffer(commands, &info) : VK_SUCCESS;
        if (error != VK_SUCCESS) {
            *status = otd_vk_fail(device, error, "beginning a list of commands");
        }
        if (*status != OTD_OK) {
            return NULL;
        }
        context->recording = 1;
    }
    otd_barrier(device, commands);
    return commands;
}

int32_t otd_vk_submit(otd_gpu_context *context) {
    const otd_vk_device *device = context->device;
    uint64_t number = context->submitted + 1;
    VkDispatchable commands = context->commands[number % OTD_VK_COMMANDS];
    const VkMemoryBarrier for_host = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                                      .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                                      .dstAccessMask = VK_ACCESS_HOST_READ_BIT};
    const VkTimelineSemaphoreSubmitInfo value = {
        .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
        .signalSemaphoreValueCount = 1,
        .pSignalSemaphoreValues = &number,
    };
    const VkSubmitInfo info = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                               .pNext = &value,
                               .commandBufferCount = 1,
                               .pCommandBuffers = &commands,
                               .signalSemaphoreCount = 1,
                               .pSignalSemaphores = &context->timeline};
    if (!context->recording) {
        return OTD_OK;
    }
    device->vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1,
                                 &for_host, 0, NULL, 0, NULL);
    context->recording = 0;
    int32_t error = device->vkEndCommandBuffer(commands);
    if (error == VK_SUCCESS) {
        pthread_mutex_lock(&context->queue->lock);
        error = device->vkQueueSubmit(context->queue->handle, 1, &info, 0);
        pthread_mutex_unlock(&context->queue->lock);
    }
    if (error != VK_SUCCESS) {
        return otd_vk_fail(device, error, "sending work to the device");
    }
    context->submitted = number;
    return OTD_OK;
}

/* ---- how far it is --------------------------------------------------------------------------- */

int32_t otd_vk_look(otd_gpu_context *context) {
    const otd_vk_device *device = context->device;
    uint64_t value = 0;
    int32_t error = device->vkGetSemaphoreCounterValue(device->handle, context->timeline, &value);
    /* Some drivers let a timeline run to its end when the device is lost. */
    if (error == VK_SUCCESS && value > context->submitted) {
        error = VK_ERROR_DEVICE_LOST;
    }
    if (error != VK_SUCCESS) {
        return otd_vk_fail(device, error, "asking how far the device is");
    }
    context->ended = value;
    otd_vk_settle(context);
    return OTD_OK;
}

int32_t otd_vk_await(otd_gpu_context *context, uint64_t submission, double deadline_ms) {
    const struct timespec pause = {.tv_nsec = OTD_LOOK_NS};
    double began = otd_gpu_now_ms();
    while (context->ended < submission) {
        int32_t status = otd_vk_look(context);
        if (status != OTD_OK || context->ended >= submission) {
            return status;
        }
        double waited = otd_gpu_now_ms() - began;
        if (waited > deadline_ms) {
            return otd_fail(OTD_E_DEVICE_LOST, "%s: no copy has ended for %.1f s; it counts as lost",
                            context->device->name, waited / 1e3);
        }
        nanosleep(&pause, NULL);
    }
    return OTD_OK;
}

/* ---- launches -------------------------------------------------------------------------------- */

/* Arguments one behind the other, laid out as a C struct would be; 0 when they do not fit. */
static int otd_pack(uint8_t out[OTD_GPU_ARGUMENT_BYTES], const otd_gpu_launch *launch) {
    uint32_t at = 0;
    memset(out, 0, OTD_GPU_ARGUMENT_BYTES);
    for (uint32_t i = 0; i < launch->argument_count; i++) {
        const otd_gpu_argument *argument = &launch->arguments[i];
        uint64_t wide =
            argument->kind == OTD_GPU_ARGUMENT_BUFFER ? argument->buffer->address : argument->value;
        uint32_t narrow = (uint32_t)wide;
        int short_one = argument->kind == OTD_GPU_ARGUMENT_U32;
        uint32_t bytes = short_one ? sizeof narrow : sizeof wide;
        at = (at + bytes - 1) / bytes * bytes;
        if (at + bytes > OTD_GPU_ARGUMENT_BYTES) {
            return 0;
        }
        memcpy(out + at, short_one ? (const void *)&narrow : (const void *)&wide, bytes);
        at += bytes;
    }
    return 1;
}

static void otd_dispatch(const otd_vk_device *device, VkDispatchable commands, uint64_t groups) {
    if (groups <= device->limits.maxComputeWorkGroupCount[0]) {
        device->vkCmdDispatch(commands, (uint32_t)groups, 1, 1);
        return;
    }
    uint32_t rows = (uint32_t)(groups / OTD_ROW), rest = (uint32_t)(groups % OTD_ROW);
    device->vkCmdDispatch(commands, OTD_ROW, rows, 1);
    if (rest != 0) {
        device->vkCmdDispatchBase(commands, 0, rows, 0, rest, 1, 1);
    }
}

int32_t otd_vk_launch(otd_gpu_context *context, const otd_gpu_launch *launch) {
    const otd_vk_device *device = context->device;
    const otd_gpu_program *program = (const otd_gpu_program *)launch->kernel;
    const uint64_t most = (uint64_t)(device->limits.maxComputeWorkGroupCount[1] - 1) * OTD_ROW;
    uint8_t constants[OTD_GPU_ARGUMENT_BYTES];
    int32_t status = OTD_OK;
    if (launch->groups == 0) {
        return OTD_OK;
    }
    if (launch->threads != program->threads || !otd_pack(constants, launch)) {
        return otd_fail(OTD_E_ARGUMENT,
                        "%s: a launch has groups of %u and %u arguments; its kernel was built for %u, and "
                        "arguments have %u bytes",
                        device->name, launch->threads, launch->argument_count, program->threads,
                        OTD_GPU_ARGUMENT_BYTES);
    }
    if (launch->groups > device->limits.maxComputeWorkGroupCount[0] && launch->groups > most) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s: a launch of %llu groups, and it takes %llu", device->name,
                        (unsigned long long)launch->groups, (unsigned long long)most);
    }
    VkDispatchable commands = otd_vk_record(context, &status);
    if (commands == NULL) {
        return status;
    }
    device->vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, program->pipeline);
    device->vkCmdPushConstants(commands, device->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof constants,
                               constants);
    otd_dispatch(device, commands, launch->groups);
    return OTD_OK;
}

int32_t otd_vk_mark(otd_gpu_context *context, uint32_t slot) {
    int32_t status = otd_vk_submit(context);
    context->events[slot] = context->submitted;
    return status;
}

int32_t otd_vk_poll(otd_gpu_context *context, uint32_t slot, uint32_t *reached) {
    int32_t status = context->ended >= context->events[slot] ? OTD_OK : otd_vk_look(context);
    *reached = status == OTD_OK && context->ended >= context->events[slot];
    return status;
}

static const otd_gpu_port otd_port = {
    .backend = OTD_BACKEND_VULKAN,
    .name = "vulkan",
    .probe = otd_vk_probe,
    .open = otd_vk_open,
    .fork = otd_vk_fork,
    .close = otd_vk_close,
    .abandon = otd_vk_abandon,
    .room = otd_vk_room,
    .alloc = otd_vk_alloc,
    .release = otd_vk_release,
    .write = otd_vk_write,
    .read = otd_vk_read,
    .build = otd_vk_build,
    .discard = otd_vk_discard,
    .kernel = otd_vk_kernel,
    .launch = otd_vk_launch,
    .mark = otd_vk_mark,
    .poll = otd_vk_poll,
};

const otd_backend otd_backend_vulkan = OTD_GPU_BACKEND(OTD_BACKEND_VULKAN, "vulkan", &otd_port);
