/*
 * verthash_hash.cu - Verthash of whole headers, for checks of shares: one header per work item.
 *
 *   headers        80 bytes each, one behind the other
 *   hashes         out: 32 bytes each, chain order
 *   count          headers
 *   file, places, magic  as in verthash.cu
 */
KERNEL(otd_verthash_hash)
(GLOBAL const u32 *RESTRICT headers, GLOBAL u32 *RESTRICT hashes, u32 count, GLOBAL const u32 *RESTRICT file,
 u32 places, u32 magic) {
    SHARED_ARRAY(u32, seeds, 128 * GROUP_MAX);
    u32 i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    if (i >= count) {
        return;
    }
    GLOBAL const u32 *header = headers + 20 * (u64)i;
    u64 a[25];
    /* SHA3-512 of the header with its byte 0 raised by 1 to 8, without carry. */
    UNROLL_1 for (u32 part = 0; part < 8; part++) {
        UNROLL for (int k = 0; k < 25; k++) {
            a[k] = U64(0u, 0u);
        }
        UNROLL for (int k = 0; k < 9; k++) {
            a[k] = U64(header[2 * k], header[2 * k + 1]);
        }
        u32 word = LOW32(a[0]);
        a[0] = U64((word & 0xffffff00u) | ((word + part + 1u) & 0xffu), HIGH32(a[0]));
        KECCAK_F1600(a)
        a[0] ^= U64(header[18], header[19]);
        a[1] ^= U64(0x06u, 0u);
        a[8] ^= U64(0u, 0x80000000u);
        KECCAK_F1600(a)
        VERTHASH_KEEP(seeds, part, a)
    }
    UNROLL for (int k = 0; k < 25; k++) {
        a[k] = U64(0u, 0u);
    }
    UNROLL for (int k = 0; k < 10; k++) {
        a[k] = U64(header[2 * k], header[2 * k + 1]);
    }
    a[10] = U64(0x06u, 0u);
    a[16] = U64(0u, 0x80000000u);
    KECCAK_F1600(a)
#define READ(at, n) LOAD4(file, (u64)(at) + (n))
    VERTHASH_WALK(p, a, seeds, places, magic, READ)
    STORE4(hashes, 2 * (u64)i, MAKE4(p[0], p[1], p[2], p[3]));
    STORE4(hashes, 2 * (u64)i + 1, MAKE4(p[4], p[5], p[6], p[7]));
}
