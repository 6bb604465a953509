/* ptx_test.c - the interpreter finds what is wrong: small texts with one fault each, and what instructions
 * give at their edges. */
#include <stdio.h>
#include <string.h>

#include "ptx.h"
#include "runner.h"

#define HEAD                                                                                                 \
    ".version 7.0\n.target sm_61\n.address_size 64\n.visible .entry k(\n.param .u64 k_param_0\n)\n{\n"       \
    ".reg .pred %p<4>;\n.reg .b32 %r<16>;\n.reg .b64 %rd<8>;\n.shared .align 4 .b8 room[64];\n"              \
    "ld.param.u64 %rd1, [k_param_0];\nmov.u32 %r1, %tid.x;\nmul.wide.u32 %rd2, %r1, 4;\nadd.s64 %rd3, "      \
    "%rd1, %rd2;\n"

/* Runs HEAD and body in one group; error is what it ended with, or empty. */
static void run_text(const char *body, uint32_t threads, uint32_t *out, uint32_t count,
                     char error[PTX_ERROR_MAX]) {
    static char text[8192];
    snprintf(text, sizeof text, "%s%s}\n", HEAD, body);
    ptx_module *module = ptx_read(text, strlen(text), error);
    if (module == NULL) {
        return;
    }
    const void *parameters[] = {&out};
    const ptx_range range = {out, count * sizeof *out};
    const ptx_launch with = {.entry = ptx_find(module, "k"),
                             .groups = 1,
                             .threads = threads,
                             .parameters = parameters,
                             .ranges = &range,
                             .range_count = 1,
                             .steps_max = 10000};
    ptx_run(module, &with, error);
    ptx_free(module);
}

static void faults(void) {
    static const struct {
        const char *body, *sentence;
    } rows[] = {
        {"st.global.u32 [%rd3], %r1;\nret;\n", ""},
        {"st.global.u32 [%rd3+4], %r1;\nret;\n", "anybody's"},
        {"st.global.u32 [%rd3+2], %r1;\nret;\n", "not aligned"},
        {"ld.shared.u32 %r2, [room+64];\nret;\n", "shared address"},
        {"setp.lt.u32 %p1, %r1, 8;\n@%p1 bra LBB0_1;\nbar.sync 0;\nLBB0_1:\nret;\n",
         "barrier that only lanes"},
        {"setp.lt.u32 %p1, %r1, 32;\n@%p1 bra LBB0_1;\nbar.sync 0;\nLBB0_1:\nret;\n", "warps wait"},
        {"setp.lt.u32 %p1, %r1, 8;\n@%p1 bra LBB0_1;\nshfl.sync.idx.b32 %r2, %r1, 0, 31, "
         "-1;\nLBB0_1:\nret;\n",
         "shuffle among"},
        {"shfl.sync.idx.b32 %r2, %r1, 0, 31, 255;\nret;\n", "shuffle among"},
        {"LBB0_1:\nbra.uni LBB0_1;\n", "no end"},
        {"mov.u32 %r2, %r3;\n", "the end without ret"},
        {"add.s32 %r2, %r3;\nret;\n", "operands"},
        {"add.s32 %r2, %r3, %r99;\nret;\n", "nothing is called %r99"},
        {"bra LBB0_9;\nret;\n", "no label LBB0_9"},
        {"fma.rn.f32 %r2, %r3, %r4, %r5;\nret;\n", "is not known"},
        {".local .align 4 .b8 depot[16];\nret;\n", "is not known"},
        {"trap;\nret;\n", "trap"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t out[64] = {0};
        char error[PTX_ERROR_MAX] = "";
        run_text(rows[i].body, 64, out, 64, error);
        int same = rows[i].sentence[0] == 0 ? error[0] == 0 : strstr(error, rows[i].sentence) != NULL;
        check(same, "\"%s\" ends with \"%s\", not \"%s\"", rows[i].body, rows[i].sentence, error);
    }
}

/* One instruction from two numbers; expected as the PTX ISA says. */
static void edges(void) {
    static const struct {
        const char *instruction;
        uint32_t a, b, expected;
    } rows[] = {
        {"shf.l.wrap.b32 %r4, %r2, %r2, %r3;", 0x80000001, 33, 3},
        {"shf.r.wrap.b32 %r4, %r2, %r2, %r3;", 0x80000001, 32, 0x80000001},
        {"shf.l.wrap.b32 %r4, %r2, %r3, 4;", 0xf0000000, 0x12345678, 0x2345678f},
        {"shf.r.wrap.b32 %r4, %r2, %r3, 8;", 0x11223344, 0xaabbccdd, 0xdd112233},
        {"shl.b32 %r4, %r2, %r3;", 1, 32, 0},
        {"shr.u32 %r4, %r2, %r3;", 0x80000000, 31, 1},
        {"shr.s32 %r4, %r2, %r3;", 0x80000000, 40, 0xffffffff},
        {"clz.b32 %r4, %r2;", 0, 0, 32},
        {"clz.b32 %r4, %r2;", 1, 0, 31},
        {"popc.b32 %r4, %r2;", 0xffffffff, 0, 32},
        {"neg.s32 %r4, %r2;", 5, 0, 0xfffffffb},
        {"bfe.u32 %r4, %r2, %r3, 8;", 0x12345678, 12, 0x45},
        {"bfe.u32 %r4, %r2, %r3, 32;", 0x12345678, 4, 0x01234567},
        {"bfe.u32 %r4, %r2, 0, %r3;", 0x12345678, 0, 0},
        {"st.shared.u32 [room+8], %r2; atom.shared.add.u32 %r4, [room+8], %r3; ld.shared.u32 %r5, [room+8]; "
         "shl.b32 %r5, %r5, 16; or.b32 %r4, %r4, %r5;",
         5, 7, 0x000c0005},
        {"st.shared.u32 [room], %r2; atom.shared.exch.b32 %r4, [room], %r3; ld.shared.u32 %r5, [room]; "
         "shl.b32 %r5, %r5, 16; or.b32 %r4, %r4, %r5;",
         5, 7, 0x00070005},
        {"mul.hi.u32 %r4, %r2, %r3;", 0xffffffff, 0xffffffff, 0xfffffffe},
        {"mul.hi.u32 %r4, %r2, -1431655765;", 3000, 0, 2000},
        {"setp.gt.u32 %p1, %r2, -16777217; selp.b32 %r4, 5, 6, %p1;", 0xffffffff, 0, 5},
        {"mul.hi.s32 %r4, %r2, %r3;", 0xffffffff, 0xffffffff, 0},
        {"mad.lo.u32 %r4, %r2, 33, %r3;", 0x10000000, 7, 0x10000007},
        {"min.u32 %r4, %r2, %r3;", 0xffffffff, 1, 1},
        {"min.s32 %r4, %r2, %r3;", 0xffffffff, 1, 0xffffffff},
        {"prmt.b32 %r4, %r2, %r3, 0x0123;", 0x11223344, 0, 0x44332211},
        {"prmt.b32 %r4, %r2, %r3, 0x7c41;", 0x11228844, 0xaabbccdd, 0xaaffdd88},
        {"setp.lt.s32 %p1, %r2, %r3; selp.b32 %r4, 5, 6, %p1;", 0xffffffff, 0, 5},
        {"setp.lt.u32 %p1, %r2, %r3; selp.b32 %r4, 5, 6, %p1;", 0xffffffff, 0, 6},
        {"mov.b64 %rd4, {%r2, %r3}; shr.u64 %rd4, %rd4, 16; cvt.u32.u64 %r4, %rd4;", 0x11223344, 0x55667788,
         0x77881122},
        {"cvt.s64.s32 %rd4, %r2; shr.u64 %rd4, %rd4, 32; cvt.u32.u64 %r4, %rd4;", 0x80000000, 0, 0xffffffff},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t out[2] = {0x5a5a5a5a, 0x5a5a5a5a};
        char body[512], error[PTX_ERROR_MAX] = "";
        snprintf(body, sizeof body,
                 "mov.u32 %%r2, %u;\nmov.u32 %%r3, %u;\n%s\nst.global.u32 [%%rd3], %%r4;\nret;\n", rows[i].a,
                 rows[i].b, rows[i].instruction);
        run_text(body, 1, out, 1, error);
        check(error[0] == 0 && out[0] == rows[i].expected && out[1] == 0x5a5a5a5a,
              "%s of %08x %08x gives %08x%s", rows[i].instruction, rows[i].a, rows[i].b, out[0], error);
    }
}

/* Lanes that part and come together again: a shuffle waits for the rest of the warp. */
static void parted_lanes_meet(void) {
    uint32_t out[32] = {0}, wrong = 0;
    char error[PTX_ERROR_MAX] = "";
    run_text("and.b32 %r2, %r1, 15;\nsetp.lt.u32 %p1, %r2, 8;\n@%p1 bra LBB0_2;\nbra.uni LBB0_3;\n"
             "LBB0_1:\nshfl.sync.idx.b32 %r4|%p2, %r3, 3, 4127, -1;\nst.global.u32 [%rd3], %r4;\nret;\n"
             "LBB0_2:\nmul.lo.s32 %r3, %r1, 10;\nbra.uni LBB0_1;\nLBB0_3:\nmul.lo.s32 %r3, %r1, "
             "100;\nbra.uni LBB0_1;\n",
             32, out, 32, error);
    for (uint32_t i = 0; i < 32; i++) {
        wrong += out[i] != ((i & 16) + 3) * 10; /* segments of 16 */
    }
    check(error[0] == 0 && wrong == 0, "a shuffle of 16 lanes after a branch: %u wrong %s", wrong, error);
}

void test_ptx(void) {
    faults();
    edges();
    parted_lanes_meet();
}
