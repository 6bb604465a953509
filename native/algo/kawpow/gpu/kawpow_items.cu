/*
 * kawpow_items.cu - makes a stretch of the dataset from the light cache. A work item begins and ends one
 * 64-byte half; in between four neighbours work on their four halves together, each on 16 bytes of all of
 * them, so that a parent is read as 64 consecutive bytes.
 *
 *   light        the light cache, 64 bytes an item
 *   halves       out, from half `place` on
 *   first        number of the first half to make; place and first differ by where this piece of the
 *                dataset begins
 *   place, count
 *   light_count  items of the light cache
 *   magic        floor(2^32 / light_count)
 */
KERNEL(otd_kawpow_items)
(GLOBAL const u32 *RESTRICT light, GLOBAL u32 *RESTRICT halves, u32 first, u32 place, u32 count,
 u32 light_count, u32 magic) {
    SHARED_ARRAY(u32, tile, 16 * GROUP_MAX);
    EXCHANGE(words);
    u32 i = GROUP_ID * GROUP_SIZE + LOCAL_ID, part = LOCAL_ID & 3;
    u32 m[16];
    {
        u32 index = first + i, at = first + i; /* one past the count is made too, and not stored */
        REDUCE(at, light_count, magic)
        UNROLL for (int k = 0; k < 4; k++) {
            u32x4 v = LOAD4(light, 4 * (u64)at + k);
            m[4 * k] = v.x, m[4 * k + 1] = v.y, m[4 * k + 2] = v.z, m[4 * k + 3] = v.w;
        }
        m[0] ^= index;
        KECCAK512(m)
        UNROLL for (int k = 0; k < 16; k++) {
            tile[16 * LOCAL_ID + k] = m[k];
        }
    }
    BARRIER();
    u32 own[16]; /* word k of half h at 4h + k */
    UNROLL for (int h = 0; h < 4; h++) {
        UNROLL for (int k = 0; k < 4; k++) {
            own[4 * h + k] = tile[16 * ((LOCAL_ID & ~3u) + h) + 4 * part + k];
        }
    }
    u32 quad = first + (i & ~3u);
    UNROLL_1 for (u32 four = 0; four < 128; four++) {
        UNROLL for (int k = 0; k < 4; k++) {
            UNROLL for (int h = 0; h < 4; h++) {
                u32 word = SHFL(words, 4, own[4 * h + k], four & 3);
                u32 parent = FNV1((quad + h) ^ (4 * four + k), word);
                REDUCE(parent, light_count, magic)
                u32x4 v = LOAD4(light, 4 * (u64)parent + part);
                own[4 * h] = FNV1(own[4 * h], v.x);
                own[4 * h + 1] = FNV1(own[4 * h + 1], v.y);
                own[4 * h + 2] = FNV1(own[4 * h + 2], v.z);
                own[4 * h + 3] = FNV1(own[4 * h + 3], v.w);
            }
        }
    }
    BARRIER();
    UNROLL for (int h = 0; h < 4; h++) {
        UNROLL for (int k = 0; k < 4; k++) {
            tile[16 * ((LOCAL_ID & ~3u) + h) + 4 * part + k] = own[4 * h + k];
        }
    }
    BARRIER();
    UNROLL for (int k = 0; k < 16; k++) {
        m[k] = tile[16 * LOCAL_ID + k];
    }
    KECCAK512(m)
    if (i < count) {
        UNROLL for (int k = 0; k < 4; k++) {
            STORE4(halves, 4 * (u64)(place + i) + k,
                   MAKE4(m[4 * k], m[4 * k + 1], m[4 * k + 2], m[4 * k + 3]));
        }
    }
}
