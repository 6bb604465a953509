/* api_dataset.c - the verbs of a dataset: argument checks around the algorithm's own build. */
#include <stdlib.h>
#include <string.h>

#include "algo.h"
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

int32_t otd_dataset_create(const otd_dataset_params *params, const char *path, uint32_t path_length,
                           otd_progress *progress, const uint32_t *cancel, otd_dataset **out) {
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
    uint64_t bytes = 0;
    const otd_flavour *flavour = NULL;
    int32_t status = algo->dataset_size(params, &bytes);
    if (status == OTD_OK) {
        status = otd_registry_flavour(algo, 0, &flavour);
    }
    if (status != OTD_OK) {
        return status;
    }
    otd_dataset *dataset = calloc(1, sizeof *dataset);
    char *own_path = otd_copy_path(path, path_length);
    if (dataset == NULL || own_path == NULL) {
        free(dataset);
        free(own_path);
        return otd_fail(OTD_E_MEMORY, "could not allocate the handle of a dataset");
    }
    dataset->params = *params;
    dataset->algo = algo;
    dataset->bytes = bytes;
    const otd_build build = {progress, cancel};
    status = algo->dataset_open(dataset, flavour, own_path, &build);
    free(own_path);
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
    dataset->algo->dataset_close(dataset);
    free(dataset);
}
