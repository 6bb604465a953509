/*
 * opencl.h - the few words of OpenCL 1.2 this port uses, so that no headers of a vendor are needed, and what
 * its files share. Numbers and signatures: Khronos, The OpenCL Specification 1.2, and the registry of
 * extensions.
 */
#ifndef OTD_BACKEND_OPENCL_H
#define OTD_BACKEND_OPENCL_H

#include <stddef.h>
#include <stdint.h>

#include "algo.h"
#include "port.h"

typedef void *otd_cl_handle; /* platform, device, context, queue, program, kernel, memory, event */

#define CL_SUCCESS 0
#define CL_TRUE 1u
#define CL_FALSE 0u
#define CL_DEVICE_NOT_FOUND (-1)
#define CL_DEVICE_NOT_AVAILABLE (-2)
#define CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)
#define CL_OUT_OF_RESOURCES (-5)
#define CL_OUT_OF_HOST_MEMORY (-6)
#define CL_BUILD_PROGRAM_FAILURE (-11)
#define CL_INVALID_BUFFER_SIZE (-61)
#define CL_PLATFORM_NOT_FOUND_KHR (-1001)

#define CL_PLATFORM_NAME 0x0902u
#define CL_PLATFORM_VERSION 0x0901u
#define CL_DEVICE_TYPE_ALL 0xffffffffull
#define CL_DEVICE_TYPE_CPU 2ull
#define CL_DEVICE_TYPE_GPU 4ull
#define CL_DEVICE_TYPE 0x1000u
#define CL_DEVICE_MAX_COMPUTE_UNITS 0x1002u
#define CL_DEVICE_MAX_WORK_GROUP_SIZE 0x1004u
#define CL_DEVICE_MAX_MEM_ALLOC_SIZE 0x1010u
#define CL_DEVICE_GLOBAL_MEM_SIZE 0x101Fu
#define CL_DEVICE_AVAILABLE 0x1027u
#define CL_DEVICE_COMPILER_AVAILABLE 0x1028u
#define CL_DEVICE_NAME 0x102Bu
#define CL_DEVICE_VENDOR 0x102Cu
#define CL_DRIVER_VERSION 0x102Du
#define CL_DEVICE_VERSION 0x102Fu
#define CL_DEVICE_EXTENSIONS 0x1030u
#define CL_DEVICE_PLATFORM 0x1031u
#define CL_DEVICE_HOST_UNIFIED_MEMORY 0x1035u
#define CL_DEVICE_UUID_KHR 0x106Au
#define CL_DEVICE_COMPUTE_CAPABILITY_MAJOR_NV 0x4000u
#define CL_DEVICE_COMPUTE_CAPABILITY_MINOR_NV 0x4001u
#define CL_DEVICE_PCI_BUS_ID_NV 0x4008u
#define CL_DEVICE_PCI_SLOT_ID_NV 0x4009u
#define CL_DEVICE_PCI_DOMAIN_ID_NV 0x400Au
#define CL_DEVICE_TOPOLOGY_AMD 0x4037u
#define CL_DEVICE_GLOBAL_FREE_MEMORY_AMD 0x4039u
#define CL_DEVICE_PCI_BUS_INFO_KHR 0x410Fu
#define CL_CONTEXT_PLATFORM 0x1084
#define CL_MEM_READ_WRITE 1ull
#define CL_PROGRAM_BUILD_LOG 0x1183u
#define CL_PROGRAM_BINARY_SIZES 0x1165u
#define CL_PROGRAM_BINARIES 0x1166u
#define CL_EVENT_COMMAND_EXECUTION_STATUS 0x11D3u
#define CL_COMPLETE 0

/*
 * The functions used. The first column is a function's place in the table that every object of a driver
 * begins with (cl_icd.h of the Khronos loader): that is how a driver is used on a machine without a loader.
 */
#define OTD_CL_FUNCTIONS(F)                                                                                  \
    F(0, clGetPlatformIDs, (uint32_t, otd_cl_handle *, uint32_t *))                                          \
    F(1, clGetPlatformInfo, (otd_cl_handle, uint32_t, size_t, void *, size_t *))                             \
    F(2, clGetDeviceIDs, (otd_cl_handle, uint64_t, uint32_t, otd_cl_handle *, uint32_t *))                   \
    F(3, clGetDeviceInfo, (otd_cl_handle, uint32_t, size_t, void *, size_t *))                               \
    F(6, clRetainContext, (otd_cl_handle))                                                                   \
    F(7, clReleaseContext, (otd_cl_handle))                                                                  \
    F(11, clReleaseCommandQueue, (otd_cl_handle))                                                            \
    F(18, clReleaseMemObject, (otd_cl_handle))                                                               \
    F(29, clReleaseProgram, (otd_cl_handle))                                                                 \
    F(30, clBuildProgram,                                                                                    \
      (otd_cl_handle, uint32_t, const otd_cl_handle *, const char *, void (*)(otd_cl_handle, void *),        \
       void *))                                                                                              \
    F(32, clGetProgramInfo, (otd_cl_handle, uint32_t, size_t, void *, size_t *))                             \
    F(33, clGetProgramBuildInfo, (otd_cl_handle, otd_cl_handle, uint32_t, size_t, void *, size_t *))         \
    F(36, clReleaseKernel, (otd_cl_handle))                                                                  \
    F(38, clSetKernelArg, (otd_cl_handle, uint32_t, size_t, const void *))                                   \
    F(42, clGetEventInfo, (otd_cl_handle, uint32_t, size_t, void *, size_t *))                               \
    F(44, clReleaseEvent, (otd_cl_handle))                                                                   \
    F(46, clFlush, (otd_cl_handle))                                                                          \
    F(48, clEnqueueReadBuffer,                                                                               \
      (otd_cl_handle, otd_cl_handle, uint32_t, size_t, size_t, void *, uint32_t, const otd_cl_handle *,      \
       otd_cl_handle *))                                                                                     \
    F(49, clEnqueueWriteBuffer,                                                                              \
      (otd_cl_handle, otd_cl_handle, uint32_t, size_t, size_t, const void *, uint32_t,                       \
       const otd_cl_handle *, otd_cl_handle *))                                                              \
    F(59, clEnqueueNDRangeKernel,                                                                            \
      (otd_cl_handle, otd_cl_handle, uint32_t, const size_t *, const size_t *, const size_t *, uint32_t,     \
       const otd_cl_handle *, otd_cl_handle *))

/* Those that give a handle and take a place for the error last. */
#define OTD_CL_MAKERS(F)                                                                                     \
    F(4, clCreateContext,                                                                                    \
      (const intptr_t *, uint32_t, const otd_cl_handle *,                                                    \
       void (*)(const char *, const void *, size_t, void *), void *, int32_t *))                             \
    F(9, clCreateCommandQueue, (otd_cl_handle, otd_cl_handle, uint64_t, int32_t *))                          \
    F(14, clCreateBuffer, (otd_cl_handle, uint64_t, size_t, void *, int32_t *))                              \
    F(26, clCreateProgramWithSource, (otd_cl_handle, uint32_t, const char **, const size_t *, int32_t *))    \
    F(27, clCreateProgramWithBinary,                                                                         \
      (otd_cl_handle, uint32_t, const otd_cl_handle *, const size_t *, const uint8_t **, int32_t *,          \
       int32_t *))                                                                                           \
    F(34, clCreateKernel, (otd_cl_handle, const char *, int32_t *))

/* One way into OpenCL: a loader, or one driver without. */
typedef struct otd_cl {
#define OTD_CL_FUNCTION(place, name, parameters) int32_t(*name) parameters;
#define OTD_CL_MAKER(place, name, parameters) otd_cl_handle(*name) parameters;
    OTD_CL_FUNCTIONS(OTD_CL_FUNCTION)
    OTD_CL_MAKERS(OTD_CL_MAKER)
#undef OTD_CL_FUNCTION
#undef OTD_CL_MAKER
    const char *library; /* what was opened */
} otd_cl;

/* Loaders and drivers that are looked at. */
#define OTD_CL_MAX 4u
#define OTD_CL_PLATFORMS_MAX 16u

/* Opens the loader, or the drivers where there is none; once, later calls give the same. Returns how many
 * ways in there are, 0 with `message` filled in. One thread at a time. */
uint32_t otd_cl_load(const otd_cl **tables, char *message, size_t message_size);

/* The platforms behind one way in; count at most OTD_CL_PLATFORMS_MAX. */
int32_t otd_cl_platforms(const otd_cl *cl, otd_cl_handle *platforms, uint32_t *count);

int32_t otd_cl_probe(otd_gpu_found *found, uint32_t *count, otd_backend_info *backend);

/* An open device: a queue in a context of OpenCL, which forks share. */
struct otd_gpu_context {
    const otd_cl *cl;
    otd_cl_handle device, context, queue;
    otd_cl_handle last;                   /* event of what was queued last */
    otd_cl_handle events[OTD_GPU_EVENTS]; /* marks */
    char name[64];
    char driver[160]; /* the driver's version and the device's: what a compiled program depends on */
};

int32_t otd_cl_open(const otd_gpu_found *device, otd_gpu_context **out);
int32_t otd_cl_fork(otd_gpu_context *from, otd_gpu_context **out);
uint64_t otd_cl_room(otd_gpu_context *context);
void otd_cl_close(otd_gpu_context *context);
void otd_cl_abandon(otd_gpu_context *context);

int32_t otd_cl_alloc(otd_gpu_context *context, otd_gpu_buffer **out, uint64_t bytes);
void otd_cl_release(otd_gpu_context *context, otd_gpu_buffer *buffer);
int32_t otd_cl_write(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, const void *from,
                     uint64_t bytes);
int32_t otd_cl_read(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, void *to,
                    uint64_t bytes);

int32_t otd_cl_build(otd_gpu_context *context, const otd_gpu_build *what, otd_gpu_program **out);
void otd_cl_discard(otd_gpu_context *context, otd_gpu_program *program);
int32_t otd_cl_kernel(otd_gpu_context *context, otd_gpu_program *program, const char *name,
                      otd_gpu_kernel **out);

int32_t otd_cl_launch(otd_gpu_context *context, const otd_gpu_launch *launch);
int32_t otd_cl_mark(otd_gpu_context *context, uint32_t slot);
int32_t otd_cl_poll(otd_gpu_context *context, uint32_t slot, uint32_t *reached);

/* Turns an error of OpenCL into a status with a detail that names the call and the device. */
int32_t otd_cl_fail(const otd_gpu_context *context, int32_t error, const char *what);

/* Where the event of the next queued command goes; what was there is let go. */
otd_cl_handle *otd_cl_next_event(otd_gpu_context *context);

#endif /* OTD_BACKEND_OPENCL_H */
