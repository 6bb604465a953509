/*
 * kawpow_mix_any.cu - kawpow_mix.cu for every program: it reads the program in place of having it compiled in. About a
 * fifth to an eighth as fast, and needs no compiler at a period's beginning: for a card whose driver refuses the
 * other one, where that was allowed, and as a second opinion on the splicers.
 *
 *   as kawpow_mix.cu, and behind them
 *   program  33 steps of one word (kawpow_any.h): all items of a launch take the same way
 *
 * Registers lie in shared memory, since which of them a step means is known only then: 128 bytes a work item.
 */
#define REGISTER(i) registers[(i)*GROUP_SIZE + LOCAL_ID]

KERNEL(otd_kawpow_mix_any)
(GLOBAL const u32 *RESTRICT states, GLOBAL u32 *RESTRICT mixes, GLOBAL const u32 *RESTRICT dag0,
 GLOBAL const u32 *RESTRICT dag1, GLOBAL const u32 *RESTRICT dag2, GLOBAL const u32 *RESTRICT dag3,
 GLOBAL const u32 *RESTRICT dag4, GLOBAL const u32 *RESTRICT dag5, GLOBAL const u32 *RESTRICT dag6,
 GLOBAL const u32 *RESTRICT dag7, u32 items, u32 magic, u32 count, GLOBAL const u32 *RESTRICT program) {
    SHARED_ARRAY(u32, l1, 4096);
    SHARED_ARRAY(u32, registers, 32 * GROUP_MAX);
    EXCHANGE(words);
    for (u32 i = LOCAL_ID; i < 1024; i += GROUP_SIZE) {
        u32x4 v = LOAD4(dag0, i);
        l1[4 * i] = v.x, l1[4 * i + 1] = v.y, l1[4 * i + 2] = v.z, l1[4 * i + 3] = v.w;
    }
    BARRIER();
    u32 lane = LOCAL_ID & 15, together = GROUP_SIZE >> 4;
    UNROLL_1 for (u32 base = GROUP_ID * together; base < count; base += GROUPS * together) {
        u32 hash = base + (LOCAL_ID >> 4);
        u32 from = hash < count ? hash : count - 1;
        {
            u32 m[32];
            KAWPOW_FILL(m, states[8 * (u64)from], states[8 * (u64)from + 1], lane)
            UNROLL for (u32 i = 0; i < 32; i++) {
                REGISTER(i) = m[i];
            }
        }
        UNROLL_1 for (u32 r = 0; r < 64; r++) {
            u32 item = SHFL(words, 16, REGISTER(0), r & 15);
            REDUCE(item, items, magic)
            u32x4 dag = load_item(dag0, dag1, dag2, dag3, dag4, dag5, dag6, dag7, item, (lane ^ r) & 15);
            UNROLL_1 for (u32 step = 0; step < KAWPOW_ANY_STEPS; step++) {
                u32 op = program[step], kind = ANY_KIND(op), x = REGISTER(ANY_A(op)), y = REGISTER(ANY_B(op));
                u32 v = l1[x & 4095u], place = ANY_D(op);
                if (kind == 1) {
                    ANY_MATH(v, ANY_MATH_OF(op), x, y)
                } else if (kind == 2) {
                    u32 word = ANY_B(op);
                    v = word < 2 ? (word == 0 ? dag.x : dag.y) : (word == 2 ? dag.z : dag.w);
                }
                u32 d = REGISTER(place);
                ANY_MERGE(d, v, ANY_MERGE_OF(op), ANY_ROT(op))
                REGISTER(place) = d;
            }
        }
        u32 digest = KAWPOW_FNV_BASIS;
        UNROLL for (u32 i = 0; i < 32; i++) {
            digest = FNV1A(digest, REGISTER(i));
        }
        u32 other = SHFL(words, 16, digest, lane ^ 8);
        if (lane < 8 && hash < count) {
            u32 word = FNV1A(KAWPOW_FNV_BASIS, digest);
            mixes[8 * (u64)hash + lane] = FNV1A(word, other);
        }
    }
}
#undef REGISTER
