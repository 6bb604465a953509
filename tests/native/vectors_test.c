/*
 * vectors_test.c - runs tests/vectors through the verbs with every flavour, so that the sanitizers see them
 * too. The files are known to be in the format (the managed reader checks that); this reader takes the forms
 * they use.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "otedama.h"

enum { LINE_MAX_BYTES = 1 << 16, DATA_MAX_BYTES = 8192, HITS_MAX = 256, GRAPHS = 13 };

#if defined(__SANITIZE_ADDRESS__)
#define SLOWER 16u /* a sanitized build takes smaller windows */
#else
#define SLOWER 1u
#endif

typedef struct vector {
    const char *line;
    uint32_t algorithm, nonce_bits, height, length;
    otd_algo_params params;
    const otd_dataset *dataset;
    uint8_t target[32];
    uint8_t data[DATA_MAX_BYTES];
} vector;

/* Start of the value of " key=", or null. */
static const char *value_of(const char *line, const char *key) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, " %s=", key);
    const char *at = strstr(line, wanted);
    return at == NULL ? NULL : at + strlen(wanted);
}

static int value_is(const char *line, const char *key, const char *text) {
    const char *at = value_of(line, key);
    size_t length = strlen(text);
    return at != NULL && strncmp(at, text, length) == 0 && strchr(" \n", at[length]) != NULL;
}

static int digit(char c) {
    const char *digits = "0123456789abcdef", *at = c == 0 ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* Hex digits up to the first other character. Returns the bytes written. */
static uint32_t unhex(uint8_t *out, uint32_t room, const char *text) {
    uint32_t length = 0;
    while (text != NULL && length < room && digit(text[0]) >= 0 && digit(text[1]) >= 0) {
        out[length++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
        text += 2;
    }
    return length;
}

static uint64_t number_of(const char *line, const char *key, int base) {
    const char *at = value_of(line, key);
    return at == NULL ? 0 : strtoull(at, NULL, base);
}

static void reverse(uint8_t bytes[32]) {
    for (int i = 0; i < 16; i++) {
        uint8_t other = bytes[31 - i];
        bytes[31 - i] = bytes[i];
        bytes[i] = other;
    }
}

/* Compact bits to 32 bytes, least significant first; zero for a negative or too large value. */
static void expand_bits(uint8_t target[32], uint32_t bits) {
    int at = (int)(bits >> 24) - 3;
    uint32_t word = (bits & 0x800000u) != 0 ? 0 : bits & 0x7fffffu;
    memset(target, 0, 32);
    for (int i = 0; i < 3; i++) {
        uint8_t byte = (uint8_t)(word >> (8 * i));
        if (at + i >= 32 && byte != 0) {
            memset(target, 0, 32);
            return;
        }
        if (at + i >= 0 && at + i < 32) {
            target[at + i] = byte;
        }
    }
}

static void read_target(vector *v) {
    memset(v->target, 0xff, 32);
    if (value_of(v->line, "bits") != NULL) {
        expand_bits(v->target, (uint32_t)number_of(v->line, "bits", 16));
    } else if (unhex(v->target, 32, value_of(v->line, "target")) == 32) {
        reverse(v->target);
    }
}

/* header_hash, nonce and mix of KawPow; else data, or header, compactSize and solution. */
static void read_data(vector *v, int with_solution) {
    const char *start = value_of(v->line, "header_hash");
    if (start != NULL) {
        uint64_t nonce = number_of(v->line, "nonce", 16);
        v->length = unhex(v->data, 32, start);
        memcpy(v->data + v->length, &nonce, 8);
        v->length += 8;
        v->length += unhex(v->data + v->length, 32, value_of(v->line, "mix"));
        return;
    }
    const char *data = value_of(v->line, "data");
    v->length = unhex(v->data, DATA_MAX_BYTES, data != NULL ? data : value_of(v->line, "header"));
    if (with_solution && value_of(v->line, "solution") != NULL) {
        static uint8_t solution[DATA_MAX_BYTES / 2];
        uint32_t bytes = unhex(solution, sizeof solution, value_of(v->line, "solution"));
        if (bytes >= 253) {
            v->data[v->length++] = 253;
            v->data[v->length++] = (uint8_t)bytes;
            v->data[v->length++] = (uint8_t)(bytes >> 8);
        } else {
            v->data[v->length++] = (uint8_t)bytes;
        }
        memcpy(v->data + v->length, solution, bytes);
        v->length += bytes;
    }
}

static otd_dataset *kawpow_light, *graphs[GRAPHS];

/* 0 when the case needs a dataset too large for this test: another epoch than the first, the network's file.
 */
static int read_dataset(vector *v) {
    otd_dataset_params params = {.algorithm = v->algorithm};
    otd_dataset **made = &kawpow_light;
    if (v->algorithm == OTD_ALGO_VERTHASH) {
        if (v->params.n == 0 || v->params.n >= GRAPHS) {
            return 0;
        }
        params.kind = OTD_DATASET_FULL;
        params.epoch = v->params.n;
        made = &graphs[v->params.n];
    } else if (v->algorithm != OTD_ALGO_KAWPOW) {
        return 1;
    } else if (v->height >= 7500) {
        return 0;
    }
    if (*made == NULL) {
        otd_check(otd_dataset_create(&params, NULL, "", 0, NULL, NULL, made) == OTD_OK, "dataset of %.60s",
                  v->line);
    }
    v->dataset = *made;
    return v->dataset != NULL;
}

static int read_vector(vector *v, const char *line, const otd_algorithm_info *info, int with_solution) {
    memset(v, 0, sizeof *v);
    v->line = line;
    v->algorithm = info->id;
    v->nonce_bits = info->nonce_bits;
    v->height = (uint32_t)number_of(line, "height", 0);
    v->params.n = (uint32_t)number_of(line, "n", 0);
    v->params.k = (uint32_t)number_of(line, "k", 0);
    v->params.twist = (uint32_t)number_of(line, "twist", 0);
    v->params.variant = (uint32_t)number_of(line, "variant", 0);
    const char *personal = value_of(line, "personal");
    if (personal != NULL) {
        memcpy(v->params.personal, personal, strcspn(personal, " \n") < 8 ? strcspn(personal, " \n") : 8);
    }
    read_target(v);
    read_data(v, with_solution);
    return read_dataset(v);
}

/* 1 when the line names no hash, or this one in either byte order. */
static int same_hash(const char *text, const uint8_t hash[32]) {
    uint8_t expected[32];
    if (unhex(expected, 32, text) != 32) {
        return text == NULL;
    }
    int same = memcmp(expected, hash, 32) == 0;
    reverse(expected);
    return same || memcmp(expected, hash, 32) == 0;
}

static int verdict_fits(const char *line, int32_t verdict) {
    const char *words[] = {"valid", "above-target", "bad-proof", "malformed"}; /* OTD_VERDICT_... */
    return value_of(line, "verdict") == NULL ? verdict == OTD_VERDICT_VALID
                                             : value_is(line, "verdict", words[verdict]);
}

static void run_proof(const vector *v, uint32_t flavour, const char *name) {
    otd_verify_item item = {.data_length = v->length, .height = v->height};
    otd_verdict verdict = {.verdict = -1};
    /* Exactly as long as the item, so that the sanitizer sees a read past it. */
    uint8_t *data = malloc(v->length + 1);
    memcpy(data, v->data, v->length);
    data = realloc(data, v->length > 0 ? v->length : 1);
    memcpy(item.target, v->target, 32);
    int32_t status =
        otd_verify(v->algorithm, flavour, &v->params, v->dataset, &verdict, &item, 1, data, v->length);
    free(data);
    int fits = status == OTD_OK && verdict_fits(v->line, verdict.verdict);
    int hash = verdict.verdict == OTD_VERDICT_MALFORMED ||
               (same_hash(value_of(v->line, "hash"), verdict.hash) &&
                same_hash(value_of(v->line, "hash_display"), verdict.hash));
    otd_check(fits && hash, "%s says what the file says (verdict %d): %.80s", name, verdict.verdict, v->line);
}

/* ---- search and solve ---------------------------------------------------------------------- */

/* Searches the window, in two parts when it passes the last nonce. Returns the hits, or UINT32_MAX. */
static uint32_t run_window(const vector *v, uint32_t flavour, otd_hit *hits, uint64_t first, uint64_t count) {
    const otd_engine_params params = {.algorithm = v->algorithm, .flavour = flavour, .algo = v->params};
    otd_work work = {.data_length = v->length, .height = v->height};
    otd_engine *engine = NULL;
    uint32_t found = 0;
    uint64_t before = (v->nonce_bits == 64 ? 0 : 1ull << v->nonce_bits) - first; /* 0 = all 2^64 */
    const char *version = value_of(v->line, "versions");
    while (version != NULL && work.version_count < OTD_VERSIONS_MAX) {
        char *end;
        work.versions[work.version_count++] = (uint32_t)strtoul(version, &end, 16);
        version = *end == ',' ? end + 1 : NULL;
    }
    memcpy(work.target, v->target, 32);
    if (otd_engine_create(&params, v->dataset, &engine) != OTD_OK) {
        return UINT32_MAX;
    }
    int wraps = before != 0 && count > before;
    for (int part = 0; part <= wraps; part++) {
        otd_scan_result result;
        work.nonce_first = part == 0 ? first : 0;
        work.nonce_count = part == 1 ? count - before : wraps ? before : count;
        int32_t status = otd_engine_scan(engine, hits + found, HITS_MAX - found, &result, &work, 1, v->data,
                                         v->length, 600000);
        if (status != OTD_OK || result.work_index != 1) {
            found = UINT32_MAX;
            break;
        }
        found += result.hit_count;
    }
    otd_engine_destroy(engine);
    return found;
}

/* 1 when the hit= entries of the line are exactly these, in this order. */
static int same_hits(const char *line, const otd_hit *hits, uint32_t found) {
    const char *at = value_of(line, "hit");
    for (uint32_t i = 0; i < found; i++) {
        char *end;
        if (at == NULL || strtoull(at, &end, 16) != hits[i].nonce) {
            return 0;
        }
        const char *version = *end == ':' && end[65] == ':' ? end + 66 : NULL;
        if ((*end == ':' && !same_hash(end + 1, hits[i].hash)) ||
            (version != NULL && strtoul(version, NULL, 16) != hits[i].version)) {
            return 0;
        }
        at = value_of(end, "hit");
    }
    return at == NULL;
}

/* Nonces a window may have: the reference of VerusHash and the light KawPow are slow. */
static uint64_t window_max(const vector *v, const char *flavour) {
    int slow = strcmp(flavour, "ref") == 0;
    switch (v->algorithm) {
    case OTD_ALGO_SHA256D:
        return 1u << 20;
    case OTD_ALGO_VERUSHASH:
        return slow ? 4096 / SLOWER : (1u << 20) / SLOWER;
    case OTD_ALGO_KAWPOW:
        return SLOWER > 1 && slow ? 0 : 128;
    default:
        return 4096 / SLOWER;
    }
}

static uint32_t run_search(const vector *v, uint32_t flavour, const char *name) {
    static otd_hit hits[HITS_MAX];
    uint64_t first = number_of(v->line, "nonce_first", 0), count = number_of(v->line, "nonce_count", 0);
    if (count > window_max(v, name)) {
        return 0;
    }
    uint32_t found = run_window(v, flavour, hits, first, count);
    otd_check(found != UINT32_MAX && same_hits(v->line, hits, found), "%s finds what the file says: %.80s",
              name, v->line);
    return 1;
}

/* Every solution found stands in the line, and as many do. */
static void run_solve(const vector *v, uint32_t flavour, const char *name) {
    static otd_hit hits[HITS_MAX];
    uint64_t nonce;
    memcpy(&nonce, v->data + v->length - 8, 8);
    uint32_t found = run_window(v, flavour, hits, nonce, 1), listed = 0, matched = 0;
    for (const char *at = value_of(v->line, "solution"); at != NULL; at = value_of(at, "solution")) {
        uint8_t solution[OTD_PROOF_MAX];
        uint32_t length = unhex(solution, sizeof solution, at);
        listed++;
        for (uint32_t i = 0; found != UINT32_MAX && i < found; i++) {
            matched += hits[i].proof_length == length && memcmp(hits[i].proof, solution, length) == 0;
        }
    }
    otd_check(found == listed && matched == listed, "%s: %u solutions, the file has %u: %.80s", name, found,
              listed, v->line);
}

/* ---- files ---------------------------------------------------------------------------------- */

static uint32_t run_line(const char *line, const otd_algorithm_info *info) {
    static vector v;
    otd_flavour_info flavour;
    uint32_t ran = 0;
    int solve = strncmp(line, "solve ", 6) == 0, search = strncmp(line, "search ", 7) == 0;
    if ((!solve && !search && strncmp(line, "proof ", 6) != 0) || !read_vector(&v, line, info, !solve)) {
        return 0;
    }
    if (solve && v.length != 140) {
        v.params.variant = 1; /* an input that is no header */
    }
    for (uint32_t f = 0; otd_flavour_at(0, info->id, f, &flavour) == OTD_OK; f++) {
        if (!flavour.supported) {
            continue;
        }
        if (solve) {
            run_solve(&v, f + 1, flavour.name);
            ran++;
        } else if (search) {
            ran += run_search(&v, f + 1, flavour.name);
        } else {
            run_proof(&v, f + 1, flavour.name);
            ran++;
        }
    }
    return ran;
}

static void run_file(const char *directory, const otd_algorithm_info *info) {
    static char line[LINE_MAX_BYTES];
    char path[4096];
    uint32_t ran = 0;
    snprintf(path, sizeof path, "%s/%s.txt", directory, info->name);
    FILE *file = fopen(path, "r");
    otd_check(file != NULL, "open %s", path);
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        otd_check(strchr(line, '\n') != NULL, "a line of %s fits", path);
        ran += run_line(line, info);
    }
    if (file != NULL) {
        fclose(file);
    }
    otd_check(ran > 10, "%s: %u runs", path, ran);
}

void otd_test_vectors(const char *directory) {
    otd_algorithm_info info;
    for (uint32_t i = 0; otd_algorithm_at(i, &info) == OTD_OK; i++) {
        run_file(directory, &info);
    }
    otd_dataset_destroy(kawpow_light);
    for (int n = 0; n < GRAPHS; n++) {
        otd_dataset_destroy(graphs[n]);
    }
}
