/*
 * kawpow_test.c - the kernels of KawPow on a test parameterisation (1021 light items, 8191 dataset
 * items) against the reference: every half of the dataset, hashes of random periods with each splicer, the
 * nine nonces of the vector, ranges and edges of the target.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kawpow/gpu/kawpow_row.h"
#include "kawpow/gpu/splice.h"
#include "kawpow/kawpow.h"
#include "otedama.h"
#include "runner.h"

extern const otd_gpu_code otd_kernel_kawpow_items, otd_kernel_kawpow_seed, otd_kernel_kawpow_mix,
    otd_kernel_kawpow_mix_any, otd_kernel_kawpow_mix_light, otd_kernel_kawpow_final;

enum {
    LIGHT_COUNT = 1021,
    DATA_COUNT = 8191,
    HALVES = 2 * DATA_COUNT,
    BATCH = 2048,
    PIECE_BYTES = 512 * 256
};

/* What the kernel as C reads in place of a spliced program (host_kernels.c). */
kawpow_program host_program;

/* The mix kernel with the program of one period in all its forms. */
static struct {
    otd_gpu_code code;
    kawpow_program program;
    uint8_t *ptx, *opencl, *spirv;
} spliced;

/* Never freed: runners know a text by its address. */
static uint8_t *room_for(uint64_t bytes) {
    return aligned_alloc(64, (bytes + OTD_KAWPOW_SPLICE_BYTES + 63) / 64 * 64);
}

static void splice(uint64_t period) {
    const otd_gpu_code *from = &otd_kernel_kawpow_mix;
    otd_kawpow_program(&spliced.program, period);
    host_program = spliced.program;
    spliced.ptx = room_for(from->ptx_length);
    spliced.opencl = room_for(from->opencl_length);
    spliced.spirv = room_for(from->spirv_length);
    spliced.code = *from;
    spliced.code.ptx = spliced.ptx;
    spliced.code.opencl = spliced.opencl;
    spliced.code.spirv = spliced.spirv;
    check(otd_kawpow_splice_ptx(spliced.ptx, &spliced.code.ptx_length, from, &spliced.program) == OTD_OK &&
              otd_kawpow_splice_opencl(spliced.opencl, &spliced.code.opencl_length, from, &spliced.program) ==
                  OTD_OK &&
              otd_kawpow_splice_spirv(spliced.spirv, &spliced.code.spirv_length, from, &spliced.program) ==
                  OTD_OK,
          "kawpow program of period %llu is spliced", (unsigned long long)period);
}

static uint32_t groups_of(uint32_t count, uint32_t threads) {
    return (count + threads - 1) / threads;
}

/* ---- dataset -------------------------------------------------------------------------------- */

static void every_half(const runner *with, const kawpow_dataset *light, const kawpow_node *expected) {
    static const uint32_t counts[] = {1, 63, 1000, HALVES - 1064};
    static _Alignas(16) kawpow_node made[HALVES + 1];
    uint32_t first = 0, magic = otd_kawpow_magic(LIGHT_COUNT), different = 0;
    memset(made, 0xee, sizeof made);
    for (int i = 0; i < (with->brief ? 1 : 4); i++) {
        const argument arguments[] = {BUFFER(light->light, LIGHT_COUNT * sizeof(kawpow_node)),
                                      BUFFER(made, sizeof made),
                                      ARG_U32(first),
                                      ARG_U32(first),
                                      ARG_U32(counts[i]),
                                      ARG_U32(LIGHT_COUNT),
                                      ARG_U32(magic)};
        const launch l = {&otd_kernel_kawpow_items, "otd_kawpow_items", 64,
                          groups_of(counts[i], 64), arguments,          7};
        check(with->run(&l), "%s kawpow_items runs", with->name);
        first += counts[i];
    }
    for (uint32_t i = 0; i < first; i++) {
        different += memcmp(&made[i], &expected[i], sizeof made[i]) != 0;
    }
    check(different == 0 && made[first].word[0] == 0xeeeeeeee, "%s kawpow: %u of %u halves differ",
          with->name, different, HALVES);
}

/* A piece of the dataset that does not begin where its numbers do, as the second gigabyte of a big one. */
static void a_piece_elsewhere(const runner *with, const kawpow_dataset *light) {
    enum { COUNT = 70, FIRST = 0x05800000, PLACE = 3 };
    static _Alignas(16) kawpow_node made[PLACE + COUNT];
    kawpow_node expected[COUNT];
    uint32_t index[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        index[i] = FIRST + i;
    }
    otd_kawpow_ref.halves(light, expected, index, COUNT);
    const argument arguments[] = {BUFFER(light->light, LIGHT_COUNT * sizeof(kawpow_node)),
                                  BUFFER(made, sizeof made),
                                  ARG_U32(FIRST),
                                  ARG_U32(PLACE),
                                  ARG_U32(COUNT),
                                  ARG_U32(LIGHT_COUNT),
                                  ARG_U32(otd_kawpow_magic(LIGHT_COUNT))};
    const launch l = {&otd_kernel_kawpow_items, "otd_kawpow_items", 64, groups_of(COUNT, 64), arguments, 7};
    check(with->run(&l) && memcmp(made + PLACE, expected, sizeof expected) == 0 && made[0].word[0] == 0,
          "%s kawpow: a piece at another place", with->name);
}

/* ---- search --------------------------------------------------------------------------------- */

typedef struct search {
    const kawpow_dataset *full, *light; /* light null = not by the kernel that makes its items */
    uint8_t header[32], target[32];
    uint64_t first;
    uint32_t count;
    int any;                               /* by the kernel that reads its program, too */
    _Alignas(16) uint32_t mixes[BATCH][8]; /* as a device allocates */
    _Alignas(16) hits found;
} search;

/* The kernel that reads its program makes the same mixes as the one that has it compiled in. Its registers
 * lie in shared memory, which groups of 64 fit everywhere. */
static void any_program(const runner *with, const search *s, argument *mix) {
    static _Alignas(16) uint32_t program[KAWPOW_OPS], mixes[BATCH][8];
    uint32_t threads = with->threads < 64 ? with->threads : 64;
    for (uint32_t i = 0; i < KAWPOW_OPS; i++) {
        program[i] = otd_kawpow_any_step(&spliced.program.ops[i]);
    }
    memset(mixes, 0xee, sizeof mixes);
    mix[1] = BUFFER(mixes, sizeof mixes);
    mix[13] = BUFFER(program, sizeof program);
    const launch l = {&otd_kernel_kawpow_mix_any, "otd_kawpow_mix_any", threads, 2, mix, 14};
    check(with->run(&l), "%s kawpow_mix_any runs", with->name);
    check(memcmp(mixes, s->mixes, sizeof mixes) == 0, "%s kawpow: any program, %u hashes", with->name,
          s->count);
}

/* The kernel that makes its items from the light cache: the same mixes again. Behind the cache lies L1. */
static void without_dataset(const runner *with, const search *s, const argument *states) {
    static _Alignas(16) uint32_t program[KAWPOW_OPS], mixes[BATCH][8];
    static _Alignas(16) kawpow_node light[LIGHT_COUNT + sizeof s->light->l1 / sizeof(kawpow_node)];
    /* One hash in a group of its own where every instruction is watched. */
    const uint32_t most = with->brief ? KAWPOW_LANES : 64, items = s->light->item_count;
    const uint32_t threads = with->threads < most ? with->threads : most;
    for (uint32_t i = 0; i < KAWPOW_OPS; i++) {
        program[i] = otd_kawpow_any_step(&spliced.program.ops[i]);
    }
    memcpy(light, s->light->light, LIGHT_COUNT * sizeof(kawpow_node));
    memcpy(light + LIGHT_COUNT, s->light->l1, sizeof s->light->l1);
    memset(mixes, 0xee, sizeof mixes);
    const argument arguments[] = {*states,
                                  BUFFER(mixes, sizeof mixes),
                                  BUFFER(light, sizeof light),
                                  BUFFER(program, sizeof program),
                                  ARG_U32(LIGHT_COUNT),
                                  ARG_U32(otd_kawpow_magic(LIGHT_COUNT)),
                                  ARG_U32(items),
                                  ARG_U32(otd_kawpow_magic(items)),
                                  ARG_U32(s->count)};
    const launch l = {&otd_kernel_kawpow_mix_light, "otd_kawpow_mix_light", threads, 2, arguments, 9};
    check(with->run(&l), "%s kawpow_mix_light runs", with->name);
    check(memcmp(mixes, s->mixes, sizeof mixes) == 0, "%s kawpow: from the light cache, %u hashes",
          with->name, s->count);
}

static int run_search(const runner *with, search *s, uint32_t mix_groups) {
    static _Alignas(16) uint32_t states[BATCH][8];
    uint32_t row[OTD_KAWPOW_ROW_WORDS], threads = with->threads, items = s->full->item_count;
    otd_kawpow_row(row, s->header, s->target);
    hits_clear(&s->found);
    memset(s->mixes, 0xee, sizeof s->mixes);
    const argument seed[] = {BUFFER(row, sizeof row), ARG_U64(s->first), ARG_U32(s->count),
                             BUFFER(states, sizeof states)};
    argument mix[] = {BUFFER(states, sizeof states),
                      BUFFER(s->mixes, sizeof s->mixes),
                      {0},
                      {0},
                      {0},
                      {0},
                      {0},
                      {0},
                      {0},
                      {0},
                      ARG_U32(items),
                      ARG_U32(otd_kawpow_magic(items)),
                      ARG_U32(s->count),
                      {0}};
    for (uint32_t piece = 0; piece < 8; piece++) {
        const uint64_t at = piece < with->pieces ? piece * (uint64_t)PIECE_BYTES : 0;
        mix[2 + piece] = BUFFER((uint8_t *)s->full->full + at, s->full->full_bytes - at);
    }
    const argument last[] = {BUFFER(row, sizeof row),
                             ARG_U64(s->first),
                             ARG_U32(s->count),
                             ARG_U32(SLOTS),
                             BUFFER(&s->found, sizeof s->found),
                             BUFFER(states, sizeof states),
                             BUFFER(s->mixes, sizeof s->mixes)};
    uint32_t groups = groups_of(s->count, threads);
    const launch first = {&otd_kernel_kawpow_seed, "otd_kawpow_seed", threads, groups, seed, 4};
    const launch second = {&spliced.code, "otd_kawpow_mix", threads, mix_groups, mix, 13};
    const launch third = {&otd_kernel_kawpow_final, "otd_search", threads, groups, last, 7};
    int good = with->run(&first) && with->run(&second) && with->run(&third);
    hits_sort(&s->found);
    if (s->any) {
        any_program(with, s, mix);
    }
    if (s->light != NULL) {
        without_dataset(with, s, &mix[0]);
    }
    return good;
}

/* Mixes and hits of every nonce of the range against the reference; hashes = what it makes of them. */
static void compare_search(const runner *with, search *s) {
    uint32_t wrong_mixes = 0, wrong_hits = 0, expected = 0;
    for (uint32_t i = 0; i < s->count; i += KAWPOW_GROUP) {
        kawpow_hash hash[KAWPOW_GROUP];
        uint32_t group = s->count - i < KAWPOW_GROUP ? s->count - i : KAWPOW_GROUP;
        for (uint32_t k = 0; k < group; k++) {
            memcpy(hash[k].header, s->header, 32);
            hash[k].nonce = s->first + i + k;
            otd_kawpow_seed_hash(&hash[k]);
        }
        otd_kawpow_ref.mixes(s->full, &spliced.program, hash, group);
        for (uint32_t k = 0; k < group; k++) {
            uint32_t top, next, target_top, target_next;
            otd_kawpow_final_hash(&hash[k]);
            top = __builtin_bswap32(hash[k].final[0]);
            next = __builtin_bswap32(hash[k].final[1]);
            memcpy(&target_top, s->target + 28, 4);
            memcpy(&target_next, s->target + 24, 4);
            wrong_mixes += memcmp(hash[k].mix, s->mixes[i + k], 32) != 0;
            if (top < target_top || (top == target_top && next <= target_next)) {
                wrong_hits += expected >= SLOTS || s->found.nonce[expected] != hash[k].nonce;
                expected++;
            }
        }
    }
    check(wrong_mixes == 0, "%s kawpow: %u of %u mixes differ", with->name, wrong_mixes, s->count);
    check(wrong_hits == 0 && s->found.count == expected, "%s kawpow: %u hits, not %u", with->name,
          s->found.count, expected);
    check(s->count == BATCH || s->mixes[s->count][0] == 0xeeeeeeee, "%s kawpow writes past its count",
          with->name);
}

/* Sets the target to the top 64 bits of one nonce's hash, less `less`: equal has to pass, one below not. */
static void target_at(search *s, uint32_t nth, uint32_t less) {
    kawpow_hash hash;
    memcpy(hash.header, s->header, 32);
    hash.nonce = s->first + nth;
    otd_kawpow_seed_hash(&hash);
    otd_kawpow_ref.mixes(s->full, &spliced.program, &hash, 1);
    otd_kawpow_final_hash(&hash);
    uint64_t top = (uint64_t)__builtin_bswap32(hash.final[0]) << 32 | __builtin_bswap32(hash.final[1]);
    top -= less;
    memset(s->target, 0, sizeof s->target);
    memcpy(s->target + 24, &top, 8);
}

static void random_periods(const runner *with, const kawpow_dataset *full, const kawpow_dataset *light,
                           uint32_t periods) {
    static search s;
    s.full = full;
    for (uint32_t i = 0; i < periods; i++) {
        splice(((uint64_t)(i % 3 == 2 ? random_u32() : 0) << 32) | random_u32() % 4000000);
        random_fill(s.header, sizeof s.header);
        /* The last two rounds cross the end of the lower word. */
        s.first = i + 2 < periods ? (uint64_t)random_u32() << 32 | random_u32() : 0x7ffffffe0ull - i;
        s.count = i == 0 ? 1 : 3 + random_u32() % 60;
        s.any = i < 4;
        s.light = i < 3 ? light : NULL; /* 1 hash first, later ones that do not fill their groups */
        s.count = s.light != NULL && i > 0 ? 3 + s.count % 10 : s.count;
        memset(s.target, 0x3f, sizeof s.target);
        if (i % 2 == 0) {
            target_at(&s, s.count / 2, i % 4 == 0 ? 0 : 1);
        }
        check(run_search(with, &s, 1 + i % 5), "%s kawpow runs", with->name);
        compare_search(with, &s);
    }
}

/* The vector's window: nine of 2048 nonces. */
static void nine_of_nine(const runner *with, const kawpow_dataset *full) {
    static const uint8_t header[32] = {0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88, 0x77, 0x66, 0x55,
                                       0x44, 0x33, 0x22, 0x11, 0x00, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55,
                                       0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    static const uint64_t expected[] = {0x10d, 0x1a0, 0x444, 0x571, 0x5e8, 0x662, 0x6bb, 0x6ed, 0x71d};
    static search s;
    s.full = full;
    memcpy(s.header, header, sizeof header);
    memset(s.target, 0xff, sizeof s.target);
    s.target[31] = 0;
    s.first = 0;
    s.count = 2048;
    splice(30000 / KAWPOW_PERIOD_LENGTH);
    check(run_search(with, &s, 8), "%s kawpow runs", with->name);
    check(s.found.count == sizeof expected / 8 && memcmp(s.found.nonce, expected, sizeof expected) == 0,
          "%s kawpow finds %u nonces of the vector's nine", with->name, s.found.count);
}

void test_kawpow(const runner *with) {
    kawpow_dataset light, full;
    otd_kawpow_light_make(&light, 0, LIGHT_COUNT, DATA_COUNT, otd_kawpow_ref.halves, NULL);
    otd_kawpow_light_make(&full, 0, LIGHT_COUNT, DATA_COUNT, otd_kawpow_ref.halves, NULL);
    check(otd_kawpow_full_make(&full, 1, otd_kawpow_ref.halves, NULL) == OTD_OK, "kawpow dataset");
    every_half(with, &light, full.full);
    if (!with->brief) {
        a_piece_elsewhere(with, &light);
        nine_of_nine(with, &full);
    }
    random_periods(with, &full, &light, with->brief ? 1 : with->programs);
    otd_kawpow_light_free(&light);
    otd_kawpow_light_free(&full);
}

/* The PTX of the mix kernel with the programs of eight periods across the epochs, for ptxas.sh. */
int write_programs(const char *directory) {
    int good = 1;
    for (uint64_t i = 0; i < 8; i++) {
        char path[4096];
        uint64_t period = (4 + i * 88) * (KAWPOW_EPOCH_LENGTH / KAWPOW_PERIOD_LENGTH);
        splice(period);
        snprintf(path, sizeof path, "%s/kawpow_mix_%llu.ptx", directory, (unsigned long long)period);
        FILE *file = fopen(path, "w");
        good = file != NULL && fwrite(spliced.ptx, spliced.code.ptx_length, 1, file) == 1 && good;
        good = file != NULL && fclose(file) == 0 && good;
    }
    return good;
}
