/*
 * cuda.h - the few words of NVIDIA's driver interface this port uses, so that no toolkit is needed, and what
 * its files share. Names, numbers and signatures: NVIDIA, CUDA Driver API reference, CUDA 11.0 to 12.
 *
 * A card is a CUDA context of our own. The contexts of the port (port.h) are users of it: each has a stream,
 * so what one queues is in order and what several queue goes side by side. Every call makes the card's
 * context current on its thread and takes it away again, so that any thread may come.
 */
#ifndef OTD_BACKEND_CUDA_H
#define OTD_BACKEND_CUDA_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "algo.h"
#include "port.h"

typedef void *otd_cu_handle; /* context, module, function, stream, event, linker */

#define CUDA_SUCCESS 0
#define CUDA_ERROR_OUT_OF_MEMORY 2
#define CUDA_ERROR_DEVICE_UNAVAILABLE 46
#define CUDA_ERROR_NO_DEVICE 100
#define CUDA_ERROR_ECC_UNCORRECTABLE 214
#define CUDA_ERROR_NVLINK_UNCORRECTABLE 220
#define CUDA_ERROR_NOT_READY 600
#define CUDA_ERROR_ILLEGAL_ADDRESS 700
#define CUDA_ERROR_LAUNCH_TIMEOUT 702
#define CUDA_ERROR_CONTEXT_IS_DESTROYED 709
#define CUDA_ERROR_ASSERT 710
#define CUDA_ERROR_HARDWARE_STACK_ERROR 714 /* 715 to 718: instruction, alignment, address space, counter */
#define CUDA_ERROR_LAUNCH_FAILED 719
#define CUDA_ERROR_SYSTEM_DRIVER_MISMATCH 803
#define CUDA_ERROR_UNKNOWN 999

#define CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT 16
#define CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT 17
#define CU_DEVICE_ATTRIBUTE_INTEGRATED 18
#define CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR 75
#define CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR 76
#define CU_CTX_SCHED_BLOCKING_SYNC 4u
#define CU_STREAM_NON_BLOCKING 1u
#define CU_EVENT_DISABLE_TIMING 2u
#define CU_FUNC_ATTRIBUTE_NUM_REGS 4
#define CU_JIT_INPUT_PTX 1
#define CU_JIT_ERROR_LOG_BUFFER 5
#define CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES 6

/* PTX 7.0, which our text is written in, is understood by drivers of CUDA 11.0 and newer (branch 450). */
#define OTD_CUDA_VERSION_MIN 11000
/* The oldest architecture that the text can be given. */
#define OTD_CUDA_COMPUTE_MIN 61u

/* The functions used; all return an error number. */
#define OTD_CUDA_FUNCTIONS(F)                                                                                \
    F(cuInit, (unsigned))                                                                                    \
    F(cuDriverGetVersion, (int *))                                                                           \
    F(cuGetErrorString, (int, const char **))                                                                \
    F(cuDeviceGetCount, (int *))                                                                             \
    F(cuDeviceGet, (int *, int))                                                                             \
    F(cuDeviceGetName, (char *, int, int))                                                                   \
    F(cuDeviceGetAttribute, (int *, int, int))                                                               \
    F(cuDeviceTotalMem_v2, (size_t *, int))                                                                  \
    F(cuDeviceGetPCIBusId, (char *, int, int))                                                               \
    F(cuCtxCreate_v2, (otd_cu_handle *, unsigned, int))                                                      \
    F(cuCtxDestroy_v2, (otd_cu_handle))                                                                      \
    F(cuCtxPushCurrent_v2, (otd_cu_handle))                                                                  \
    F(cuCtxPopCurrent_v2, (otd_cu_handle *))                                                                 \
    F(cuMemGetInfo_v2, (size_t *, size_t *))                                                                 \
    F(cuMemAlloc_v2, (uint64_t *, size_t))                                                                   \
    F(cuMemFree_v2, (uint64_t))                                                                              \
    F(cuMemHostAlloc, (void **, size_t, unsigned))                                                           \
    F(cuMemFreeHost, (void *))                                                                               \
    F(cuMemcpyHtoDAsync_v2, (uint64_t, const void *, size_t, otd_cu_handle))                                 \
    F(cuMemcpyDtoHAsync_v2, (void *, uint64_t, size_t, otd_cu_handle))                                       \
    F(cuLinkCreate_v2, (unsigned, int *, void **, otd_cu_handle *))                                          \
    F(cuLinkAddData_v2, (otd_cu_handle, int, void *, size_t, const char *, unsigned, int *, void **))        \
    F(cuLinkComplete, (otd_cu_handle, void **, size_t *))                                                    \
    F(cuLinkDestroy, (otd_cu_handle))                                                                        \
    F(cuModuleLoadData, (otd_cu_handle *, const void *))                                                     \
    F(cuModuleUnload, (otd_cu_handle))                                                                       \
    F(cuModuleGetFunction, (otd_cu_handle *, otd_cu_handle, const char *))                                   \
    F(cuFuncGetAttribute, (int *, int, otd_cu_handle))                                                       \
    F(cuLaunchKernel, (otd_cu_handle, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,  \
                       otd_cu_handle, void **, void **))                                                     \
    F(cuStreamCreateWithPriority, (otd_cu_handle *, unsigned, int))                                          \
    F(cuStreamDestroy_v2, (otd_cu_handle))                                                                   \
    F(cuEventCreate, (otd_cu_handle *, unsigned))                                                            \
    F(cuEventRecord, (otd_cu_handle, otd_cu_handle))                                                         \
    F(cuEventQuery, (otd_cu_handle))                                                                         \
    F(cuEventDestroy_v2, (otd_cu_handle))

/* Those that came later than CUDA 11.0; null where the driver has none. */
#define OTD_CUDA_OPTIONAL(F)                                                                                 \
    F(cuDeviceGetUuid_v2, (uint8_t *, int))                                                                  \
    F(cuDeviceGetUuid, (uint8_t *, int))                                                                     \
    F(cuFuncLoad, (otd_cu_handle))

typedef struct otd_cuda {
#define OTD_CUDA_FUNCTION(name, parameters) int(*name) parameters;
    OTD_CUDA_FUNCTIONS(OTD_CUDA_FUNCTION)
    OTD_CUDA_OPTIONAL(OTD_CUDA_FUNCTION)
#undef OTD_CUDA_FUNCTION
    const char *library; /* what was opened */
} otd_cuda;

/* Opens the driver; once, later calls give the same. Null with `message` filled in where there is none. One
 * thread at a time. */
const otd_cuda *otd_cuda_load(char *message, size_t message_size);

int32_t otd_cuda_probe(otd_gpu_found *found, uint32_t *count, otd_backend_info *backend);

/* A CUDA context and what its users know of it. Gone with the last of them. */
typedef struct otd_cuda_card {
    const otd_cuda *cuda;
    otd_cu_handle context;
    uint32_t compute; /* 10 * major + minor */
    char name[64];
    char driver[32];
    pthread_mutex_t lock; /* over the kernels of programs, which several users may ask for */

    /* Atomic, written by any user. */
    uint32_t users;
    int32_t error;   /* one after which the driver refuses everything in this context; 0 = none */
    uint32_t silent; /* 1 = a user was given up without an error: calls that wait for the card would hang */
} otd_cuda_card;

/* Memory of the host that the card can reach by itself, with a copy under way from or to it. */
typedef struct otd_cuda_stage {
    struct otd_cuda_stage *next;
    uint8_t *memory;
    uint64_t room, bytes;
    uint64_t mark; /* ended when this mark has been reached */
    void *to;      /* where the caller wants it then; null for what goes to the card */
} otd_cuda_stage;

/* A user of a card. */
struct otd_gpu_context {
    otd_cuda_card *card;
    otd_cu_handle stream;
    otd_cu_handle events[OTD_GPU_EVENTS];
    uint64_t marked[OTD_GPU_EVENTS];          /* number of the mark in each slot */
    uint64_t marks, reached;                  /* how many there were; all up to this one have ended */
    otd_cuda_stage *under_way, **last, *idle; /* copies, the oldest first; and room for more */
    uint32_t stage_count;
};

int32_t otd_cuda_open(const otd_gpu_found *device, otd_gpu_context **out);
int32_t otd_cuda_fork(otd_gpu_context *from, otd_gpu_context **out);
void otd_cuda_close(otd_gpu_context *context);
void otd_cuda_abandon(otd_gpu_context *context);
uint64_t otd_cuda_room(otd_gpu_context *context);

int32_t otd_cuda_alloc(otd_gpu_context *context, otd_gpu_buffer **out, uint64_t bytes);
void otd_cuda_release(otd_gpu_context *context, otd_gpu_buffer *buffer);
int32_t otd_cuda_write(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, const void *from,
                       uint64_t bytes);
int32_t otd_cuda_read(otd_gpu_context *context, otd_gpu_buffer *buffer, uint64_t offset, void *to,
                      uint64_t bytes);

int32_t otd_cuda_build(otd_gpu_context *context, const otd_gpu_build *what, otd_gpu_program **out);
void otd_cuda_discard(otd_gpu_context *context, otd_gpu_program *program);
int32_t otd_cuda_kernel(otd_gpu_context *context, otd_gpu_program *program, const char *name,
                        otd_gpu_kernel **out);
uint32_t otd_cuda_registers(otd_gpu_context *context, otd_gpu_kernel *kernel);

int32_t otd_cuda_launch(otd_gpu_context *context, const otd_gpu_launch *launch);
int32_t otd_cuda_mark(otd_gpu_context *context, uint32_t slot);
int32_t otd_cuda_poll(otd_gpu_context *context, uint32_t slot, uint32_t *reached);

/* ---- between the files of the port ---------------------------------------------------------- */

/* An entry point; the driver's handle, and the next one of the program. */
struct otd_gpu_kernel {
    otd_cu_handle function;
    struct otd_gpu_kernel *next;
};

/* Makes the card's context current on this thread, and takes it away. enter returns the driver's error. */
int otd_cuda_enter(const otd_gpu_context *context);
void otd_cuda_leave(const otd_gpu_context *context);

/* Whether calls that may wait for the card can be made. */
int otd_cuda_answers(const otd_gpu_context *context);

/* Turns an error of the driver into a status with a detail that names the call and the device. */
int32_t otd_cuda_fail(const otd_gpu_context *context, int error, const char *what);

/* Hands over what was read up to the mark that was reached, and takes its room back. */
void otd_cuda_settle(otd_gpu_context *context);
/* Frees the room of all copies; they have ended. */
void otd_cuda_free_stages(otd_gpu_context *context);
/* Forgets them; their memory stays, since the card may still write there. */
void otd_cuda_forget_stages(otd_gpu_context *context);

#endif /* OTD_BACKEND_CUDA_H */
