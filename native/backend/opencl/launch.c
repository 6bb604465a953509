/* launch.c - kernels queued on an OpenCL device, the events behind them, and the table of this port. */
#include "gpu.h"
#include "opencl.h"

otd_cl_handle *otd_cl_next_event(otd_gpu_context *context) {
    if (context->last != NULL) {
        context->cl->clReleaseEvent(context->last);
        context->last = NULL;
    }
    return &context->last;
}

static int32_t otd_set_argument(const otd_cl *cl, otd_cl_handle kernel, uint32_t at,
                                const otd_gpu_argument *argument) {
    uint32_t narrow = (uint32_t)argument->value;
    switch (argument->kind) {
    case OTD_GPU_ARGUMENT_BUFFER:
        return cl->clSetKernelArg(kernel, at, sizeof argument->buffer, &argument->buffer);
    case OTD_GPU_ARGUMENT_U32:
        return cl->clSetKernelArg(kernel, at, sizeof narrow, &narrow);
    default:
        return cl->clSetKernelArg(kernel, at, sizeof argument->value, &argument->value);
    }
}

int32_t otd_cl_launch(otd_gpu_context *context, const otd_gpu_launch *launch) {
    otd_cl_handle kernel = (otd_cl_handle)launch->kernel;
    const size_t local = launch->threads;
    const size_t global = (size_t)launch->groups * launch->threads;
    for (uint32_t i = 0; i < launch->argument_count; i++) {
        int32_t error = otd_set_argument(context->cl, kernel, i, &launch->arguments[i]);
        if (error != CL_SUCCESS) {
            return otd_cl_fail(context, error, "setting an argument of a kernel");
        }
    }
    int32_t error = context->cl->clEnqueueNDRangeKernel(context->queue, kernel, 1, NULL, &global, &local, 0,
                                                        NULL, otd_cl_next_event(context));
    return error == CL_SUCCESS ? OTD_OK : otd_cl_fail(context, error, "starting a kernel");
}

int32_t otd_cl_mark(otd_gpu_context *context, uint32_t slot) {
    if (context->events[slot] != NULL) {
        context->cl->clReleaseEvent(context->events[slot]);
    }
    /* The queue is in order: when what was queued last has ended, so has everything before it. */
    context->events[slot] = context->last;
    context->last = NULL;
    int32_t error = context->cl->clFlush(context->queue);
    return error == CL_SUCCESS ? OTD_OK : otd_cl_fail(context, error, "sending work to the device");
}

int32_t otd_cl_poll(otd_gpu_context *context, uint32_t slot, uint32_t *reached) {
    int32_t state = 0;
    int32_t error = context->cl->clGetEventInfo(context->events[slot], CL_EVENT_COMMAND_EXECUTION_STATUS,
                                                sizeof state, &state, NULL);
    *reached = error == CL_SUCCESS && state == CL_COMPLETE;
    if (error == CL_SUCCESS && state >= 0) {
        return OTD_OK;
    }
    /* A command that failed is negative, with the error as number; what it touched is not to be trusted. */
    return otd_fail(OTD_E_DEVICE_LOST, "%s: a kernel failed (OpenCL error %d)", context->name,
                    error != CL_SUCCESS ? error : state);
}

static const otd_gpu_port otd_port = {
    .backend = OTD_BACKEND_OPENCL,
    .name = "opencl",
    .probe = otd_cl_probe,
    .open = otd_cl_open,
    .fork = otd_cl_fork,
    .room = otd_cl_room,
    .close = otd_cl_close,
    .abandon = otd_cl_abandon,
    .alloc = otd_cl_alloc,
    .release = otd_cl_release,
    .write = otd_cl_write,
    .read = otd_cl_read,
    .build = otd_cl_build,
    .discard = otd_cl_discard,
    .kernel = otd_cl_kernel,
    .launch = otd_cl_launch,
    .mark = otd_cl_mark,
    .poll = otd_cl_poll,
};

const otd_backend otd_backend_opencl = OTD_GPU_BACKEND(OTD_BACKEND_OPENCL, "opencl", &otd_port);
