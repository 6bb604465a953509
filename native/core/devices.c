/* devices.c - see devices.h. The list of backends is backend/backends.def. */
#include "devices.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTD_BACKEND(name) extern const otd_backend otd_backend_##name;
#include "../backend/backends.def"
#undef OTD_BACKEND

#define OTD_BACKEND(name) &otd_backend_##name,
static const otd_backend *const otd_backends[] = {
#include "../backend/backends.def"
};
#undef OTD_BACKEND

#define OTD_BACKEND_COUNT (sizeof otd_backends / sizeof otd_backends[0])

/* Names of the backends other builds have, so that OTEDAMA_GPU may name them on any. */
static const char *const otd_backend_names[] = {"cpu", "cuda", "opencl", "vulkan"};
#define OTD_BACKEND_NAMES (sizeof otd_backend_names / sizeof otd_backend_names[0])

typedef struct otd_device_row {
    const otd_backend *backend;
    uint32_t row;
    otd_device_info info;
} otd_device_row;

/* Written by one thread at a time under the lock; rows below the count never change until otd_close. */
static pthread_mutex_t otd_lock = PTHREAD_MUTEX_INITIALIZER;
static otd_backend_info otd_infos[OTD_BACKEND_COUNT];
static otd_device_row otd_rows[OTD_DEVICES_MAX];
static uint32_t otd_row_count;

/* Whether two rows are one board behind two interfaces. */
static int otd_same_board(const otd_device_info *a, const otd_device_info *b) {
    static const uint8_t none[sizeof a->uuid];
    if (a->backend == b->backend || a->kind == OTD_DEVICE_PROCESSOR || b->kind == OTD_DEVICE_PROCESSOR) {
        return 0;
    }
    if (a->pci[0] != 0 && b->pci[0] != 0) {
        return strcmp(a->pci, b->pci) == 0;
    }
    return memcmp(a->uuid, none, sizeof none) != 0 && memcmp(a->uuid, b->uuid, sizeof none) == 0;
}

/* Of one board, every row points to the one whose backend comes first; that is how a board is used once. */
static void otd_find_twins(uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        otd_rows[i].info.twin = i;
        for (uint32_t k = 0; k < count; k++) {
            const otd_device_info *best = &otd_rows[otd_rows[i].info.twin].info;
            if (otd_same_board(&otd_rows[i].info, &otd_rows[k].info) &&
                otd_rows[k].info.backend < best->backend) {
                otd_rows[i].info.twin = k;
            }
        }
    }
}

static void otd_probe(uint32_t at) {
    const otd_backend *backend = otd_backends[at];
    otd_backend_info *info = &otd_infos[at];
    uint32_t count = __atomic_load_n(&otd_row_count, __ATOMIC_RELAXED);
    info->opened = 1;
    backend->probe(backend, info);
    if (info->device_count > OTD_DEVICES_MAX - count) {
        snprintf(info->message, sizeof info->message, "%u devices, of which %u fit into the list of %u",
                 info->device_count, OTD_DEVICES_MAX - count, OTD_DEVICES_MAX);
        info->device_count = OTD_DEVICES_MAX - count;
    }
    for (uint32_t row = 0; row < info->device_count; row++) {
        otd_device_row *device = &otd_rows[count + row];
        *device = (otd_device_row){.backend = backend, .row = row};
        backend->device_at(backend, row, &device->info);
        device->info.index = count + row;
        device->info.backend = backend->id;
    }
    otd_find_twins(count + info->device_count);
    __atomic_store_n(&otd_row_count, count + info->device_count, __ATOMIC_RELEASE);
}

void otd_devices_start(void) {
    pthread_mutex_lock(&otd_lock);
    __atomic_store_n(&otd_row_count, 0u, __ATOMIC_RELEASE);
    for (uint32_t i = 0; i < OTD_BACKEND_COUNT; i++) {
        otd_infos[i] = (otd_backend_info){.backend = otd_backends[i]->id};
        snprintf(otd_infos[i].name, sizeof otd_infos[i].name, "%s", otd_backends[i]->name);
    }
    otd_probe(0); /* the processor is the first */
    pthread_mutex_unlock(&otd_lock);
}

/* Bit of a backend's name of `length` bytes, or 0. */
static uint32_t otd_name_bit(const char *name, size_t length) {
    for (uint32_t i = 0; i < OTD_BACKEND_NAMES; i++) {
        if (strlen(otd_backend_names[i]) == length && strncmp(otd_backend_names[i], name, length) == 0) {
            return 1u << i;
        }
    }
    return 0;
}

/* What OTEDAMA_GPU leaves of a mask. */
static int32_t otd_allowed(uint32_t *mask) {
    const char *text = getenv("OTEDAMA_GPU");
    uint32_t allowed = 0;
    if (text == NULL || text[0] == 0) {
        return OTD_OK;
    }
    if (strcmp(text, "off") == 0) {
        *mask = 0;
        return OTD_OK;
    }
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        uint32_t bit = otd_name_bit(at, length);
        if (bit == 0) {
            return otd_fail(OTD_E_ARGUMENT,
                            "OTEDAMA_GPU=%.64s: \"%.*s\" is none; use off, or some of cuda, opencl, vulkan "
                            "separated by commas, or unset it",
                            text, (int)(length < 32 ? length : 32), at);
        }
        allowed |= bit;
        at += length;
        if (*at == 0) {
            *mask &= allowed;
            return OTD_OK;
        }
    }
}

int32_t otd_devices_find(uint32_t mask) {
    int32_t status = otd_allowed(&mask);
    if (status != OTD_OK) {
        return status;
    }
    pthread_mutex_lock(&otd_lock);
    for (uint32_t i = 0; i < OTD_BACKEND_COUNT; i++) {
        if ((mask >> otd_backends[i]->id & 1u) != 0 && otd_infos[i].opened == 0) {
            otd_probe(i);
        }
    }
    pthread_mutex_unlock(&otd_lock);
    return OTD_OK;
}

int32_t otd_devices_backend(uint32_t index, otd_backend_info *out) {
    if (index >= OTD_BACKEND_COUNT) {
        return 0;
    }
    pthread_mutex_lock(&otd_lock);
    *out = otd_infos[index];
    pthread_mutex_unlock(&otd_lock);
    return 1;
}

int32_t otd_devices_get(uint32_t device, const otd_backend **backend, uint32_t *row) {
    uint32_t count = __atomic_load_n(&otd_row_count, __ATOMIC_ACQUIRE);
    if (device >= count) {
        return otd_fail(OTD_E_ARGUMENT,
                        "device row %u does not exist; there are 0..%u (otd_devices_open looks for more)",
                        device, count == 0 ? 0 : count - 1);
    }
    *backend = otd_rows[device].backend;
    *row = otd_rows[device].row;
    return OTD_OK;
}

int32_t otd_devices_info(uint32_t device, otd_device_info *out) {
    const otd_backend *backend = NULL;
    uint32_t row = 0;
    int32_t status = otd_devices_get(device, &backend, &row);
    if (status != OTD_OK) {
        return status;
    }
    pthread_mutex_lock(&otd_lock); /* twins are found anew when another backend is opened */
    *out = otd_rows[device].info;
    pthread_mutex_unlock(&otd_lock);
    return OTD_OK;
}
