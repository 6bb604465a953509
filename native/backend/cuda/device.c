/* device.c - NVIDIA's cards: what each says of itself, opened, shared and let go. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda.h"

_Static_assert(sizeof(void *) == 8, "addresses of the device are kept in pointers");

/* Where the kernel's module tells its version; the library tells only which CUDA it speaks. */
static const char otd_module_version[] = "/proc/driver/nvidia/version";

static int otd_attribute(const otd_cuda *cuda, int device, int which) {
    int value = 0;
    return cuda->cuDeviceGetAttribute(&value, which, device) == CUDA_SUCCESS ? value : 0;
}

/* The first word of the line that looks like 535.183.01, or nothing. */
static void otd_read_module_version(char *out, size_t size) {
    char line[512] = "";
    char version[32] = "";
    FILE *file = fopen(otd_module_version, "r");
    out[0] = 0;
    if (file == NULL) {
        return;
    }
    if (fgets(line, sizeof line, file) != NULL) {
        for (char *rest = NULL, *word = strtok_r(line, " \t\n", &rest); word != NULL && version[0] == 0;
             word = strtok_r(NULL, " \t\n", &rest)) {
            if (word[strspn(word, "0123456789.")] == 0 && strchr(word, '.') != NULL) {
                snprintf(version, sizeof version, "%.31s", word);
            }
        }
    }
    fclose(file);
    snprintf(out, size, "%s", version);
}

static void otd_read_uuid(const otd_cuda *cuda, int device, uint8_t uuid[16]) {
    if (cuda->cuDeviceGetUuid_v2 != NULL) {
        cuda->cuDeviceGetUuid_v2(uuid, device);
    } else if (cuda->cuDeviceGetUuid != NULL) {
        cuda->cuDeviceGetUuid(uuid, device);
    }
}

static void otd_describe(const otd_cuda *cuda, int device, int version, otd_device_info *out) {
    size_t memory = 0;
    char address[32] = "";
    *out = (otd_device_info){
        .kind = otd_attribute(cuda, device, CU_DEVICE_ATTRIBUTE_INTEGRATED) != 0 ? OTD_DEVICE_INTEGRATED
                                                                                 : OTD_DEVICE_DISCRETE,
        .units = (uint32_t)otd_attribute(cuda, device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
        .compute_major = (uint32_t)otd_attribute(cuda, device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
        .compute_minor = (uint32_t)otd_attribute(cuda, device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
    };
    cuda->cuDeviceTotalMem_v2(&memory, device);
    out->memory_bytes = memory;
    cuda->cuDeviceGetName(out->name, sizeof out->name - 1, device);
    if (cuda->cuDeviceGetPCIBusId(address, sizeof address - 1, device) == CUDA_SUCCESS) {
        for (char *at = address; *at != 0; at++) {
            *at = *at >= 'A' && *at <= 'F' ? (char)(*at - 'A' + 'a') : *at;
        }
        snprintf(out->pci, sizeof out->pci, "%.15s", address);
    }
    otd_read_uuid(cuda, device, out->uuid);
    otd_read_module_version(out->driver, sizeof out->driver);
    if (out->driver[0] == 0) {
        snprintf(out->driver, sizeof out->driver, "CUDA %d.%d", version / 1000, version % 1000 / 10);
    }
    snprintf(out->features, sizeof out->features, "sm_%u%u cuda_%d.%d%s", out->compute_major,
             out->compute_minor, version / 1000, version % 1000 / 10,
             otd_attribute(cuda, device, CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT) != 0 ? " watchdog" : "");
}

/* Why the driver does not start, and what to do. */
static void otd_say_init(char *message, size_t size, const otd_cuda *cuda, int error) {
    switch (error) {
    case CUDA_ERROR_NO_DEVICE:
        snprintf(
            message, size,
            "NVIDIA's driver is there and shows no card (CUDA error 100). See that it is plugged in, its "
            "kernel module loaded (nvidia-smi) and CUDA_VISIBLE_DEVICES not in the way");
        break;
    case CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:
        snprintf(message, size,
                 "NVIDIA's driver library and kernel module are of different versions (CUDA error 803); "
                 "restart the machine after a driver's update");
        break;
    default: {
        const char *text = NULL;
        cuda->cuGetErrorString(error, &text);
        snprintf(message, size,
                 "NVIDIA's driver does not start: %s (CUDA error %d); run nvidia-smi, restart the machine or "
                 "reinstall the driver",
                 text != NULL ? text : "an error without a name", error);
    }
    }
}

int32_t otd_cuda_probe(otd_gpu_found *found, uint32_t *count, otd_backend_info *backend) {
    int version = 0, there = 0, old = 0;
    *count = 0;
    backend->message[0] = 0;
    const otd_cuda *cuda = otd_cuda_load(backend->message, sizeof backend->message);
    if (cuda == NULL) {
        return OTD_E_UNSUPPORTED;
    }
    cuda->cuDriverGetVersion(&version);
    backend->version = (uint32_t)version;
    if (version < OTD_CUDA_VERSION_MIN) {
        snprintf(backend->message, sizeof backend->message,
                 "NVIDIA's driver speaks CUDA %d.%d, and our kernels need 11.0; install a driver of version "
                 "450 or newer",
                 version / 1000, version % 1000 / 10);
        return OTD_E_UNSUPPORTED;
    }
    int error = cuda->cuInit(0);
    error = error != CUDA_SUCCESS ? error : cuda->cuDeviceGetCount(&there);
    if (error != CUDA_SUCCESS) {
        otd_say_init(backend->message, sizeof backend->message, cuda, error);
        return error == CUDA_ERROR_NO_DEVICE ? OTD_E_UNSUPPORTED : OTD_E_DRIVER;
    }
    for (int i = 0; i < there && *count < OTD_GPU_DEVICES_MAX; i++) {
        otd_gpu_found *device = &found[*count];
        int handle = 0;
        if (cuda->cuDeviceGet(&handle, i) != CUDA_SUCCESS) {
            continue;
        }
        otd_describe(cuda, handle, version, &device->info);
        if (device->info.compute_major * 10 + device->info.compute_minor < OTD_CUDA_COMPUTE_MIN) {
            old++; /* OpenCL can have it */
            continue;
        }
        device->handle[0] = (uint64_t)handle;
        device->handle[1] = (uint64_t)(uintptr_t)cuda;
        (*count)++;
    }
    if (*count == 0 && old > 0) {
        snprintf(backend->message, sizeof backend->message,
                 "NVIDIA's cards here (%d) have a compute capability below 6.1, which CUDA's kernels need; "
                 "they are used through OpenCL where that is installed",
                 old);
    } else if (*count == 0) {
        otd_say_init(backend->message, sizeof backend->message, cuda, CUDA_ERROR_NO_DEVICE);
    }
    return *count == 0 ? OTD_E_UNSUPPORTED : OTD_OK;
}

/* After these the driver refuses every call in the context. */
static int otd_is_final(int error) {
    return error == CUDA_ERROR_DEVICE_UNAVAILABLE || error == CUDA_ERROR_ECC_UNCORRECTABLE ||
           error == CUDA_ERROR_NVLINK_UNCORRECTABLE || error == CUDA_ERROR_ILLEGAL_ADDRESS ||
           error == CUDA_ERROR_LAUNCH_TIMEOUT || error == CUDA_ERROR_CONTEXT_IS_DESTROYED ||
           error == CUDA_ERROR_ASSERT ||
           (error >= CUDA_ERROR_HARDWARE_STACK_ERROR && error <= CUDA_ERROR_LAUNCH_FAILED) ||
           error == CUDA_ERROR_UNKNOWN;
}

static int32_t otd_card_fail(otd_cuda_card *card, int error, const char *what) {
    const char *text = NULL;
    int32_t status = error == CUDA_ERROR_OUT_OF_MEMORY ? OTD_E_MEMORY : OTD_E_DRIVER;
    card->cuda->cuGetErrorString(error, &text);
    if (otd_is_final(error)) {
        __atomic_store_n(&card->error, error, __ATOMIC_RELEASE);
        status = OTD_E_DEVICE_LOST;
    }
    return otd_fail(status, "%s: %s: %s (CUDA error %d)", card->name, what,
                    text != NULL ? text : "an error without a name", error);
}

int32_t otd_cuda_fail(const otd_gpu_context *context, int error, const char *what) {
    return otd_card_fail(context->card, error, what);
}

int otd_cuda_enter(const otd_gpu_context *context) {
    return context->card->cuda->cuCtxPushCurrent_v2(context->card->context);
}

void otd_cuda_leave(const otd_gpu_context *context) {
    otd_cu_handle gone = NULL;
    context->card->cuda->cuCtxPopCurrent_v2(&gone);
}

int otd_cuda_answers(const otd_gpu_context *context) {
    return __atomic_load_n(&context->card->silent, __ATOMIC_ACQUIRE) == 0;
}

/* The end of a context after an error. It frees the card's memory, which whoever opens the card anew needs,
 * and nobody promises how long it takes. */
static void *otd_end_card(void *argument) {
    otd_cuda_card *card = argument;
    card->cuda->cuCtxDestroy_v2(card->context);
    free(card);
    return NULL;
}

static void otd_leave_card(otd_cuda_card *card) {
    pthread_t thread;
    if (__atomic_sub_fetch(&card->users, 1, __ATOMIC_ACQ_REL) != 0) {
        return;
    }
    pthread_mutex_destroy(&card->lock);
    if (__atomic_load_n(&card->silent, __ATOMIC_ACQUIRE) != 0) {
        free(card); /* the driver's context stays: to destroy it would wait for what hangs */
    } else if (__atomic_load_n(&card->error, __ATOMIC_ACQUIRE) == 0) {
        otd_end_card(card);
    } else if (pthread_create(&thread, NULL, otd_end_card, card) == 0) {
        pthread_detach(thread);
    }
}

/* Another user of the card; takes the reference that the caller has made. */
static int32_t otd_add_user(otd_cuda_card *card, otd_gpu_context **out) {
    const otd_cuda *cuda = card->cuda;
    otd_gpu_context *context = calloc(1, sizeof *context);
    *out = NULL;
    if (context == NULL) {
        otd_leave_card(card);
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a context", sizeof *context);
    }
    context->card = card;
    context->last = &context->under_way;
    int error = otd_cuda_enter(context);
    if (error == CUDA_SUCCESS) {
        error = cuda->cuStreamCreateWithPriority(&context->stream, CU_STREAM_NON_BLOCKING, 0);
        for (uint32_t i = 0; i < OTD_GPU_EVENTS && error == CUDA_SUCCESS; i++) {
            error = cuda->cuEventCreate(&context->events[i], CU_EVENT_DISABLE_TIMING);
        }
        otd_cuda_leave(context);
    }
    if (error != CUDA_SUCCESS) {
        int32_t status = otd_cuda_fail(context, error, "making a stream");
        otd_cuda_close(context);
        return status;
    }
    *out = context;
    return OTD_OK;
}

int32_t otd_cuda_open(const otd_gpu_found *device, otd_gpu_context **out) {
    const otd_cuda *cuda = (const otd_cuda *)(uintptr_t)device->handle[1];
    otd_cuda_card *card = calloc(1, sizeof *card);
    otd_cu_handle gone = NULL;
    *out = NULL;
    if (card == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a card", sizeof *card);
    }
    card->cuda = cuda;
    card->compute = device->info.compute_major * 10 + device->info.compute_minor;
    card->users = 1;
    snprintf(card->name, sizeof card->name, "%s", device->info.name);
    snprintf(card->driver, sizeof card->driver, "%s", device->info.driver);
    int error = cuda->cuCtxCreate_v2(&card->context, CU_CTX_SCHED_BLOCKING_SYNC, (int)device->handle[0]);
    if (error != CUDA_SUCCESS) {
        int32_t status = otd_card_fail(card, error, "opening the device");
        free(card);
        return status;
    }
    cuda->cuCtxPopCurrent_v2(&gone);
    pthread_mutex_init(&card->lock, NULL);
    return otd_add_user(card, out);
}

int32_t otd_cuda_fork(otd_gpu_context *from, otd_gpu_context **out) {
    __atomic_add_fetch(&from->card->users, 1, __ATOMIC_RELAXED);
    return otd_add_user(from->card, out);
}

void otd_cuda_close(otd_gpu_context *context) {
    const otd_cuda *cuda = context->card->cuda;
    if (otd_cuda_answers(context) && otd_cuda_enter(context) == CUDA_SUCCESS) {
        for (uint32_t i = 0; i < OTD_GPU_EVENTS; i++) {
            if (context->events[i] != NULL) {
                cuda->cuEventDestroy_v2(context->events[i]);
            }
        }
        if (context->stream != NULL) {
            cuda->cuStreamDestroy_v2(context->stream);
        }
        otd_cuda_free_stages(context);
        otd_cuda_leave(context);
    }
    otd_leave_card(context->card);
    free(context);
}

void otd_cuda_abandon(otd_gpu_context *context) {
    if (__atomic_load_n(&context->card->error, __ATOMIC_ACQUIRE) == 0) {
        __atomic_store_n(&context->card->silent, 1, __ATOMIC_RELEASE);
    }
    otd_leave_card(context->card);
    otd_cuda_forget_stages(context);
    free(context);
}

uint64_t otd_cuda_room(otd_gpu_context *context) {
    size_t room = 0, all = 0;
    if (!otd_cuda_answers(context) || otd_cuda_enter(context) != CUDA_SUCCESS) {
        return 0;
    }
    int error = context->card->cuda->cuMemGetInfo_v2(&room, &all);
    otd_cuda_leave(context);
    return error == CUDA_SUCCESS ? room : 0;
}
