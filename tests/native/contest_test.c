/* contest_test.c - the choice among flavours, with an algorithm whose speed is known. */
#include "check.h"
#include "contest.h"

/* A kernel here is a factor: how many times over the same work is done. */
static const uint32_t once = 1, four_times = 4;

static volatile uint64_t sink;

static int32_t spin(otd_engine *engine, const otd_work *work, const uint8_t *data, uint64_t first,
                    uint64_t count, otd_hits *hits, uint64_t *searched) {
    (void)work;
    (void)hits;
    for (uint64_t i = 0; i < count * *(const uint32_t *)engine->flavour->kernel; i++) {
        sink += (i ^ first) * data[0] + 1;
    }
    *searched = count;
    return OTD_OK;
}

void otd_test_contest(void) {
    const otd_flavour flavours[] = {{"slow", 0, 1, &four_times},
                                    {"fast", 0, 1, &once},
                                    {"alone", 0, 1, &four_times},
                                    {"ref", 0, 1, &four_times}};
    otd_algo algo = {.flavours = flavours, .flavour_count = 4, .contest_nonces = 200000, .scan = spin};
    algo.info.data_length_min = 80;
    otd_check(otd_contest_winner(&algo, 3) == 1, "contest: a faster later row wins");
    otd_check(otd_contest_winner(&algo, 10) == 1, "contest: a slower later row does not");
    otd_check(otd_contest_winner(&algo, 4) == 2, "contest: a row alone wins");
    algo.contest_nonces = 0;
    otd_check(otd_contest_winner(&algo, 3) == 0, "contest: without nonces the order decides");
}
