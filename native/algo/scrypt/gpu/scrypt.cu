/*
 * scrypt.cu - scrypt(1024, 1, 1) nonce search, one nonce per work item. The first parameters are those of
 * every search kernel (port.h); rows of constants are 32 words (scrypt_row.h), the upper word of `first` is the
 * row.
 *
 *   pads    scratchpads, 128 bytes an entry: entry j of item i at j * stride + i, so that the first loop of
 *           neighbours writes what lies together, and a read of the second is one line of 128 bytes
 *   stride  items that have room; count is at most that
 *   gap     2^gap entries are made from each one that is kept: 0 keeps all 1024 (128 KiB an item), 1 half of
 *           them, 2 a quarter
 */
KERNEL(otd_search)
(GLOBAL const u32 *RESTRICT constants, u64 first, u32 count, u32 slots, GLOBAL u32 *hits,
 GLOBAL u32 *RESTRICT pads, u32 stride, u32 gap) {
    u32 i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    if (i >= count) {
        return;
    }
    u32 index = (u32)(first >> 32), nonce = (u32)first + i, below = (1u << gap) - 1;
    GLOBAL const u32 *row = constants + 32 * index;
    u32 inner[8], outer[8], key[8], tail[4], w[16], x[32];
    UNROLL for (int k = 0; k < 8; k++) {
        key[k] = row[k];
    }
    tail[0] = row[24], tail[1] = row[25], tail[2] = row[26], tail[3] = BSWAP32(nonce);
    hmac_begin(inner, outer, key, tail);
    UNROLL for (int k = 0; k < 16; k++) {
        w[k] = row[8 + k];
    }
    sha_compress(inner, w);
    UNROLL for (int block = 0; block < 4; block++) {
        UNROLL for (int k = 0; k < 4; k++) {
            w[k] = tail[k];
        }
        w[4] = block + 1;
        sha_pad(w, 5, 1184u); /* 64 + 80 + 4 bytes */
        UNROLL for (int k = 0; k < 8; k++) {
            key[k] = inner[k];
        }
        sha_compress(key, w);
        hmac_end(key, outer);
        UNROLL for (int k = 0; k < 8; k++) {
            x[8 * block + k] = BSWAP32(key[k]);
        }
    }
    UNROLL_1 for (u32 j = 0; j < 1024; j++) {
        if ((j & below) == 0) {
            u64 at = ((u64)(j >> gap) * stride + i) * 8;
            UNROLL for (int k = 0; k < 8; k++) {
                STORE4(pads, at + k, MAKE4(x[4 * k], x[4 * k + 1], x[4 * k + 2], x[4 * k + 3]));
            }
        }
        block_mix(x);
    }
    UNROLL_1 for (u32 step = 0; step < 1024; step++) {
        u32 j = x[16] & 1023, y[32];
        u64 at = ((u64)(j >> gap) * stride + i) * 8;
        UNROLL for (int k = 0; k < 8; k++) {
            u32x4 v = RELOAD4(pads, at + k);
            y[4 * k] = v.x, y[4 * k + 1] = v.y, y[4 * k + 2] = v.z, y[4 * k + 3] = v.w;
        }
        UNROLL_1 for (u32 more = j & below; more > 0; more--) {
            block_mix(y);
        }
        UNROLL for (int k = 0; k < 32; k++) {
            x[k] ^= y[k];
        }
        block_mix(x);
    }
    /* Made again rather than kept: 16 registers less through both loops. */
    UNROLL for (int k = 0; k < 8; k++) {
        key[k] = row[k];
    }
    hmac_begin(inner, outer, key, tail);
    UNROLL for (int upper = 0; upper < 2; upper++) {
        UNROLL for (int k = 0; k < 16; k++) {
            w[k] = BSWAP32(x[16 * upper + k]);
        }
        sha_compress(inner, w);
    }
    w[0] = 1;
    sha_pad(w, 1, 1568u); /* 64 + 128 + 4 bytes */
    sha_compress(inner, w);
    hmac_end(inner, outer);
    if (BSWAP32(inner[7]) <= row[28]) {
        report_hit(hits, slots, nonce, index);
    }
}
