/* sha256d_avx512.c - sixteen nonces per register; native rotates and three-input logic. */
#include "sha256d_avx512_ops.h"

#include "sha256d_lanes.h"

static uint64_t otd_scan_avx512(const otd_sha256d_job *job, unsigned first, uint64_t groups,
                                otd_sha256d_found *found) {
    return otd_lanes_scan(job, first, groups, found);
}

const otd_sha256d_kernel otd_sha256d_avx512 = {otd_scan_avx512, otd_sha256d_hash_serial};
