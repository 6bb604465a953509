/* launch.c - kernels queued on a card, the events behind them, and the table of this port. */
#include "cuda.h"
#include "gpu.h"

int32_t otd_cuda_launch(otd_gpu_context *context, const otd_gpu_launch *launch) {
    uint64_t wide[OTD_GPU_ARGUMENTS_MAX];
    void *parameters[OTD_GPU_ARGUMENTS_MAX];
    for (uint32_t i = 0; i < launch->argument_count; i++) {
        const otd_gpu_argument *argument = &launch->arguments[i];
        /* Little-endian: the first four bytes are a u32's own. */
        wide[i] = argument->kind == OTD_GPU_ARGUMENT_BUFFER ? (uint64_t)(uintptr_t)argument->buffer
                                                            : argument->value;
        parameters[i] = &wide[i];
    }
    if (launch->groups == 0 || launch->groups > INT32_MAX) {
        return otd_fail(OTD_E_ARGUMENT, "%s: a launch has 1 to %d groups, not %llu", context->card->name,
                        INT32_MAX, (unsigned long long)launch->groups);
    }
    int error = otd_cuda_enter(context);
    if (error == CUDA_SUCCESS) {
        error =
            context->card->cuda->cuLaunchKernel(launch->kernel->function, (unsigned)launch->groups, 1, 1,
                                                launch->threads, 1, 1, 0, context->stream, parameters, NULL);
        otd_cuda_leave(context);
    }
    return error == CUDA_SUCCESS ? OTD_OK : otd_cuda_fail(context, error, "starting a kernel");
}

int32_t otd_cuda_mark(otd_gpu_context *context, uint32_t slot) {
    int error = otd_cuda_enter(context);
    if (error == CUDA_SUCCESS) {
        error = context->card->cuda->cuEventRecord(context->events[slot], context->stream);
        otd_cuda_leave(context);
    }
    if (error != CUDA_SUCCESS) {
        return otd_cuda_fail(context, error, "sending work to the device");
    }
    context->marked[slot] = ++context->marks;
    return OTD_OK;
}

int32_t otd_cuda_poll(otd_gpu_context *context, uint32_t slot, uint32_t *reached) {
    int error = otd_cuda_enter(context);
    if (error == CUDA_SUCCESS) {
        error = context->card->cuda->cuEventQuery(context->events[slot]);
        otd_cuda_leave(context);
    }
    *reached = error == CUDA_SUCCESS;
    if (error == CUDA_ERROR_NOT_READY) {
        return OTD_OK;
    }
    if (error != CUDA_SUCCESS) {
        return otd_cuda_fail(context, error, "a kernel failed");
    }
    if (context->marked[slot] > context->reached) {
        context->reached = context->marked[slot];
    }
    otd_cuda_settle(context);
    return OTD_OK;
}

static const otd_gpu_port otd_port = {
    .backend = OTD_BACKEND_CUDA,
    .name = "cuda",
    .probe = otd_cuda_probe,
    .open = otd_cuda_open,
    .fork = otd_cuda_fork,
    .close = otd_cuda_close,
    .abandon = otd_cuda_abandon,
    .room = otd_cuda_room,
    .alloc = otd_cuda_alloc,
    .release = otd_cuda_release,
    .write = otd_cuda_write,
    .read = otd_cuda_read,
    .build = otd_cuda_build,
    .discard = otd_cuda_discard,
    .kernel = otd_cuda_kernel,
    .registers = otd_cuda_registers,
    .launch = otd_cuda_launch,
    .mark = otd_cuda_mark,
    .poll = otd_cuda_poll,
};

const otd_backend otd_backend_cuda = OTD_GPU_BACKEND(OTD_BACKEND_CUDA, "cuda", &otd_port);
