/*
 * verthash.cu - Verthash nonce search, one nonce per work item: a chain of 4096 reads of 32 bytes, each place
 * depending on what was read before. The first parameters are those of every search kernel (port.h); rows of
 * constants are VERTHASH_ROW words (verthash_row.h), the upper word of `first` is the row.
 *
 *   file   the data file
 *   places 16-byte aligned places in it where 32 bytes can be read
 *   magic  floor(2^32 / places)
 *
 * The 128 seeds of an item lie in shared memory, side by side with those of its neighbours: 512 bytes an item.
 */
#define FNV1A(a, b) (((a) ^ (b)) * 0x01000193u)
#define VERTHASH_ROW 432

KERNEL(otd_search)
(GLOBAL const u32 *RESTRICT constants, u64 first, u32 count, u32 slots, GLOBAL u32 *hits,
 GLOBAL const u32 *RESTRICT file, u32 places, u32 magic) {
    SHARED_ARRAY(u32, seeds, 128 * GROUP_MAX);
    u32 i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    if (i >= count) {
        return;
    }
    u32 index = (u32)(first >> 32), nonce = (u32)first + i;
    GLOBAL const u32 *row = constants + VERTHASH_ROW * index;
    u64 a[25];
    /* SHA3-512 of the eight changed headers, each from its state after 72 bytes. */
    UNROLL_1 for (u32 part = 0; part < 8; part++) {
        UNROLL for (int k = 0; k < 25; k++) {
            a[k] = U64(row[50 * part + 2 * k], row[50 * part + 2 * k + 1]);
        }
        a[0] ^= U64(row[418], nonce);
        a[1] ^= U64(0x06u, 0u);
        a[8] ^= U64(0u, 0x80000000u);
        KECCAK_F1600(a)
        UNROLL for (int k = 0; k < 8; k++) {
            seeds[(16 * part + 2 * k) * GROUP_SIZE + LOCAL_ID] = LOW32(a[k]);
            seeds[(16 * part + 2 * k + 1) * GROUP_SIZE + LOCAL_ID] = HIGH32(a[k]);
        }
    }
    /* SHA3-256 of the header itself. */
    UNROLL for (int k = 0; k < 25; k++) {
        a[k] = U64(0u, 0u);
    }
    UNROLL for (int k = 0; k < 9; k++) {
        a[k] = U64(row[400 + 2 * k], row[400 + 2 * k + 1]);
    }
    a[9] = U64(row[418], nonce);
    a[10] = U64(0x06u, 0u);
    a[16] = U64(0u, 0x80000000u);
    KECCAK_F1600(a)
    u32 p[8], sum = 0x811c9dc5u;
    UNROLL for (int k = 0; k < 4; k++) {
        p[2 * k] = LOW32(a[k]);
        p[2 * k + 1] = HIGH32(a[k]);
    }
    UNROLL_1 for (u32 turn = 0; turn < 32; turn++) {
        UNROLL_1 for (u32 seed = 0; seed < 128; seed++) {
            u32 word = seeds[seed * GROUP_SIZE + LOCAL_ID];
            u32 at = FNV1A(ROTL32_ANY(word, turn), sum);
            at -= MULHI32(at, magic) * places;
            at -= at >= places ? places : 0u;
            u32x4 v = LOAD4(file, at), w = LOAD4(file, (u64)at + 1);
            p[0] = FNV1A(p[0], v.x), p[1] = FNV1A(p[1], v.y), p[2] = FNV1A(p[2], v.z), p[3] = FNV1A(p[3], v.w);
            p[4] = FNV1A(p[4], w.x), p[5] = FNV1A(p[5], w.y), p[6] = FNV1A(p[6], w.z), p[7] = FNV1A(p[7], w.w);
            sum = FNV1A(sum, v.x), sum = FNV1A(sum, v.y), sum = FNV1A(sum, v.z), sum = FNV1A(sum, v.w);
            sum = FNV1A(sum, w.x), sum = FNV1A(sum, w.y), sum = FNV1A(sum, w.z), sum = FNV1A(sum, w.w);
        }
    }
    if (p[7] <= row[420]) {
        report_hit(hits, slots, nonce, index);
    }
}
