/*
 * memory.c - memory of the device, and copies to and from it.
 *
 * A copy from or to memory that the system may move is none that the host does not wait for: to read into it
 * the driver waits until everything before has ended, and for one that hangs without end. So copies go by
 * memory of our own that stays where it is, and the caller's is filled when an event behind it is reached.
 */
#include <stdlib.h>
#include <string.h>

#include "cuda.h"

/* Room for copies is made in powers of two from the first to the second. What is larger is written from the
 * caller's memory, in which case the driver may wait for the queue, and read in pieces. */
#define OTD_STAGE_MIN 4096u
#define OTD_STAGE_MAX (16u << 20)
#define OTD_STAGES_MAX 64u

static uint64_t otd_address(otd_gpu_buffer *buffer, uint64_t offset) {
    return (uint64_t)(uintptr_t)buffer + offset;
}

int32_t otd_cuda_alloc(otd_gpu_context *context, otd_gpu_buffer **out, uint64_t bytes) {
    uint64_t address = 0;
    size_t room = 0, all = 0;
    *out = NULL;
    int error = otd_cuda_enter(context);
    if (error == CUDA_SUCCESS) {
        error = context->card->cuda->cuMemAlloc_v2(&address, (size_t)bytes);
        if (error == CUDA_ERROR_OUT_OF_MEMORY) {
            context->card->cuda->cuMemGetInfo_v2(&room, &all);
        }
        otd_cuda_leave(context);
    }
    if (error == CUDA_SUCCESS) {
        *out = (otd_gpu_buffer *)(uintptr_t)address;
        return OTD_OK;
    }
    if (error == CUDA_ERROR_OUT_OF_MEMORY) {
        return otd_fail(OTD_E_MEMORY,
                        "%s: no room for %llu bytes of its memory: %llu of %llu are free (CUDA error 2)",
                        context->card->name, (unsigned long long)bytes, (unsigned long long)room,
                        (unsigned long long)all);
    }
    return otd_cuda_fail(context, error, "asking for memory");
}

void otd_cuda_release(otd_gpu_context *context, otd_gpu_buffer *buffer) {
    if (otd_cuda_answers(context) && otd_cuda_enter(context) == CUDA_SUCCESS) {
        context->card->cuda->cuMemFree_v2(otd_address(buffer, 0));
        otd_cuda_leave(context);
    }
}

/* Room for a copy of so many bytes, from those at hand or made anew; null where there is none. The card's
 * context is current. */
static otd_cuda_stage *otd_take_stage(otd_gpu_context *context, uint64_t bytes) {
    void *memory = NULL;
    uint64_t room = OTD_STAGE_MIN;
    for (otd_cuda_stage **at = &context->idle; *at != NULL; at = &(*at)->next) {
        if ((*at)->room >= bytes) {
            otd_cuda_stage *stage = *at;
            *at = stage->next;
            return stage;
        }
    }
    while (room < bytes) {
        room *= 2;
    }
    otd_cuda_stage *stage = context->stage_count < OTD_STAGES_MAX ? calloc(1, sizeof *stage) : NULL;
    if (stage == NULL || context->card->cuda->cuMemHostAlloc(&memory, (size_t)room, 0) != CUDA_SUCCESS) {
        free(stage);
        return NULL;
    }
    stage->memory = memory;
    stage->room = room;
    context->stage_count++;
    return stage;
}

static void otd_give_stage(otd_gpu_context *context, otd_cuda_stage *stage) {
    stage->next = context->idle;
    context->idle = stage;
}

/* Notes a copy that was queued; it has ended when the next mark is reached. */
static void otd_expect(otd_gpu_context *context, otd_cuda_stage *stage, void *to, uint64_t bytes) {
    stage->to = to;
    stage->bytes = bytes;
    stage->mark = context->marks + 1;
    stage->next = NULL;
    *context->last = stage;
    context->last = &stage->next;
}

void otd_cuda_settle(otd_gpu_context *context) {
    while (context->under_way != NULL && context->under_way->mark <= context->reached) {
        otd_cuda_stage *stage = context->under_way;
        context->under_way = stage->next;
        context->last = context->under_way == NULL ? &context->under_way : context->last;
        if (stage->to != NULL) {
            memcpy(stage->to, stage->memory, (size_t)stage->bytes);
        }
        otd_give_stage(context, stage);
    }
}

void otd_cuda_free_stages(otd_gpu_context *context) {
    context->reached = UINT64_MAX;
    for (otd_cuda_stage *stage = context->under_way; stage != NULL; stage = stage->next) {
        stage->to = NULL; /* nobody asked for it, so its place may be gone */
    }
    otd_cuda_settle(context);
    while (context->idle != NULL) {
        otd_cuda_stage *stage = context->idle;
        context->idle = stage->next;
        context->card->cuda->cuMemFreeHost(stage->memory);
        free(stage);
    }
}

void otd_cuda_forget_stages(otd_gpu_context *context) {
    otd_cuda_stage *lists[] = {context->under_way, context->idle};
    for (uint32_t i = 0; i < 2; i++) {
        while (lists[i] != NULL) {
            otd_cuda_stage *stage = lists[i];
            lists[i] = stage->next;
            free(stage);
        }
    }
}

static int otd_queue_write(otd_gpu_context *context, uint64_t address, const void *from, uint64_t bytes) {
    const otd_cuda *cuda = context->card->cuda;
    otd_cuda_stage *stage = bytes <= OTD_STAGE_MAX ? otd_take_stage(context, bytes) : NULL;
    if (stage == NULL) {
        return cuda->cuMemcpyHtoDAsync_v2(address, from, (size_t)bytes, context->stream);
    }
    memcpy(stage->memory, from, (size_t)bytes);
    int error = cuda->cuMemcpyHtoDAsync_v2(address, stage->memory, (size_t)bytes, context->stream);
    if (error == CUDA_SUCCESS) {
        otd_expect(context, stage, NULL, bytes);
    } else {
        otd_give_stage(context, stage);
    }
    return error;
}

int32_t otd_cuda_write(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, const void *from,
                       uint64_t bytes) {
    int error = otd_cuda_enter(context);
    if (error == CUDA_SUCCESS) {
        error = otd_queue_write(context, otd_address(buffer, offset), from, bytes);
        otd_cuda_leave(context);
    }
    return error == CUDA_SUCCESS ? OTD_OK : otd_cuda_fail(context, error, "writing to the device");
}

static int otd_queue_read(otd_gpu_context *context, uint64_t address, uint8_t *to, uint64_t bytes) {
    int error = CUDA_SUCCESS;
    for (uint64_t done = 0; done < bytes && error == CUDA_SUCCESS;) {
        uint64_t piece = bytes - done < OTD_STAGE_MAX ? bytes - done : OTD_STAGE_MAX;
        otd_cuda_stage *stage = otd_take_stage(context, piece);
        if (stage == NULL) {
            return CUDA_ERROR_OUT_OF_MEMORY;
        }
        error = context->card->cuda->cuMemcpyDtoHAsync_v2(stage->memory, address + done, (size_t)piece,
                                                          context->stream);
        if (error == CUDA_SUCCESS) {
            otd_expect(context, stage, to + done, piece);
        } else {
            otd_give_stage(context, stage);
        }
        done += piece;
    }
    return error;
}

int32_t otd_cuda_read(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, void *to,
                      uint64_t bytes) {
    int error = otd_cuda_enter(context);
    if (error == CUDA_SUCCESS) {
        error = otd_queue_read(context, otd_address(buffer, offset), to, bytes);
        otd_cuda_leave(context);
    }
    return error == CUDA_SUCCESS ? OTD_OK : otd_cuda_fail(context, error, "reading from the device");
}
