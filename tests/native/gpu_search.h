/* gpu_search.h - searches on a device and on the processor, and how they are compared. */
#ifndef OTD_TEST_GPU_SEARCH_H
#define OTD_TEST_GPU_SEARCH_H

#include "otedama.h"

/* A machine on which these tests run may be busy with others. */
enum { OTD_PATIENCE_MS = 600000 };

/* The data of all works below: 80 bytes. */
extern uint8_t otd_gpu_header[80];

/* Searches a work to its end in calls with room for `capacity` hits, all of them in `room`; returns how many
 * there are, or -1. */
int32_t otd_search(otd_engine *engine, const otd_work *work, uint32_t capacity, otd_hit *hits, uint32_t room,
                   uint64_t *hashes);

/* A work over the header whose target has `top` as its most significant byte. */
otd_work otd_range(uint64_t first, uint64_t count, uint32_t versions, uint8_t top);

/* The same hits in the same order on both, and every hash counted once. */
void otd_compare(otd_engine *device, otd_engine *processor, const otd_work *work, uint32_t capacity,
                 const char *what);

/* A hash equal to the target is a hit; with a target lower by one it is none. What the processor finds first
 * of `work` is the hash. */
void otd_test_edge_of(otd_engine *device, otd_engine *processor, const otd_work *work);

#endif /* OTD_TEST_GPU_SEARCH_H */
