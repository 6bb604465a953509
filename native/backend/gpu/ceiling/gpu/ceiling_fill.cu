/* ceiling_fill.cu - writes the footprint: word w of it is CEILING_MIX(w + seed). */
KERNEL(otd_ceiling)
(GLOBAL u32 *RESTRICT memory, GLOBAL u32 *RESTRICT out, u32 places, u32 magic, u32 rounds, u32 seed) {
    u32 item = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    UNROLL_1 for (u32 r = 0; r < rounds; r++) {
        u64 at = (u64)r * ((u64)GROUPS * GROUP_SIZE) + item;
        if (at < places) {
            u32 w = 4 * (u32)at + seed;
            STORE4(memory, at,
                   MAKE4(CEILING_MIX(w), CEILING_MIX(w + 1), CEILING_MIX(w + 2), CEILING_MIX(w + 3)));
        }
    }
}
