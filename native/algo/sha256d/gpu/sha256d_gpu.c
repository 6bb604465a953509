/* sha256d_gpu.c - SHA-256d on a GPU: one kernel, one row of constants for each version. */
#include "backend/gpu/verify.h"
#include "sha256d/gpu/sha256d_row.h"
#include "sha256d/sha256d.h"

extern const otd_gpu_code otd_kernel_sha256d;
extern const otd_gpu_code otd_kernel_sha256d_hash;

static void otd_row(void *out, const otd_work *work, const uint8_t *data, uint32_t version) {
    otd_sha256d_job job;
    otd_sha256d_make_job(&job, work, data);
    otd_sha256d_row(out, &job, version);
}

static int32_t otd_open_check(void **state, const otd_gpu_site *site) {
    return otd_gpu_check_kernel_open(state, site, &otd_kernel_sha256d_hash, "otd_sha256d_hash");
}

static int32_t otd_launch_check(void *state, const otd_gpu_site *site, const otd_gpu_check_batch *batch) {
    return otd_gpu_check_kernel_launch(state, site, batch, NULL, 0);
}

static const otd_gpu_checks otd_checks = {
    .item_bytes = OTD_GPU_HEADER_BYTES,
    .batch = OTD_GPU_CHECK_BATCH,
    .tested = 1024,
    .open = otd_open_check,
    .close = otd_gpu_check_kernel_close,
    .pack = otd_gpu_pack_header,
    .launch = otd_launch_check,
    .judge = otd_gpu_judge_hash,
};

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
    .checks = &otd_checks,
    .nonces_first = 1u << 14, /* a tenth of a millisecond of the slowest card, a few of a processor */
    .bytes_compared = 4,
    .nonces_tested = 8192,
};
