/* device.c - the devices behind the ports, and what they have done. */
#include "gpu.h"

#include <stdio.h>
#include <string.h>

#include "telemetry.h"

#define OTD_GPU_PORTS_MAX 4u /* backends are numbered below it */

#define OTD_GPU_PLAN(name) extern const otd_gpu_plan otd_gpu_plan_##name;
#include "plans.def"
#undef OTD_GPU_PLAN

#define OTD_GPU_PLAN(name) &otd_gpu_plan_##name,
static const otd_gpu_plan *const otd_plans[] = {
#include "plans.def"
};
#undef OTD_GPU_PLAN

#define OTD_PLAN_COUNT (sizeof otd_plans / sizeof otd_plans[0])

/* Written by probe, which runs in one thread at a time and before anybody has a row. */
static otd_gpu_found otd_found[OTD_GPU_PORTS_MAX][OTD_GPU_DEVICES_MAX];
static uint32_t otd_found_count[OTD_GPU_PORTS_MAX];
static otd_gpu_counters otd_counters[OTD_GPU_PORTS_MAX][OTD_GPU_DEVICES_MAX];

const otd_gpu_plan *otd_gpu_plan_of(uint32_t algorithm) {
    for (uint32_t i = 0; i < OTD_PLAN_COUNT; i++) {
        if (otd_plans[i]->algorithm == algorithm) {
            return otd_plans[i];
        }
    }
    return NULL;
}

const otd_gpu_found *otd_gpu_device(const otd_backend *backend, uint32_t row) {
    return row < otd_found_count[backend->id] ? &otd_found[backend->id][row] : NULL;
}

otd_gpu_counters *otd_gpu_counters_of(const otd_backend *backend, uint32_t row) {
    return &otd_counters[backend->id][row];
}

void otd_gpu_lost(otd_gpu_counters *counters, otd_gpu_domain *domain) {
    if (otd_gpu_domain_lose(domain)) {
        __atomic_fetch_add(&counters->lost, 1, __ATOMIC_RELAXED);
    }
}

void otd_gpu_probe(const otd_backend *backend, otd_backend_info *info) {
    uint32_t count = 0;
    memset(otd_counters[backend->id], 0, sizeof otd_counters[0]);
    info->status = backend->port->probe(otd_found[backend->id], &count, info);
    otd_found_count[backend->id] = count;
    info->device_count = count;
}

void otd_gpu_device_at(const otd_backend *backend, uint32_t row, otd_device_info *out) {
    *out = otd_found[backend->id][row].info;
}

uint32_t otd_gpu_flavour_count(const otd_backend *backend, const otd_algo *algo) {
    const otd_gpu_plan *plan = otd_gpu_plan_of(algo->info.id);
    return plan == NULL ? 0 : plan->geometry_count;
}

void otd_gpu_flavour_at(const otd_backend *backend, const otd_algo *algo, uint32_t index,
                        otd_flavour_info *out) {
    const otd_gpu_plan *plan = otd_gpu_plan_of(algo->info.id);
    const otd_gpu_geometry *geometry = &plan->geometries[index];
    *out = (otd_flavour_info){
        .supported = 1, .selected = index == 0, .lanes = geometry->threads, .slow = geometry->slow};
    snprintf(out->name, sizeof out->name, "%s", geometry->name);
}

void otd_gpu_telemetry(const otd_backend *backend, uint32_t row, otd_telemetry *out) {
    otd_gpu_counters *counters = otd_gpu_counters_of(backend, row);
    const otd_gpu_found *device = &otd_found[backend->id][row];
    if (backend->port->telemetry != NULL) {
        backend->port->telemetry(device, out);
    }
    otd_card_read(device->info.pci, out);
    out->valid |= OTD_TELEMETRY_COUNTERS;
    out->hardware_errors = __atomic_load_n(&counters->hardware_errors, __ATOMIC_RELAXED);
    out->launches = __atomic_load_n(&counters->launches, __ATOMIC_RELAXED);
    out->lost = __atomic_load_n(&counters->lost, __ATOMIC_RELAXED);
}
