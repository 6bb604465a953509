/* vectors_test.c - a small reader of docs/reference/vectors.md: the search lines of sha256d, every flavour.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "otedama.h"

enum { OTD_LINE_MAX = 1 << 16, OTD_VECTOR_HITS = 256 };

/* Start of the value of " key=", or null. */
static const char *otd_value(const char *line, const char *key) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, " %s=", key);
    const char *at = strstr(line, wanted);
    return at == NULL ? NULL : at + strlen(wanted);
}

static void otd_unhex(uint8_t *out, const char *text, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        unsigned byte = 0;
        sscanf(text + 2 * i, "%2x", &byte);
        out[i] = (uint8_t)byte;
    }
}

static void otd_read_work(otd_work *work, uint8_t header[80], const char *line) {
    uint8_t target[32];
    *work = (otd_work){.data_length = 80};
    otd_unhex(header, otd_value(line, "data"), 80);
    memset(work->target, 0xff, 32);
    if (otd_value(line, "target") != NULL) {
        otd_unhex(target, otd_value(line, "target"), 32);
        for (int i = 0; i < 32; i++) {
            work->target[i] = target[31 - i];
        }
    }
    const char *version = otd_value(line, "versions");
    while (version != NULL && work->version_count < OTD_VERSIONS_MAX) {
        char *end;
        work->versions[work->version_count++] = (uint32_t)strtoul(version, &end, 16);
        version = *end == ',' ? end + 1 : NULL;
    }
}

/* Searches the window, in two parts when it passes the last nonce. */
static uint32_t otd_run_window(otd_engine *engine, otd_hit *hits, otd_work *work, const uint8_t *header,
                               uint64_t first, uint64_t count) {
    uint32_t found = 0;
    uint64_t before = (1ull << 32) - first;
    for (int part = 0; part < 2; part++) {
        otd_scan_result result;
        work->nonce_first = part == 0 ? first : 0;
        work->nonce_count =
            part == 0 ? (count < before ? count : before) : (count < before ? 0 : count - before);
        otd_engine_scan(engine, hits + found, OTD_VECTOR_HITS - found, &result, work, 1, header, 80, 600000);
        otd_check(result.work_index == 1, "the window is searched to its end");
        found += result.hit_count;
    }
    return found;
}

/* 1 when the hit= entries of the line are exactly these. */
static int otd_same_hits(const char *line, const otd_hit *hits, uint32_t found) {
    const char *at = otd_value(line, "hit");
    for (uint32_t i = 0; i < found; i++) {
        uint8_t hash[32];
        char *end;
        if (at == NULL || strtoull(at, &end, 16) != hits[i].nonce) {
            return 0;
        }
        otd_unhex(hash, end + 1, 32);
        if (memcmp(hash, hits[i].hash, 32) != 0 ||
            (end[65] == ':' && strtoul(end + 66, NULL, 16) != hits[i].version)) {
            return 0;
        }
        at = otd_value(end, "hit");
    }
    return at == NULL;
}

static void otd_run_search(const char *line) {
    static otd_hit hits[OTD_VECTOR_HITS];
    otd_flavour_info flavour;
    otd_work work;
    uint8_t header[80];
    otd_read_work(&work, header, line);
    for (uint32_t f = 0; otd_flavour_at(OTD_ALGO_SHA256D, f, &flavour) == OTD_OK; f++) {
        otd_engine_params params = {.algorithm = OTD_ALGO_SHA256D, .flavour = f + 1};
        otd_engine *engine = NULL;
        if (!flavour.supported || otd_engine_create(&params, NULL, &engine) != OTD_OK) {
            continue;
        }
        uint32_t found =
            otd_run_window(engine, hits, &work, header, strtoull(otd_value(line, "nonce_first"), NULL, 0),
                           strtoull(otd_value(line, "nonce_count"), NULL, 0));
        otd_check(otd_same_hits(line, hits, found), "%s finds what the file says: %.60s", flavour.name, line);
        otd_engine_destroy(engine);
    }
}

void otd_test_vectors(const char *directory) {
    static char line[OTD_LINE_MAX];
    char path[4096];
    uint32_t searches = 0;
    snprintf(path, sizeof path, "%s/sha256d.txt", directory);
    FILE *file = fopen(path, "r");
    otd_check(file != NULL, "open %s", path);
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "search ", 7) == 0) {
            otd_run_search(line);
            searches++;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    otd_check(searches > 0, "%s holds searches", path);
}
