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
        VERTHASH_KEEP(seeds, part, a)
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
#define READ(at, n) LOAD4(file, (u64)(at) + (n))
    VERTHASH_WALK(p, a, seeds, places, magic, READ)
    if (p[7] <= row[420]) {
        report_hit(hits, slots, nonce, index);
    }
}
