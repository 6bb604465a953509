/* api_dataset.c - the verbs of a dataset: argument checks around the algorithm's own build. */
#include <stdlib.h>
#include <string.h>

#include "algo.h"
#include "devices.h"
#include "registry.h"

#define OTD_PATH_MAX 4096u

static const otd_algo *otd_dataset_algo(const otd_dataset_params *params) {
    const otd_algo *algo = otd_registry_find(params->algorithm);
    if (algo != NULL && algo->dataset_size == NULL) {
        otd_fail(OTD_E_ARGUMENT, "%s has no dataset", algo->info.name);
        return NULL;
    }
    return algo;
}

int32_t otd_dataset_size(const otd_dataset_params *params, uint64_t *bytes) {
    if (params == NULL || bytes == NULL) {
        return otd_fail(OTD_E_ARGUMENT, "otd_dataset_size needs params and a place for the size");
    }
    const otd_algo *algo = otd_dataset_algo(params);
    return algo == NULL ? OTD_E_ARGUMENT : algo->dataset_size(params, bytes);
}

static char *otd_copy_path(const char *path, uint32_t path_length) {
    char *copy = calloc(1, (size_t)path_length + 1);
    if (copy != NULL && path_length != 0) {
        memcpy(copy, path, path_length);
    }
    return copy;
}

/* What a dataset of another device is made from: the processor's of the same algorithm and epoch. */
static int32_t otd_check_source(const otd_algo *algo, const otd_dataset_params *params,
                                const otd_dataset *source) {
    if (params->device == 0) {
        return source == NULL ? OTD_OK
                              : otd_fail(OTD_E_ARGUMENT, "a dataset in the processor's memory has no source");
    }
    if (params->kind > OTD_DATASET_FULL) {
        return otd_fail(OTD_E_ARGUMENT, "device %u holds datasets of kind 0 (light) and 1 (whole), got %u",
                        params->device, params->kind);
    }
    if (source == NULL || source->algo != algo || source->params.epoch != params->epoch ||
        source->params.device != 0) {
        return otd_fail(OTD_E_DATASET,
                        "the %s dataset of epoch %u on device %u is made from the processor's of that epoch, "
                        "which was not given",
                        algo->info.name, params->epoch, params->device);
    }
    if (params->kind == OTD_DATASET_LIGHT && source->params.kind != OTD_DATASET_LIGHT) {
        return otd_fail(
            OTD_E_DATASET,
            "the light %s dataset of device %u is made from the processor's light one, and a whole "
            "one was given",
            algo->info.name, params->device);
    }
    return OTD_OK;
}

static int32_t otd_dataset_make(otd_dataset *dataset, const char *path, uint32_t path_length,
                                const otd_build *build) {
    const otd_algo *algo = dataset->algo;
    if (dataset->params.device != 0) {
        return dataset->backend->dataset_open != NULL
                   ? dataset->backend->dataset_open(dataset, build)
                   : otd_fail(OTD_E_UNSUPPORTED, "%s devices hold no datasets", dataset->backend->name);
    }
    const otd_flavour *flavour = NULL;
    int32_t status = otd_registry_flavour(algo, 0, &flavour);
    if (status != OTD_OK) {
        return status;
    }
    char *own_path = otd_copy_path(path, path_length);
    if (own_path == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate %u bytes for a path", path_length);
    }
    status = algo->dataset_open(dataset, flavour, own_path, build);
    free(own_path);
    return status;
}

int32_t otd_dataset_create(const otd_dataset_params *params, const otd_dataset *source, const char *path,
                           uint32_t path_length, otd_progress *progress, const uint32_t *cancel,
                           otd_dataset **out) {
    if (params == NULL || out == NULL || (path == NULL && path_length != 0) || path_length > OTD_PATH_MAX) {
        return otd_fail(
            OTD_E_ARGUMENT,
            "otd_dataset_create needs params, a path of at most %u bytes (got %u) and a place for the handle",
            OTD_PATH_MAX, path_length);
    }
    *out = NULL;
    const otd_algo *algo = otd_dataset_algo(params);
    if (algo == NULL) {
        return OTD_E_ARGUMENT;
    }
    if (!otd_registry_is_open()) {
        return otd_fail(OTD_E_ARGUMENT, "otd_open has not been called");
    }
    otd_dataset made = {.params = *params, .algo = algo, .source = source};
    int32_t status = algo->dataset_size(params, &made.bytes);
    if (status == OTD_OK) {
        status = otd_devices_get(params->device, &made.backend, &made.device_row);
    }
    if (status == OTD_OK) {
        status = otd_check_source(algo, params, source);
    }
    if (status != OTD_OK) {
        return status;
    }
    otd_dataset *dataset = malloc(sizeof *dataset);
    if (dataset == NULL) {
        return otd_fail(OTD_E_MEMORY, "could not allocate the handle of a dataset");
    }
    *dataset = made;
    const otd_build build = {progress, cancel};
    status = otd_dataset_make(dataset, path, path_length, &build);
    if (status != OTD_OK) {
        free(dataset);
        return status;
    }
    *out = dataset;
    return OTD_OK;
}

void otd_dataset_destroy(otd_dataset *dataset) {
    if (dataset == NULL) {
        return;
    }
    if (dataset->params.device != 0) {
        dataset->backend->dataset_close(dataset);
    } else {
        dataset->algo->dataset_close(dataset);
    }
    free(dataset);
}
