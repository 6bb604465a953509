/*
 * gpu_domain_test.c - what engines and datasets of one device have in common, over a card that is not there:
 * that it is opened once, who hears of its loss, and when it is opened anew.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gpu_fake_port.h"
#include "registry.h"

enum { OTD_HANG_MS = 30, OTD_GRAPH = 4 };

static const uint8_t otd_zeros[80];

static void otd_new_card(void) {
    otd_backend_info info = {.backend = OTD_BACKEND_VULKAN};
    memset(&otd_card, 0, sizeof otd_card);
    otd_backend_forking.probe(&otd_backend_forking, &info);
    otd_device_info *device = (otd_device_info *)&otd_gpu_device(&otd_backend_forking, 0)->info;
    device->memory_bytes = device->memory_free_bytes = 1ull << 30;
}

static otd_engine otd_miner_of(void) {
    return (otd_engine){
        .params = {.algorithm = OTD_ALGO_SHA256D, .hang_ms = OTD_HANG_MS},
        .algo = otd_registry_find(OTD_ALGO_SHA256D),
        .backend = &otd_backend_forking,
    };
}

/* A Verthash dataset is only copied, so a card without its kernel holds it. */
static otd_dataset otd_copy_of(const otd_dataset *file) {
    otd_dataset copy = {
        .params = {.algorithm = OTD_ALGO_VERTHASH, .kind = OTD_DATASET_FULL, .epoch = OTD_GRAPH, .device = 1},
        .algo = file->algo,
        .backend = &otd_backend_forking,
        .source = file,
    };
    return copy;
}

static int32_t otd_mine_some(otd_engine *engine) {
    otd_hit hits[8];
    otd_hits room = {.hits = hits, .capacity = 8};
    otd_scan_result result = {.work_index = 0};
    const otd_work work = {.nonce_count = 5000, .data_length = 80}; /* a target of 0: nothing hits */
    return engine->backend->scan(engine, &room, &result, &work, 1, otd_zeros, 60000);
}

static uint64_t otd_losses(void) {
    otd_telemetry telemetry = {.valid = 0};
    otd_backend_forking.telemetry(&otd_backend_forking, 0, &telemetry);
    return telemetry.lost;
}

static void otd_expect_contexts(int32_t opened, int32_t forked, int32_t closed, int32_t abandoned,
                                const char *when) {
    otd_check(otd_card.opened - otd_card.forked == opened && otd_card.forked == forked &&
                  otd_card.closed == closed && otd_card.abandoned == abandoned,
              "domain, %s: %d opened, %d forked, %d closed, %d abandoned; not %d, %d, %d, %d", when,
              otd_card.opened - otd_card.forked, otd_card.forked, otd_card.closed, otd_card.abandoned, opened,
              forked, closed, abandoned);
}

static void otd_test_shared(const otd_dataset *file) {
    const otd_build quiet = {NULL, NULL};
    otd_engine one = otd_miner_of(), two = otd_miner_of();
    otd_dataset copy = otd_copy_of(file);
    otd_new_card();
    otd_check(otd_backend_forking.engine_open(&one) == OTD_OK, "domain: an engine");
    otd_check(otd_backend_forking.dataset_open(&copy, &quiet) == OTD_OK, "domain: a dataset beside it");
    otd_check(otd_backend_forking.engine_open(&two) == OTD_OK, "domain: another engine beside both");
    otd_expect_contexts(1, 3, 0, 0, "three users of one device");
    otd_backend_forking.engine_close(&one);
    otd_check(otd_mine_some(&two) == OTD_OK, "domain: it stays when the first user goes");
    otd_backend_forking.engine_close(&two);
    otd_expect_contexts(1, 3, 2, 0, "a dataset alone");
    otd_backend_forking.dataset_close(&copy);
    otd_expect_contexts(1, 3, 4, 0, "nobody");
    otd_check(otd_card.buffers == 0 && otd_card.programs == 0, "domain: %d buffers and %d programs left",
              otd_card.buffers, otd_card.programs);
}

static void otd_test_loss(const otd_dataset *file) {
    const otd_build quiet = {NULL, NULL};
    char detail[OTD_ERROR_TEXT_MAX] = "";
    otd_engine finder = otd_miner_of(), other = otd_miner_of(), late = otd_miner_of();
    otd_dataset copy = otd_copy_of(file), again = otd_copy_of(file);
    otd_engine reader = otd_miner_of();
    reader.params.algorithm = OTD_ALGO_VERTHASH;
    reader.algo = file->algo;
    reader.dataset = &copy;
    otd_new_card();
    otd_backend_forking.engine_open(&finder);
    otd_backend_forking.engine_open(&other);
    otd_check(otd_backend_forking.dataset_open(&copy, &quiet) == OTD_OK, "domain: a dataset before the loss");
    void *memory = ((const otd_gpu_dataset *)copy.state)->pieces[0];
    otd_card.hangs = 1;
    otd_check(otd_mine_some(&finder) == OTD_E_DEVICE_LOST, "domain: one engine finds the device lost");
    otd_card.hangs = 0;
    otd_check(otd_mine_some(&other) == OTD_E_DEVICE_LOST, "domain: another one hears of it");
    otd_check(otd_backend_forking.engine_open(&reader) == OTD_E_DEVICE_LOST,
              "domain: an engine for a lost dataset");
    otd_last_error(detail, sizeof detail);
    otd_check(strstr(detail, "have to be made anew") != NULL, "domain: what to do: \"%s\"", detail);
    otd_check(otd_losses() == 1, "domain: one loss, counted %llu times", (unsigned long long)otd_losses());
    otd_check(otd_backend_forking.engine_open(&late) == OTD_OK && otd_mine_some(&late) == OTD_OK,
              "domain: who comes later opens the device anew");
    otd_check(otd_backend_forking.dataset_open(&again, &quiet) == OTD_OK, "domain: another dataset too");
    otd_expect_contexts(2, 5, 0, 0, "a lost domain and a new one");
    otd_backend_forking.engine_close(&finder);
    otd_backend_forking.dataset_close(&copy);
    free(memory); /* a driver keeps what a lost dataset had; this one is only the test's */
    otd_expect_contexts(2, 5, 0, 2, "one user left of the lost one");
    otd_backend_forking.engine_close(&other);
    otd_expect_contexts(2, 5, 0, 4, "the lost one is given up");
    otd_check(otd_mine_some(&late) == OTD_OK, "domain: the new one works on");
    otd_backend_forking.dataset_close(&again);
    otd_backend_forking.engine_close(&late);
    otd_expect_contexts(2, 5, 3, 4, "all have gone");
}

static void otd_test_refused(const otd_dataset *file) {
    const otd_build quiet = {NULL, NULL};
    otd_dataset copy = otd_copy_of(file);
    otd_new_card();
    otd_card.refuses_memory = 1;
    otd_check(otd_backend_forking.dataset_open(&copy, &quiet) == OTD_E_MEMORY && copy.state == NULL,
              "domain: a card that has less memory than it said");
    otd_expect_contexts(1, 1, 2, 0, "a dataset that was refused");
    copy.backend = &otd_backend_fake;
    otd_check(otd_backend_fake.dataset_open(&copy, &quiet) == OTD_E_UNSUPPORTED,
              "domain: an interface that cannot fork holds no datasets");
}

void otd_test_gpu_domains(void) {
    const otd_dataset_params params = {.algorithm = OTD_ALGO_VERTHASH, .epoch = OTD_GRAPH};
    otd_dataset *file = NULL;
    otd_check(otd_dataset_create(&params, NULL, "", 0, NULL, NULL, &file) == OTD_OK, "domain: a file");
    otd_test_shared(file);
    otd_test_loss(file);
    otd_test_refused(file);
    otd_dataset_destroy(file);
}
