/* memory.c - memory of an OpenCL device, and copies that are queued. */
#include <stdlib.h>

#include "opencl.h"

/* A buffer is the driver's object itself. */
static otd_cl_handle otd_memory(otd_gpu_buffer *buffer) {
    return (otd_cl_handle)buffer;
}

int32_t otd_cl_alloc(otd_gpu_context *context, otd_gpu_buffer **out, uint64_t bytes) {
    int32_t error = CL_SUCCESS;
    otd_cl_handle memory =
        context->cl->clCreateBuffer(context->context, CL_MEM_READ_WRITE, (size_t)bytes, NULL, &error);
    *out = (otd_gpu_buffer *)memory;
    if (memory != NULL && error == CL_SUCCESS) {
        return OTD_OK;
    }
    *out = NULL;
    return otd_fail(OTD_E_MEMORY, "%s: no room for %llu bytes of its memory (OpenCL error %d)", context->name,
                    (unsigned long long)bytes, error);
}

void otd_cl_release(otd_gpu_context *context, otd_gpu_buffer *buffer) {
    context->cl->clReleaseMemObject(otd_memory(buffer));
}

int32_t otd_cl_write(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, const void *from,
                     uint64_t bytes) {
    int32_t error =
        context->cl->clEnqueueWriteBuffer(context->queue, otd_memory(buffer), CL_FALSE, (size_t)offset,
                                          (size_t)bytes, from, 0, NULL, otd_cl_next_event(context));
    return error == CL_SUCCESS ? OTD_OK : otd_cl_fail(context, error, "writing to the device");
}

int32_t otd_cl_read(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, void *to,
                    uint64_t bytes) {
    int32_t error =
        context->cl->clEnqueueReadBuffer(context->queue, otd_memory(buffer), CL_FALSE, (size_t)offset,
                                         (size_t)bytes, to, 0, NULL, otd_cl_next_event(context));
    return error == CL_SUCCESS ? OTD_OK : otd_cl_fail(context, error, "reading from the device");
}
