/*
 * kawpow_load.h - 16 bytes of an item of the dataset, for the mix kernels in CUDA, OpenCL C and C. dag0..7
 * are pieces of 2^22 items of 256 bytes; without PIECES=8 all of it is in dag0.
 */
#ifndef KAWPOW_PIECE_BITS
#define KAWPOW_PIECE_BITS 22
#endif

DEV u32x4 load_item(GLOBAL const u32 *RESTRICT dag0, GLOBAL const u32 *RESTRICT dag1,
                    GLOBAL const u32 *RESTRICT dag2, GLOBAL const u32 *RESTRICT dag3,
                    GLOBAL const u32 *RESTRICT dag4, GLOBAL const u32 *RESTRICT dag5,
                    GLOBAL const u32 *RESTRICT dag6, GLOBAL const u32 *RESTRICT dag7, u32 item, u32 part) {
#if defined(PIECES) && PIECES == 8
    u32 piece = item >> KAWPOW_PIECE_BITS;
    GLOBAL const u32 *low = piece < 2 ? (piece == 0 ? dag0 : dag1) : (piece == 2 ? dag2 : dag3);
    GLOBAL const u32 *high = piece < 6 ? (piece == 4 ? dag4 : dag5) : (piece == 6 ? dag6 : dag7);
    return LOAD4(piece < 4 ? low : high, ((u64)(item & ((1u << KAWPOW_PIECE_BITS) - 1)) << 4) + part);
#else
    return LOAD4(dag0, ((u64)item << 4) + part);
#endif
}
