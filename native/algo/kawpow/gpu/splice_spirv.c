/*
 * splice_spirv.c - the program of a period as SPIR-V. The template's function otd_program() works on the
 * globals m (32 words), dag (4 words) and l1 (shared); its body is replaced. Reference: SPIR-V 1.3.
 */
#include <string.h>

#include "algo.h"
#include "splice.h"

enum {
    OP_NAME = 5,
    OP_EXT_IMPORT = 11,
    OP_EXT_INST = 12,
    OP_TYPE_INT = 21,
    OP_TYPE_VECTOR = 23,
    OP_TYPE_STRUCT = 30,
    OP_TYPE_POINTER = 32,
    OP_CONSTANT = 43,
    OP_FUNCTION = 54,
    OP_VARIABLE = 59,
    OP_LOAD = 61,
    OP_STORE = 62,
    OP_ACCESS_CHAIN = 65,
    OP_EXTRACT = 81,
    OP_IADD = 128,
    OP_ISUB = 130,
    OP_IMUL = 132,
    OP_UMUL_EXTENDED = 151,
    OP_SHIFT_RIGHT = 194,
    OP_SHIFT_LEFT = 196,
    OP_OR = 197,
    OP_XOR = 198,
    OP_AND = 199,
    OP_BIT_COUNT = 205,
    OP_LABEL = 248,
    OP_RETURN = 253,
    EXT_UMIN = 38,
    EXT_FIND_UMSB = 75,
    STORAGE_WORKGROUP = 4,
    STORAGE_PRIVATE = 6,
    HEADER_WORDS = 5,
    CONSTANTS = 64 /* 0..31, and 33, 62, 4095 */
};

/* What is found in the template. Ids are 0 while they are unknown; places are words. */
typedef struct template {
    const uint32_t *words;
    uint32_t count;
    uint32_t m, dag, l1, program; /* ids by name */
    uint32_t ext, uint_type, vector_type, pair_type, private_pointer, workgroup_pointer;
    uint32_t first_function, body_begin, body_end;
}
template;

typedef struct emitter {
    uint32_t *out;
    uint32_t at, room; /* words */
    uint32_t bound;
    const template *t;
    uint32_t constant[CONSTANTS], constant_value[CONSTANTS], constants;
    uint32_t m[KAWPOW_REGISTERS];
} emitter;

static int otd_named(const uint32_t *instruction, uint32_t words, const char *name) {
    const char *text = (const char *)&instruction[2];
    return strncmp(text, name, (size_t)(words - 2) * 4) == 0;
}

static void otd_scan_name(template *t, const uint32_t *in, uint32_t words) {
    uint32_t *const ids[] = {&t->m, &t->dag, &t->l1, &t->program};
    static const char *const names[] = {"m", "dag", "l1", "otd_program("};
    for (int i = 0; i < 4; i++) {
        if (otd_named(in, words, names[i])) {
            *ids[i] = in[1];
        }
    }
}

static void otd_scan_type(template *t, const uint32_t *in, uint32_t op, uint32_t words) {
    if (op == OP_EXT_IMPORT) {
        t->ext = in[1];
    } else if (op == OP_TYPE_INT && in[2] == 32 && in[3] == 0) {
        t->uint_type = in[1];
    } else if (op == OP_TYPE_VECTOR && in[2] == t->uint_type && in[3] == 4) {
        t->vector_type = in[1];
    } else if (op == OP_TYPE_STRUCT && words == 4 && in[2] == t->uint_type && in[3] == t->uint_type) {
        t->pair_type = in[1];
    } else if (op == OP_TYPE_POINTER && in[3] == t->uint_type && in[2] == STORAGE_PRIVATE) {
        t->private_pointer = in[1];
    } else if (op == OP_TYPE_POINTER && in[3] == t->uint_type && in[2] == STORAGE_WORKGROUP) {
        t->workgroup_pointer = in[1];
    }
}

/* Returns 0 when the words are no module, or lack what the program needs. */
static int otd_scan(template *t) {
    int inside = 0;
    if (t->count <= HEADER_WORDS || t->words[0] != 0x07230203u) {
        return 0;
    }
    for (uint32_t at = HEADER_WORDS; at < t->count;) {
        const uint32_t *in = &t->words[at];
        uint32_t op = in[0] & 0xffffu, words = in[0] >> 16;
        if (words == 0 || words > t->count - at) {
            return 0;
        }
        if (op == OP_NAME) {
            otd_scan_name(t, in, words);
        } else if (op == OP_FUNCTION) {
            t->first_function = t->first_function == 0 ? at : t->first_function;
            inside = in[2] == t->program;
        } else if (inside && op == OP_LABEL && t->body_begin == 0) {
            t->body_begin = at + words;
        } else if (inside && op == OP_RETURN && t->body_end == 0) {
            t->body_end = at;
        } else {
            otd_scan_type(t, in, op, words);
        }
        at += words;
    }
    return t->m != 0 && t->dag != 0 && t->l1 != 0 && t->program != 0 && t->ext != 0 && t->uint_type != 0 &&
           t->vector_type != 0 && t->pair_type != 0 && t->private_pointer != 0 && t->workgroup_pointer != 0 &&
           t->body_begin != 0 && t->body_end > t->body_begin;
}

/* ---- emitting ------------------------------------------------------------------------------ */

static void otd_copy(emitter *e, uint32_t begin, uint32_t end) {
    if (end - begin <= e->room - e->at) {
        memcpy(e->out + e->at, e->t->words + begin, (size_t)(end - begin) * 4);
    }
    e->at += end - begin;
}

static void otd_word(emitter *e, uint32_t word) {
    if (e->at < e->room) {
        e->out[e->at] = word;
    }
    e->at++;
}

/* An instruction with a type, a new id, and up to four operands. Returns the id. */
static uint32_t otd_emit(emitter *e, uint32_t op, uint32_t type, uint32_t count, const uint32_t *operands) {
    uint32_t id = e->bound++;
    otd_word(e, (3 + count) << 16 | op);
    otd_word(e, type);
    otd_word(e, id);
    for (uint32_t i = 0; i < count; i++) {
        otd_word(e, operands[i]);
    }
    return id;
}

static uint32_t otd_two(emitter *e, uint32_t op, uint32_t a, uint32_t b) {
    return otd_emit(e, op, e->t->uint_type, 2, (const uint32_t[]){a, b});
}

static uint32_t otd_one(emitter *e, uint32_t op, uint32_t a) {
    return otd_emit(e, op, e->t->uint_type, 1, &a);
}

static uint32_t otd_ext(emitter *e, uint32_t function, uint32_t count, uint32_t a, uint32_t b) {
    const uint32_t operands[] = {e->t->ext, function, a, b};
    return otd_emit(e, OP_EXT_INST, e->t->uint_type, 2 + count, operands);
}

static void otd_add_constant(emitter *e, uint32_t value) {
    e->constant_value[e->constants] = value;
    e->constant[e->constants++] = otd_emit(e, OP_CONSTANT, e->t->uint_type, 1, &value);
}

static uint32_t otd_constant(const emitter *e, uint32_t value) {
    uint32_t i = 0;
    while (e->constant_value[i] != value) {
        i++;
    }
    return e->constant[i];
}

/* a turned left by the number b, or right: both counts are taken modulo 32, since a shift by 32 is not
 * defined. */
static uint32_t otd_turn(emitter *e, uint32_t a, uint32_t b, int left) {
    uint32_t mask = otd_constant(e, 31);
    uint32_t count = otd_two(e, OP_AND, b, mask);
    uint32_t other = otd_two(e, OP_AND, otd_two(e, OP_ISUB, otd_constant(e, 0), b), mask);
    uint32_t up = otd_two(e, OP_SHIFT_LEFT, a, left ? count : other);
    uint32_t down = otd_two(e, OP_SHIFT_RIGHT, a, left ? other : count);
    return otd_two(e, OP_OR, up, down);
}

/* The same by a constant from 1 to 31. */
static uint32_t otd_turn_by(emitter *e, uint32_t a, uint32_t left) {
    uint32_t up = otd_two(e, OP_SHIFT_LEFT, a, otd_constant(e, left));
    return otd_two(e, OP_OR, up, otd_two(e, OP_SHIFT_RIGHT, a, otd_constant(e, 32 - left)));
}

static uint32_t otd_load(emitter *e, uint32_t pointer_type, uint32_t base, uint32_t index) {
    uint32_t pointer = otd_emit(e, OP_ACCESS_CHAIN, pointer_type, 2, (const uint32_t[]){base, index});
    return otd_one(e, OP_LOAD, pointer);
}

static uint32_t otd_math(emitter *e, uint32_t math, uint32_t a, uint32_t b) {
    uint32_t x, y;
    switch (math) {
    case 0:
        return otd_two(e, OP_IADD, a, b);
    case 1:
        return otd_two(e, OP_IMUL, a, b);
    case 2:
        x = otd_emit(e, OP_UMUL_EXTENDED, e->t->pair_type, 2, (const uint32_t[]){a, b});
        return otd_two(e, OP_EXTRACT, x, 1); /* member 1: the high half */
    case 3:
        return otd_ext(e, EXT_UMIN, 2, a, b);
    case 4:
    case 5:
        return otd_turn(e, a, b, math == 4);
    case 6:
        return otd_two(e, OP_AND, a, b);
    case 7:
        return otd_two(e, OP_OR, a, b);
    case 8:
        return otd_two(e, OP_XOR, a, b);
    case 9: /* 31 - msb each; the msb of 0 is -1 */
        x = otd_ext(e, EXT_FIND_UMSB, 1, a, 0);
        y = otd_ext(e, EXT_FIND_UMSB, 1, b, 0);
        return otd_two(e, OP_ISUB, otd_two(e, OP_ISUB, otd_constant(e, 62), x), y);
    default:
        x = otd_one(e, OP_BIT_COUNT, a);
        y = otd_one(e, OP_BIT_COUNT, b);
        return otd_two(e, OP_IADD, x, y);
    }
}

static uint32_t otd_merge(emitter *e, const kawpow_op *op, uint32_t d, uint32_t operand) {
    switch (op->merge) {
    case 0:
        return otd_two(e, OP_IADD, otd_two(e, OP_IMUL, d, otd_constant(e, 33)), operand);
    case 1:
        return otd_two(e, OP_IMUL, otd_two(e, OP_XOR, d, operand), otd_constant(e, 33));
    case 2:
        return otd_two(e, OP_XOR, otd_turn_by(e, d, op->rot), operand);
    default:
        return otd_two(e, OP_XOR, otd_turn_by(e, d, 32u - op->rot), operand);
    }
}

static void otd_emit_body(emitter *e, const kawpow_program *program) {
    const template *t = e->t;
    for (uint32_t i = 0; i < KAWPOW_REGISTERS; i++) {
        e->m[i] = otd_load(e, t->private_pointer, t->m, otd_constant(e, i));
    }
    uint32_t dag = otd_emit(e, OP_LOAD, t->vector_type, 1, &t->dag);
    for (uint32_t i = 0; i < KAWPOW_OPS; i++) {
        const kawpow_op *op = &program->ops[i];
        uint32_t operand;
        if (op->kind == KAWPOW_CACHE) {
            uint32_t index = otd_two(e, OP_AND, e->m[op->a], otd_constant(e, KAWPOW_L1_WORDS - 1));
            operand = otd_load(e, t->workgroup_pointer, t->l1, index);
        } else if (op->kind == KAWPOW_MATH) {
            operand = otd_math(e, op->math, e->m[op->a], e->m[op->b]);
        } else {
            operand = otd_two(e, OP_EXTRACT, dag, op->b);
        }
        e->m[op->d] = otd_merge(e, op, e->m[op->d], operand);
    }
    for (uint32_t i = 0; i < KAWPOW_REGISTERS; i++) {
        const uint32_t operands[] = {t->m, otd_constant(e, i)};
        uint32_t pointer = otd_emit(e, OP_ACCESS_CHAIN, t->private_pointer, 2, operands);
        otd_word(e, 3u << 16 | OP_STORE);
        otd_word(e, pointer);
        otd_word(e, e->m[i]);
    }
}

int32_t otd_kawpow_splice_spirv(uint8_t *out, uint64_t *length, const otd_gpu_code *code,
                                const kawpow_program *program) {
    template t = {.words = (const uint32_t *)(const void *)code->spirv,
                  .count = (uint32_t)(code->spirv_length / 4)};
    if (!otd_scan(&t)) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s: the SPIR-V has not the names and types of the template",
                        code->name);
    }
    emitter e = {.out = (uint32_t *)(void *)out,
                 .room = t.count + OTD_KAWPOW_SPLICE_BYTES / 4,
                 .bound = t.words[3],
                 .t = &t};
    otd_copy(&e, 0, t.first_function);
    for (uint32_t i = 0; i < KAWPOW_REGISTERS; i++) {
        otd_add_constant(&e, i);
    }
    otd_add_constant(&e, 33);
    otd_add_constant(&e, 62);
    otd_add_constant(&e, KAWPOW_L1_WORDS - 1);
    otd_copy(&e, t.first_function, t.body_begin);
    otd_emit_body(&e, program);
    otd_copy(&e, t.body_end, t.count);
    if (e.at > e.room) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s: a program of %u words of SPIR-V", code->name, e.at - t.count);
    }
    e.out[3] = e.bound;
    *length = (uint64_t)e.at * 4;
    return OTD_OK;
}
