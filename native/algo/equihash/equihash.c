/*
 * equihash.c - the algorithm's table. A check compares the cheap block hash with the target before it
 * examines the solution; a search solves one nonce at a time.
 */
#include "equihash.h"

#include <stdlib.h>
#include <string.h>

#define NONCE_LENGTH 8u /* the last 8 of the 32 nonce bytes count */
#define DATA_MAX (EQUIHASH_INPUT_MAX + 3 + EQUIHASH_SOLUTION_MAX)

static const otd_flavour otd_equihash_flavours[] = {
#if defined(__x86_64__)
    {"avx512", OTD_CPU_AVX512, 8, &otd_equihash_avx512},
    {"avx2", OTD_CPU_AVX2, 4, &otd_equihash_avx2},
#endif
    {"ref", 0, 1, &otd_equihash_ref},
};
#define FLAVOURS (sizeof otd_equihash_flavours / sizeof otd_equihash_flavours[0])

/* ---- verify -------------------------------------------------------------------------------- */

static int otd_input_length_is_good(const equihash_params *p, uint32_t length) {
    return p->any_length ? length >= NONCE_LENGTH && length <= EQUIHASH_INPUT_MAX
                         : length == EQUIHASH_HEADER_LENGTH;
}

static int32_t otd_verdict_of(const equihash_kernel *kernel, const equihash_params *p, const uint8_t *data,
                              uint32_t length, const uint8_t target[32], uint8_t hash[32]) {
    uint32_t proof_length = p->prefix_bytes + p->solution_bytes;
    uint32_t input_length = length > proof_length ? length - proof_length : 0;
    uint32_t solution_at = input_length + p->prefix_bytes;
    if (!otd_input_length_is_good(p, input_length) ||
        memcmp(data + input_length, p->prefix, p->prefix_bytes) != 0) {
        return OTD_VERDICT_MALFORMED;
    }
    otd_sha256d(hash, data, length);
    if (!otd_meets_target(hash, target)) {
        return OTD_VERDICT_ABOVE_TARGET;
    }
    return otd_equihash_is_solution(kernel, p, data, input_length, data + solution_at)
               ? OTD_VERDICT_VALID
               : OTD_VERDICT_BAD_PROOF;
}

static int32_t otd_equihash_verify(const otd_flavour *flavour, const otd_algo_params *params,
                                   const otd_dataset *dataset, otd_verdict *verdicts,
                                   const otd_verify_item *items, uint32_t count, const uint8_t *data) {
    (void)dataset;
    equihash_params p;
    int32_t status = otd_equihash_params(&p, params);
    if (status != OTD_OK) {
        return status;
    }
    for (uint32_t i = 0; i < count; i++) {
        memset(&verdicts[i], 0, sizeof verdicts[i]);
        verdicts[i].verdict = otd_verdict_of(flavour->kernel, &p, data + items[i].data_offset,
                                             items[i].data_length, items[i].target, verdicts[i].hash);
    }
    return OTD_OK;
}

/* ---- engine -------------------------------------------------------------------------------- */

typedef struct engine_state {
    equihash_params p;
    equihash_solver *solver;
} engine_state;

static int32_t otd_equihash_engine_open(otd_engine *engine) {
    engine_state *state = calloc(1, sizeof *state);
    if (!state) {
        return otd_fail(OTD_E_MEMORY, "equihash engine needs %zu bytes", sizeof *state);
    }
    int32_t status = otd_equihash_params(&state->p, &engine->params.algo);
    if (status == OTD_OK) {
        status = otd_equihash_solver_create(&state->p, &state->solver);
    }
    if (status != OTD_OK) {
        free(state);
        return status;
    }
    engine->state = state;
    return OTD_OK;
}

static void otd_equihash_engine_close(otd_engine *engine) {
    engine_state *state = engine->state;
    if (state) {
        otd_equihash_solver_destroy(state->solver);
        free(state);
        engine->state = NULL;
    }
}

static void otd_equihash_report(otd_hits *hits, const otd_work *work, uint64_t nonce, const uint8_t hash[32],
                                const equihash_params *p, const uint8_t *solution) {
    otd_hit *hit = &hits->hits[hits->count++];
    memset(hit, 0, sizeof *hit);
    hit->tag = work->tag;
    hit->nonce = nonce;
    hit->proof_length = p->solution_bytes;
    memcpy(hit->hash, hash, 32);
    memcpy(hit->proof, solution, p->solution_bytes);
}

static int32_t otd_equihash_scan(otd_engine *engine, const otd_work *work, const uint8_t *data,
                                 uint64_t first, uint64_t count, otd_hits *hits, uint64_t *searched) {
    engine_state *state = engine->state;
    const equihash_params *p = &state->p;
    uint8_t header[DATA_MAX], solutions[EQUIHASH_SOLUTIONS_MAX][OTD_PROOF_MAX], hash[32];
    uint32_t input_length = work->data_length, solution_at = input_length + p->prefix_bytes;
    *searched = 0;
    if (!otd_input_length_is_good(p, input_length)) {
        return otd_fail(OTD_E_ARGUMENT, "equihash work of %u bytes; a header has %u", input_length,
                        EQUIHASH_HEADER_LENGTH);
    }
    memcpy(header, data, input_length);
    memcpy(header + input_length, p->prefix, p->prefix_bytes);
    for (; *searched < count && hits->count < hits->capacity; (*searched)++) {
        uint64_t nonce = first + *searched;
        memcpy(header + input_length - NONCE_LENGTH, &nonce, NONCE_LENGTH);
        int32_t found = otd_equihash_solve(state->solver, engine->flavour->kernel, header, input_length,
                                           solutions, &engine->cancel);
        if (found < 0) {
            return OTD_OK; /* cancelled: this nonce is not counted, the caller sees the flag */
        }
        for (int32_t i = 0; i < found && hits->count < hits->capacity; i++) {
            memcpy(header + solution_at, solutions[i], p->solution_bytes);
            otd_sha256d(hash, header, solution_at + p->solution_bytes);
            if (otd_meets_target(hash, work->target)) {
                otd_equihash_report(hits, work, nonce, hash, p, solutions[i]);
            }
        }
    }
    return OTD_OK;
}

/* ---- known answers ------------------------------------------------------------------------- */

/* Flux main-net block 400,000: header and its 125,4 solution with the twist. */
static const char otd_known_header[] =
    "04000000a8675c842f7a1342fadd00cd9b4e4909526b1c0ab5a747c5529b4deb13000000ce7d6ea2452245925fc70c3a"
    "08a3c3dd2ca4beab7481f237a19751666bfd25c30fd282d94b1e1a7f2c57eb3fb9e2853d990753fa137e13c99bd43f22"
    "0d4fce6990e44f5dce28421d600000160000000000000000000000000000000000000000000000009cfd1100";
static const char otd_known_solution[] =
    "0898985c54d7c66d04fbe9509445c19e664aca4b8d16a701f9f90eda443a556f37cc4627335201339b001ea2ed29eeee"
    "c7da199b";

static uint8_t otd_digit(char c) {
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void otd_from_hex(uint8_t *out, const char *hex) {
    for (; hex[0] && hex[1]; hex += 2) {
        *out++ = (uint8_t)(otd_digit(hex[0]) << 4 | otd_digit(hex[1]));
    }
}

static int32_t otd_equihash_self_test(const otd_flavour *flavour) {
    equihash_params p;
    uint8_t header[EQUIHASH_HEADER_LENGTH], solution[52];
    otd_equihash_params(&p, NULL);
    otd_from_hex(header, otd_known_header);
    otd_from_hex(solution, otd_known_solution);
    if (!otd_equihash_is_solution(flavour->kernel, &p, header, EQUIHASH_HEADER_LENGTH, solution)) {
        return otd_fail(OTD_E_SELFTEST, "equihash %s: refuses a known solution", flavour->name);
    }
    header[100] ^= 1;
    if (otd_equihash_is_solution(flavour->kernel, &p, header, EQUIHASH_HEADER_LENGTH, solution)) {
        return otd_fail(OTD_E_SELFTEST, "equihash %s: accepts a solution of another header", flavour->name);
    }
    return OTD_OK;
}

const otd_algo otd_algo_equihash = {
    .info = {.id = OTD_ALGO_EQUIHASH,
             .flags = OTD_ALGO_FLAG_SLOW_SCAN,
             .data_length_min = NONCE_LENGTH,
             .data_length_max = DATA_MAX,
             .proof_length = OTD_PROOF_MAX,
             .nonce_bits = 64,
             .versions_max = 1,
             .name = "equihash"},
    .flavours = otd_equihash_flavours,
    .flavour_count = FLAVOURS,
    .self_test = otd_equihash_self_test,
    .engine_open = otd_equihash_engine_open,
    .engine_close = otd_equihash_engine_close,
    .scan = otd_equihash_scan,
    .verify = otd_equihash_verify,
};
