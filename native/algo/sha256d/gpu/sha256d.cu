/*
 * sha256d.cu - SHA-256d nonce search, one nonce per work item. Parameters as port.h lists them; rows of
 * constants are SHA256D_ROW_WORDS words (sha256d_row.h), the upper word of `first` is the row.
 *
 * The filter is the most significant word alone and must be <=: whatever equals the target's is decided by
 * the processor.
 */
KERNEL(otd_search)
(GLOBAL const u32 *RESTRICT constants, u64 first, u32 count, u32 slots, GLOBAL u32 *hits) {
    u32 i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    u32 index = (u32)(first >> 32);
    u32 nonce = (u32)first + i;
    GLOBAL const u32 *row = constants + 32 * index;
#define ROW(at) row[at]
    SHA_HASH_TOP(top, BSWAP32(nonce), ROW)
    if (i < count && top <= row[24]) {
        report_hit(hits, slots, nonce, index);
    }
}
