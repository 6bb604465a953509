/* contest.c - see contest.h. */
#define _POSIX_C_SOURCE 200809L
#include "contest.h"

#include <string.h>
#include <time.h>

#define OTD_CONTEST_ROUNDS 5
#define OTD_CONTEST_MARGIN 0.97
#define OTD_CONTEST_DATA_MAX 256u

/* Processor time of this thread, which other programs on the machine do not stretch. */
static double otd_thread_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Seconds of the fastest of some rounds over the same nonces under a target of zero; negative when it cannot
 * run. */
static double otd_best_seconds(const otd_algo *algo, const otd_flavour *flavour) {
    static const uint8_t data[OTD_CONTEST_DATA_MAX];
    otd_engine engine = {.algo = algo, .flavour = flavour};
    otd_work work = {.data_length = algo->info.data_length_min, .version_count = algo->info.versions_max};
    otd_hit hit;
    double best = -1;
    for (uint32_t v = 0; v < work.version_count; v++) {
        work.versions[v] = v;
    }
    if (algo->engine_open != NULL && algo->engine_open(&engine) != OTD_OK) {
        return -1;
    }
    for (int round = 0; round < OTD_CONTEST_ROUNDS; round++) {
        otd_hits hits = {.hits = &hit, .capacity = 1};
        uint64_t searched = 0;
        double began = otd_thread_seconds();
        if (algo->scan(&engine, &work, data, 0, algo->contest_nonces, &hits, &searched) != OTD_OK) {
            break;
        }
        double took = otd_thread_seconds() - began;
        best = best < 0 || took < best ? took : best;
    }
    if (algo->engine_close != NULL) {
        algo->engine_close(&engine);
    }
    return best;
}

uint32_t otd_contest_winner(const otd_algo *algo, uint32_t rows) {
    uint32_t winner = 0;
    double best = -1;
    while ((rows >> winner & 1u) == 0) {
        winner++;
    }
    if (algo->contest_nonces == 0 || (rows & (rows - 1)) == 0) {
        return winner;
    }
    for (uint32_t f = winner; f < algo->flavour_count; f++) {
        if ((rows >> f & 1u) == 0) {
            continue;
        }
        double took = otd_best_seconds(algo, &algo->flavours[f]);
        if (took >= 0 && (best < 0 || took < best * OTD_CONTEST_MARGIN)) {
            best = took;
            winner = f;
        }
    }
    return winner;
}
