/*
 * equihash_clear.cu - before a nonce: the counters (`count` words) and the head of the results become zero.
 * Read as CUDA, OpenCL C, C and, by its .comp, GLSL.
 */
#ifdef GPU_GLSL
layout(push_constant, std430) uniform Parameters {
    Words counters;
    Words results;
    uint count;
};

void main() {
#else
KERNEL(otd_equihash_clear)
(GLOBAL u32 *counters, GLOBAL u32 *results, u32 count) {
#endif
    u32 i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    if (i < count) {
        WORD(counters, i) = 0u;
    }
    if (i < 2u) {
        WORD(results, i) = 0u;
    }
}
