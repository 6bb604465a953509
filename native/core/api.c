/* api.c - the verbs without an engine: library, catalogue, verify, block building. Arguments are checked
 * here. */
#include <string.h>

#include "algo.h"
#if OTD_GPU
#include "cache.h"
#endif
#include "devices.h"
#include "layout.h"
#include "merkle.h"
#include "registry.h"
#include "sha256.h"
#include "status.h"

/* Coinbase parts are far smaller; the limit keeps a corrupted length from reading wild memory. */
#define OTD_COINBASE_PART_MAX 65536u
#define OTD_EXTRANONCE_MAX 64u
#define OTD_BRANCH_MAX 32u

uint32_t otd_abi_version(void) {
    return OTD_ABI_VERSION;
}

int32_t otd_abi_layout(uint32_t index, otd_layout_row *out) {
    if (out == NULL || !otd_layout_at(index, out)) {
        return otd_fail(OTD_E_ARGUMENT, "layout row %u does not exist", index);
    }
    return OTD_OK;
}

int32_t otd_open(uint32_t abi_version) {
    if (abi_version != OTD_ABI_VERSION) {
        return otd_fail(OTD_E_ABI,
                        "the caller speaks ABI %u, this library speaks %u; build both from one source tree",
                        abi_version, OTD_ABI_VERSION);
    }
    if (otd_registry_is_open()) {
        return OTD_OK;
    }
    int32_t status = otd_registry_open();
    if (status == OTD_OK) {
        otd_devices_start();
    }
    return status;
}

int32_t otd_close(void) {
    otd_registry_close();
    return OTD_OK;
}

int32_t otd_last_error(char *text, uint32_t text_length) {
    return text == NULL ? 0 : (int32_t)otd_detail_copy(text, text_length);
}

const char *otd_status_name(int32_t status) {
    return otd_status_text(status);
}

int32_t otd_algorithm_at(uint32_t index, otd_algorithm_info *out) {
    const otd_algo *algo = otd_registry_at(index);
    if (algo == NULL || out == NULL) {
        return otd_fail(OTD_E_ARGUMENT, "algorithm row %u does not exist", index);
    }
    *out = algo->info;
    out->flavour_count = algo->flavour_count;
    return OTD_OK;
}

int32_t otd_devices_open(uint32_t mask) {
    if (!otd_registry_is_open()) {
        return otd_fail(OTD_E_ARGUMENT, "otd_open has not been called");
    }
    return otd_devices_find(mask);
}

int32_t otd_devices_cache(const char *path, uint32_t path_length) {
    if (path == NULL && path_length != 0) {
        return otd_fail(OTD_E_ARGUMENT, "otd_devices_cache needs the %u bytes of its path", path_length);
    }
#if OTD_GPU
    return otd_cache_folder(path, path_length);
#else
    return OTD_OK;
#endif
}

int32_t otd_backend_at(uint32_t index, otd_backend_info *out) {
    if (out == NULL || !otd_devices_backend(index, out)) {
        return otd_fail(OTD_E_ARGUMENT, "backend row %u does not exist", index);
    }
    return OTD_OK;
}

int32_t otd_device_at(uint32_t index, otd_device_info *out) {
    if (out == NULL) {
        return otd_fail(OTD_E_ARGUMENT, "otd_device_at needs a place for device row %u", index);
    }
    return otd_devices_info(index, out);
}

int32_t otd_device_telemetry(uint32_t device, otd_telemetry *out) {
    const otd_backend *backend = NULL;
    uint32_t row = 0;
    int32_t status = otd_devices_get(device, &backend, &row);
    if (status != OTD_OK || out == NULL) {
        return status != OTD_OK ? status : otd_fail(OTD_E_ARGUMENT, "otd_device_telemetry needs a place");
    }
    *out = (otd_telemetry){.valid = 0};
    backend->telemetry(backend, row, out);
    return OTD_OK;
}

int32_t otd_device_ceiling(uint32_t device, uint32_t pattern, uint64_t footprint_bytes, uint32_t budget_ms,
                           otd_ceiling *out) {
    const otd_backend *backend = NULL;
    uint32_t row = 0;
    int32_t status = otd_devices_get(device, &backend, &row);
    if (status != OTD_OK) {
        return status;
    }
    if (out == NULL || pattern >= OTD_CEILINGS) {
        return otd_fail(OTD_E_ARGUMENT, "patterns go from 0 to %u and need a place, got %u", OTD_CEILINGS - 1,
                        pattern);
    }
    if (backend->ceiling == NULL) {
        return otd_fail(OTD_E_UNSUPPORTED, "no ceilings are measured on a %s device", backend->name);
    }
    *out = (otd_ceiling){.pattern = pattern};
    return backend->ceiling(backend, row, pattern, footprint_bytes, budget_ms, out);
}

/* A device and an algorithm that it has flavours of. */
static int32_t otd_find_pair(uint32_t device, uint32_t algorithm, const otd_backend **backend, uint32_t *row,
                             const otd_algo **algo) {
    *algo = otd_registry_find(algorithm);
    if (*algo == NULL) {
        return OTD_E_ARGUMENT;
    }
    int32_t status = otd_devices_get(device, backend, row);
    if (status == OTD_OK && (*backend)->flavour_count(*backend, *algo) == 0) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s has no kernel for %s devices", (*algo)->info.name,
                        (*backend)->name);
    }
    return status;
}

int32_t otd_flavour_at(uint32_t device, uint32_t algorithm, uint32_t index, otd_flavour_info *out) {
    const otd_backend *backend = NULL;
    const otd_algo *algo = NULL;
    uint32_t row = 0;
    int32_t status = otd_find_pair(device, algorithm, &backend, &row, &algo);
    if (status != OTD_OK) {
        return status;
    }
    uint32_t count = backend->flavour_count(backend, algo);
    if (index >= count || out == NULL) {
        return otd_fail(OTD_E_ARGUMENT, "%s has flavour rows 0..%u, got %u", algo->info.name, count - 1,
                        index);
    }
    backend->flavour_at(backend, algo, index, out);
    return OTD_OK;
}

int32_t otd_self_test(uint32_t device, uint32_t algorithm, uint32_t flavour) {
    const otd_backend *backend = NULL;
    const otd_algo *algo = NULL;
    uint32_t row = 0;
    int32_t status = otd_find_pair(device, algorithm, &backend, &row, &algo);
    return status != OTD_OK ? status : backend->self_test(backend, row, algo, flavour);
}

int32_t otd_sha256d(uint8_t *out, const uint8_t *data, uint32_t data_length) {
    if (out == NULL || (data == NULL && data_length != 0)) {
        return otd_fail(OTD_E_ARGUMENT, "otd_sha256d needs a result buffer and, for %u bytes, data",
                        data_length);
    }
    otd_sha256_twice(out, data, data_length);
    return OTD_OK;
}

int32_t otd_merkle_roots(uint8_t *roots, const uint8_t *extranonces, uint32_t extranonce_length,
                         uint32_t count, const uint8_t *prefix, uint32_t prefix_length, const uint8_t *suffix,
                         uint32_t suffix_length, const uint8_t *branches, uint32_t branch_count) {
    if (prefix_length > OTD_COINBASE_PART_MAX || suffix_length > OTD_COINBASE_PART_MAX ||
        extranonce_length > OTD_EXTRANONCE_MAX || branch_count > OTD_BRANCH_MAX) {
        return otd_fail(OTD_E_ARGUMENT,
                        "coinbase parts of %u and %u bytes (at most %u), extranonce of %u (at most %u), %u "
                        "branches (at most %u)",
                        prefix_length, suffix_length, OTD_COINBASE_PART_MAX, extranonce_length,
                        OTD_EXTRANONCE_MAX, branch_count, OTD_BRANCH_MAX);
    }
    if ((count != 0 && roots == NULL) || (prefix_length != 0 && prefix == NULL) ||
        (suffix_length != 0 && suffix == NULL) || (branch_count != 0 && branches == NULL) ||
        ((uint64_t)count * extranonce_length != 0 && extranonces == NULL)) {
        return otd_fail(OTD_E_ARGUMENT, "otd_merkle_roots was given a null buffer with a non-zero length");
    }
    const otd_coinbase coinbase = {prefix, prefix_length, suffix, suffix_length, extranonce_length};
    otd_merkle_fold(roots, extranonces, count, &coinbase, branches, branch_count);
    return OTD_OK;
}
