/* api_verify.c - checks of proofs: on the processor, and on the device of an engine. */
#include "algo.h"
#include "backend.h"
#include "registry.h"

/* Who checks: an engine, or a flavour of the processor. */
typedef struct otd_checker {
    const otd_algo *algo;
    otd_engine *engine; /* null = the processor with what follows */
    const otd_flavour *flavour;
    const otd_algo_params *params;
    const otd_dataset *dataset;
} otd_checker;

/* Every item must lie inside data; its length is judged per item, not per batch. */
static int32_t otd_check_items(const void *verdicts, const otd_verify_item *items, uint32_t count,
                               const uint8_t *data, uint32_t data_length) {
    if (verdicts == NULL || items == NULL || data == NULL || count == 0 || count > OTD_BATCH_MAX) {
        return otd_fail(OTD_E_ARGUMENT, "a verify call takes 1..%u items and three buffers, got %u items",
                        OTD_BATCH_MAX, count);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].data_offset > data_length || items[i].data_length > data_length - items[i].data_offset) {
            return otd_fail(OTD_E_ARGUMENT, "item %u: bytes %u..+%u lie outside the %u bytes of data", i,
                            items[i].data_offset, items[i].data_length, data_length);
        }
    }
    return OTD_OK;
}

static int32_t otd_length_fits(const otd_algo *algo, const otd_verify_item *item) {
    return item->data_length >= algo->info.data_length_min && item->data_length <= algo->info.data_length_max;
}

static int32_t otd_verify_run(const otd_checker *checker, otd_verdict *verdicts, const otd_verify_item *items,
                              uint32_t count, const uint8_t *data) {
    if (checker->engine != NULL) {
        return checker->engine->backend->verify(checker->engine, verdicts, items, count, data);
    }
    return checker->algo->verify(checker->flavour, checker->params, checker->dataset, verdicts, items, count,
                                 data);
}

/* Hands on runs of items of allowed length; the others are malformed. */
static int32_t otd_verify_runs(const otd_checker *checker, otd_verdict *verdicts,
                               const otd_verify_item *items, uint32_t count, const uint8_t *data) {
    const otd_algo *algo = checker->algo;
    uint32_t first = 0;
    while (first < count) {
        uint32_t end = first;
        while (end < count && otd_length_fits(algo, &items[end])) {
            end++;
        }
        if (end > first) {
            int32_t status = otd_verify_run(checker, verdicts + first, items + first, end - first, data);
            if (status != OTD_OK) {
                return status;
            }
        }
        for (; end < count && !otd_length_fits(algo, &items[end]); end++) {
            verdicts[end] = (otd_verdict){.verdict = OTD_VERDICT_MALFORMED};
        }
        first = end;
    }
    return OTD_OK;
}

int32_t otd_verify(uint32_t algorithm, uint32_t flavour, const otd_algo_params *params,
                   const otd_dataset *dataset, otd_verdict *verdicts, const otd_verify_item *items,
                   uint32_t count, const uint8_t *data, uint32_t data_length) {
    static const otd_algo_params defaults;
    if (!otd_registry_is_open()) {
        return otd_fail(OTD_E_ARGUMENT, "otd_open has not been called");
    }
    otd_checker checker = {
        .algo = otd_registry_find(algorithm),
        .params = params != NULL ? params : &defaults,
        .dataset = dataset,
    };
    if (checker.algo == NULL) {
        return OTD_E_ARGUMENT;
    }
    int32_t status = otd_check_items(verdicts, items, count, data, data_length);
    if (status == OTD_OK) {
        status = otd_registry_flavour(checker.algo, flavour, &checker.flavour);
    }
    if (status == OTD_OK) {
        status = otd_registry_check_dataset(checker.algo, 0, dataset);
    }
    if (status == OTD_OK) {
        status = otd_registry_self_test_once(checker.algo, checker.flavour);
    }
    return status != OTD_OK ? status : otd_verify_runs(&checker, verdicts, items, count, data);
}

int32_t otd_engine_verify(otd_engine *engine, otd_verdict *verdicts, const otd_verify_item *items,
                          uint32_t count, const uint8_t *data, uint32_t data_length) {
    if (engine == NULL) {
        return otd_fail(OTD_E_ARGUMENT, "otd_engine_verify needs an engine");
    }
    int32_t status = otd_check_items(verdicts, items, count, data, data_length);
    if (status != OTD_OK) {
        return status;
    }
    if (engine->backend->verify == NULL) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s devices check no proofs", engine->backend->name);
    }
    if (engine->backend->port != NULL) {
        return engine->backend->verify(engine, verdicts, items, count, data);
    }
    const otd_checker checker = {.algo = engine->algo, .engine = engine};
    return otd_verify_runs(&checker, verdicts, items, count, data);
}
