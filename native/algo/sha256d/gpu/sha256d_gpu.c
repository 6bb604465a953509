/* sha256d_gpu.c - SHA-256d on a GPU: one kernel, one row of constants for each version. */
#include "backend/gpu/plan.h"
#include "sha256d/gpu/sha256d_row.h"
#include "sha256d/sha256d.h"

extern const otd_gpu_code otd_kernel_sha256d;

static void otd_row(void *out, const otd_work *work, const uint8_t *data, uint32_t version) {
    otd_sha256d_job job;
    otd_sha256d_make_job(&job, work, data);
    otd_sha256d_row(out, &job, version);
}

extern const otd_gpu_plan otd_gpu_plan_sha256d;

static const otd_gpu_geometry otd_geometries[] = {
    {.name = "group 64", .threads = 64},
    {.name = "group 128", .threads = 128},
    {.name = "group 256", .threads = 256},
};

const otd_gpu_plan otd_gpu_plan_sha256d = {
    .algorithm = OTD_ALGO_SHA256D,
    .geometries = otd_geometries,
    .geometry_count = sizeof otd_geometries / sizeof otd_geometries[0],
    .code = &otd_kernel_sha256d,
    .row_bytes = OTD_SHA256D_ROW_WORDS * sizeof(uint32_t),
    .row = otd_row,
    .nonces_first = 1u << 14, /* a tenth of a millisecond of the slowest card, a few of a processor */
    .bytes_compared = 4,
    .nonces_tested = 8192,
};
