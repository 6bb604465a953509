/* device.c - the devices of OpenCL: what each says of itself, opened and let go. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opencl.h"

#define OTD_EXTENSIONS_MAX 8192u

static int otd_get(const otd_cl *cl, otd_cl_handle device, uint32_t what, void *out, size_t size) {
    return cl->clGetDeviceInfo(device, what, size, out, NULL) == CL_SUCCESS;
}

static uint64_t otd_number(const otd_cl *cl, otd_cl_handle device, uint32_t what, size_t size) {
    uint64_t value = 0;
    return otd_get(cl, device, what, &value, size) ? value : 0;
}

/* Text of any length, cut to fit. */
static void otd_text(const otd_cl *cl, otd_cl_handle device, uint32_t what, char *out, size_t size) {
    char whole[OTD_EXTENSIONS_MAX] = "";
    size_t length = 0;
    out[0] = 0;
    if (cl->clGetDeviceInfo(device, what, 0, NULL, &length) != CL_SUCCESS || length > sizeof whole) {
        return;
    }
    if (otd_get(cl, device, what, whole, length)) {
        whole[sizeof whole - 1] = 0;
        snprintf(out, size, "%.*s", (int)(size - 1), whole + strspn(whole, " "));
    }
}

/* The address on the bus, by whichever extension the vendor has. */
static void otd_pci(const otd_cl *cl, otd_cl_handle device, char *out, size_t size) {
    uint32_t khr[4];
    uint32_t bus = 0, slot = 0, domain = 0;
    uint8_t amd[24]; /* u32 type = 1, 17 unused bytes, bus, device, function */
    uint32_t type = 0;
    if (otd_get(cl, device, CL_DEVICE_PCI_BUS_INFO_KHR, khr, sizeof khr)) {
        snprintf(out, size, "%04x:%02x:%02x.%x", khr[0] & 0xffff, khr[1] & 0xff, khr[2] & 0xff, khr[3] & 0xf);
    } else if (otd_get(cl, device, CL_DEVICE_PCI_BUS_ID_NV, &bus, sizeof bus) &&
               otd_get(cl, device, CL_DEVICE_PCI_SLOT_ID_NV, &slot, sizeof slot)) {
        otd_get(cl, device, CL_DEVICE_PCI_DOMAIN_ID_NV, &domain, sizeof domain);
        /* The lowest three bits of the slot are the function. */
        snprintf(out, size, "%04x:%02x:%02x.%x", domain & 0xffff, bus & 0xff, slot >> 3 & 0x1f, slot & 7);
    } else if (otd_get(cl, device, CL_DEVICE_TOPOLOGY_AMD, amd, sizeof amd)) {
        memcpy(&type, amd, sizeof type);
        if (type == 1) {
            snprintf(out, size, "0000:%02x:%02x.%x", amd[21], amd[22], amd[23] & 0xf);
        }
    }
}

static uint32_t otd_kind(const otd_cl *cl, otd_cl_handle device) {
    uint64_t type = otd_number(cl, device, CL_DEVICE_TYPE, sizeof(uint64_t));
    if ((type & CL_DEVICE_TYPE_CPU) != 0) {
        return OTD_DEVICE_SIMULATOR;
    }
    if ((type & CL_DEVICE_TYPE_GPU) == 0) {
        return OTD_DEVICE_OTHER;
    }
    return otd_number(cl, device, CL_DEVICE_HOST_UNIFIED_MEMORY, sizeof(uint32_t)) != 0
               ? OTD_DEVICE_INTEGRATED
               : OTD_DEVICE_DISCRETE;
}

static void otd_describe(const otd_cl *cl, otd_cl_handle device, otd_device_info *out) {
    uint64_t free_kib[2] = {0, 0};
    char version[128];
    *out = (otd_device_info){
        .kind = otd_kind(cl, device),
        .units = (uint32_t)otd_number(cl, device, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof(uint32_t)),
        .memory_bytes = otd_number(cl, device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof(uint64_t)),
        .alloc_max_bytes = otd_number(cl, device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof(uint64_t)),
        .compute_major =
            (uint32_t)otd_number(cl, device, CL_DEVICE_COMPUTE_CAPABILITY_MAJOR_NV, sizeof(uint32_t)),
        .compute_minor =
            (uint32_t)otd_number(cl, device, CL_DEVICE_COMPUTE_CAPABILITY_MINOR_NV, sizeof(uint32_t)),
    };
    if (otd_get(cl, device, CL_DEVICE_GLOBAL_FREE_MEMORY_AMD, free_kib, sizeof free_kib)) {
        out->memory_free_bytes = free_kib[0] << 10;
    }
    otd_text(cl, device, CL_DEVICE_NAME, out->name, sizeof out->name);
    otd_text(cl, device, CL_DRIVER_VERSION, out->driver, sizeof out->driver);
    otd_text(cl, device, CL_DEVICE_VERSION, version, sizeof version);
    snprintf(out->features, sizeof out->features, "%s", version);
    otd_pci(cl, device, out->pci, sizeof out->pci);
    otd_get(cl, device, CL_DEVICE_UUID_KHR, out->uuid, sizeof out->uuid);
}

/* "OpenCL 3.0 ..." = 3000. */
static uint32_t otd_version(const otd_cl *cl, otd_cl_handle platform) {
    char text[128] = "";
    unsigned major = 0, minor = 0;
    if (cl->clGetPlatformInfo(platform, CL_PLATFORM_VERSION, sizeof text - 1, text, NULL) != CL_SUCCESS ||
        sscanf(text, "OpenCL %u.%u", &major, &minor) != 2) {
        return 0;
    }
    return major * 1000 + minor * 10;
}

/* Devices of one platform that could run a kernel. */
static void otd_add_platform(const otd_cl *cl, otd_cl_handle platform, otd_gpu_found *found,
                             uint32_t *count) {
    otd_cl_handle devices[OTD_GPU_DEVICES_MAX];
    uint32_t there = 0;
    if (cl->clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, OTD_GPU_DEVICES_MAX, devices, &there) !=
        CL_SUCCESS) {
        return;
    }
    there = there < OTD_GPU_DEVICES_MAX ? there : OTD_GPU_DEVICES_MAX;
    for (uint32_t i = 0; i < there && *count < OTD_GPU_DEVICES_MAX; i++) {
        if (otd_number(cl, devices[i], CL_DEVICE_AVAILABLE, sizeof(uint32_t)) == 0 ||
            otd_number(cl, devices[i], CL_DEVICE_COMPILER_AVAILABLE, sizeof(uint32_t)) == 0) {
            continue;
        }
        otd_gpu_found *device = &found[(*count)++];
        otd_describe(cl, devices[i], &device->info);
        device->handle[0] = (uint64_t)(uintptr_t)devices[i];
        device->handle[1] = (uint64_t)(uintptr_t)cl;
    }
}

int32_t otd_cl_probe(otd_gpu_found *found, uint32_t *count, otd_backend_info *backend) {
    const otd_cl *tables = NULL;
    uint32_t ways = otd_cl_load(&tables, backend->message, sizeof backend->message);
    uint32_t platform_count = 0;
    *count = 0;
    for (uint32_t way = 0; way < ways; way++) {
        otd_cl_handle platforms[OTD_CL_PLATFORMS_MAX];
        uint32_t here = 0;
        int32_t error = otd_cl_platforms(&tables[way], platforms, &here);
        if (error != CL_SUCCESS) {
            snprintf(backend->message, sizeof backend->message,
                     "%s gave error %d when asked for its platforms; reinstall the graphics driver",
                     tables[way].library, error);
            return OTD_E_DRIVER;
        }
        for (uint32_t i = 0; i < here; i++) {
            uint32_t version = otd_version(&tables[way], platforms[i]);
            backend->version = version > backend->version ? version : backend->version;
            otd_add_platform(&tables[way], platforms[i], found, count);
        }
        platform_count += here;
    }
    if (ways != 0 && *count == 0) {
        snprintf(backend->message, sizeof backend->message,
                 platform_count == 0
                     ? "OpenCL's loader is there and no driver behind it. Install the OpenCL package of your "
                       "graphics card's vendor"
                     : "OpenCL's drivers (%u) show no device. Is the card plugged in, and may this user open "
                       "it (group video or render)?",
                 platform_count);
    }
    return ways == 0 ? OTD_E_UNSUPPORTED : OTD_OK;
}

int32_t otd_cl_fail(const otd_gpu_context *context, int32_t error, const char *what) {
    switch (error) {
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_OUT_OF_HOST_MEMORY:
    case CL_INVALID_BUFFER_SIZE:
        return otd_fail(OTD_E_MEMORY, "%s: %s: not enough memory (OpenCL error %d)", context->name, what,
                        error);
    case CL_DEVICE_NOT_AVAILABLE:
        return otd_fail(OTD_E_DEVICE_LOST, "%s: %s: the device is gone (OpenCL error %d)", context->name,
                        what, error);
    default:
        return otd_fail(OTD_E_DRIVER, "%s: %s: OpenCL error %d", context->name, what, error);
    }
}

/* Room for what an open device is; its queue is still to come. */
static int32_t otd_new_context(const otd_cl *cl, otd_cl_handle device, const char *name,
                               otd_gpu_context **out) {
    otd_gpu_context *context = calloc(1, sizeof *context);
    *out = context;
    if (context == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %zu bytes for a context", sizeof *context);
    }
    context->cl = cl;
    context->device = device;
    snprintf(context->name, sizeof context->name, "%s", name);
    return OTD_OK;
}

/* The last step of opening. On failure nothing of the context is left. */
static int32_t otd_add_queue(otd_gpu_context *context, otd_gpu_context **out) {
    int32_t error = CL_SUCCESS;
    context->queue = context->cl->clCreateCommandQueue(context->context, context->device, 0, &error);
    if (context->queue != NULL && error == CL_SUCCESS) {
        *out = context;
        return OTD_OK;
    }
    int32_t status = otd_cl_fail(context, error, "making a queue");
    context->cl->clReleaseContext(context->context);
    free(context);
    return status;
}

int32_t otd_cl_open(const otd_gpu_found *device, otd_gpu_context **out) {
    otd_gpu_context *context = NULL;
    *out = NULL;
    int32_t status =
        otd_new_context((const otd_cl *)(uintptr_t)device->handle[1],
                        (otd_cl_handle)(uintptr_t)device->handle[0], device->info.name, &context);
    if (status != OTD_OK) {
        return status;
    }
    snprintf(context->driver, sizeof context->driver, "%s, %.120s", device->info.driver,
             device->info.features);
    otd_cl_handle platform = NULL;
    int32_t error = CL_SUCCESS;
    otd_get(context->cl, context->device, CL_DEVICE_PLATFORM, &platform, sizeof platform);
    const intptr_t properties[] = {CL_CONTEXT_PLATFORM, (intptr_t)platform, 0};
    context->context = context->cl->clCreateContext(properties, 1, &context->device, NULL, NULL, &error);
    if (context->context == NULL || error != CL_SUCCESS) {
        status = otd_cl_fail(context, error, "opening the device");
        free(context);
        return status;
    }
    return otd_add_queue(context, out);
}

int32_t otd_cl_fork(otd_gpu_context *from, otd_gpu_context **out) {
    otd_gpu_context *context = NULL;
    *out = NULL;
    int32_t status = otd_new_context(from->cl, from->device, from->name, &context);
    if (status != OTD_OK) {
        return status;
    }
    int32_t error = from->cl->clRetainContext(from->context);
    if (error != CL_SUCCESS) {
        status = otd_cl_fail(from, error, "sharing a context");
        free(context);
        return status;
    }
    context->context = from->context;
    snprintf(context->driver, sizeof context->driver, "%s", from->driver);
    return otd_add_queue(context, out);
}

uint64_t otd_cl_room(otd_gpu_context *context) {
    uint64_t free_kib[2] = {0, 0}; /* in all, and in one piece */
    return otd_get(context->cl, context->device, CL_DEVICE_GLOBAL_FREE_MEMORY_AMD, free_kib, sizeof free_kib)
               ? free_kib[0] << 10
               : 0;
}

void otd_cl_close(otd_gpu_context *context) {
    for (uint32_t i = 0; i < OTD_GPU_EVENTS; i++) {
        if (context->events[i] != NULL) {
            context->cl->clReleaseEvent(context->events[i]);
        }
    }
    if (context->last != NULL) {
        context->cl->clReleaseEvent(context->last);
    }
    context->cl->clReleaseCommandQueue(context->queue);
    context->cl->clReleaseContext(context->context);
    free(context);
}

void otd_cl_abandon(otd_gpu_context *context) {
    free(context); /* the driver's own objects stay: to release them would wait for what hangs */
}
