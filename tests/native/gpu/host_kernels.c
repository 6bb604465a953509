/* host_kernels.c - every kernel file as a function here. */
#include <string.h>

#include "backend/gpu/dialect_host.h"

#include "backend/gpu/search.h"

#include "runner.h"

#define MEMORY(i) arguments[i].memory
#define NUMBER(i) arguments[i].value

#define KERNEL_NAME sha256d
#include "sha256d/gpu/sha256d_body.h"

#include "sha256d/gpu/sha256d.cu"
#undef KERNEL_NAME
#undef ROW

static void run_sha256d(const argument *arguments) {
    sha256d(MEMORY(0), NUMBER(1), (u32)NUMBER(2), (u32)NUMBER(3), MEMORY(4));
}

#include "backend/gpu/keccak_body.h"
#include "kawpow/gpu/kawpow_body.h"
#include "kawpow/program.h"

/* The program that the mix kernel runs; set by the test. */
extern kawpow_program host_program;

static u32 host_math(u32 math, u32 x, u32 y) {
    const u32 m[2] = {x, y};
    switch (math) {
    case 0:
        return MATH0(0, 1);
    case 1:
        return MATH1(0, 1);
    case 2:
        return MATH2(0, 1);
    case 3:
        return MATH3(0, 1);
    case 4:
        return MATH4(0, 1);
    case 5:
        return MATH5(0, 1);
    case 6:
        return MATH6(0, 1);
    case 7:
        return MATH7(0, 1);
    case 8:
        return MATH8(0, 1);
    case 9:
        return MATH9(0, 1);
    default:
        return MATH10(0, 1);
    }
}

/* The words of kawpow_body.h step by step, as the spliced macro would have them in a row. */
static void host_step(u32 m[32], const u32 *l1, u32x4 dag) {
    for (u32 i = 0; i < KAWPOW_OPS; i++) {
        const kawpow_op *op = &host_program.ops[i];
        const u32 words[4] = {DAG0, DAG1, DAG2, DAG3};
        u32 v = op->kind == KAWPOW_CACHE  ? CACHE(op->a)
                : op->kind == KAWPOW_MATH ? host_math(op->math, m[op->a], m[op->b])
                                          : words[op->b];
        switch (op->merge) {
        case 0:
            MERGE0(op->d, v, op->rot)
            break;
        case 1:
            MERGE1(op->d, v, op->rot)
            break;
        case 2:
            MERGE2(op->d, v, op->rot)
            break;
        default:
            MERGE3(op->d, v, op->rot)
        }
    }
}

/* The test's dataset in eight pieces, so that choosing one is tested too. */
#define PIECES 8
#define KAWPOW_PIECE_BITS 9
#define KAWPOW_PROGRAM host_step(m, l1, dag);

#define KERNEL_NAME kawpow_items
#include "kawpow/gpu/kawpow_items.cu"
#undef KERNEL_NAME
#define KERNEL_NAME kawpow_seed
#include "kawpow/gpu/kawpow_seed.cu"
#undef KERNEL_NAME
#include "kawpow/gpu/kawpow_any.h"
#include "kawpow/gpu/kawpow_load.h"
#define KERNEL_NAME kawpow_mix
#include "kawpow/gpu/kawpow_mix.cu"
#undef KERNEL_NAME
#define KERNEL_NAME kawpow_mix_any
#include "kawpow/gpu/kawpow_mix_any.cu"
#undef KERNEL_NAME
#define KERNEL_NAME kawpow_mix_light
#include "kawpow/gpu/kawpow_mix_light.cu"
#undef KERNEL_NAME
#define KERNEL_NAME kawpow_final
#include "kawpow/gpu/kawpow_final.cu"
#undef KERNEL_NAME

#undef FNV1A
#undef SHA_ROTR

#include "backend/gpu/sha256_body.h"
#define KERNEL_NAME sha256d_hash
#include "sha256d/gpu/sha256d_hash.cu"
#undef KERNEL_NAME
#define KERNEL_NAME scrypt
#include "scrypt/gpu/scrypt_body.h"

#include "scrypt/gpu/scrypt.cu"
#undef KERNEL_NAME
#include "verthash/gpu/verthash_body.h"
#define KERNEL_NAME verthash
#include "verthash/gpu/verthash.cu"
#undef KERNEL_NAME
#undef READ
#define KERNEL_NAME verthash_hash
#include "verthash/gpu/verthash_hash.cu"
#undef KERNEL_NAME

static void run_sha256d_hash(const argument *arguments) {
    sha256d_hash(MEMORY(0), MEMORY(1), (u32)NUMBER(2));
}

static void run_verthash_hash(const argument *arguments) {
    verthash_hash(MEMORY(0), MEMORY(1), (u32)NUMBER(2), MEMORY(3), (u32)NUMBER(4), (u32)NUMBER(5));
}

#undef KERNEL_NAME
/* All have the same parameters, and none needs every one. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "backend/gpu/ceiling/gpu/ceiling_body.h"
#define KERNEL_NAME ceiling_fill
#include "backend/gpu/ceiling/gpu/ceiling_fill.cu"
#undef KERNEL_NAME
#define KERNEL_NAME ceiling_copy
#include "backend/gpu/ceiling/gpu/ceiling_copy.cu"
#undef KERNEL_NAME
#define KERNEL_NAME ceiling_random256
#include "backend/gpu/ceiling/gpu/ceiling_random256.cu"
#undef KERNEL_NAME
#define KERNEL_NAME ceiling_random32
#include "backend/gpu/ceiling/gpu/ceiling_random32.cu"
#undef KERNEL_NAME
#define KERNEL_NAME ceiling_shared
#include "backend/gpu/ceiling/gpu/ceiling_shared.cu"
#undef KERNEL_NAME
#define KERNEL_NAME ceiling_integer
#include "backend/gpu/ceiling/gpu/ceiling_integer.cu"
#undef KERNEL_NAME

#pragma GCC diagnostic pop

static void run_ceiling_fill(const argument *arguments) {
    ceiling_fill(MEMORY(0), MEMORY(1), (u32)NUMBER(2), (u32)NUMBER(3), (u32)NUMBER(4), (u32)NUMBER(5));
}

static void run_ceiling_copy(const argument *arguments) {
    ceiling_copy(MEMORY(0), MEMORY(1), (u32)NUMBER(2), (u32)NUMBER(3), (u32)NUMBER(4), (u32)NUMBER(5));
}

static void run_ceiling_random256(const argument *arguments) {
    ceiling_random256(MEMORY(0), MEMORY(1), (u32)NUMBER(2), (u32)NUMBER(3), (u32)NUMBER(4), (u32)NUMBER(5));
}

static void run_ceiling_random32(const argument *arguments) {
    ceiling_random32(MEMORY(0), MEMORY(1), (u32)NUMBER(2), (u32)NUMBER(3), (u32)NUMBER(4), (u32)NUMBER(5));
}

static void run_ceiling_shared(const argument *arguments) {
    ceiling_shared(MEMORY(0), MEMORY(1), (u32)NUMBER(2), (u32)NUMBER(3), (u32)NUMBER(4), (u32)NUMBER(5));
}

static void run_ceiling_integer(const argument *arguments) {
    ceiling_integer(MEMORY(0), MEMORY(1), (u32)NUMBER(2), (u32)NUMBER(3), (u32)NUMBER(4), (u32)NUMBER(5));
}

static void run_scrypt(const argument *arguments) {
    scrypt(MEMORY(0), NUMBER(1), (u32)NUMBER(2), (u32)NUMBER(3), MEMORY(4), MEMORY(5), (u32)NUMBER(6),
           (u32)NUMBER(7));
}

static void run_verthash(const argument *arguments) {
    verthash(MEMORY(0), NUMBER(1), (u32)NUMBER(2), (u32)NUMBER(3), MEMORY(4), MEMORY(5), (u32)NUMBER(6),
             (u32)NUMBER(7));
}

static void run_kawpow_items(const argument *arguments) {
    kawpow_items(MEMORY(0), MEMORY(1), (u32)NUMBER(2), (u32)NUMBER(3), (u32)NUMBER(4), (u32)NUMBER(5),
                 (u32)NUMBER(6));
}

static void run_kawpow_seed(const argument *arguments) {
    kawpow_seed(MEMORY(0), NUMBER(1), (u32)NUMBER(2), MEMORY(3));
}

static void run_kawpow_mix(const argument *arguments) {
    kawpow_mix(MEMORY(0), MEMORY(1), MEMORY(2), MEMORY(3), MEMORY(4), MEMORY(5), MEMORY(6), MEMORY(7),
               MEMORY(8), MEMORY(9), (u32)NUMBER(10), (u32)NUMBER(11), (u32)NUMBER(12));
}

static void run_kawpow_mix_any(const argument *arguments) {
    kawpow_mix_any(MEMORY(0), MEMORY(1), MEMORY(2), MEMORY(3), MEMORY(4), MEMORY(5), MEMORY(6), MEMORY(7),
                   MEMORY(8), MEMORY(9), (u32)NUMBER(10), (u32)NUMBER(11), (u32)NUMBER(12), MEMORY(13));
}

static void run_kawpow_mix_light(const argument *arguments) {
    kawpow_mix_light(MEMORY(0), MEMORY(1), MEMORY(2), MEMORY(3), (u32)NUMBER(4), (u32)NUMBER(5),
                     (u32)NUMBER(6), (u32)NUMBER(7), (u32)NUMBER(8));
}

static void run_kawpow_final(const argument *arguments) {
    kawpow_final(MEMORY(0), NUMBER(1), (u32)NUMBER(2), (u32)NUMBER(3), MEMORY(4), MEMORY(5), MEMORY(6));
}

host_kernel *host_kernel_of(const char *name) {
    static const struct {
        const char *name;
        host_kernel *run;
    } rows[] = {{"sha256d", run_sha256d},
                {"kawpow_items", run_kawpow_items},
                {"kawpow_seed", run_kawpow_seed},
                {"kawpow_mix", run_kawpow_mix},
                {"kawpow_mix_any", run_kawpow_mix_any},
                {"kawpow_mix_light", run_kawpow_mix_light},
                {"kawpow_final", run_kawpow_final},
                {"scrypt", run_scrypt},
                {"verthash", run_verthash},
                {"ceiling_fill", run_ceiling_fill},
                {"ceiling_copy", run_ceiling_copy},
                {"ceiling_random256", run_ceiling_random256},
                {"ceiling_random32", run_ceiling_random32},
                {"ceiling_shared", run_ceiling_shared},
                {"ceiling_integer", run_ceiling_integer},
                {"sha256d_hash", run_sha256d_hash},
                {"verthash_hash", run_verthash_hash}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(name, rows[i].name) == 0) {
            return rows[i].run;
        }
    }
    return host_equihash_of(name);
}
