/*
 * cuda_host.h - what the tests of the CUDA host on the stand-in driver share: through the border's verbs
 * where these reach, else through the port. The program finds the stand-in as libcuda.so.1 by its own run
 * path.
 */
#ifndef OTD_TEST_CUDA_HOST_H
#define OTD_TEST_CUDA_HOST_H

#include <stdint.h>

#include "fake_cuda.h"
#include "otedama.h"

/* Counts one test; a failure prints what, with the library's detail. */
void check(int condition, const char *what, ...) __attribute__((format(printf, 2, 3)));

/* The library and the driver as if the process had just started, with pairs of FAKECUDA_ names and values
 * behind, null at the end. Returns CUDA's devices; those are 1, 2, ... of otd_device_at. */
uint32_t restart(const char *first, ...);

/* The backend's row. */
otd_backend_info cuda_backend(void);

/* What the stand-in counted. */
fake_cuda_counts counted(void);
/* Faults of launches to come, as fake_cuda_plant says. */
void plant(uint64_t lost_ahead, uint64_t hang_ahead, int error);

/* An engine, or null. hang_ms as in otd_engine_params. */
otd_engine *engine_of(uint32_t algorithm, uint32_t device, uint32_t hang_ms);

/* The last detail of this thread. */
const char *detail(void);

enum { HITS_MAX = 4096 };

/* Searches [first, first + count) for hashes whose highest byte is at most `top`. Returns the hits, or the
 * status that ended it. */
int32_t search(otd_engine *engine, uint64_t first, uint64_t count, uint32_t versions, uint8_t top,
               otd_hit hits[HITS_MAX], uint64_t *hashes);

/* Compares a device's search with the processor's. */
void compare(otd_engine *device, uint32_t algorithm, uint64_t first, uint64_t count, uint32_t versions,
             uint8_t top, const char *what);

/* A folder that is empty; and what is in it: names that end so. */
const char *empty_folder(void);
uint32_t files_in(const char *folder, const char *end, char name[256]);

void test_listing(void);
void test_searches(void);
void test_faults(void);
void test_cache(void);
void test_forks(void);

#endif /* OTD_TEST_CUDA_HOST_H */
