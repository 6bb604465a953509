/* ceiling_copy.cu - copies the footprint in its order, 16 bytes a work item and round, from quad seed on. */
KERNEL(otd_ceiling)
(GLOBAL u32 *RESTRICT memory, GLOBAL u32 *RESTRICT out, u32 places, u32 magic, u32 rounds, u32 seed) {
    u32 item = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    UNROLL_1 for (u32 r = 0; r < rounds; r++) {
        u64 at = (u64)seed + (u64)r * ((u64)GROUPS * GROUP_SIZE) + item;
        if (at < places) {
            STORE4(out, at, LOAD4(memory, at));
        }
    }
}
