/* layout.c - every struct of the public headers, field by field, as this compiler laid it out. */
#include "layout.h"

#include <stddef.h>
#include <stdio.h>

#include "otedama_os.h"

#define OTD_T(type)                                                                                          \
    { #type, "", 0, sizeof(type) }
#define OTD_F(type, field)                                                                                   \
    { #type, #field, offsetof(type, field), sizeof(((type *)0)->field) }

static const struct {
    const char *type;
    const char *field;
    size_t offset;
    size_t size;
} otd_rows[] = {
    OTD_T(otd_layout_row),
    OTD_F(otd_layout_row, type),
    OTD_F(otd_layout_row, field),
    OTD_F(otd_layout_row, offset),
    OTD_F(otd_layout_row, size),

    OTD_T(otd_algorithm_info),
    OTD_F(otd_algorithm_info, id),
    OTD_F(otd_algorithm_info, flags),
    OTD_F(otd_algorithm_info, data_length_min),
    OTD_F(otd_algorithm_info, data_length_max),
    OTD_F(otd_algorithm_info, proof_length),
    OTD_F(otd_algorithm_info, nonce_bits),
    OTD_F(otd_algorithm_info, versions_max),
    OTD_F(otd_algorithm_info, flavour_count),
    OTD_F(otd_algorithm_info, name),

    OTD_T(otd_flavour_info),
    OTD_F(otd_flavour_info, name),
    OTD_F(otd_flavour_info, supported),
    OTD_F(otd_flavour_info, selected),
    OTD_F(otd_flavour_info, lanes),
    OTD_F(otd_flavour_info, slow),

    OTD_T(otd_backend_info),
    OTD_F(otd_backend_info, backend),
    OTD_F(otd_backend_info, status),
    OTD_F(otd_backend_info, opened),
    OTD_F(otd_backend_info, device_count),
    OTD_F(otd_backend_info, version),
    OTD_F(otd_backend_info, reserved),
    OTD_F(otd_backend_info, name),
    OTD_F(otd_backend_info, message),

    OTD_T(otd_device_info),
    OTD_F(otd_device_info, index),
    OTD_F(otd_device_info, backend),
    OTD_F(otd_device_info, units),
    OTD_F(otd_device_info, kind),
    OTD_F(otd_device_info, memory_bytes),
    OTD_F(otd_device_info, memory_free_bytes),
    OTD_F(otd_device_info, alloc_max_bytes),
    OTD_F(otd_device_info, compute_major),
    OTD_F(otd_device_info, compute_minor),
    OTD_F(otd_device_info, twin),
    OTD_F(otd_device_info, reserved),
    OTD_F(otd_device_info, name),
    OTD_F(otd_device_info, features),
    OTD_F(otd_device_info, pci),
    OTD_F(otd_device_info, uuid),
    OTD_F(otd_device_info, driver),

    OTD_T(otd_telemetry),
    OTD_F(otd_telemetry, valid),
    OTD_F(otd_telemetry, temperature_mc),
    OTD_F(otd_telemetry, power_mw),
    OTD_F(otd_telemetry, fan_percent),
    OTD_F(otd_telemetry, clock_mhz),
    OTD_F(otd_telemetry, memory_clock_mhz),
    OTD_F(otd_telemetry, load_percent),
    OTD_F(otd_telemetry, throttled),
    OTD_F(otd_telemetry, memory_used_bytes),
    OTD_F(otd_telemetry, hardware_errors),
    OTD_F(otd_telemetry, launches),
    OTD_F(otd_telemetry, lost),
    OTD_F(otd_telemetry, energy_mj),
    OTD_F(otd_telemetry, power_limit_mw),
    OTD_F(otd_telemetry, fan_rpm),
    OTD_F(otd_telemetry, hotspot_mc),
    OTD_F(otd_telemetry, memory_mc),

    OTD_T(otd_ceiling),
    OTD_F(otd_ceiling, pattern),
    OTD_F(otd_ceiling, reserved),
    OTD_F(otd_ceiling, footprint_bytes),
    OTD_F(otd_ceiling, amount),
    OTD_F(otd_ceiling, nanoseconds),

    OTD_T(otd_dataset_params),
    OTD_F(otd_dataset_params, algorithm),
    OTD_F(otd_dataset_params, kind),
    OTD_F(otd_dataset_params, epoch),
    OTD_F(otd_dataset_params, threads),
    OTD_F(otd_dataset_params, device),
    OTD_F(otd_dataset_params, reserved),

    OTD_T(otd_progress),
    OTD_F(otd_progress, done),
    OTD_F(otd_progress, total),

    OTD_T(otd_algo_params),
    OTD_F(otd_algo_params, n),
    OTD_F(otd_algo_params, k),
    OTD_F(otd_algo_params, twist),
    OTD_F(otd_algo_params, variant),
    OTD_F(otd_algo_params, personal),

    OTD_T(otd_engine_params),
    OTD_F(otd_engine_params, algorithm),
    OTD_F(otd_engine_params, device),
    OTD_F(otd_engine_params, flavour),
    OTD_F(otd_engine_params, intensity),
    OTD_F(otd_engine_params, hang_ms),
    OTD_F(otd_engine_params, flags),
    OTD_F(otd_engine_params, algo),

    OTD_T(otd_work),
    OTD_F(otd_work, tag),
    OTD_F(otd_work, nonce_first),
    OTD_F(otd_work, nonce_count),
    OTD_F(otd_work, data_offset),
    OTD_F(otd_work, data_length),
    OTD_F(otd_work, height),
    OTD_F(otd_work, version_count),
    OTD_F(otd_work, versions),
    OTD_F(otd_work, target),

    OTD_T(otd_hit),
    OTD_F(otd_hit, tag),
    OTD_F(otd_hit, nonce),
    OTD_F(otd_hit, version),
    OTD_F(otd_hit, proof_length),
    OTD_F(otd_hit, hash),
    OTD_F(otd_hit, proof),

    OTD_T(otd_scan_result),
    OTD_F(otd_scan_result, hashes),
    OTD_F(otd_scan_result, nonce_next),
    OTD_F(otd_scan_result, work_index),
    OTD_F(otd_scan_result, hit_count),

    OTD_T(otd_verify_item),
    OTD_F(otd_verify_item, data_offset),
    OTD_F(otd_verify_item, data_length),
    OTD_F(otd_verify_item, height),
    OTD_F(otd_verify_item, reserved),
    OTD_F(otd_verify_item, target),

    OTD_T(otd_verdict),
    OTD_F(otd_verdict, verdict),
    OTD_F(otd_verdict, reserved),
    OTD_F(otd_verdict, hash),

    OTD_T(otd_ring_options),
    OTD_F(otd_ring_options, connections),
    OTD_F(otd_ring_options, entries),
    OTD_F(otd_ring_options, completions),
    OTD_F(otd_ring_options, buffers),
    OTD_F(otd_ring_options, buffer_bytes),
    OTD_F(otd_ring_options, blocks),
    OTD_F(otd_ring_options, block_bytes),
    OTD_F(otd_ring_options, queue_bytes_max),
    OTD_F(otd_ring_options, commit_bytes_max),
    OTD_F(otd_ring_options, chain_max),
    OTD_F(otd_ring_options, unread_ms),
    OTD_F(otd_ring_options, tick_ms),
    OTD_F(otd_ring_options, avoid),
    OTD_F(otd_ring_options, reserved),

    OTD_T(otd_ring_info),
    OTD_F(otd_ring_info, buffers),
    OTD_F(otd_ring_info, buffer_bytes),
    OTD_F(otd_ring_info, features),
    OTD_F(otd_ring_info, open),
    OTD_F(otd_ring_info, blocks_free),
    OTD_F(otd_ring_info, turns),
    OTD_F(otd_ring_info, accepted),
    OTD_F(otd_ring_info, refused),
    OTD_F(otd_ring_info, starved),
    OTD_F(otd_ring_info, overflowed),
    OTD_F(otd_ring_info, short_sends),
    OTD_F(otd_ring_info, chained),
    OTD_F(otd_ring_info, late),

    OTD_T(otd_ring_event),
    OTD_F(otd_ring_event, kind),
    OTD_F(otd_ring_event, error),
    OTD_F(otd_ring_event, connection),
    OTD_F(otd_ring_event, tag),
    OTD_F(otd_ring_event, buffer),
    OTD_F(otd_ring_event, length),
    OTD_F(otd_ring_event, address),
    OTD_F(otd_ring_event, port),
    OTD_F(otd_ring_event, scope),
    OTD_F(otd_ring_event, reason),
    OTD_F(otd_ring_event, reserved),

    OTD_T(otd_ring_item),
    OTD_F(otd_ring_item, connection),
    OTD_F(otd_ring_item, offset),
    OTD_F(otd_ring_item, length),
    OTD_F(otd_ring_item, flags),
    OTD_F(otd_ring_item, reserved),
};

/* The sizes the managed side was written against: a padding byte that sneaks in stops the build here. */
_Static_assert(sizeof(otd_algorithm_info) == 64, "otd_algorithm_info");
_Static_assert(sizeof(otd_flavour_info) == 48, "otd_flavour_info");
_Static_assert(sizeof(otd_backend_info) == 312, "otd_backend_info");
_Static_assert(sizeof(otd_device_info) == 440, "otd_device_info");
_Static_assert(sizeof(otd_telemetry) == 88, "otd_telemetry");
_Static_assert(sizeof(otd_ceiling) == 32, "otd_ceiling");
_Static_assert(sizeof(otd_dataset_params) == 24, "otd_dataset_params");
_Static_assert(sizeof(otd_algo_params) == 24, "otd_algo_params");
_Static_assert(sizeof(otd_engine_params) == 48, "otd_engine_params");
_Static_assert(sizeof(otd_work) == 104, "otd_work");
_Static_assert(sizeof(otd_hit) == 56 + OTD_PROOF_MAX, "otd_hit");
_Static_assert(sizeof(otd_scan_result) == 24, "otd_scan_result");
_Static_assert(sizeof(otd_verify_item) == 48, "otd_verify_item");
_Static_assert(sizeof(otd_verdict) == 40, "otd_verdict");
_Static_assert(sizeof(otd_ring_options) == 56, "otd_ring_options");
_Static_assert(sizeof(otd_ring_info) == 88, "otd_ring_info");
_Static_assert(sizeof(otd_ring_event) == 64, "otd_ring_event");
_Static_assert(sizeof(otd_ring_item) == 24, "otd_ring_item");

int32_t otd_layout_at(uint32_t index, otd_layout_row *out) {
    if (index >= sizeof otd_rows / sizeof otd_rows[0]) {
        return 0;
    }
    *out =
        (otd_layout_row){.offset = (uint32_t)otd_rows[index].offset, .size = (uint32_t)otd_rows[index].size};
    snprintf(out->type, sizeof out->type, "%s", otd_rows[index].type);
    snprintf(out->field, sizeof out->field, "%s", otd_rows[index].field);
    return 1;
}
