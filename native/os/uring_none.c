/* uring_none.c - rings where there is no io_uring. */
#if !defined(__linux__)

#include <stddef.h>

#include "algo.h"
#include "otedama_os.h"

int32_t otd_ring_open(otd_ring **out, const otd_ring_options *options) {
    *out = NULL;
    return otd_fail(OTD_E_UNSUPPORTED, "io_uring is only there on Linux");
}

void otd_ring_close(otd_ring *ring) {
}

int32_t otd_ring_state(const otd_ring *ring, otd_ring_info *out) {
    return OTD_E_UNSUPPORTED;
}

int32_t otd_ring_listen(otd_ring *ring, int32_t descriptor, uint64_t tag) {
    return OTD_E_UNSUPPORTED;
}

int32_t otd_ring_unlisten(otd_ring *ring, uint64_t tag) {
    return OTD_E_UNSUPPORTED;
}

int32_t otd_ring_send(otd_ring *ring, const otd_ring_item *items, uint32_t items_count, const uint8_t *data,
                      uint32_t data_length) {
    return OTD_E_UNSUPPORTED;
}

int32_t otd_ring_end(otd_ring *ring, uint64_t connection, uint32_t flags) {
    return OTD_E_UNSUPPORTED;
}

int32_t otd_ring_file_open(otd_ring *ring, uint32_t *file, uint32_t *direct, const uint8_t *path,
                           uint32_t path_length) {
    return OTD_E_UNSUPPORTED;
}

int32_t otd_ring_file_close(otd_ring *ring, uint32_t file) {
    return OTD_E_UNSUPPORTED;
}

int32_t otd_ring_commit(otd_ring *ring, uint32_t file, uint64_t tag, uint64_t offset, const uint8_t *bytes,
                        uint32_t bytes_length, const otd_ring_item *items, uint32_t items_count,
                        const uint8_t *data, uint32_t data_length) {
    return OTD_E_UNSUPPORTED;
}

int32_t otd_ring_turn(otd_ring *ring, otd_ring_event *events, uint32_t *count, uint32_t events_length,
                      uint32_t wait_nr, int64_t timeout_ns) {
    return OTD_E_UNSUPPORTED;
}

void otd_ring_wake(otd_ring *ring) {
}

#endif
