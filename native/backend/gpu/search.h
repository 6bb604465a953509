/*
 * search.h - how a search kernel tells a hit (port.h says what its parameters mean). For CUDA, OpenCL C
 * and C; a .comp file does the same with its Hits.
 */

/* first + i, in two words: low and high. */
DEV void report_hit(GLOBAL u32 *hits, u32 slots, u32 low, u32 high) {
    u32 place = ATOMIC_INC(hits);
    if (place < slots) {
        hits[2 + 2 * place] = low;
        hits[3 + 2 * place] = high;
    }
}
