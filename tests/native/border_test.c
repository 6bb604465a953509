/* border_test.c - what the verbs refuse, and how a scan keeps budget, capacity and cancel. */
#include <string.h>

#include "check.h"
#include "otedama.h"

static uint8_t otd_header[80];

static otd_work otd_easy_work(uint64_t first, uint64_t count) {
    otd_work work = {.tag = 5, .nonce_first = first, .nonce_count = count, .data_length = 80};
    memset(work.target, 0xff, sizeof work.target);
    return work;
}

static int32_t otd_try(otd_engine *engine, const otd_work *work, uint32_t capacity, uint32_t budget_ms,
                       otd_scan_result *result) {
    static otd_hit hits[64];
    return otd_engine_scan(engine, hits, capacity, result, work, 1, otd_header, sizeof otd_header, budget_ms);
}

static void otd_test_refusals(otd_engine *engine) {
    otd_scan_result result;
    otd_work work = otd_easy_work(0xffffffffu, 2);
    otd_check(otd_try(engine, &work, 8, 10, &result) == OTD_E_ARGUMENT, "a range past 2^32 is refused");
    work = otd_easy_work(0, 10);
    work.data_length = 81;
    otd_check(otd_try(engine, &work, 8, 10, &result) == OTD_E_ARGUMENT, "data past the buffer is refused");
    work.data_length = 79;
    otd_check(otd_try(engine, &work, 8, 10, &result) == OTD_E_ARGUMENT, "79 bytes are refused");
    work = otd_easy_work(0, 10);
    work.data_offset = 0xffffffffu;
    otd_check(otd_try(engine, &work, 8, 10, &result) == OTD_E_ARGUMENT,
              "an offset that overflows is refused");
    work = otd_easy_work(0, 10);
    work.version_count = 9;
    otd_check(otd_try(engine, &work, 64, 10, &result) == OTD_E_ARGUMENT, "nine versions are refused");
    work.version_count = 3;
    otd_check(otd_try(engine, &work, 2, 10, &result) == OTD_E_ARGUMENT, "less room than versions is refused");
    work = otd_easy_work(0, 10);
    otd_check(otd_try(engine, &work, 0, 10, &result) == OTD_E_ARGUMENT, "no room for hits is refused");
    otd_check(otd_try(NULL, &work, 8, 10, &result) == OTD_E_ARGUMENT, "no engine is refused");
}

static void otd_test_budget(otd_engine *engine) {
    otd_scan_result result;
    otd_work work = otd_easy_work(7, 1ull << 31);
    memset(work.target, 0, sizeof work.target);
    otd_check(otd_try(engine, &work, 8, 0, &result) == OTD_OK && result.hashes == 0 && result.nonce_next == 7,
              "a budget of 0 searches nothing");
    otd_check(otd_try(engine, &work, 8, 20, &result) == OTD_OK && result.hashes > 0 &&
                  result.work_index == 0 && result.nonce_next == 7 + result.hashes,
              "a budget ends a scan, which says where");
    otd_engine_cancel(engine);
    otd_check(otd_try(engine, &work, 8, 10000, &result) == OTD_E_CANCELLED && result.hashes == 0,
              "a cancelled scan returns");
    otd_check(otd_try(engine, &work, 8, 5, &result) == OTD_OK && result.hashes > 0,
              "the next one works again");
}

/* Every nonce hits with both versions; room for one nonce at a time must still see each exactly once. */
static void otd_test_capacity(otd_engine *engine) {
    uint32_t seen = 0;
    uint64_t nonce = 100;
    while (nonce < 170) {
        otd_hit hits[2];
        otd_scan_result result;
        otd_work work = otd_easy_work(nonce, 170 - nonce);
        work.version_count = 2;
        work.versions[1] = 9;
        int32_t status =
            otd_engine_scan(engine, hits, 2, &result, &work, 1, otd_header, sizeof otd_header, 1000);
        if (status != OTD_OK || result.hit_count != 2 || hits[0].nonce != nonce || hits[1].nonce != nonce ||
            hits[0].version != 0 || hits[1].version != 9 || hits[0].tag != 5 ||
            result.nonce_next != nonce + 1) {
            break;
        }
        seen++;
        nonce = result.nonce_next;
    }
    otd_check(seen == 70, "full hits lose and repeat nothing: %u of 70", seen);
}

static void otd_test_verify_arguments(void) {
    otd_verify_item items[2] = {{.data_length = 80}, {.data_offset = 1, .data_length = 80}};
    otd_verdict verdicts[2];
    otd_check(otd_verify(OTD_ALGO_SHA256D, 0, NULL, NULL, verdicts, items, 2, otd_header, 80) ==
                  OTD_E_ARGUMENT,
              "an item outside the data is refused");
    otd_check(otd_verify(OTD_ALGO_SHA256D, 0, NULL, NULL, verdicts, items, 0, otd_header, 80) ==
                  OTD_E_ARGUMENT,
              "an empty batch is refused");
    otd_check(otd_verify(OTD_ALGO_SHA256D, 99, NULL, NULL, verdicts, items, 1, otd_header, 80) ==
                  OTD_E_ARGUMENT,
              "an unknown flavour is refused");
    otd_check(otd_verify(99, 0, NULL, NULL, verdicts, items, 1, otd_header, 80) == OTD_E_ARGUMENT,
              "an unknown algorithm is refused");
    items[0].data_length = 12;
    otd_check(otd_verify(OTD_ALGO_SHA256D, 0, NULL, NULL, verdicts, items, 1, otd_header, 80) == OTD_OK &&
                  verdicts[0].verdict == OTD_VERDICT_MALFORMED,
              "a short header is malformed");
}

void otd_test_border(void) {
    otd_engine_params params = {.algorithm = OTD_ALGO_SHA256D};
    otd_engine *engine = NULL;
    otd_check(otd_engine_create(&params, NULL, &engine) == OTD_OK, "engine");
    otd_test_refusals(engine);
    otd_test_budget(engine);
    otd_test_capacity(engine);
    otd_engine_destroy(engine);
    params.algorithm = 99;
    otd_check(otd_engine_create(&params, NULL, &engine) == OTD_E_ARGUMENT && engine == NULL,
              "no engine of nothing");
    otd_test_verify_arguments();
}
