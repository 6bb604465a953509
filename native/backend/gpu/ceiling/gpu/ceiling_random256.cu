/* ceiling_random256.cu - reads 256 bytes at random multiples of 256, by 16 neighbours together, as KawPow
 * does; four reads under way for each of them. */
KERNEL(otd_ceiling)
(GLOBAL u32 *RESTRICT memory, GLOBAL u32 *RESTRICT out, u32 places, u32 magic, u32 rounds, u32 seed) {
    u32 item = GROUP_ID * GROUP_SIZE + LOCAL_ID, lane = LOCAL_ID & 15, sum = 0;
    u32 x = CEILING_MIX((item >> 4) + seed);
    UNROLL_1 for (u32 r = 0; r < rounds; r++) {
        UNROLL for (int k = 0; k < 4; k++) {
            x = CEILING_STEP(x);
            u32 place = CEILING_MIX(x);
            CEILING_PLACE(place)
            u32x4 v = LOAD4(memory, ((u64)place << 4) + lane);
            sum += v.x ^ v.y ^ v.z ^ v.w;
        }
    }
    out[item] = sum;
}
