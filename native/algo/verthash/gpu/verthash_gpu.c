/* verthash_gpu.c - Verthash on a GPU: one kernel, and the data file in the device's memory. */
#include <string.h>

#include "backend/gpu/verify.h"
#include "verthash/gpu/verthash_row.h"
#include "verthash/verthash_dataset.h"

#define OTD_THREADS 64u

extern const otd_gpu_code otd_kernel_verthash;
extern const otd_gpu_code otd_kernel_verthash_hash;
extern const otd_gpu_plan otd_gpu_plan_verthash;

static void otd_row(void *out, const otd_work *work, const uint8_t *data, uint32_t version) {
    uint8_t header[80];
    otd_verthash_data any;
    otd_verthash_describe(&any, 1); /* the constants of keccak are the same for every file */
    memcpy(header, data, sizeof header);
    for (uint32_t byte = 0; byte < 4 && work->version_count != 0; byte++) {
        header[byte] = (uint8_t)(work->versions[version] >> (8 * byte));
    }
    otd_verthash_row(out, header, work->target, &any);
}

/* The file, its places and their magic number (verthash.cu). */
static void otd_file_arguments(otd_gpu_argument out[3], const otd_gpu_site *site) {
    const otd_gpu_dataset *dataset = site->dataset->state;
    const otd_verthash_data *data = otd_verthash_dataset_data(site->dataset->source);
    out[0] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_BUFFER, .buffer = dataset->pieces[0]};
    out[1] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_U32, .value = data->slots};
    out[2] = (otd_gpu_argument){.kind = OTD_GPU_ARGUMENT_U32, .value = (1ull << 32) / data->slots};
}

static int32_t otd_extra(otd_gpu_extra *out, const otd_gpu_site *site) {
    *out = (otd_gpu_extra){.argument_count = 3};
    otd_file_arguments(out->arguments, site);
    return OTD_OK;
}

static int32_t otd_open_check(void **state, const otd_gpu_site *site) {
    return otd_gpu_check_kernel_open(state, site, &otd_kernel_verthash_hash, "otd_verthash_hash");
}

static int32_t otd_launch_check(void *state, const otd_gpu_site *site, const otd_gpu_check_batch *batch) {
    otd_gpu_argument file[3];
    otd_file_arguments(file, site);
    return otd_gpu_check_kernel_launch(state, site, batch, file, 3);
}

/* All of a call in one launch: a chain of reads takes milliseconds however many there are. */
static const otd_gpu_checks otd_checks = {
    .item_bytes = OTD_GPU_HEADER_BYTES,
    .batch = OTD_BATCH_MAX,
    .tested = 96,
    .open = otd_open_check,
    .close = otd_gpu_check_kernel_close,
    .pack = otd_gpu_pack_header,
    .launch = otd_launch_check,
    .judge = otd_gpu_judge_hash,
};

/* In one piece, whatever its size: a chain of 4096 reads would look for the piece 4096 times. */
static void otd_shape(otd_gpu_shape *out, const otd_gpu_port *port, const otd_dataset *source) {
    uint64_t bytes = otd_verthash_dataset_data(source)->bytes;
    *out = (otd_gpu_shape){.bytes = bytes, .piece_least = bytes};
}

static int32_t otd_file_upload(const otd_gpu_dataset *dataset, const otd_gpu_site *site,
                               const otd_dataset *source, const otd_build *build) {
    const otd_verthash_data *data = otd_verthash_dataset_data(source);
    return otd_gpu_upload(dataset, site, data->nodes, data->bytes, build);
}

static const otd_gpu_geometry otd_geometries[] = {{.name = "group 64", .threads = OTD_THREADS}};

const otd_gpu_plan otd_gpu_plan_verthash = {
    .algorithm = OTD_ALGO_VERTHASH,
    .geometries = otd_geometries,
    .geometry_count = sizeof otd_geometries / sizeof otd_geometries[0],
    .code = &otd_kernel_verthash,
    .row_bytes = OTD_VERTHASH_ROW_WORDS * sizeof(uint32_t),
    .row = otd_row,
    .extra = otd_extra,
    .checks = &otd_checks,
    .dataset_shape = otd_shape,
    .dataset_fill = otd_file_upload,
    .nonces_first = OTD_THREADS,
    .bytes_compared = 4,
    .nonces_tested = 96,
};
