/* splice.c - the program of a period as OpenCL C and as PTX. */
#include "splice.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "algo.h"

/* Text that is written behind what is there; full stays set once something did not fit. */
typedef struct writer {
    char *at;
    size_t room;
    int full;
} writer;

static void otd_put(writer *w, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(w->at, w->room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= w->room) {
        w->full = 1;
        return;
    }
    w->at += length;
    w->room -= (size_t)length;
}

/* ---- OpenCL C ------------------------------------------------------------------------------ */

int32_t otd_kawpow_splice_opencl(uint8_t *out, uint64_t *length, const otd_gpu_code *code,
                                 const kawpow_program *program) {
    writer w = {(char *)out, OTD_KAWPOW_SPLICE_BYTES, 0};
    otd_put(&w, "#define KAWPOW_PROGRAM");
    for (uint32_t i = 0; i < KAWPOW_OPS; i++) {
        const kawpow_op *op = &program->ops[i];
        otd_put(&w, " \\\n    MERGE%u(%u, ", op->merge, op->d);
        if (op->kind == KAWPOW_CACHE) {
            otd_put(&w, "CACHE(%u)", op->a);
        } else if (op->kind == KAWPOW_MATH) {
            otd_put(&w, "MATH%u(%u, %u)", op->math, op->a, op->b);
        } else {
            otd_put(&w, "DAG%u", op->b);
        }
        otd_put(&w, ", %u)", op->rot);
    }
    otd_put(&w, "\n\n");
    if (w.full || code->opencl_length == 0) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s: no OpenCL text to put a program into", code->name);
    }
    uint64_t program_length = (uint64_t)(w.at - (char *)out);
    memcpy(out + program_length, code->opencl, code->opencl_length);
    *length = program_length + code->opencl_length;
    return OTD_OK;
}

/* ---- PTX ------------------------------------------------------------------------------------- */

#define MARK "// OTD_PROGRAM "
#define NAME_BYTES 16u
#define NAMES (KAWPOW_REGISTERS + KAWPOW_DAG_OPS + 1u)

/* The registers of the marked line: 32 of the mix, 4 words of the dataset, the shared address of L1. */
typedef char names[NAMES][NAME_BYTES];

/* Returns where the line ends, or null when it does not name as many registers. */
static const char *otd_read_names(names out, const char *at, const char *end) {
    for (uint32_t i = 0; i < NAMES; i++) {
        uint32_t length = 0;
        while (at < end && *at == ' ') {
            at++;
        }
        while (at < end && *at != ' ' && *at != '\n' && length + 1 < NAME_BYTES) {
            out[i][length++] = *at++;
        }
        out[i][length] = 0;
        if (out[i][0] != '%') {
            return NULL;
        }
    }
    return at < end && *at == '\n' ? at : NULL;
}

/* The mark, when it is there exactly once. */
static const char *otd_find_mark(const char *text, const char *end) {
    const size_t length = strlen(MARK);
    const char *found = NULL;
    for (const char *at = text; at + length <= end; at++) {
        if (*at == '/' && memcmp(at, MARK, length) == 0) {
            if (found != NULL) {
                return NULL;
            }
            found = at;
        }
    }
    return found;
}

/* o = the operand of a MATH step. */
static void otd_put_math(writer *w, uint32_t math, const char *a, const char *b) {
    static const char *const one[] = {"add.u32", "mul.lo.u32", "mul.hi.u32", "min.u32", NULL,
                                      NULL,      "and.b32",    "or.b32",     "xor.b32"};
    switch (math) {
    case 4:
        otd_put(w, "shf.l.wrap.b32 o, %s, %s, %s;\n", a, a, b);
        break;
    case 5:
        otd_put(w, "shf.r.wrap.b32 o, %s, %s, %s;\n", a, a, b);
        break;
    case 9:
    case 10:
        otd_put(w, "%s.b32 o, %s;\n%s.b32 t, %s;\nadd.u32 o, o, t;\n", math == 9 ? "clz" : "popc", a,
                math == 9 ? "clz" : "popc", b);
        break;
    default:
        otd_put(w, "%s o, %s, %s;\n", one[math], a, b);
    }
}

static void otd_put_merge(writer *w, const kawpow_op *op, const char *d, const char *operand) {
    switch (op->merge) {
    case 0:
        otd_put(w, "mad.lo.u32 %s, %s, 33, %s;\n", d, d, operand);
        break;
    case 1:
        otd_put(w, "xor.b32 t, %s, %s;\nmul.lo.u32 %s, t, 33;\n", d, operand, d);
        break;
    default:
        otd_put(w, "shf.%c.wrap.b32 t, %s, %s, %u;\nxor.b32 %s, t, %s;\n", op->merge == 2 ? 'l' : 'r', d, d,
                op->rot, d, operand);
    }
}

static void otd_put_ptx(writer *w, const kawpow_program *program, names name) {
    const char *l1 = name[NAMES - 1];
    otd_put(w, "{\n.reg .b32 o, t;\n");
    for (uint32_t i = 0; i < KAWPOW_OPS; i++) {
        const kawpow_op *op = &program->ops[i];
        const char *operand = "o";
        if (op->kind == KAWPOW_CACHE) {
            otd_put(w, "shl.b32 t, %s, 2;\nand.b32 t, t, 16380;\nadd.u32 t, t, %s;\nld.shared.u32 o, [t];\n",
                    name[op->a], l1);
        } else if (op->kind == KAWPOW_MATH) {
            otd_put_math(w, op->math, name[op->a], name[op->b]);
        } else {
            operand = name[KAWPOW_REGISTERS + op->b];
        }
        otd_put_merge(w, op, name[op->d], operand);
    }
    otd_put(w, "}");
}

int32_t otd_kawpow_splice_ptx(uint8_t *out, uint64_t *length, const otd_gpu_code *code,
                              const kawpow_program *program) {
    const char *text = (const char *)code->ptx, *end = text + code->ptx_length;
    const char *mark = otd_find_mark(text, end), *rest;
    names name;
    if (mark == NULL || (rest = otd_read_names(name, mark + strlen(MARK), end)) == NULL) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s: the PTX has not one line OTD_PROGRAM with %u registers",
                        code->name, NAMES);
    }
    memcpy(out, text, (size_t)(mark - text));
    writer w = {(char *)out + (mark - text), OTD_KAWPOW_SPLICE_BYTES, 0};
    otd_put_ptx(&w, program, name);
    if (w.full) {
        return otd_fail(OTD_E_UNSUPPORTED, "%s: a program of more than %u bytes of PTX", code->name,
                        OTD_KAWPOW_SPLICE_BYTES);
    }
    memcpy(w.at, rest, (size_t)(end - rest));
    *length = (uint64_t)(w.at - (char *)out) + (uint64_t)(end - rest);
    return OTD_OK;
}
