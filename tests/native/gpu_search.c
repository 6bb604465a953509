/* gpu_search.c - see gpu_search.h. */
#include "gpu_search.h"

#include <string.h>

#include "check.h"

enum { OTD_ROOM = 8192, OTD_CALLS_MAX = 100000 };

uint8_t otd_gpu_header[80];

static otd_hit otd_device_hits[OTD_ROOM], otd_processor_hits[OTD_ROOM];

int32_t otd_search(otd_engine *engine, const otd_work *work, uint32_t capacity, otd_hit *hits, uint32_t room,
                   uint64_t *hashes) {
    otd_work rest = *work;
    uint32_t found = 0;
    *hashes = 0;
    for (uint32_t call = 0; call < OTD_CALLS_MAX && found + capacity <= room; call++) {
        otd_scan_result result;
        int32_t status = otd_engine_scan(engine, hits + found, capacity, &result, &rest, 1, otd_gpu_header,
                                         sizeof otd_gpu_header, 60000);
        if (status != OTD_OK) {
            return -1;
        }
        found += result.hit_count;
        *hashes += result.hashes;
        if (result.work_index == 1) {
            return (int32_t)found;
        }
        rest.nonce_count -= result.nonce_next - rest.nonce_first;
        rest.nonce_first = result.nonce_next;
    }
    return -1;
}

otd_work otd_range(uint64_t first, uint64_t count, uint32_t versions, uint8_t top) {
    otd_work work = {.tag = 77, .nonce_first = first, .nonce_count = count, .data_length = 80};
    work.version_count = versions;
    for (uint32_t v = 0; v < versions; v++) {
        work.versions[v] = 0x20000000u + (7 - v) * 0x2000u;
    }
    memset(work.target, 0xff, sizeof work.target);
    work.target[31] = top;
    return work;
}

void otd_compare(otd_engine *device, otd_engine *processor, const otd_work *work, uint32_t capacity,
                 const char *what) {
    uint64_t hashes = 0, expected_hashes = 0;
    int32_t found = otd_search(device, work, capacity, otd_device_hits, OTD_ROOM, &hashes);
    int32_t expected = otd_search(processor, work, capacity, otd_processor_hits, OTD_ROOM, &expected_hashes);
    otd_check(found == expected && found >= 0 && hashes == expected_hashes &&
                  memcmp(otd_device_hits, otd_processor_hits, (size_t)found * sizeof otd_device_hits[0]) == 0,
              "gpu: %s, %u versions: %d hits of %d, %llu hashes of %llu", what, work->version_count, found,
              expected, (unsigned long long)hashes, (unsigned long long)expected_hashes);
}

static void otd_lower_target(uint8_t target[32]) {
    for (uint32_t i = 0; i < 32 && target[i]-- == 0; i++) {
    }
}

void otd_test_edge_of(otd_engine *device, otd_engine *processor, const otd_work *work) {
    uint64_t hashes;
    int32_t found = otd_search(processor, work, 64, otd_processor_hits, OTD_ROOM, &hashes);
    otd_check(found > 0, "gpu: the reference finds something to test the edge with: %d", found);
    if (found <= 0) {
        return;
    }
    otd_work edge = *work;
    uint64_t nonce = otd_processor_hits[0].nonce;
    edge.nonce_first = nonce - work->nonce_first < 100 ? work->nonce_first : nonce - 100;
    edge.nonce_count = nonce - edge.nonce_first + 1;
    memcpy(edge.target, otd_processor_hits[0].hash, sizeof edge.target);
    found = otd_search(device, &edge, 64, otd_device_hits, OTD_ROOM, &hashes);
    otd_check(found == 1 && otd_device_hits[0].nonce == nonce, "gpu: a hash equal to the target is a hit");
    otd_lower_target(edge.target);
    found = otd_search(device, &edge, 64, otd_device_hits, OTD_ROOM, &hashes);
    otd_check(found == 0, "gpu: a target lower by one has no hit, got %d", found);
}
