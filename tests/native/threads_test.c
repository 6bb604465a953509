/* threads_test.c - what the border allows from several threads at once, for the thread sanitizer to watch. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "otedama.h"

enum { OTD_THREADS = 4, OTD_ROUNDS = 6, OTD_HITS = 64, OTD_ITEMS = 16 };

/* otd_check counts without a lock: a thread reports here and the test checks afterwards. */
typedef struct otd_thread_report {
    pthread_t thread;
    uint32_t number;
    uint32_t failures;
    char detail[OTD_ERROR_TEXT_MAX];
} otd_thread_report;

static const uint32_t otd_header_algorithms[] = {OTD_ALGO_SHA256D, OTD_ALGO_SCRYPT};

static void otd_expect(otd_thread_report *report, int condition) {
    report->failures += condition ? 0 : 1;
}

static void otd_run(void *(*body)(void *), const char *what) {
    otd_thread_report reports[OTD_THREADS] = {{0}};
    for (uint32_t i = 0; i < OTD_THREADS; i++) {
        reports[i].number = i;
        pthread_create(&reports[i].thread, NULL, body, &reports[i]);
    }
    for (uint32_t i = 0; i < OTD_THREADS; i++) {
        pthread_join(reports[i].thread, NULL);
        otd_check(reports[i].failures == 0, "threads: %s (thread %u)", what, i);
    }
}

/* Each thread owns an engine; whatever it finds, a verify on the same thread agrees. */
static void *otd_scan_and_verify(void *argument) {
    otd_thread_report *report = argument;
    uint8_t header[80];
    memset(header, (int)report->number + 1, sizeof header);
    for (uint32_t round = 0; round < OTD_ROUNDS; round++) {
        uint32_t algorithm = otd_header_algorithms[round % 2];
        otd_engine_params params = {.algorithm = algorithm};
        otd_engine *engine = NULL;
        otd_hit hits[OTD_HITS];
        otd_scan_result result = {0};
        otd_work work = {.nonce_first = round * 1000u, .nonce_count = 32, .data_length = 80};
        memset(work.target, 0xff, sizeof work.target);
        otd_expect(report, otd_engine_create(&params, NULL, &engine) == OTD_OK);
        otd_expect(report,
                   otd_engine_scan(engine, hits, OTD_HITS, &result, &work, 1, header, 80, 60000) == OTD_OK);
        otd_expect(report, result.hit_count == work.nonce_count);
        otd_engine_destroy(engine);
        uint8_t data[OTD_ITEMS * 80];
        otd_verify_item items[OTD_ITEMS] = {{0}};
        otd_verdict verdicts[OTD_ITEMS];
        for (uint32_t i = 0; i < OTD_ITEMS; i++) {
            memcpy(data + i * 80, header, 76);
            for (uint32_t b = 0; b < 4; b++) {
                data[i * 80 + 76 + b] = (uint8_t)(hits[i].nonce >> (8 * b));
            }
            items[i].data_offset = i * 80;
            items[i].data_length = 80;
            memset(items[i].target, 0xff, sizeof items[i].target);
        }
        otd_expect(report, otd_verify(algorithm, 0, NULL, NULL, verdicts, items, OTD_ITEMS, data,
                                      sizeof data) == OTD_OK);
        for (uint32_t i = 0; i < OTD_ITEMS; i++) {
            otd_expect(report, memcmp(verdicts[i].hash, hits[i].hash, 32) == 0);
        }
    }
    return NULL;
}

/* The detail of an error is the failing thread's own. */
static void *otd_fail_differently(void *argument) {
    otd_thread_report *report = argument;
    for (uint32_t round = 0; round < OTD_ROUNDS; round++) {
        char text[OTD_ERROR_TEXT_MAX];
        char number[16];
        uint32_t algorithm = 1000 + report->number;
        otd_engine_params params = {.algorithm = algorithm};
        otd_engine *engine = NULL;
        snprintf(number, sizeof number, "%u", algorithm);
        otd_expect(report, otd_engine_create(&params, NULL, &engine) < 0);
        otd_expect(report, otd_last_error(text, sizeof text) > 0 && strstr(text, number) != NULL);
    }
    return NULL;
}

/* Self-tests of everything at once: each algorithm's tables are made by whoever comes first. */
static void *otd_test_everything(void *argument) {
    otd_thread_report *report = argument;
    otd_algorithm_info info;
    for (uint32_t i = 0; otd_algorithm_at(i, &info) == OTD_OK; i++) {
        if ((info.flags & (OTD_ALGO_FLAG_DATASET | OTD_ALGO_FLAG_SLOW_SCAN)) == 0) {
            otd_expect(report, otd_self_test(0, info.id, 0) == OTD_OK);
        }
    }
    return NULL;
}

typedef struct otd_cancelled_scan {
    otd_engine *engine;
    uint32_t data_length;
    atomic_uint started;
    int32_t status;
    uint32_t calls;
} otd_cancelled_scan;

static void *otd_scan_for_ever(void *argument) {
    otd_cancelled_scan *scan = argument;
    uint8_t header[140] = {0};
    otd_hit hit;
    otd_scan_result result = {0};
    otd_work work = {.nonce_count = 1ull << 32, .data_length = scan->data_length};
    atomic_store(&scan->started, 1);
    do {
        scan->status =
            otd_engine_scan(scan->engine, &hit, 1, &result, &work, 1, header, sizeof header, 60000);
        scan->calls++;
    } while (scan->status == OTD_OK);
    return NULL;
}

/* Only cancel may come from another thread than the owner's; it ends the scan under way, also within a slow
 * nonce. */
static void otd_test_cancel(const otd_engine_params params, uint32_t data_length) {
    otd_cancelled_scan scan = {.data_length = data_length};
    pthread_t thread;
    otd_check(otd_engine_create(&params, NULL, &scan.engine) == OTD_OK, "threads: engine");
    pthread_create(&thread, NULL, otd_scan_for_ever, &scan);
    while (atomic_load(&scan.started) == 0) {
    }
    otd_engine_cancel(scan.engine);
    pthread_join(thread, NULL);
    otd_check(scan.status == OTD_E_CANCELLED && scan.calls == 1,
              "threads: a scan is cancelled from outside (%d, call %u)", scan.status, scan.calls);
    otd_engine_destroy(scan.engine);
}

typedef struct otd_build {
    otd_progress progress;
    uint32_t cancel;
    int32_t status;
} otd_build;

static void *otd_build_dataset(void *argument) {
    otd_build *build = argument;
    otd_dataset_params params = {.algorithm = OTD_ALGO_KAWPOW, .kind = OTD_DATASET_FULL, .threads = 3};
    otd_dataset *dataset = NULL;
    build->status = otd_dataset_create(&params, NULL, "", 0, &build->progress, &build->cancel, &dataset);
    if (dataset != NULL) {
        otd_dataset_destroy(dataset);
    }
    return NULL;
}

/* Progress is read while several threads build, and a word from outside ends them all. */
static void otd_test_build(void) {
    otd_build build = {0};
    pthread_t thread;
    pthread_create(&thread, NULL, otd_build_dataset, &build);
    while (__atomic_load_n(&build.progress.done, __ATOMIC_RELAXED) == 0) {
    }
    __atomic_store_n(&build.cancel, 1, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    otd_check(build.status == OTD_E_CANCELLED, "threads: a dataset being made is cancelled from outside (%d)",
              build.status);
}

void otd_test_threads(void) {
    otd_run(otd_test_everything, "self-tests at once");
    otd_run(otd_scan_and_verify, "scan and verify at once");
    otd_run(otd_fail_differently, "errors of one thread stay with it");
    otd_test_cancel((otd_engine_params){.algorithm = OTD_ALGO_SHA256D}, 80);
    otd_test_cancel((otd_engine_params){.algorithm = OTD_ALGO_EQUIHASH, .algo = {.n = 96, .k = 5}}, 140);
    otd_test_build();
}
