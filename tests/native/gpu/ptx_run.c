/* ptx_run.c - runs what ptx_read.c made: group after group, warps of 32 lanes in lock step. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ptx_parts.h"

enum { WARPS_MAX = 32 };

typedef struct warp {
    uint64_t (*rows)[PTX_WARP];
    uint32_t started, live;   /* lanes there are; of them, those that have not ended */
    uint32_t held;            /* of them, those that wait at a .sync for the rest of the warp */
    uint32_t place[PTX_WARP]; /* next instruction of each lane */
    uint32_t waiting;         /* stands at a barrier */
    uint64_t steps;
} warp;

typedef struct machine {
    ptx_module *module;
    const ptx_launch *launch;
    uint8_t *shared;
    uint8_t parameters[8 * PTX_PARAMETERS_MAX];
    char *error;
} machine;

static int fail(machine *m, const ptx_instruction *in, const char *format, ...) {
    char what[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    snprintf(m->error, PTX_ERROR_MAX, "%s, line %u of the PTX: %s", m->launch->entry->name, in->line, what);
    return 0;
}

/* ---- memory -------------------------------------------------------------------------------- */

static uint8_t *inside(uint8_t *start, uint64_t bytes, uint64_t offset, uint64_t length) {
    return offset <= bytes && length <= bytes - offset ? start + offset : NULL;
}

static uint8_t *reach_global(const machine *m, uint64_t address, uint64_t length) {
    for (uint32_t i = 0; i < m->launch->range_count; i++) {
        const ptx_range *range = &m->launch->ranges[i];
        uint64_t start = (uint64_t)(uintptr_t)range->start;
        if (address >= start && address - start < range->bytes) {
            return inside((uint8_t *)(uintptr_t)range->start, range->bytes, address - start, length);
        }
    }
    return NULL;
}

/* Where an address leads, or null with the error said. */
static uint8_t *reach(machine *m, const ptx_instruction *in, uint64_t address, uint64_t length) {
    static const char *const names[] = {"generic", "global", "shared", "constant", "parameter"};
    uint8_t *found = NULL;
    uint32_t space = in->space;
    if (space == PTX_GENERIC && address >= PTX_SHARED_WINDOW) {
        address -= PTX_SHARED_WINDOW;
        space = PTX_SHARED;
    }
    switch (space) {
    case PTX_SHARED:
        found = inside(m->shared, m->module->shared_bytes, address, length);
        break;
    case PTX_CONST:
        found = inside(m->module->constants, m->module->constant_bytes, address, length);
        break;
    case PTX_PARAM:
        found = inside(m->parameters, sizeof m->parameters, address, length);
        break;
    default:
        found = reach_global(m, address, length);
    }
    if (found == NULL) {
        fail(m, in, "%llu bytes at %s address 0x%llx are not anybody's", (unsigned long long)length,
             names[space], (unsigned long long)address);
    } else if (address % length != 0) {
        fail(m, in, "%s address 0x%llx is not aligned to %llu", names[space], (unsigned long long)address,
             (unsigned long long)length);
        found = NULL;
    }
    return found;
}

static int run_memory(machine *m, warp *w, const ptx_instruction *in, uint32_t active) {
    uint32_t size = in->bits / 8, is_load = in->op == PTX_LD;
    const uint64_t *addresses = w->rows[is_load ? in->operand[in->vector] : in->operand[0]];
    for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
        if ((active >> lane & 1) == 0) {
            continue;
        }
        uint8_t *at = reach(m, in, addresses[lane] + (uint64_t)in->offset, (uint64_t)size * in->vector);
        if (at == NULL) {
            return 0;
        }
        for (uint32_t i = 0; i < in->vector; i++) {
            uint64_t *row = w->rows[in->operand[is_load ? i : 1 + i]];
            if (is_load) {
                row[lane] = 0;
                memcpy(&row[lane], at + i * size, size);
                if (in->is_signed && size < 4 && row[lane] >> (in->bits - 1) != 0) {
                    row[lane] |= UINT32_MAX << in->bits;
                }
            } else {
                memcpy(at + i * size, &row[lane], size);
            }
        }
    }
    return 1;
}

static int run_atomic(machine *m, warp *w, const ptx_instruction *in, uint32_t active) {
    for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
        if ((active >> lane & 1) != 0) {
            uint32_t old, limit = (uint32_t)w->rows[in->operand[2]][lane];
            uint8_t *at = reach(m, in, w->rows[in->operand[1]][lane] + (uint64_t)in->offset, 4);
            if (at == NULL) {
                return 0;
            }
            memcpy(&old, at, 4);
            w->rows[in->operand[0]][lane] = old;
            old = in->op == PTX_ATOM_ADD    ? old + limit
                  : in->op == PTX_ATOM_EXCH ? limit
                  : old >= limit            ? 0
                                            : old + 1;
            memcpy(at, &old, 4);
        }
    }
    return 1;
}

/* ---- arithmetic ---------------------------------------------------------------------------- */

static uint64_t permute(uint32_t a, uint32_t b, uint32_t selector) {
    uint64_t both = (uint64_t)b << 32 | a, out = 0;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t pick = selector >> (4 * i) & 15;
        uint64_t byte = both >> (8 * (pick & 7)) & 0xff;
        if ((pick & 8) != 0) {
            byte = (byte & 0x80) != 0 ? 0xff : 0;
        }
        out |= byte << (8 * i);
    }
    return out;
}

static int compare(const ptx_instruction *in, uint64_t a, uint64_t b) {
    int less = a < b;
    if (in->is_signed) {
        less = in->bits == 64 ? (int64_t)a < (int64_t)b : (int32_t)a < (int32_t)b;
    }
    switch (in->compare) {
    case PTX_EQ:
        return a == b;
    case PTX_NE:
        return a != b;
    case PTX_LT:
        return less;
    case PTX_LE:
        return less || a == b;
    case PTX_GT:
        return !less && a != b;
    default:
        return !less;
    }
}

static uint64_t mul_hi(const ptx_instruction *in, uint64_t a, uint64_t b) {
    if (in->bits == 64) {
        return in->is_signed ? (uint64_t)(((__int128)(int64_t)a * (int64_t)b) >> 64)
                             : (uint64_t)(((unsigned __int128)a * b) >> 64);
    }
    return in->is_signed ? (uint64_t)(((int64_t)(int32_t)a * (int32_t)b) >> 32) : a * b >> 32;
}

static uint64_t mul_wide(const ptx_instruction *in, uint64_t a, uint64_t b) {
    return in->is_signed ? (uint64_t)((int64_t)(int32_t)a * (int32_t)b) : a * b;
}

/* Shifts of shl and shr are not taken modulo: 32 and more leave nothing, or the sign. */
static uint64_t shift(const ptx_instruction *in, uint64_t a, uint32_t count) {
    uint32_t bits = in->bits;
    if (in->op == PTX_SHL) {
        return count >= bits ? 0 : a << count;
    }
    if (in->is_signed) {
        int64_t value = bits == 64 ? (int64_t)a : (int32_t)a;
        return (uint64_t)(value >> (count >= bits ? bits - 1 : count));
    }
    return count >= bits ? 0 : a >> count;
}

static uint64_t convert(const ptx_instruction *in, uint64_t a) {
    uint32_t bits = in->from_bits;
    uint64_t mask = bits >= 64 ? UINT64_MAX : (1ull << bits) - 1;
    a &= mask;
    if (in->from_signed && bits < 64 && (a >> (bits - 1) & 1) != 0) {
        a |= ~mask;
    }
    return a;
}

static uint64_t count_zeros(const ptx_instruction *in, uint64_t a) {
    return a == 0           ? in->bits
           : in->bits == 64 ? (uint64_t)__builtin_clzll(a)
                            : (uint64_t)__builtin_clz((uint32_t)a);
}

/* out = the result of lane `lane`, not yet cut to its width. */
static uint64_t result(const ptx_instruction *in, const uint64_t (*rows)[PTX_WARP], uint32_t lane) {
    uint64_t a = rows[in->operand[1]][lane], b = in->operands > 2 ? rows[in->operand[2]][lane] : 0;
    uint64_t c = in->operands > 3 ? rows[in->operand[3]][lane] : 0;
    if (in->bits == 32 && in->op != PTX_CVT) { /* a negative number of the text has 64 bits */
        a = (uint32_t)a;
        b = (uint32_t)b;
        c = in->op == PTX_MAD_WIDE ? c : (uint32_t)c;
    }
    switch (in->op) {
    case PTX_ADD:
        return a + b;
    case PTX_SUB:
        return a - b;
    case PTX_MUL_LO:
        return a * b;
    case PTX_MUL_HI:
        return mul_hi(in, a, b);
    case PTX_MUL_WIDE:
        return mul_wide(in, a, b);
    case PTX_MAD_LO:
        return a * b + c;
    case PTX_MAD_WIDE:
        return mul_wide(in, a, b) + c;
    case PTX_AND:
        return a & b;
    case PTX_OR:
        return a | b;
    case PTX_XOR:
        return a ^ b;
    case PTX_NOT:
        return ~a;
    case PTX_NEG:
        return 0 - a;
    case PTX_SHL:
    case PTX_SHR:
        return shift(in, a, (uint32_t)b);
    case PTX_SHF_L: /* the upper half of b:a, turned left */
        return (b << 32 | a) << (c & 31) >> 32;
    case PTX_SHF_R:
        return (b << 32 | a) >> (c & 31);
    case PTX_CLZ:
        return count_zeros(in, a);
    case PTX_POPC:
        return (uint64_t)__builtin_popcountll(a);
    case PTX_MIN:
        return (in->is_signed ? (int32_t)a < (int32_t)b : a < b) ? a : b;
    case PTX_MAX:
        return (in->is_signed ? (int32_t)a < (int32_t)b : a < b) ? b : a;
    case PTX_PRMT:
        return permute((uint32_t)a, (uint32_t)b, (uint32_t)c);
    case PTX_BFE: /* position and length are taken modulo 256 */
        return (b & 0xff) >= 32 || (c & 0xff) == 0
                   ? 0
                   : (a >> (b & 0xff)) & ((c & 0xff) >= 32 ? UINT32_MAX : (1ull << (c & 0xff)) - 1);
    case PTX_SETP:
        return (uint64_t)compare(in, a, b);
    case PTX_SELP:
        return c != 0 ? a : b;
    case PTX_PACK:
        return b << 32 | a;
    case PTX_CVT:
        return convert(in, a);
    case PTX_CVTA_SHARED:
        return a + PTX_SHARED_WINDOW;
    case PTX_CVTA_TO_SHARED:
        return a - PTX_SHARED_WINDOW;
    default:
        return a;
    }
}

static uint64_t result_mask(const ptx_instruction *in) {
    uint32_t bits = in->bits;
    if (in->op == PTX_MUL_WIDE || in->op == PTX_MAD_WIDE) {
        bits = 64;
    } else if (in->op == PTX_SETP) {
        bits = 1;
    } else if (in->op == PTX_CLZ || in->op == PTX_POPC) {
        bits = 32;
    }
    return bits >= 64 ? UINT64_MAX : (1ull << bits) - 1;
}

static void run_arithmetic(warp *w, const ptx_instruction *in, uint32_t active) {
    uint64_t mask = result_mask(in), out[PTX_WARP];
    for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
        out[lane] = result(in, (const uint64_t(*)[PTX_WARP])w->rows, lane) & mask;
    }
    uint64_t *row = w->rows[in->operand[0]];
    for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
        row[lane] = (active >> lane & 1) != 0 ? out[lane] : row[lane];
    }
}

static void run_unpack(warp *w, const ptx_instruction *in, uint32_t active) {
    for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
        if ((active >> lane & 1) != 0) {
            uint64_t both = w->rows[in->operand[2]][lane];
            w->rows[in->operand[0]][lane] = (uint32_t)both;
            w->rows[in->operand[1]][lane] = both >> 32;
        }
    }
}

/* PTX ISA 9.7.8: the segment is what the upper bits of c leave the same, its last lane what the lower say. */
static int run_shuffle(machine *m, warp *w, const ptx_instruction *in, uint32_t active) {
    uint64_t out[PTX_WARP];
    for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
        if ((active >> lane & 1) == 0) {
            continue;
        }
        uint32_t b = (uint32_t)w->rows[in->operand[2]][lane], c = (uint32_t)w->rows[in->operand[3]][lane];
        uint32_t members = (uint32_t)w->rows[in->operand[4]][lane], segment = c >> 8 & 31;
        uint32_t last = (lane & segment) | (c & 31 & ~segment);
        uint32_t from = (lane & segment) | (b & 31 & ~segment);
        if (members != active) {
            return fail(m, in, "shuffle among 0x%08x where lanes 0x%08x are", members, active);
        }
        from = from <= last ? from : lane;
        if ((active >> from & 1) == 0) {
            return fail(m, in, "shuffle from lane %u, which is not there", from);
        }
        out[lane] = w->rows[in->operand[1]][from];
    }
    for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
        if ((active >> lane & 1) != 0) {
            w->rows[in->operand[0]][lane] = out[lane];
        }
    }
    return 1;
}

/* ---- a warp -------------------------------------------------------------------------------- */

/* Lanes that stand at the lowest place, and that place. Those that are held come last, since the others may
 * be on their way to them. */
static uint32_t pick(const warp *w, uint32_t *place) {
    uint32_t active = 0, among = w->live & ~w->held ? w->live & ~w->held : w->live;
    *place = UINT32_MAX;
    for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
        if ((among >> lane & 1) != 0 && w->place[lane] < *place) {
            *place = w->place[lane];
        }
    }
    for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
        if ((w->live >> lane & 1) != 0 && w->place[lane] == *place) {
            active |= 1u << lane;
        }
    }
    return active;
}

static uint32_t guarded(const warp *w, const ptx_instruction *in, uint32_t active) {
    if (in->guard == PTX_NONE) {
        return active;
    }
    uint32_t taken = 0;
    for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
        taken |= (uint32_t)((w->rows[in->guard][lane] != 0) != (in->negated != 0)) << lane;
    }
    return active & taken;
}

static int run_one(machine *m, warp *w, const ptx_instruction *in, uint32_t active) {
    switch (in->op) {
    case PTX_LD:
    case PTX_ST:
        return run_memory(m, w, in, active);
    case PTX_ATOM_INC:
    case PTX_ATOM_ADD:
    case PTX_ATOM_EXCH:
        return run_atomic(m, w, in, active);
    case PTX_SHFL_IDX:
        return run_shuffle(m, w, in, active);
    case PTX_UNPACK:
        run_unpack(w, in, active);
        return 1;
    case PTX_BAR:
        w->waiting = 1;
        return active == w->started ||
               fail(m, in, "a barrier that only lanes 0x%08x of 0x%08x reach", active, w->started);
    case PTX_RET:
        w->live &= ~active;
        return 1;
    case PTX_TRAP:
        return active == 0 || fail(m, in, "trap");
    default:
        run_arithmetic(w, in, active);
        return 1;
    }
}

static int out_of_steps(machine *m, warp *w, const ptx_instruction *in) {
    uint64_t most = m->launch->steps_max;
    if (most != 0 && ++w->steps > most) {
        return !fail(m, in, "no end after %llu instructions", (unsigned long long)most);
    }
    return 0;
}

static void hold(warp *w, uint32_t active, uint32_t place) {
    w->held |= active;
    for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
        w->place[lane] = (active >> lane & 1) != 0 ? place : w->place[lane];
    }
}

/* Until a barrier or the end. Lanes that stand together stay so until a branch parts them. */
static int run_warp(machine *m, warp *w) {
    uint32_t place, active = pick(w, &place);
    const ptx_entry *entry = m->launch->entry;
    while (w->live != 0 && !w->waiting) {
        if (place >= entry->end) {
            return fail(m, &m->module->code[entry->end - 1], "the end without ret");
        }
        const ptx_instruction *in = &m->module->code[place];
        uint32_t doing = guarded(w, in, active);
        if (out_of_steps(m, w, in)) {
            return 0;
        }
        if ((in->op == PTX_SHFL_IDX || in->op == PTX_BAR) && active != w->live && (w->live & ~w->held) != 0) {
            hold(w, active, place);
            active = pick(w, &place);
            continue;
        }
        w->held &= ~active;
        /* Where a branch leads is counted there. */
        m->module->ran[place] |= doing != 0 || in->op == PTX_BRA;
        if (doing != 0) {
            if (in->op != PTX_BRA && !run_one(m, w, in, doing)) {
                return 0;
            }
        }
        int parted = active != w->live || (in->op == PTX_BRA && doing != active) || in->op == PTX_RET;
        uint32_t following = in->op == PTX_BRA && doing != 0 && !parted ? in->target : place + 1;
        if (!parted && !w->waiting) {
            place = following;
            continue;
        }
        for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
            if ((active >> lane & 1) != 0) {
                w->place[lane] = in->op == PTX_BRA && (doing >> lane & 1) != 0 ? in->target : place + 1;
            }
        }
        active = pick(w, &place);
    }
    return 1;
}

/* ---- a group ------------------------------------------------------------------------------- */

static void start_warp(machine *m, warp *w, uint32_t group, uint32_t first) {
    const ptx_launch *l = m->launch;
    memset(w->rows, 0xa5, l->entry->rows * sizeof *w->rows); /* registers hold anything at the start */
    w->started = w->live = 0;
    w->held = 0;
    w->waiting = 0;
    w->steps = 0;
    for (uint32_t lane = 0; lane < PTX_WARP && first + lane < l->threads; lane++) {
        w->started = w->live |= 1u << lane;
        w->place[lane] = l->entry->begin;
    }
    for (uint32_t i = 0; i < l->entry->fill_count; i++) {
        const ptx_fill *fill = &l->entry->fills[i];
        for (uint32_t lane = 0; lane < PTX_WARP; lane++) {
            const uint64_t values[] = {fill->number, first + lane, group, l->threads, l->groups};
            w->rows[fill->row][lane] = values[fill->what];
        }
    }
}

static int run_group(machine *m, warp *warps, uint32_t count, uint32_t group) {
    memset(m->shared, 0xa5, m->module->shared_bytes); /* and so does shared memory */
    for (uint32_t i = 0; i < count; i++) {
        start_warp(m, &warps[i], group, i * PTX_WARP);
    }
    for (;;) {
        uint32_t waiting = 0, live = 0;
        for (uint32_t i = 0; i < count; i++) {
            warps[i].waiting = 0;
            if (!run_warp(m, &warps[i])) {
                return 0;
            }
            waiting += warps[i].waiting;
            live += warps[i].live != 0;
        }
        if (live == 0) {
            return 1;
        }
        if (waiting != count) {
            snprintf(m->error, PTX_ERROR_MAX, "%s: %u of %u warps wait at a barrier, the others have ended",
                     m->launch->entry->name, waiting, count);
            return 0;
        }
    }
}

static void copy_parameters(machine *m) {
    const ptx_entry *entry = m->launch->entry;
    for (uint32_t i = 0; i < entry->parameters; i++) {
        memcpy(m->parameters + entry->parameter_at[i], m->launch->parameters[i], entry->parameter_bytes[i]);
    }
}

int ptx_run(ptx_module *module, const ptx_launch *launch, char error[PTX_ERROR_MAX]) {
    machine m = {.module = module, .launch = launch, .error = error};
    warp warps[WARPS_MAX];
    uint32_t count = (launch->threads + PTX_WARP - 1) / PTX_WARP, most = launch->entry->threads_max;
    error[0] = 0;
    if (count == 0 || count > WARPS_MAX || (most != 0 && launch->threads > most)) {
        snprintf(error, PTX_ERROR_MAX, "%s: groups of %u threads; .maxntid is %u", launch->entry->name,
                 launch->threads, most);
        return 0;
    }
    copy_parameters(&m);
    m.shared = aligned_alloc(64, (module->shared_bytes + 127) / 64 * 64);
    for (uint32_t i = 0; i < count; i++) {
        warps[i].rows = malloc((launch->entry->rows + 1) * sizeof *warps[i].rows);
    }
    int good = 1;
    for (uint32_t group = 0; good && group < launch->groups; group++) {
        good = run_group(&m, warps, count, group);
    }
    for (uint32_t i = 0; i < count; i++) {
        free(warps[i].rows);
    }
    free(m.shared);
    return good;
}
