/* ceiling_shared.cu - reads random words of 16 KiB of shared memory, as KawPow does; eight chains for each
 * work item. */
KERNEL(otd_ceiling)
(GLOBAL u32 *RESTRICT memory, GLOBAL u32 *RESTRICT out, u32 places, u32 magic, u32 rounds, u32 seed) {
    SHARED_ARRAY(u32, words, 4096);
    u32 item = GROUP_ID * GROUP_SIZE + LOCAL_ID, sum = 0;
    u32 x[8];
    for (u32 i = LOCAL_ID; i < 1024; i += GROUP_SIZE) {
        u32x4 v = LOAD4(memory, i);
        words[4 * i] = v.x, words[4 * i + 1] = v.y, words[4 * i + 2] = v.z, words[4 * i + 3] = v.w;
    }
    BARRIER();
    UNROLL for (int k = 0; k < 8; k++) {
        x[k] = CEILING_MIX(8 * item + k + seed);
    }
    UNROLL_1 for (u32 r = 0; r < rounds; r++) {
        UNROLL for (int k = 0; k < 8; k++) {
            x[k] ^= words[x[k] & 4095];
        }
    }
    UNROLL for (int k = 0; k < 8; k++) {
        sum += x[k];
    }
    out[item] = sum;
}
