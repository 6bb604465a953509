/*
 * backend.h - the private contract between core/ and one way of speaking to devices. A backend is one const
 * table named otd_backend_<name>, listed once in backend/backends.def. The processor is the first of them.
 *
 * `row` counts a backend's own devices from 0. Arguments are checked in core/: rows exist, works lie in their
 * data, the dataset is the algorithm's.
 */
#ifndef OTD_BACKEND_H
#define OTD_BACKEND_H

#include "algo.h"

struct otd_gpu_port;

typedef struct otd_backend otd_backend;

struct otd_backend {
    uint32_t id;      /* OTD_BACKEND_... */
    const char *name; /* as OTEDAMA_GPU takes it */

    /* What an interface to GPUs can do; null for the processor. */
    const struct otd_gpu_port *port;

    /* Opens the driver and counts devices; fills in status, device_count, version and message. It may be
     * called again after otd_close. One thread at a time. */
    void (*probe)(const otd_backend *backend, otd_backend_info *info);

    /* All of a device but index, backend and twin. */
    void (*device_at)(const otd_backend *backend, uint32_t row, otd_device_info *out);

    /* The flavours an algorithm has on a device; 0 = it cannot be searched there. */
    uint32_t (*flavour_count)(const otd_backend *backend, const otd_algo *algo);
    void (*flavour_at)(const otd_backend *backend, const otd_algo *algo, uint32_t index,
                       otd_flavour_info *out);

    /* Known answers of a 1-based flavour, 0 = selected, whether they were seen before or not. */
    int32_t (*self_test)(const otd_backend *backend, uint32_t row, const otd_algo *algo, uint32_t flavour);

    /* Makes what engine->state points to, with known answers on first use; params, algo, backend, device_row
     * and dataset are set. engine_close frees it. */
    int32_t (*engine_open)(otd_engine *engine);
    void (*engine_close)(otd_engine *engine);

    /* As otd_engine_scan. *result is zero at the start; hit_count is filled in by the caller from hits. */
    int32_t (*scan)(otd_engine *engine, otd_hits *hits, otd_scan_result *result, const otd_work *works,
                    uint32_t work_count, const uint8_t *data, uint32_t budget_ms);

    /* As otd_verify; null, or OTD_E_UNSUPPORTED, where the algorithm cannot be checked. The processor's gets
     * items of allowed lengths only; a device is given all of them and judges the lengths itself, so that one
     * that is malformed does not cut its batches. */
    int32_t (*verify)(otd_engine *engine, otd_verdict *verdicts, const otd_verify_item *items, uint32_t count,
                      const uint8_t *data);

    /* Makes dataset->state in the device's memory from dataset->source; null where it cannot. The processor's
     * are the algorithm's own. */
    int32_t (*dataset_open)(otd_dataset *dataset, const otd_build *build);
    void (*dataset_close)(otd_dataset *dataset);

    /* As otd_device_ceiling; out->pattern is filled in by the caller. Null where there is none. */
    int32_t (*ceiling)(const otd_backend *backend, uint32_t row, uint32_t pattern, uint64_t footprint_bytes,
                       uint32_t budget_ms, otd_ceiling *out);

    /* Fills in what is known and its bits in `valid`. */
    void (*telemetry)(const otd_backend *backend, uint32_t row, otd_telemetry *out);
};

#endif /* OTD_BACKEND_H */
