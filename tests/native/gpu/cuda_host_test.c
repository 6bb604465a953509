/* cuda_host_test.c - what CUDA's devices are told of, that they find what the processor finds, and every
 * planted fault, through the border's verbs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cuda_host.h"

/* A machine on which these tests run may be busy with others. */
enum { PATIENCE_MS = 600000 };

static int says(const char *text) {
    return strstr(cuda_backend().message, text) != NULL;
}

void test_listing(void) {
    otd_device_info info, other;
    check(restart("FAKECUDA_NONE", "1", NULL) == 0 && says("shows no card (CUDA error 100)"), "no card: %s",
          cuda_backend().message);
    check(cuda_backend().opened == 1 && cuda_backend().status == OTD_E_UNSUPPORTED, "and a status");
    check(restart("FAKECUDA_DRIVER", "10020", NULL) == 0 && says("CUDA 10.2") && says("450 or newer"),
          "an old driver: %s", cuda_backend().message);
    check(restart("FAKECUDA_CC", "52", NULL) == 0 && says("below 6.1"), "an old card: %s",
          cuda_backend().message);
    check(restart("FAKECUDA_DEVICES", "0", NULL) == 0 && says("shows no card"), "no devices: %s",
          cuda_backend().message);
    check(restart("FAKECUDA_DEVICES", "2", NULL) == 2 && cuda_backend().message[0] == 0 &&
              cuda_backend().version == 12020,
          "two cards");
    check(otd_device_at(1, &info) == OTD_OK && otd_device_at(2, &other) == OTD_OK, "both have a row");
    check(info.backend == OTD_BACKEND_CUDA && info.kind == OTD_DEVICE_DISCRETE && info.units == 2 &&
              info.compute_major == 8 && info.compute_minor == 6 && info.memory_bytes == 4096ull << 20 &&
              info.alloc_max_bytes == 0 && info.twin == 1,
          "what a card says of itself");
    check(strcmp(info.name, "Interpreter 0") == 0 && strcmp(info.pci, "0000:01:00.0") == 0 &&
              strcmp(other.pci, "0000:02:00.0") == 0 && info.uuid[0] == 0xfa && info.uuid[15] == 0 &&
              other.uuid[15] == 1 && info.driver[0] != 0,
          "name %s, address %s, driver %s", info.name, info.pci, info.driver);
    check(strstr(info.features, "sm_86 cuda_12.2") == info.features, "features: %s", info.features);
}

void test_searches(void) {
    otd_telemetry told;
    check(restart(NULL) == 1, "one card");
    check(otd_self_test(1, OTD_ALGO_SHA256D, 0) == OTD_OK && otd_self_test(1, OTD_ALGO_SCRYPT, 0) == OTD_OK,
          "self-tests");
    otd_engine *engine = engine_of(OTD_ALGO_SHA256D, 1, PATIENCE_MS);
    check(engine != NULL, "an engine");
    compare(engine, OTD_ALGO_SHA256D, 0, 20000, 0, 0, "sha256d, the first nonces");
    compare(engine, OTD_ALGO_SHA256D, (1ull << 32) - 5000, 5000, 3, 1, "sha256d, the last nonces");
    compare(engine, OTD_ALGO_SHA256D, 77, 1500, 0, 0xff, "sha256d, all are hits");
    otd_engine_destroy(engine);
    engine = engine_of(OTD_ALGO_SCRYPT, 1, PATIENCE_MS);
    check(engine != NULL, "an engine of scrypt");
    compare(engine, OTD_ALGO_SCRYPT, (1ull << 32) - 70, 70, 2, 0x1f, "scrypt");
    otd_engine_destroy(engine);
    check(otd_device_telemetry(1, &told) == OTD_OK && told.launches > 0 && told.hardware_errors == 0 &&
              told.lost == 0,
          "counters");
    check(counted().used_bytes == 0 && counted().contexts == 0, "all memory and contexts are given back");
}

static void refused_compilations(void) {
    char name[256];
    const char *kept = empty_folder();
    check(otd_devices_cache(kept, (uint32_t)strlen(kept)) == OTD_OK, "a folder for logs");
    restart("FAKECUDA_BADJIT", "1", NULL);
    check(engine_of(OTD_ALGO_SHA256D, 1, 0) == NULL && strstr(detail(), "CUDA error 218") != NULL &&
              strstr(detail(), "BADJIT") != NULL,
          "a driver that compiles nothing");
    check(files_in(kept, ".log", name) == 1 && strstr(detail(), name) != NULL, "its log is in %s", name);
    check(counted().contexts == 0 && counted().used_bytes == 0,
          "%llu contexts and %llu bytes stay of the engine", (unsigned long long)counted().contexts,
          (unsigned long long)counted().used_bytes);
    otd_devices_cache(NULL, 0);
    check(engine_of(OTD_ALGO_SHA256D, 1, 0) == NULL && strstr(detail(), "all it said") == NULL,
          "without a folder there is no log");
}

static void too_little_memory(void) {
    restart("FAKECUDA_MEM_MB", "0", NULL);
    const otd_engine_params params = {.algorithm = OTD_ALGO_SHA256D, .device = 1};
    otd_engine *engine = NULL;
    check(otd_engine_create(&params, NULL, &engine) == OTD_E_MEMORY && engine == NULL &&
              strstr(detail(), "0 of 0 are free") != NULL,
          "a card without memory");
    restart("FAKECUDA_MEM_MB", "3", NULL);
    check(engine_of(OTD_ALGO_SCRYPT, 1, PATIENCE_MS) == NULL &&
              strstr(detail(), "scrypt needs at least") != NULL,
          "scrypt in 3 MiB");
    restart("FAKECUDA_MEM_MB", "4", NULL);
    engine = engine_of(OTD_ALGO_SCRYPT, 1, PATIENCE_MS);
    check(engine != NULL, "scrypt fits 4 MiB");
    compare(engine, OTD_ALGO_SCRYPT, 0, 20, 0, 0x3f, "scrypt in 4 MiB");
    check(counted().used_bytes > 1 << 20 && counted().used_bytes <= 4 << 20, "it uses %llu bytes",
          (unsigned long long)counted().used_bytes);
    otd_engine_destroy(engine);
}

/* Until the driver has let go of contexts, which another thread does; at most PATIENCE_MS. */
static int contexts_become(uint64_t wanted) {
    for (uint32_t ms = 0; ms < PATIENCE_MS && counted().contexts != wanted; ms++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return counted().contexts == wanted;
}

/* One search that a fault ends, told by `error` in the detail; the hits before it count. */
static void is_given_up(otd_engine *engine, const char *error) {
    static otd_hit hits[HITS_MAX];
    uint64_t hashes = 0;
    check(search(engine, 0, 1u << 24, 0, 0, hits, &hashes) == OTD_E_DEVICE_LOST &&
              strstr(detail(), error) != NULL,
          "a search ends with \"%s\"", error);
    check(search(engine, 0, 1000, 0, 0, hits, &hashes) == OTD_E_DEVICE_LOST &&
              strstr(detail(), error) != NULL,
          "and every one after it");
}

static void a_lost_card(int error, uint64_t times) {
    otd_telemetry told;
    char number[32];
    snprintf(number, sizeof number, "(CUDA error %d)", error);
    otd_engine *engine = engine_of(OTD_ALGO_SHA256D, 1, PATIENCE_MS);
    otd_engine *other = engine_of(OTD_ALGO_SHA256D, 2, PATIENCE_MS);
    check(engine != NULL && other != NULL, "two cards work");
    plant(2, 0, error);
    is_given_up(engine, number);
    compare(other, OTD_ALGO_SHA256D, 100, 3000, 0, 3, "the other card goes on");
    check(otd_device_telemetry(1, &told) == OTD_OK && told.lost == times, "the loss is counted");
    otd_engine_destroy(engine);
    check(contexts_become(1), "the lost context is destroyed");
    uint64_t of_other = counted().used_bytes;
    engine = engine_of(OTD_ALGO_SHA256D, 1, PATIENCE_MS);
    check(engine != NULL, "the card is opened anew");
    compare(engine, OTD_ALGO_SHA256D, 100, 3000, 2, 3, "and works");
    otd_engine_destroy(engine);
    check(counted().used_bytes == of_other, "all it held is given back");
    otd_engine_destroy(other);
}

static void a_card_that_hangs(uint64_t times) {
    otd_telemetry told;
    otd_engine *engine = engine_of(OTD_ALGO_SHA256D, 1, 400);
    check(engine != NULL, "a card works");
    plant(0, 2, 700);
    is_given_up(engine, "has not answered for 0.4 s");
    check(otd_device_telemetry(1, &told) == OTD_OK && told.lost == times, "the hang is counted");
    otd_engine_destroy(engine); /* comes back, or the test never ends */
    check(counted().contexts == 1, "what hangs is left alone");
    engine = engine_of(OTD_ALGO_SHA256D, 1, PATIENCE_MS);
    check(engine != NULL, "the card is opened anew beside it");
    compare(engine, OTD_ALGO_SHA256D, 100, 3000, 0, 3, "and works");
    otd_engine_destroy(engine);
    check(counted().contexts == 1, "and is closed");
}

void test_faults(void) {
    refused_compilations();
    too_little_memory();
    static const int errors[] = {700, 702, 719, 214, 999};
    restart("FAKECUDA_DEVICES", "2", NULL);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        a_lost_card(errors[i], i + 1);
    }
    a_card_that_hangs(sizeof errors / sizeof errors[0] + 1);
}
