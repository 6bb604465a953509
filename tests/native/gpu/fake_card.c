/*
 * fake_card.c - a layer for the OpenCL loader (OPENCL_LAYERS) that lets the devices behind it pass for cards
 * in slots, and plants what drivers do wrong. With PoCL behind it, and POCL_DEVICES="pthread pthread" for
 * two, programs meet cards where there is none. Environment:
 *
 *     FAKE_CARD_FAULT   crash = the driver ends the process when it is asked for platforms; hang = it does
 *                       not answer
 *     FAKE_CARD_LOST    a file; while it exists, launches say that the device is gone
 *
 * Device n, in the order in which they are first looked at, is in slot 0000:0n+1:00.0. The interface of
 * layers: Khronos, cl_layer.h; places in the table: cl_icd.h.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum {
    API_VERSION = 0x4240,
    API_VERSION_100 = 100,
    PLACES_MAX = 256,
    CARDS_MAX = 8,
    CL_SUCCESS = 0,
    CL_DEVICE_NOT_AVAILABLE = -2,
    CL_INVALID_VALUE = -30,
    DEVICE_TYPE = 0x1000,
    DEVICE_NAME = 0x102B,
    DEVICE_HOST_UNIFIED_MEMORY = 0x1035,
    DEVICE_PCI_BUS_INFO_KHR = 0x410F
};

typedef void *handle;
typedef int32_t get_platforms(uint32_t, handle *, uint32_t *);
typedef int32_t get_info(handle, uint32_t, size_t, void *, size_t *);
typedef int32_t launch(handle, handle, uint32_t, const size_t *, const size_t *, const size_t *, uint32_t,
                       const handle *, handle *);

static void *table[PLACES_MAX];
static get_platforms *next_platforms;
static get_info *next_info;
static launch *next_launch;
static handle cards[CARDS_MAX];

static int32_t card_platforms(uint32_t room, handle *out, uint32_t *count) {
    const char *fault = getenv("FAKE_CARD_FAULT");
    if (fault != NULL && strcmp(fault, "crash") == 0) {
        abort();
    }
    while (fault != NULL && strcmp(fault, "hang") == 0) {
        pause();
    }
    return next_platforms(room, out, count);
}

static uint32_t number_of(handle device) {
    uint32_t n = 0;
    while (n + 1 < CARDS_MAX && cards[n] != NULL && cards[n] != device) {
        n++;
    }
    cards[n] = device;
    return n;
}

static int32_t give(const void *value, size_t bytes, size_t room, void *out, size_t *size) {
    if (out != NULL && room < bytes) {
        return CL_INVALID_VALUE;
    }
    if (out != NULL) {
        memcpy(out, value, bytes);
    }
    if (size != NULL) {
        *size = bytes;
    }
    return CL_SUCCESS;
}

static int32_t card_info(handle device, uint32_t what, size_t room, void *out, size_t *size) {
    const uint32_t address[4] = {0, number_of(device) + 1, 0, 0};
    const uint64_t gpu = 4;
    const uint32_t no = 0;
    char name[32];
    switch (what) {
    case DEVICE_TYPE:
        return give(&gpu, sizeof gpu, room, out, size);
    case DEVICE_HOST_UNIFIED_MEMORY:
        return give(&no, sizeof no, room, out, size);
    case DEVICE_PCI_BUS_INFO_KHR:
        return give(address, sizeof address, room, out, size);
    case DEVICE_NAME:
        snprintf(name, sizeof name, "Stand-in card %u", address[1]);
        return give(name, strlen(name) + 1, room, out, size);
    default:
        return next_info(device, what, room, out, size);
    }
}

static int32_t card_launch(handle queue, handle kernel, uint32_t dimensions, const size_t *offset,
                           const size_t *global, const size_t *local, uint32_t waits, const handle *list,
                           handle *event) {
    const char *lost = getenv("FAKE_CARD_LOST");
    return lost != NULL && access(lost, F_OK) == 0
               ? CL_DEVICE_NOT_AVAILABLE
               : next_launch(queue, kernel, dimensions, offset, global, local, waits, list, event);
}

EXPORT int32_t clGetLayerInfo(uint32_t what, size_t room, void *out, size_t *size);
int32_t clGetLayerInfo(uint32_t what, size_t room, void *out, size_t *size) {
    const uint32_t version = API_VERSION_100;
    return what == API_VERSION ? give(&version, sizeof version, room, out, size) : CL_INVALID_VALUE;
}

EXPORT int32_t clInitLayer(uint32_t count, void *const *target, uint32_t *count_out, void *const **out);
int32_t clInitLayer(uint32_t count, void *const *target, uint32_t *count_out, void *const **out) {
    if (count < 60 || count > PLACES_MAX) {
        return CL_INVALID_VALUE;
    }
    memcpy(table, target, count * sizeof table[0]);
    *(void **)&next_platforms = table[0];
    *(void **)&next_info = table[3];
    *(void **)&next_launch = table[59];
    *(get_platforms **)&table[0] = card_platforms;
    *(get_info **)&table[3] = card_info;
    *(launch **)&table[59] = card_launch;
    *count_out = count;
    *out = table;
    return CL_SUCCESS;
}
