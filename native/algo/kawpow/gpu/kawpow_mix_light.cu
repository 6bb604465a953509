/*
 * kawpow_mix_light.cu - the mixes of seeds without a dataset: an item is made from the light cache when it is
 * read. For checks where nobody searches: some hundred times the work of kawpow_mix_any.cu, and tens of MiB in
 * place of gigabytes.
 *
 *   states       seeds, 32 bytes a hash, of which two words are read
 *   mixes        out, 32 bytes a hash
 *   light        light_count items of 64 bytes, and behind them the first 16 KiB of the dataset
 *   program      33 steps of one word (kawpow_any.h)
 *   light_count, light_magic  floor(2^32 / light_count)
 *   items, magic              items of 256 bytes, floor(2^32 / items)
 *   count        hashes
 *
 * The 16 lanes of a hash make its item, four neighbours one half of 64 bytes, each on 16 bytes of every parent;
 * one of the four does the half's two keccaks. Groups of at most 64: with L1 and registers that is 26 KiB of
 * shared memory.
 */
#define REGISTER(i) registers[(i)*GROUP_SIZE + LOCAL_ID]

KERNEL(otd_kawpow_mix_light)
(GLOBAL const u32 *RESTRICT states, GLOBAL u32 *RESTRICT mixes, GLOBAL const u32 *RESTRICT light,
 GLOBAL const u32 *RESTRICT program, u32 light_count, u32 light_magic, u32 items, u32 magic, u32 count) {
    SHARED_ARRAY(u32, l1, 4096);
    SHARED_ARRAY(u32, registers, 32 * GROUP_MAX);
    SHARED_ARRAY(u32, tile, 4 * GROUP_MAX); /* the item of each hash, 16 bytes a lane */
    EXCHANGE(words);
    for (u32 i = LOCAL_ID; i < 1024; i += GROUP_SIZE) {
        u32x4 v = LOAD4(light, 4 * (u64)light_count + i);
        l1[4 * i] = v.x, l1[4 * i + 1] = v.y, l1[4 * i + 2] = v.z, l1[4 * i + 3] = v.w;
    }
    BARRIER();
    u32 lane = LOCAL_ID & 15, part = LOCAL_ID & 3, quad = 4 * (LOCAL_ID & ~3u), together = GROUP_SIZE >> 4;
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
            u32 half_item = 4 * item + (lane >> 2);
            if (part == 0) {
                u32 m[16], at = half_item;
                REDUCE(at, light_count, light_magic)
                UNROLL for (int k = 0; k < 4; k++) {
                    u32x4 v = LOAD4(light, 4 * (u64)at + k);
                    m[4 * k] = v.x, m[4 * k + 1] = v.y, m[4 * k + 2] = v.z, m[4 * k + 3] = v.w;
                }
                m[0] ^= half_item;
                KECCAK512(m)
                UNROLL for (int k = 0; k < 16; k++) {
                    tile[quad + k] = m[k];
                }
            }
            BARRIER();
            u32 own[4];
            UNROLL for (int k = 0; k < 4; k++) {
                own[k] = tile[quad + 4 * part + k];
            }
            UNROLL_1 for (u32 four = 0; four < 128; four++) {
                UNROLL for (int k = 0; k < 4; k++) {
                    u32 word = SHFL(words, 4, own[k], four & 3);
                    u32 parent = FNV1(half_item ^ (4 * four + k), word);
                    REDUCE(parent, light_count, light_magic)
                    u32x4 v = LOAD4(light, 4 * (u64)parent + part);
                    own[0] = FNV1(own[0], v.x);
                    own[1] = FNV1(own[1], v.y);
                    own[2] = FNV1(own[2], v.z);
                    own[3] = FNV1(own[3], v.w);
                }
            }
            UNROLL for (int k = 0; k < 4; k++) {
                tile[quad + 4 * part + k] = own[k];
            }
            BARRIER();
            if (part == 0) {
                u32 m[16];
                UNROLL for (int k = 0; k < 16; k++) {
                    m[k] = tile[quad + k];
                }
                KECCAK512(m)
                UNROLL for (int k = 0; k < 16; k++) {
                    tile[quad + k] = m[k];
                }
            }
            BARRIER();
            u32 dag[4], place = 4 * ((LOCAL_ID & ~15u) + ((lane ^ r) & 15));
            UNROLL for (int k = 0; k < 4; k++) {
                dag[k] = tile[place + k];
            }
            BARRIER(); /* the next round writes there */
            UNROLL_1 for (u32 step = 0; step < KAWPOW_ANY_STEPS; step++) {
                u32 op = program[step], kind = ANY_KIND(op), x = REGISTER(ANY_A(op)), y = REGISTER(ANY_B(op));
                u32 v = l1[x & 4095u], to = ANY_D(op);
                if (kind == 1) {
                    ANY_MATH(v, ANY_MATH_OF(op), x, y)
                } else if (kind == 2) {
                    u32 word = ANY_B(op);
                    v = word < 2 ? (word == 0 ? dag[0] : dag[1]) : (word == 2 ? dag[2] : dag[3]);
                }
                u32 d = REGISTER(to);
                ANY_MERGE(d, v, ANY_MERGE_OF(op), ANY_ROT(op))
                REGISTER(to) = d;
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
