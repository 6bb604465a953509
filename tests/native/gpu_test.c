/*
 * gpu_test.c - devices behind OpenCL and Vulkan: what they are told of, what they refuse, and that their
 * searches find exactly what the processor's reference finds. They run for real on PoCL and lavapipe; without
 * those they are skipped, with the reason.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gpu_search.h"
#include "otedama.h"

enum { OTD_FOUND_MAX = 8192 };

static otd_hit otd_of_device[OTD_FOUND_MAX], otd_of_processor[OTD_FOUND_MAX];

/* Bytes of a header that are the same in every run. */
static void otd_fill_header(void) {
    for (uint32_t i = 0; i < sizeof otd_gpu_header; i++) {
        otd_gpu_header[i] = (uint8_t)(i * 37 + 11);
    }
}

static void otd_test_ranges(otd_engine *device, otd_engine *processor) {
    static const uint32_t versions[] = {0, 1, 3, 8};
    for (uint32_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        otd_work work = otd_range(0, 40000, versions[i], 0);
        work.target[30] = 0x7f; /* one in 512 */
        otd_compare(device, processor, &work, 256, "the first nonces");
        work = otd_range((1ull << 32) - 12345, 12345, versions[i], 1);
        otd_compare(device, processor, &work, 256, "the last nonces");
        work = otd_range((1ull << 31) - 700, 1400, versions[i], 7);
        otd_compare(device, processor, &work, 64, "around 2^31");
        work = otd_range(0xffffffffu, 1, versions[i], 0xff);
        otd_compare(device, processor, &work, 8, "the last nonce alone");
        work = otd_range(1000, 63, versions[i], 0xff);
        otd_compare(device, processor, &work, 64, "a group that is not full");
        work = otd_range(1000, 65, versions[i], 0xff);
        otd_compare(device, processor, &work, 64, "one more than a group");
        work = otd_range(5, 0, versions[i], 0xff);
        otd_compare(device, processor, &work, 8, "no nonce");
    }
}

static void otd_test_floods(otd_engine *device, otd_engine *processor) {
    otd_work work = otd_range(123, 3000, 0, 0xff);
    otd_compare(device, processor, &work, 4096, "every nonce hits, room for all");
    otd_compare(device, processor, &work, 100, "every nonce hits, room for some");
    work = otd_range(123, 300, 8, 0xff);
    otd_compare(device, processor, &work, 8, "every nonce hits with every version, room for one nonce");
    work = otd_range(1u << 20, 50000, 2, 0x1f);
    work.nonce_count = 20000;
    otd_compare(device, processor, &work, 8000, "an eighth hits, more than a launch can report");
}

/* A hash equal to the target is a hit; a target lower by one has none. */
static void otd_test_edge(otd_engine *device, otd_engine *processor) {
    otd_work work = otd_range(0, 300000, 0, 0);
    work.target[30] = 0;
    work.target[29] = 0xff; /* one in 2^16 */
    otd_test_edge_of(device, processor, &work);
}

/* Works one after the other in one call, some of them empty. */
static void otd_test_batch(otd_engine *device, otd_engine *processor) {
    const otd_work works[] = {otd_range(9, 0, 0, 7), otd_range(0, 5000, 0, 7), otd_range(3, 0, 0, 7),
                              otd_range(0xffff0000u, 3000, 2, 7), otd_range(1, 0, 0, 7)};
    otd_scan_result result, expected;
    int32_t status = otd_engine_scan(device, otd_of_device, OTD_FOUND_MAX, &result, works, 5, otd_gpu_header,
                                     sizeof otd_gpu_header, 60000);
    otd_engine_scan(processor, otd_of_processor, OTD_FOUND_MAX, &expected, works, 5, otd_gpu_header,
                    sizeof otd_gpu_header, 60000);
    otd_check(status == OTD_OK && memcmp(&result, &expected, sizeof result) == 0 &&
                  memcmp(otd_of_device, otd_of_processor, result.hit_count * sizeof otd_of_device[0]) == 0,
              "gpu: five works in one call: %u hits of %u, work %u of %u", result.hit_count,
              expected.hit_count, result.work_index, expected.work_index);
}

static void otd_test_gpu_budget(otd_engine *device) {
    otd_scan_result result;
    otd_work work = otd_range(7, 1ull << 31, 0, 0);
    memset(work.target, 0, sizeof work.target);
    int32_t status = otd_engine_scan(device, otd_of_device, 8, &result, &work, 1, otd_gpu_header, 80, 0);
    otd_check(status == OTD_OK && result.hashes == 0 && result.nonce_next == 7,
              "gpu: a budget of 0 searches nothing");
    status = otd_engine_scan(device, otd_of_device, 8, &result, &work, 1, otd_gpu_header, 80, 20);
    otd_check(status == OTD_OK && result.hashes > 0 && result.work_index == 0 &&
                  result.nonce_next == 7 + result.hashes,
              "gpu: a budget ends a scan, which says where");
    otd_engine_cancel(device);
    status = otd_engine_scan(device, otd_of_device, 8, &result, &work, 1, otd_gpu_header, 80, 60000);
    otd_check(status == OTD_E_CANCELLED && result.hashes == 0, "gpu: a cancelled scan returns");
    status = otd_engine_scan(device, otd_of_device, 8, &result, &work, 1, otd_gpu_header, 80, 5);
    otd_check(status == OTD_OK && result.hashes > 0, "gpu: the next one works again");
}

static void otd_test_gpu_refusals(uint32_t device) {
    otd_engine *engine = NULL;
    otd_engine_params params = {.algorithm = OTD_ALGO_SHA256D, .device = device, .flavour = 99};
    otd_check(otd_engine_create(&params, NULL, &engine) == OTD_E_ARGUMENT && engine == NULL,
              "gpu: a flavour that does not exist is refused");
    params.flavour = 0;
    params.intensity = 31;
    otd_check(otd_engine_create(&params, NULL, &engine) == OTD_E_ARGUMENT && engine == NULL,
              "gpu: an intensity of 31 is refused");
    params.intensity = 0;
    params.algorithm = OTD_ALGO_VERUSHASH;
    otd_check(otd_engine_create(&params, NULL, &engine) == OTD_E_UNSUPPORTED && engine == NULL,
              "gpu: an algorithm without a kernel is refused");
    params.algorithm = OTD_ALGO_SHA256D;
    params.device = 1000;
    otd_check(otd_engine_create(&params, NULL, &engine) == OTD_E_ARGUMENT && engine == NULL,
              "gpu: a device that does not exist is refused");
}

/* scrypt: a thousand times slower, so few nonces and easy targets. */
static void otd_test_scrypt(otd_engine *device, otd_engine *processor) {
    otd_work work = otd_range(0, 200, 0, 0x0f);
    otd_compare(device, processor, &work, 64, "scrypt, the first nonces");
    work = otd_range((1ull << 32) - 70, 70, 3, 0x1f);
    otd_compare(device, processor, &work, 64, "scrypt, the last nonces");
    work = otd_range(77, 40, 2, 0xff);
    otd_compare(device, processor, &work, 8, "scrypt, every nonce hits, room for four");
    work = otd_range(0xffffffffu, 1, 0, 0xff);
    otd_compare(device, processor, &work, 8, "scrypt, the last nonce alone");
}

/* Opens both engines, runs `test` on them and closes them. */
static void otd_with_engines(const otd_engine_params *params, const char *name,
                             void (*test)(otd_engine *device, otd_engine *processor)) {
    const otd_engine_params reference = {.algorithm = params->algorithm};
    otd_engine *device = NULL, *processor = NULL;
    otd_check(otd_engine_create(params, NULL, &device) == OTD_OK, "gpu: engine of algorithm %u on %s",
              params->algorithm, name);
    otd_engine_create(&reference, NULL, &processor);
    if (device != NULL && processor != NULL) {
        test(device, processor);
    }
    otd_engine_destroy(device);
    otd_engine_destroy(processor);
}

static void otd_test_sha256d_search(otd_engine *device, otd_engine *processor) {
    otd_test_ranges(device, processor);
    otd_test_floods(device, processor);
    otd_test_edge(device, processor);
    otd_test_batch(device, processor);
    otd_test_gpu_budget(device);
}

static void otd_test_intensity(otd_engine *device, otd_engine *processor) {
    otd_work work = otd_range(17, 10000, 2, 3);
    otd_compare(device, processor, &work, 4096, "launches of 256 nonces");
}

static void otd_test_device(const otd_device_info *info) {
    static const uint32_t algorithms[] = {OTD_ALGO_SHA256D, OTD_ALGO_SCRYPT};
    otd_engine_params params = {
        .algorithm = OTD_ALGO_SHA256D, .device = info->index, .hang_ms = OTD_PATIENCE_MS};
    otd_telemetry telemetry;
    otd_flavour_info flavour;
    for (uint32_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        otd_check(otd_flavour_at(info->index, algorithms[i], 0, &flavour) == OTD_OK && flavour.selected == 1,
                  "gpu: algorithm %u has a flavour on %s", algorithms[i], info->name);
        otd_check(otd_self_test(info->index, algorithms[i], 0) == OTD_OK, "gpu: self-test of %u on %s",
                  algorithms[i], info->name);
    }
    otd_test_gpu_refusals(info->index);
    otd_with_engines(&params, info->name, otd_test_sha256d_search);
    params.intensity = 8;
    otd_with_engines(&params, info->name, otd_test_intensity);
    params.intensity = 0;
    params.algorithm = OTD_ALGO_SCRYPT;
    otd_with_engines(&params, info->name, otd_test_scrypt);
    int32_t status = otd_device_telemetry(info->index, &telemetry);
    otd_check(status == OTD_OK && (telemetry.valid & OTD_TELEMETRY_COUNTERS) != 0 && telemetry.launches > 0 &&
                  telemetry.hardware_errors == 0 && telemetry.lost == 0,
              "gpu: %s counted %llu launches, %llu errors, %llu losses", info->name,
              (unsigned long long)telemetry.launches, (unsigned long long)telemetry.hardware_errors,
              (unsigned long long)telemetry.lost);
}

/* What OTEDAMA_GPU leaves; every part begins with a library that knows the processor only. */
static void otd_test_choice(void) {
    otd_device_info info;
    otd_check(otd_device_at(0, &info) == OTD_OK && info.kind == OTD_DEVICE_PROCESSOR && info.twin == 0,
              "gpu: the processor is device 0");
    otd_check(otd_device_at(1, &info) == OTD_E_ARGUMENT, "gpu: no driver is opened unasked");
    setenv("OTEDAMA_GPU", "off", 1);
    otd_check(otd_devices_open(~0u) == OTD_OK && otd_device_at(1, &info) == OTD_E_ARGUMENT,
              "gpu: OTEDAMA_GPU=off leaves the processor");
    setenv("OTEDAMA_GPU", "opencl,glide", 1);
    otd_check(otd_devices_open(~0u) == OTD_E_ARGUMENT,
              "gpu: OTEDAMA_GPU with a name that is none is refused");
    setenv("OTEDAMA_GPU", "opencl,", 1);
    otd_check(otd_devices_open(~0u) == OTD_E_ARGUMENT, "gpu: OTEDAMA_GPU with an empty name is refused");
    setenv("OTEDAMA_GPU", "cuda,vulkan", 1);
    otd_check(otd_devices_open(1u << OTD_BACKEND_OPENCL) == OTD_OK &&
                  otd_device_at(1, &info) == OTD_E_ARGUMENT,
              "gpu: OTEDAMA_GPU leaves out what it does not name");
    unsetenv("OTEDAMA_GPU");
}

static int otd_find_backend(uint32_t id, otd_backend_info *info) {
    for (uint32_t i = 0; otd_backend_at(i, info) == OTD_OK; i++) {
        if (info->backend == id) {
            return 1;
        }
    }
    return 0;
}

/* What the processor's own speed bounds from both sides: no pattern moves nothing, none a petabyte a second.
 */
static void otd_test_ceilings(uint32_t device) {
    otd_ceiling ceiling;
    for (uint32_t pattern = 0; pattern < OTD_CEILINGS; pattern++) {
        otd_check(otd_device_ceiling(device, pattern, 2 << 20, 5, &ceiling) == OTD_OK &&
                      ceiling.pattern == pattern && ceiling.footprint_bytes == 2 << 20 &&
                      ceiling.amount > 0 && ceiling.nanoseconds > 0 &&
                      ceiling.amount / ceiling.nanoseconds < 1000000,
                  "gpu: ceiling %u of device %u", pattern, device);
    }
    otd_check(otd_device_ceiling(device, OTD_CEILINGS, 0, 1, &ceiling) == OTD_E_ARGUMENT,
              "gpu: a pattern that does not exist is refused");
    otd_check(otd_device_ceiling(0, 0, 0, 1, &ceiling) == OTD_E_UNSUPPORTED,
              "gpu: the processor has no ceilings");
}

static void otd_test_backend(uint32_t id, const char *name) {
    otd_backend_info backend;
    otd_device_info info;
    uint32_t first = 0;
    if (!otd_find_backend(id, &backend)) {
        printf("skipped: %s devices: this build has no GPU backends (OTD_GPU=OFF)\n", name);
        return;
    }
    otd_check(backend.opened == 0 && backend.device_count == 0, "gpu: %s is not opened yet", name);
    otd_check(otd_devices_open(1u << id) == OTD_OK, "gpu: opening %s", name);
    otd_find_backend(id, &backend);
    otd_check(backend.opened == 1, "gpu: %s was looked for", name);
    otd_check(backend.device_count != 0 || backend.message[0] != 0,
              "gpu: %s has a sentence when it has no device", name);
    while (otd_device_at(first, &info) == OTD_OK && info.backend != id) {
        first++;
    }
    if (backend.device_count == 0) {
        printf("skipped: %s devices: %s\n", name, backend.message);
        return;
    }
    otd_check(otd_devices_open(1u << id) == OTD_OK, "gpu: opening %s again", name);
    for (uint32_t i = first; i < first + backend.device_count; i++) {
        otd_check(otd_device_at(i, &info) == OTD_OK && info.index == i && info.units > 0 &&
                      info.name[0] != 0 && info.memory_bytes > 0 && info.alloc_max_bytes > 0,
                  "gpu: device %u tells its name, units and memory", i);
        otd_check(info.kind != OTD_DEVICE_SIMULATOR || info.twin == i,
                  "gpu: %s is the processor behind %s, and taken for the board of row %u", info.name, name,
                  info.twin);
        otd_test_device(&info);
        otd_test_ceilings(i);
    }
}

void otd_test_gpu(void) {
    otd_fill_header();
    otd_close();
    otd_open(OTD_ABI_VERSION);
    otd_test_choice();
    otd_test_backend(OTD_BACKEND_OPENCL, "OpenCL");
    otd_test_backend(OTD_BACKEND_VULKAN, "Vulkan");
#if OTD_GPU
    otd_test_gpu_vulkan(0);
#endif
    otd_check(otd_devices_open(~0u) == OTD_OK && otd_devices_open(~0u) == OTD_OK, "gpu: opening all twice");
}

void otd_test_vulkan(int large) {
    otd_fill_header();
    if (large) {
        otd_check(otd_devices_open(1u << OTD_BACKEND_VULKAN) == OTD_OK, "gpu: opening Vulkan");
    } else {
        otd_test_backend(OTD_BACKEND_VULKAN, "Vulkan");
    }
#if OTD_GPU
    otd_test_gpu_vulkan(large);
    if (!large) {
        otd_test_gpu_datasets();
        otd_test_gpu_kawpow();
    }
#endif
}

void otd_test_vulkan_way(void) {
    otd_backend_info backend;
    otd_check(otd_devices_open(1u << OTD_BACKEND_VULKAN) == OTD_OK, "gpu: opening Vulkan");
    if (otd_find_backend(OTD_BACKEND_VULKAN, &backend)) {
        otd_check(backend.device_count != 0 || backend.message[0] != 0,
                  "gpu: Vulkan has a sentence when it has no device");
        printf("Vulkan: status %d, %u devices. %s\n", backend.status, backend.device_count, backend.message);
    }
}
