/* ceiling_integer.cu - turns and combines words, as SHA-256 does: a rotation and an operation of three
 * inputs, in eight chains for each work item. */
KERNEL(otd_ceiling)
(GLOBAL u32 *RESTRICT memory, GLOBAL u32 *RESTRICT out, u32 places, u32 magic, u32 rounds, u32 seed) {
    u32 item = GROUP_ID * GROUP_SIZE + LOCAL_ID, sum = 0;
    u32 x[8];
    UNROLL for (int k = 0; k < 8; k++) {
        x[k] = CEILING_MIX(8 * item + k + seed);
    }
    UNROLL_1 for (u32 r = 0; r < rounds; r++) {
        UNROLL for (int k = 0; k < 8; k++) {
            x[k] = ROTL32(x[k], 7) ^ x[(k + 1) & 7] ^ x[(k + 2) & 7];
        }
    }
    UNROLL for (int k = 0; k < 8; k++) {
        sum += x[k];
    }
    out[item] = sum;
}
