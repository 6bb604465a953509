/*
 * header80_test.c - scrypt and Verthash: every flavour equals the reference at every batch length and
 * search window, items of any length get a verdict, and a data file that is not right says why.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "otedama.h"

#define HEADER 80u
#define ITEMS 70u
#define GRAPH 8u /* 576 KiB: larger than a first-level cache, made in milliseconds */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static uint64_t s_random = 0x9e3779b97f4a7c15ull;

static uint32_t next_random(void) {
    s_random ^= s_random << 13;
    s_random ^= s_random >> 7;
    s_random ^= s_random << 17;
    return (uint32_t)(s_random >> 32);
}

static void fill(uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)next_random();
    }
}

static int detail_has(const char *part) {
    char detail[OTD_ERROR_TEXT_MAX] = "";
    otd_last_error(detail, sizeof detail);
    return strstr(detail, part) != NULL;
}

typedef struct subject {
    uint32_t algorithm;
    uint32_t reference; /* its last flavour row */
    const otd_dataset *dataset;
} subject;

/* Row of each flavour this CPU runs; 0 ends the walk. */
static uint32_t next_flavour(const subject *s, uint32_t row) {
    otd_flavour_info info;
    while (otd_flavour_at(0, s->algorithm, row, &info) == OTD_OK) {
        row++; /* rows are counted from 0, flavours from 1 */
        if (info.supported) {
            return row;
        }
    }
    return 0;
}

static int verify(const subject *s, uint32_t flavour, otd_verdict *verdicts, const otd_verify_item *items,
                  uint32_t count, const uint8_t *data) {
    return otd_verify(s->algorithm, flavour, NULL, s->dataset, verdicts, items, count, data, ITEMS * HEADER);
}

/* Batch lengths around every group size, random headers, some with a target they miss. */
static void flavours_agree(const subject *s) {
    static const uint32_t lengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, ITEMS};
    static uint8_t data[ITEMS * HEADER];
    otd_verify_item items[ITEMS];
    otd_verdict expected[ITEMS], verdicts[ITEMS];
    memset(items, 0, sizeof items);
    fill(data, sizeof data);
    for (uint32_t i = 0; i < ITEMS; i++) {
        items[i].data_offset = HEADER * ((i * 37) % ITEMS);
        items[i].data_length = HEADER;
        memset(items[i].target, 0xff, 31);
        items[i].target[31] = i % 3 == 0 ? 0x7f : 0xff;
        data[HEADER * i] = (uint8_t)(i % 4 == 0 ? 0xff - i / 4 % 9 : data[HEADER * i]);
    }
    otd_check(verify(s, s->reference, expected, items, ITEMS, data) == OTD_OK, "reference verifies");
    for (uint32_t f = next_flavour(s, 0); f != 0; f = next_flavour(s, f)) {
        for (uint32_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            memset(verdicts, 0xee, sizeof verdicts);
            int status = verify(s, f, verdicts, items, lengths[i], data);
            otd_check(status == OTD_OK && memcmp(verdicts, expected, lengths[i] * sizeof *verdicts) == 0,
                      "a flavour equals the reference");
        }
    }
}

/* Items of random length and place: malformed unless 80 bytes, hashed as if they were alone. */
static void fuzz_verify(const subject *s) {
    static uint8_t data[ITEMS * HEADER];
    otd_verify_item items[ITEMS];
    otd_verdict verdicts[ITEMS], alone;
    for (uint32_t turn = 0; turn < 12; turn++) {
        uint32_t count = 1 + next_random() % ITEMS;
        fill(data, sizeof data);
        memset(items, 0, sizeof items);
        for (uint32_t i = 0; i < count; i++) {
            items[i].data_length = next_random() % 3 != 0 ? HEADER : next_random() % 200;
            items[i].data_offset = next_random() % (ITEMS * HEADER - items[i].data_length);
            fill(items[i].target, 32);
        }
        otd_check(verify(s, 0, verdicts, items, count, data) == OTD_OK, "fuzzed batch");
        for (uint32_t i = 0; i < count; i++) {
            int malformed = verdicts[i].verdict == OTD_VERDICT_MALFORMED;
            otd_check(malformed == (items[i].data_length != HEADER), "malformed means not 80 bytes");
        }
        uint32_t one = next_random() % count;
        otd_check(verify(s, 0, &alone, &items[one], 1, data) == OTD_OK &&
                      memcmp(&alone, &verdicts[one], sizeof alone) == 0,
                  "an item's verdict does not depend on its batch");
        items[0].data_offset = ITEMS * HEADER - 10;
        items[0].data_length = 11;
        otd_check(verify(s, 0, verdicts, items, count, data) == OTD_E_ARGUMENT, "an item past the data");
    }
}

/* Searches to the end with room for `room` hits per call; returns how many hits there were. */
static uint32_t search(const subject *s, uint32_t flavour, const otd_work *work, const uint8_t *header,
                       otd_hit *all, uint32_t room) {
    const otd_engine_params params = {.algorithm = s->algorithm, .flavour = flavour};
    otd_engine *engine = NULL;
    otd_work rest = *work;
    uint32_t found = 0;
    if (otd_engine_create(&params, s->dataset, &engine) != OTD_OK) {
        return UINT32_MAX;
    }
    while (rest.nonce_count > 0 && found + room <= 256) {
        otd_scan_result result;
        if (otd_engine_scan(engine, all + found, room, &result, &rest, 1, header, HEADER, 1000) != OTD_OK) {
            found = UINT32_MAX;
            break;
        }
        found += result.hit_count;
        rest.nonce_count -= result.nonce_next - rest.nonce_first;
        rest.nonce_first = result.nonce_next;
    }
    otd_engine_destroy(engine);
    return found;
}

/* One hash in 16 hits; windows off the lane grid, rolled versions, room for few hits, the last nonce. */
static void searches_agree(const subject *s) {
    static const struct {
        uint64_t first, count;
        uint32_t versions, room;
    } windows[] = {{0, 1, 0, 1}, {5, 37, 0, 64}, {0xffffffcd, 51, 0, 8}, {16, 45, 3, 3}, {100, 17, 8, 8}};
    static otd_hit expected[256], hits[256];
    uint8_t header[HEADER];
    uint32_t total = 0;
    fill(header, sizeof header);
    for (uint32_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
        otd_work work = {.tag = 77,
                         .nonce_first = windows[w].first,
                         .nonce_count = windows[w].count,
                         .data_length = HEADER,
                         .version_count = windows[w].versions};
        memset(work.target, 0xff, sizeof work.target);
        work.target[31] = 0x0f;
        for (uint32_t v = 0; v < windows[w].versions; v++) {
            work.versions[v] = 0x20000000u + v * 0x2000u;
        }
        uint32_t count = search(s, s->reference, &work, header, expected, 64);
        otd_check(count != UINT32_MAX, "the reference searches");
        total += count;
        for (uint32_t f = next_flavour(s, 0); f != 0; f = next_flavour(s, f)) {
            uint32_t got = search(s, f, &work, header, hits, windows[w].room);
            otd_check(got == count && memcmp(hits, expected, count * sizeof *hits) == 0,
                      "a flavour finds the same hits in the same order");
        }
    }
    otd_check(total > 8, "there were hits to compare");
}

/* ---- the data file -------------------------------------------------------------------------- */

static int32_t open_dataset(uint32_t kind, uint32_t graph, const char *path, otd_dataset **out) {
    const otd_dataset_params params = {.algorithm = OTD_ALGO_VERTHASH, .kind = kind, .epoch = graph};
    *out = NULL;
    return otd_dataset_create(&params, NULL, path, (uint32_t)strlen(path), NULL, NULL, out);
}

static int refused(uint32_t kind, const char *path, int32_t status, const char *part) {
    otd_dataset *dataset = NULL;
    int same = open_dataset(kind, GRAPH, path, &dataset) == status && dataset == NULL && detail_has(part);
    otd_dataset_destroy(dataset);
    return same;
}

static void change_byte(const char *path, off_t at) {
    int file = open(path, O_RDWR);
    uint8_t byte = 0;
    otd_check(pread(file, &byte, 1, at) == 1, "read a byte of the data file");
    byte ^= 1;
    otd_check(pwrite(file, &byte, 1, at) == 1, "change a byte of the data file");
    close(file);
}

static void data_file(const char *path) {
    otd_dataset *dataset = NULL;
    for (uint32_t kind = OTD_DATASET_LIGHT; kind <= OTD_DATASET_FULL; kind++) {
        struct stat about;
        otd_check(open_dataset(kind, GRAPH, path, &dataset) == OTD_OK, "the data file is written");
        otd_dataset_destroy(dataset);
        otd_check(stat(path, &about) == 0 && about.st_size == 589824, "with its whole length");
        otd_check(open_dataset(kind, GRAPH, path, &dataset) == OTD_OK, "and read again");
        const subject s = {OTD_ALGO_VERTHASH, 0, dataset};
        otd_verify_item item = {.data_length = HEADER};
        otd_verdict verdict = {.verdict = -1};
        uint8_t header[ITEMS * HEADER] = {0};
        memset(item.target, 0xff, 32);
        otd_check(verify(&s, 0, &verdict, &item, 1, header) == OTD_OK && verdict.verdict == OTD_VERDICT_VALID,
                  "and used");
        otd_dataset_destroy(dataset);

        change_byte(path, 589823);
        otd_check(refused(kind, path, OTD_E_DATASET, "SHA-256"), "a changed byte is noticed");
        otd_check(truncate(path, 589823) == 0 && refused(kind, path, OTD_E_DATASET, "589823 bytes"),
                  "a short file is noticed");
        otd_check(truncate(path, 0) == 0 && refused(kind, path, OTD_E_DATASET, "0 bytes"),
                  "an empty file is noticed");
        otd_check(unlink(path) == 0, "the data file is removed");
    }
}

static void data_file_errors(const char *directory, const char *path) {
    otd_dataset *dataset = NULL;
    otd_check(refused(OTD_DATASET_FULL, directory, OTD_E_IO, "ordinary file"), "a directory is refused");
    otd_check(refused(OTD_DATASET_FULL, "/nonexistent/verthash.dat", OTD_E_IO, "create the directory"),
              "a missing directory is named");
    otd_check(access("/proc/self", F_OK) != 0 ||
                  refused(OTD_DATASET_FULL, "/proc/verthash.dat", OTD_E_IO, "0 free"),
              "a file system without room is refused before the work");
    otd_check(open_dataset(OTD_DATASET_FULL, 18, "", &dataset) == OTD_E_ARGUMENT && detail_has("1..17"),
              "there is no graph 18");
    const otd_dataset_params params = {.algorithm = OTD_ALGO_VERTHASH, .epoch = GRAPH};
    uint32_t cancel = 1;
    otd_check(otd_dataset_create(&params, NULL, path, (uint32_t)strlen(path), NULL, &cancel, &dataset) ==
                      OTD_E_CANCELLED &&
                  access(path, F_OK) != 0,
              "a cancelled build leaves no file");
}

/* An address space too small for the network's file: said before anything is computed. */
static void no_memory(void) {
    otd_dataset *dataset = NULL;
    struct rlimit before, tight;
    if (SANITIZED || getrlimit(RLIMIT_AS, &before) != 0) {
        return;
    }
    tight = before;
    tight.rlim_cur = 1u << 30;
    otd_check(setrlimit(RLIMIT_AS, &tight) == 0, "limit memory");
    int32_t status = open_dataset(OTD_DATASET_FULL, 0, "", &dataset);
    setrlimit(RLIMIT_AS, &before);
    otd_check(status == OTD_E_MEMORY && detail_has("1283457024 bytes"), "missing memory is counted");
}

static void no_dataset(void) {
    const subject s = {OTD_ALGO_VERTHASH, 0, NULL};
    uint8_t header[ITEMS * HEADER] = {0};
    otd_verify_item item = {.data_length = HEADER};
    otd_verdict verdict;
    otd_check(verify(&s, 0, &verdict, &item, 1, header) == OTD_E_DATASET, "verthash asks for its dataset");
}

static uint32_t last_flavour(uint32_t algorithm) {
    otd_flavour_info info;
    uint32_t rows = 0;
    while (otd_flavour_at(0, algorithm, rows, &info) == OTD_OK) {
        rows++;
    }
    return rows;
}

static void all_of(const subject *s) {
    flavours_agree(s);
    fuzz_verify(s);
    searches_agree(s);
}

void otd_test_header80(void) {
    char directory[] = P_tmpdir "/otedama-verthash-XXXXXX", path[64];
    otd_dataset *dataset = NULL;
    const subject scrypt = {OTD_ALGO_SCRYPT, last_flavour(OTD_ALGO_SCRYPT), NULL};
    all_of(&scrypt);

    otd_check(open_dataset(OTD_DATASET_FULL, GRAPH, "", &dataset) == OTD_OK, "a small graph in memory");
    const subject verthash = {OTD_ALGO_VERTHASH, last_flavour(OTD_ALGO_VERTHASH), dataset};
    all_of(&verthash);
    otd_dataset_destroy(dataset);

    otd_check(mkdtemp(directory) != NULL, "a directory for data files");
    snprintf(path, sizeof path, "%s/verthash.dat", directory);
    data_file(path);
    data_file_errors(directory, path);
    no_memory();
    no_dataset();
    otd_check(rmdir(directory) == 0, "no temporary file is left");
}
