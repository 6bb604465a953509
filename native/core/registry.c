/* registry.c - see registry.h. The list is algo/algorithms.def. */
#include "registry.h"

#include "contest.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTD_FLAVOURS_MAX 16u

#define OTD_ALGORITHM(name) extern const otd_algo otd_algo_##name;
#include "../algo/algorithms.def"
#undef OTD_ALGORITHM

#define OTD_ALGORITHM(name) &otd_algo_##name,
static const otd_algo *const otd_algorithms[] = {
#include "../algo/algorithms.def"
};
#undef OTD_ALGORITHM

#define OTD_ALGORITHM_COUNT (sizeof otd_algorithms / sizeof otd_algorithms[0])

static uint32_t otd_selected[OTD_ALGORITHM_COUNT];
static _Atomic int32_t otd_is_open;

/* Bit f is set by any thread once flavour row f passed its self-test. */
static _Atomic uint32_t otd_tested[OTD_ALGORITHM_COUNT];

static uint32_t otd_row(const otd_algo *algo) {
    uint32_t row = 0;
    while (otd_algorithms[row] != algo) {
        row++;
    }
    return row;
}

static int32_t otd_runs_here(const otd_flavour *flavour) {
    return (flavour->cpu_needs & ~otd_cpu_features()) == 0;
}

/* The fastest that runs here; the portable reference only when nothing else does. */
static uint32_t otd_best(const otd_algo *algo) {
    uint32_t rows = 0;
    for (uint32_t f = 0; f + 1 < algo->flavour_count; f++) {
        rows |= otd_runs_here(&algo->flavours[f]) ? 1u << f : 0;
    }
    return rows == 0 ? algo->flavour_count - 1 : otd_contest_winner(algo, rows);
}

/* Writes the names of all flavours, each once, separated by commas; leaves out what does not fit. */
static void otd_list_flavours(char *text, size_t size) {
    size_t length = 0;
    for (uint32_t row = 0; row < OTD_ALGORITHM_COUNT; row++) {
        for (uint32_t f = 0; f < otd_algorithms[row]->flavour_count; f++) {
            const char *name = otd_algorithms[row]->flavours[f].name;
            char entry[32];
            snprintf(entry, sizeof entry, " %.28s,", name);
            size_t needed = strlen(entry);
            if (strstr(text, entry) == NULL && length + needed < size) {
                memcpy(text + length, entry, needed + 1);
                length += needed;
            }
        }
    }
    if (length > 0) {
        text[length - 1] = 0;
        memmove(text, text + 1, length - 1);
    }
}

/* Applies OTEDAMA_CPU. Algorithms without that flavour keep their best one. */
static int32_t otd_force(const char *name) {
    int32_t known = 0, forced = 0;
    for (uint32_t row = 0; row < OTD_ALGORITHM_COUNT; row++) {
        const otd_algo *algo = otd_algorithms[row];
        for (uint32_t f = 0; f < algo->flavour_count; f++) {
            if (strcmp(algo->flavours[f].name, name) != 0) {
                continue;
            }
            known = 1;
            if (otd_runs_here(&algo->flavours[f])) {
                otd_selected[row] = f;
                forced = 1;
            }
        }
    }
    if (!known) {
        char names[160] = "";
        otd_list_flavours(names, sizeof names);
        return otd_fail(OTD_E_UNSUPPORTED,
                        "OTEDAMA_CPU=%.64s names no flavour of this build; use one of %s, or unset it "
                        "(`otedama devices` lists those that run here)",
                        name, names);
    }
    if (!forced) {
        return otd_fail(OTD_E_UNSUPPORTED,
                        "OTEDAMA_CPU=%.64s needs instructions this CPU (%s) lacks; unset it "
                        "(`otedama devices` lists what runs here)",
                        name, otd_cpu_name());
    }
    return OTD_OK;
}

int32_t otd_registry_open(void) {
    for (uint32_t row = 0; row < OTD_ALGORITHM_COUNT; row++) {
        otd_selected[row] = otd_best(otd_algorithms[row]);
    }
    const char *forced = getenv("OTEDAMA_CPU");
    int32_t status = forced != NULL && forced[0] != 0 ? otd_force(forced) : OTD_OK;
    otd_is_open = status == OTD_OK;
    return status;
}

void otd_registry_close(void) {
    otd_is_open = 0;
}

int32_t otd_registry_is_open(void) {
    return otd_is_open;
}

const otd_algo *otd_registry_at(uint32_t index) {
    return index < OTD_ALGORITHM_COUNT ? otd_algorithms[index] : NULL;
}

const otd_algo *otd_registry_find(uint32_t algorithm) {
    for (uint32_t row = 0; row < OTD_ALGORITHM_COUNT; row++) {
        if (otd_algorithms[row]->info.id == algorithm) {
            return otd_algorithms[row];
        }
    }
    otd_fail(OTD_E_ARGUMENT, "algorithm id %u is not in this build; otd_algorithm_at lists the %u that are",
             algorithm, (unsigned)OTD_ALGORITHM_COUNT);
    return NULL;
}

uint32_t otd_registry_selected(const otd_algo *algo) {
    return otd_selected[otd_row(algo)];
}

int32_t otd_registry_flavour(const otd_algo *algo, uint32_t flavour, const otd_flavour **out) {
    if (flavour > algo->flavour_count) {
        return otd_fail(OTD_E_ARGUMENT, "%s has flavours 1..%u (0 = the selected one), got %u",
                        algo->info.name, algo->flavour_count, flavour);
    }
    const otd_flavour *chosen = &algo->flavours[flavour == 0 ? otd_registry_selected(algo) : flavour - 1];
    if (!otd_runs_here(chosen)) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s flavour %s needs instructions this CPU (%s) lacks",
                        algo->info.name, chosen->name, otd_cpu_name());
    }
    *out = chosen;
    return OTD_OK;
}

int32_t otd_registry_self_test_once(const otd_algo *algo, const otd_flavour *flavour) {
    uint32_t row = otd_row(algo);
    uint32_t bit = 1u << (uint32_t)(flavour - algo->flavours);
    if ((atomic_load_explicit(&otd_tested[row], memory_order_acquire) & bit) != 0) {
        return OTD_OK;
    }
    int32_t status = algo->self_test(flavour);
    if (status == OTD_OK) {
        atomic_fetch_or_explicit(&otd_tested[row], bit, memory_order_release);
    }
    return status;
}

int32_t otd_registry_check_dataset(const otd_algo *algo, uint32_t device, const otd_dataset *dataset) {
    if (dataset == NULL && (algo->info.flags & OTD_ALGO_FLAG_DATASET) != 0) {
        return otd_fail(OTD_E_DATASET, "%s needs a dataset; make one with otd_dataset_create",
                        algo->info.name);
    }
    if (dataset != NULL && dataset->algo != algo) {
        return otd_fail(OTD_E_DATASET, "%s was given a dataset of %s", algo->info.name,
                        dataset->algo->info.name);
    }
    if (dataset != NULL && dataset->params.device != device) {
        return otd_fail(OTD_E_DATASET, "the %s dataset is in the memory of device %u and not of device %u",
                        algo->info.name, dataset->params.device, device);
    }
    return OTD_OK;
}
