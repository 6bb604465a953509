/* gpu_host_test.c - the host of all cards over one that is not there: what it does when a card hangs, goes
 * away, invents hits, loses them or refuses. */
#include <string.h>

#include "check.h"
#include "gpu_fake_port.h"
#include "library.h"
#include "registry.h"

enum { OTD_ROOM = 512, OTD_HANG_MS = 30 };

static uint8_t otd_data[80];
static otd_hit otd_hits_found[OTD_ROOM];

static otd_engine otd_fake_engine(uint32_t hang_ms) {
    return (otd_engine){
        .params = {.algorithm = OTD_ALGO_SHA256D, .hang_ms = hang_ms},
        .algo = otd_registry_find(OTD_ALGO_SHA256D),
        .backend = &otd_backend_fake,
    };
}

/* A card as it comes from the shop, that nobody has tested yet. */
static void otd_new_card(void) {
    otd_backend_info info = {.backend = OTD_BACKEND_VULKAN};
    memset(&otd_card, 0, sizeof otd_card);
    otd_backend_fake.probe(&otd_backend_fake, &info);
}

static otd_work otd_fake_work(uint32_t versions, uint64_t count) {
    otd_work work = {.nonce_first = 5, .nonce_count = count, .data_length = 80, .version_count = versions};
    for (uint32_t v = 0; v < versions; v++) {
        work.versions[v] = 100 + v;
    }
    memset(work.target, 0xff, sizeof work.target);
    work.target[31] = 1; /* one in 128 */
    return work;
}

static int32_t otd_fake_scan(otd_engine *engine, const otd_work *work, otd_hits *hits,
                             otd_scan_result *result) {
    *hits = (otd_hits){.hits = otd_hits_found, .capacity = OTD_ROOM};
    *result = (otd_scan_result){.work_index = 0};
    return engine->backend->scan(engine, hits, result, work, 1, otd_data, 60000);
}

static otd_telemetry otd_fake_counters(void) {
    otd_telemetry telemetry = {.valid = 0};
    otd_backend_fake.telemetry(&otd_backend_fake, 0, &telemetry);
    return telemetry;
}

/* Nothing that was made of the card is left. */
static void otd_all_given_back(const char *when) {
    otd_check(otd_card.opened == otd_card.closed && otd_card.abandoned == 0 && otd_card.buffers == 0 &&
                  otd_card.programs == 0,
              "fake card, %s: opened %d, closed %d, abandoned %d; %d buffers and %d programs left", when,
              otd_card.opened, otd_card.closed, otd_card.abandoned, otd_card.buffers, otd_card.programs);
}

/* The same hits as the processor's reference, whatever the card says besides. */
static void otd_same_as_reference(otd_engine *engine, uint32_t versions, const char *what) {
    static otd_hit expected_hits[OTD_ROOM];
    otd_hits hits, expected = {.hits = expected_hits, .capacity = OTD_ROOM};
    otd_scan_result result;
    otd_work work = otd_fake_work(versions, 6000);
    uint64_t searched = 0;
    otd_engine processor = {.algo = engine->algo,
                            .flavour = &engine->algo->flavours[engine->algo->flavour_count - 1]};
    int32_t status = otd_fake_scan(engine, &work, &hits, &result);
    engine->algo->scan(&processor, &work, otd_data, work.nonce_first, work.nonce_count, &expected, &searched);
    otd_check(status == OTD_OK && result.work_index == 1 && hits.count == expected.count && hits.count > 20 &&
                  memcmp(otd_hits_found, expected_hits, hits.count * sizeof(otd_hit)) == 0,
              "fake card, %s, %u versions: %u hits of %u", what, versions, hits.count, expected.count);
}

static void otd_test_sound_card(void) {
    otd_new_card();
    otd_engine engine = otd_fake_engine(0);
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_OK, "fake card: a sound one is opened");
    otd_same_as_reference(&engine, 0, "sound");
    otd_same_as_reference(&engine, 3, "sound");
    otd_check(otd_fake_counters().hardware_errors == 0, "fake card: a sound one makes no errors");
    otd_backend_fake.engine_close(&engine);
    otd_all_given_back("sound");
}

static void otd_test_errors_counted(void) {
    otd_new_card();
    otd_engine engine = otd_fake_engine(0);
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_OK, "fake card: opened before it falls ill");
    otd_card.invents = 1;
    otd_same_as_reference(&engine, 3, "one that invents hits");
    otd_check(otd_fake_counters().hardware_errors > 0, "fake card: invented hits are counted");
    uint64_t before = otd_fake_counters().hardware_errors;
    otd_card.invents = 0;
    otd_card.strays = 1;
    otd_same_as_reference(&engine, 0, "one that reports nonces it was not asked for");
    otd_check(otd_fake_counters().hardware_errors > before, "fake card: stray hits are counted");
    otd_backend_fake.engine_close(&engine);
    otd_all_given_back("ill");
}

static void otd_test_untrusted(void) {
    otd_new_card();
    otd_engine engine = otd_fake_engine(0);
    otd_card.forgets = 1;
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_E_SELFTEST,
              "fake card: one that loses hits is refused");
    otd_all_given_back("loses hits");
    otd_card.forgets = 0;
    otd_card.invents = 1;
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_E_SELFTEST,
              "fake card: one that invents hits from the start is refused");
    otd_all_given_back("invents hits");
    otd_card.invents = 0;
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_OK, "fake card: it is well again");
    otd_backend_fake.engine_close(&engine);
    otd_card.forgets = 1;
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_OK,
              "fake card: it is tested once, not at each opening");
    otd_backend_fake.engine_close(&engine);
    otd_check(otd_backend_fake.self_test(&otd_backend_fake, 0, engine.algo, 0) == OTD_E_SELFTEST,
              "fake card: a self-test that is asked for looks again");
    otd_all_given_back("tested");
}

static void otd_test_refusing(void) {
    otd_new_card();
    otd_engine engine = otd_fake_engine(0);
    otd_card.refuses_memory = 1;
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_E_MEMORY, "fake card: no memory is said");
    otd_all_given_back("no memory");
    otd_card.refuses_memory = 0;
    otd_card.refuses_kernel = 1;
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_E_DRIVER,
              "fake card: a kernel it refuses is said");
    otd_all_given_back("no kernel");
}

/* Whatever the card still holds may be written later, so nothing of it is freed. */
static void otd_test_gone(const char *how, int32_t *fault) {
    otd_new_card();
    otd_engine engine = otd_fake_engine(OTD_HANG_MS);
    otd_hits hits;
    otd_scan_result result;
    otd_work work = otd_fake_work(0, 1u << 20);
    memset(work.target, 0, sizeof work.target);
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_OK, "fake card that %s: opened", how);
    *fault = 1;
    otd_check(otd_fake_scan(&engine, &work, &hits, &result) == OTD_E_DEVICE_LOST && result.hashes == 0 &&
                  result.nonce_next == work.nonce_first,
              "fake card that %s: the scan says so, and where it stands", how);
    *fault = 0;
    otd_check(otd_fake_scan(&engine, &work, &hits, &result) == OTD_E_DEVICE_LOST,
              "fake card that %s: its engine stays lost", how);
    otd_backend_fake.engine_close(&engine);
    otd_check(otd_card.abandoned == 1 && otd_card.closed == 0 && otd_fake_counters().lost == 1,
              "fake card that %s: abandoned %d, closed %d, lost %llu", how, otd_card.abandoned,
              otd_card.closed, (unsigned long long)otd_fake_counters().lost);
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_OK, "fake card that %s: another engine works",
              how);
    otd_same_as_reference(&engine, 0, how);
    otd_backend_fake.engine_close(&engine);
}

/* A flood is searched in small launches, and what follows in long ones again. */
static void otd_test_launch_lengths(void) {
    otd_new_card();
    otd_engine engine = otd_fake_engine(0);
    otd_hits hits;
    otd_scan_result result;
    otd_backend_fake.engine_open(&engine);
    otd_work work = otd_fake_work(0, OTD_ROOM);
    work.target[31] = 0xff;
    int32_t status = otd_fake_scan(&engine, &work, &hits, &result);
    otd_check(status == OTD_OK && hits.count == OTD_ROOM && result.hashes == OTD_ROOM,
              "fake card: every nonce hits: %u of %u", hits.count, OTD_ROOM);
    otd_card.longest = 0;
    work = otd_fake_work(0, 1u << 17);
    memset(work.target, 0, sizeof work.target);
    status = otd_fake_scan(&engine, &work, &hits, &result);
    otd_check(status == OTD_OK && result.work_index == 1 && otd_card.longest >= 512,
              "fake card: launches become longer again: %llu", (unsigned long long)otd_card.longest);
    otd_backend_fake.engine_close(&engine);
    otd_all_given_back("flooded");
}

/* ---- checks of proofs ------------------------------------------------------------------------ */

enum { OTD_CHECKED = 40000 }; /* three batches */

static uint8_t otd_check_data[OTD_CHECKED * 80];
static otd_verify_item otd_check_items[OTD_CHECKED];
static otd_verdict otd_check_verdicts[OTD_CHECKED], otd_check_expected[OTD_CHECKED];

static void otd_make_checks(void) {
    for (uint32_t i = 0; i < OTD_CHECKED; i++) {
        memcpy(otd_check_data + 80 * i, otd_data, 80);
        memcpy(otd_check_data + 80 * i + 76, &i, 4);
        otd_check_items[i] = (otd_verify_item){.data_offset = 80 * i, .data_length = i % 1000 == 7 ? 79 : 80};
        memset(otd_check_items[i].target, 0x7f, 32);
    }
}

static int32_t otd_fake_verify(otd_engine *engine) {
    return engine->backend->verify(engine, otd_check_verdicts, otd_check_items, OTD_CHECKED, otd_check_data);
}

static otd_engine otd_fake_checker(uint32_t hang_ms) {
    otd_engine engine = otd_fake_engine(hang_ms);
    engine.params.flags = OTD_ENGINE_VERIFY;
    return engine;
}

static void otd_test_sound_checks(void) {
    otd_new_card();
    otd_engine engine = otd_fake_checker(0);
    otd_make_checks();
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_OK, "fake card: opened for checks");
    int32_t status = otd_fake_verify(&engine);
    otd_verify(OTD_ALGO_SHA256D, 0, NULL, NULL, otd_check_expected, otd_check_items, OTD_CHECKED,
               otd_check_data, sizeof otd_check_data);
    otd_check(status == OTD_OK &&
                  memcmp(otd_check_verdicts, otd_check_expected, sizeof otd_check_expected) == 0,
              "fake card: verdicts are the processor's");
    otd_backend_fake.engine_close(&engine);
    otd_all_given_back("checks");
}

static void otd_test_refused_checks(void) {
    otd_new_card();
    otd_engine engine = otd_fake_checker(0);
    otd_card.invents = 1;
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_E_SELFTEST,
              "fake card: one that hashes wrongly is refused for checks");
    otd_all_given_back("wrong hashes");
    otd_card.invents = 0;
    otd_card.refuses_memory = 1;
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_E_MEMORY,
              "fake card: no memory for checks is said");
    otd_all_given_back("no memory for checks");
    otd_card.refuses_memory = 0;
    otd_card.refuses_kernel = 1;
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_E_DRIVER,
              "fake card: no kernel for checks is said");
    otd_all_given_back("no kernel for checks");
}

/* A card that goes away in the middle: no verdict counts, nothing is freed, another engine works. */
static void otd_test_gone_from_checks(const char *how, int32_t *fault) {
    otd_new_card();
    otd_engine engine = otd_fake_checker(OTD_HANG_MS);
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_OK, "fake card that %s: opened for checks", how);
    *fault = 1;
    otd_check(otd_fake_verify(&engine) == OTD_E_DEVICE_LOST, "fake card that %s: the check says so", how);
    *fault = 0;
    otd_check(otd_fake_verify(&engine) == OTD_E_DEVICE_LOST, "fake card that %s: its checks stay lost", how);
    otd_backend_fake.engine_close(&engine);
    otd_check(otd_card.abandoned == 1 && otd_card.closed == 0 && otd_fake_counters().lost == 1,
              "fake card that %s from checks: abandoned %d, closed %d, lost %llu", how, otd_card.abandoned,
              otd_card.closed, (unsigned long long)otd_fake_counters().lost);
    otd_check(otd_backend_fake.engine_open(&engine) == OTD_OK && otd_fake_verify(&engine) == OTD_OK,
              "fake card that %s: another engine checks", how);
    otd_backend_fake.engine_close(&engine);
}

/* What is not there is told apart from what is no library. */
static void otd_test_library(void) {
    char problem[OTD_LIBRARY_PROBLEM_MAX] = "";
    otd_check(otd_library_open("/nowhere/at_all.so", problem) == NULL && problem[0] == 0,
              "library: one that is not there has no problem: %s", problem);
    otd_check(otd_library_open("/etc/passwd", problem) == NULL && strstr(problem, "/etc/passwd: ") != NULL,
              "library: the linker's words for what is none: %s", problem);
    otd_check(otd_library_open("/etc/group", problem) == NULL && strstr(problem, "/etc/passwd: ") != NULL,
              "library: the first problem is kept: %s", problem);
}

void otd_test_gpu_host(void) {
    for (uint32_t i = 0; i < sizeof otd_data; i++) {
        otd_data[i] = (uint8_t)(3 * i + 1);
    }
    otd_test_library();
    otd_test_sound_card();
    otd_test_errors_counted();
    otd_test_untrusted();
    otd_test_refusing();
    otd_test_gone("hangs", &otd_card.hangs);
    otd_test_gone("goes away", &otd_card.lost);
    otd_test_launch_lengths();
    otd_test_sound_checks();
    otd_test_refused_checks();
    otd_test_gone_from_checks("hangs", &otd_card.hangs);
    otd_test_gone_from_checks("goes away", &otd_card.lost);
}
