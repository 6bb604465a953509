/*
 * splice_test.c - what the splicers write for 100 random periods, read again and run step by step on random
 * registers, against program.c: the OpenCL macro word for word, the SPIR-V by the ids of its function. (The
 * PTX of as many runs in the interpreter, kawpow_test.c.) And what they say to a kernel without their marks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kawpow/gpu/splice.h"
#include "otedama.h"
#include "runner.h"

extern const otd_gpu_code otd_kernel_kawpow_mix, otd_kernel_kawpow_seed;

enum { PERIODS = 100, IDS_MAX = 8192 };

typedef struct registers {
    uint32_t m[KAWPOW_REGISTERS], dag[4], l1[KAWPOW_L1_WORDS];
} registers;

static uint32_t turn_left(uint32_t x, uint32_t n) {
    n &= 31;
    return n == 0 ? x : x << n | x >> (32 - n);
}

static uint32_t zeros(uint32_t x) {
    uint32_t count = 0;
    while (count < 32 && (x >> (31 - count)) == 0) {
        count++;
    }
    return count;
}

static uint32_t ones(uint32_t x) {
    uint32_t count = 0;
    for (; x != 0; x >>= 1) {
        count += x & 1;
    }
    return count;
}

static uint32_t math(uint32_t selector, uint32_t a, uint32_t b) {
    const uint32_t results[11] = {a + b,
                                  a * b,
                                  (uint32_t)((uint64_t)a * b >> 32),
                                  a < b ? a : b,
                                  turn_left(a, b),
                                  turn_left(a, 32 - (b & 31)),
                                  a & b,
                                  a | b,
                                  a ^ b,
                                  zeros(a) + zeros(b),
                                  ones(a) + ones(b)};
    return results[selector];
}

/* One round as kawpow.md says it. */
static void run_program(registers *r, const kawpow_program *program) {
    for (uint32_t i = 0; i < KAWPOW_OPS; i++) {
        const kawpow_op *op = &program->ops[i];
        uint32_t v = op->kind == KAWPOW_CACHE  ? r->l1[r->m[op->a] % KAWPOW_L1_WORDS]
                     : op->kind == KAWPOW_MATH ? math(op->math, r->m[op->a], r->m[op->b])
                                               : r->dag[op->b];
        uint32_t d = r->m[op->d];
        const uint32_t merged[4] = {d * 33 + v, (d ^ v) * 33, turn_left(d, op->rot) ^ v,
                                    turn_left(d, 32u - op->rot) ^ v};
        r->m[op->d] = merged[op->merge];
    }
}

/* ---- OpenCL -------------------------------------------------------------------------------- */

/* 1 when the macro in front of the text says exactly the steps of the program. */
static int macro_says(const char *text, const kawpow_program *program) {
    const char *at = text + strlen("#define KAWPOW_PROGRAM");
    for (uint32_t i = 0; i < KAWPOW_OPS; i++) {
        const kawpow_op *op = &program->ops[i];
        char operand[32], wanted[96];
        if (op->kind == KAWPOW_CACHE) {
            snprintf(operand, sizeof operand, "CACHE(%u)", op->a);
        } else if (op->kind == KAWPOW_MATH) {
            snprintf(operand, sizeof operand, "MATH%u(%u, %u)", op->math, op->a, op->b);
        } else {
            snprintf(operand, sizeof operand, "DAG%u", op->b);
        }
        snprintf(wanted, sizeof wanted, " \\\n    MERGE%u(%u, %s, %u)", op->merge, op->d, operand, op->rot);
        if (strncmp(at, wanted, strlen(wanted)) != 0) {
            return 0;
        }
        at += strlen(wanted);
    }
    return strncmp(at, "\n\n", 2) == 0;
}

/* ---- SPIR-V -------------------------------------------------------------------------------- */

/* What an id stands for: a number, or a place that a pointer leads to. */
typedef struct value {
    uint32_t number, high;
    uint32_t *place;
} value;

typedef struct spirv_run {
    const uint32_t *words;
    uint32_t count, m, dag, l1, program;
    value ids[IDS_MAX];
    registers *r;
} spirv_run;

static void read_name(spirv_run *s, const uint32_t *in) {
    const char *text = (const char *)&in[2];
    s->m = strcmp(text, "m") == 0 ? in[1] : s->m;
    s->dag = strcmp(text, "dag") == 0 ? in[1] : s->dag;
    s->l1 = strcmp(text, "l1") == 0 ? in[1] : s->l1;
    s->program = strcmp(text, "otd_program(") == 0 ? in[1] : s->program;
}

/* Runs one instruction of the function. Returns 0 for one that does not belong there. */
static int run_instruction(spirv_run *s, const uint32_t *in) {
    value *out = &s->ids[in[2]];
    const value *a = &s->ids[in[3]], *b = (in[0] >> 16) > 4 ? &s->ids[in[4]] : a;
    switch (in[0] & 0xffff) {
    case 61: /* load: of the whole vector, or of a word */
        out->number = in[3] == s->dag ? 0 : *a->place;
        return 1;
    case 62:
        *s->ids[in[1]].place = s->ids[in[2]].number;
        return 1;
    case 65:
        out->place = in[3] == s->m ? &s->r->m[b->number] : &s->r->l1[b->number];
        return (in[3] == s->m && b->number < KAWPOW_REGISTERS) ||
               (in[3] == s->l1 && b->number < KAWPOW_L1_WORDS);
    case 81: /* of the product, or of the vector */
        out->number = a->high != UINT32_MAX ? (in[4] == 1 ? a->high : a->number) : s->r->dag[in[4]];
        return in[4] < 4;
    case 128:
        out->number = a->number + b->number;
        return 1;
    case 130:
        out->number = a->number - b->number;
        return 1;
    case 132:
        out->number = a->number * b->number;
        return 1;
    case 151:
        out->number = a->number * b->number;
        out->high = (uint32_t)((uint64_t)a->number * b->number >> 32);
        out->high -= out->high == UINT32_MAX; /* never: it is at most 2^32 - 2 */
        return 1;
    case 194:
        out->number = a->number >> (b->number & 31);
        return b->number < 32;
    case 196:
        out->number = a->number << (b->number & 31);
        return b->number < 32; /* more is not defined */
    case 197:
        out->number = a->number | b->number;
        return 1;
    case 198:
        out->number = a->number ^ b->number;
        return 1;
    case 199:
        out->number = a->number & b->number;
        return 1;
    case 205:
        out->number = ones(a->number);
        return 1;
    case 12: /* of GLSL.std.450: UMin and FindUMsb */
        a = &s->ids[in[5]];
        b = (in[0] >> 16) > 6 ? &s->ids[in[6]] : a;
        out->number = in[4] == 38 ? (a->number < b->number ? a->number : b->number) : 31 - zeros(a->number);
        return in[4] == 38 || in[4] == 75;
    default:
        return 0;
    }
}

/* Runs the function otd_program of the module on the registers. */
static int run_spirv(const uint8_t *bytes, uint64_t length, registers *r) {
    static spirv_run s;
    int inside = 0, started = 0;
    memset(&s, 0, sizeof s);
    s.words = (const uint32_t *)(const void *)bytes;
    s.count = (uint32_t)(length / 4);
    s.r = r;
    for (uint32_t i = 0; i < IDS_MAX; i++) {
        s.ids[i].high = UINT32_MAX;
    }
    if (s.words[3] > IDS_MAX) {
        return 0;
    }
    for (uint32_t at = 5; at < s.count; at += s.words[at] >> 16) {
        const uint32_t *in = &s.words[at];
        uint32_t op = in[0] & 0xffff;
        if (in[0] >> 16 == 0) {
            return 0;
        }
        if (op == 5) {
            read_name(&s, in);
        } else if (op == 43) {
            s.ids[in[2]].number = in[3];
        } else if (op == 54) {
            inside = in[2] == s.program;
        } else if (inside && op == 248) {
            started = 1;
        } else if (inside && op == 253) {
            return started;
        } else if (inside && started && !run_instruction(&s, in)) {
            return 0;
        }
    }
    return 0;
}

static void random_periods(void) {
    static registers before, expected, found;
    uint8_t *text = aligned_alloc(64, 1 << 17), *words = aligned_alloc(64, 1 << 17);
    uint32_t macros = 0, modules = 0;
    for (uint32_t i = 0; i < PERIODS; i++) {
        kawpow_program program;
        uint64_t text_length = 0, words_length = 0;
        otd_kawpow_program(&program, i < 50 ? random_u32() % 2000000 : (uint64_t)random_u32() << 20 | i);
        random_fill(&before, sizeof before);
        before.m[random_u32() % 32] = 0; /* counts of zero bits, and turns by nothing */
        before.m[random_u32() % 32] = 32;
        before.m[random_u32() % 32] = UINT32_MAX;
        expected = found = before;
        run_program(&expected, &program);
        macros += otd_kawpow_splice_opencl(text, &text_length, &otd_kernel_kawpow_mix, &program) == OTD_OK &&
                  macro_says((const char *)text, &program);
        modules +=
            otd_kawpow_splice_spirv(words, &words_length, &otd_kernel_kawpow_mix, &program) == OTD_OK &&
            run_spirv(words, words_length, &found) && memcmp(&found, &expected, sizeof found) == 0;
    }
    check(macros == PERIODS, "OpenCL macros of %u of %u periods say the program", macros, PERIODS);
    check(modules == PERIODS, "SPIR-V of %u of %u periods does what the program does", modules, PERIODS);
    free(text);
    free(words);
}

/* A kernel that is not the mix kernel, and one whose mark is there twice. */
static void without_marks(void) {
    kawpow_program program;
    uint64_t length;
    uint8_t *out = aligned_alloc(64, 1 << 18), *twice = malloc(2 * otd_kernel_kawpow_mix.ptx_length);
    otd_gpu_code doubled = otd_kernel_kawpow_mix;
    otd_kawpow_program(&program, 1);
    check(otd_kawpow_splice_ptx(out, &length, &otd_kernel_kawpow_seed, &program) == OTD_E_UNSUPPORTED,
          "PTX without a mark is refused");
    check(otd_kawpow_splice_spirv(out, &length, &otd_kernel_kawpow_seed, &program) == OTD_E_UNSUPPORTED,
          "SPIR-V without the names is refused");
    memcpy(twice, doubled.ptx, doubled.ptx_length);
    memcpy(twice + doubled.ptx_length, doubled.ptx, doubled.ptx_length);
    doubled.ptx = twice;
    doubled.ptx_length *= 2;
    check(otd_kawpow_splice_ptx(out, &length, &doubled, &program) == OTD_E_UNSUPPORTED,
          "PTX with two marks is refused");
    doubled = otd_kernel_kawpow_mix;
    for (uint64_t cut = 0; cut < doubled.spirv_length; cut += 4 * 97) {
        doubled.spirv_length = cut;
        otd_kawpow_splice_spirv(out, &length, &doubled, &program); /* any answer, but no read past the end */
        doubled.spirv_length = otd_kernel_kawpow_mix.spirv_length;
    }
    free(out);
    free(twice);
}

void test_splice(void) {
    random_periods();
    without_marks();
}
