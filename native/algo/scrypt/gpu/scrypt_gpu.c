/* scrypt_gpu.c - scrypt on a GPU: one kernel and the scratchpads of as many nonces as run at a time. */
#include <string.h>

#include "backend/gpu/plan.h"
#include "scrypt/gpu/scrypt_row.h"
#include "scrypt/scrypt.h"

/* A compute unit has about this many work items under way; a processor that stands for a card far fewer. */
#define OTD_ITEMS_OF_UNIT 1024u
#define OTD_ITEMS_OF_SIMULATOR 64u

/* The most entries that are made again from each one that is kept, as a power of two. */
#define OTD_GAP_MAX 2u

#define OTD_THREADS 64u

extern const otd_gpu_code otd_kernel_scrypt;
extern const otd_gpu_plan otd_gpu_plan_scrypt;

static void otd_row(void *out, const otd_work *work, const uint8_t *data, uint32_t version) {
    uint8_t header[80];
    memcpy(header, data, sizeof header);
    for (uint32_t byte = 0; byte < 4 && work->version_count != 0; byte++) {
        header[byte] = (uint8_t)(work->versions[version] >> (8 * byte));
    }
    otd_scrypt_row(out, header, work->target);
}

/* All entries are kept where there is room; else half or a quarter of them; else fewer nonces run at a time.
 */
static int32_t otd_extra(otd_gpu_extra *out, const otd_gpu_site *site) {
    const otd_device_info *device = site->device;
    const uint64_t room_bytes = site->room_bytes;
    uint32_t of_unit = device->kind == OTD_DEVICE_SIMULATOR ? OTD_ITEMS_OF_SIMULATOR : OTD_ITEMS_OF_UNIT;
    uint64_t items = (uint64_t)device->units * of_unit;
    uint32_t gap = 0;
    while (items * (OTD_SCRYPT_PAD_BYTES >> gap) > room_bytes && gap < OTD_GAP_MAX) {
        gap++;
    }
    uint64_t pad = OTD_SCRYPT_PAD_BYTES >> gap;
    if (items * pad > room_bytes) {
        items = room_bytes / pad / OTD_THREADS * OTD_THREADS;
    }
    if (items == 0) {
        return otd_fail(OTD_E_MEMORY,
                        "scrypt needs at least %llu bytes of a card's memory, and %llu are there",
                        (unsigned long long)(OTD_THREADS * pad), (unsigned long long)room_bytes);
    }
    *out = (otd_gpu_extra){
        .bytes = items * pad,
        .nonces_max = items,
        .argument_count = 3,
        .arguments = {{.kind = OTD_GPU_ARGUMENT_BUFFER},
                      {.kind = OTD_GPU_ARGUMENT_U32, .value = items},
                      {.kind = OTD_GPU_ARGUMENT_U32, .value = gap}},
    };
    return OTD_OK;
}

static const otd_gpu_geometry otd_geometries[] = {{.name = "group 64", .threads = OTD_THREADS}};

const otd_gpu_plan otd_gpu_plan_scrypt = {
    .algorithm = OTD_ALGO_SCRYPT,
    .geometries = otd_geometries,
    .geometry_count = sizeof otd_geometries / sizeof otd_geometries[0],
    .code = &otd_kernel_scrypt,
    .row_bytes = OTD_SCRYPT_ROW_WORDS * sizeof(uint32_t),
    .row = otd_row,
    .extra = otd_extra,
    .nonces_first = OTD_THREADS,
    .bytes_compared = 4,
    .nonces_tested = 96,
};
