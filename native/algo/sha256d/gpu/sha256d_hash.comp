// sha256d_hash.comp - sha256d_hash.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "sha256_body.h"

layout(push_constant, std430) uniform Parameters {
    Quads headers;
    Quads hashes;
    uint count;
};

void main() {
    uint i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    if (i >= count) {
        return;
    }
    uint state[8], w[16];
    UNROLL for (int k = 0; k < 4; k++) {
        uvec4 v = headers.at[5u * i + uint(k)];
        w[4 * k] = BSWAP32(v.x), w[4 * k + 1] = BSWAP32(v.y);
        w[4 * k + 2] = BSWAP32(v.z), w[4 * k + 3] = BSWAP32(v.w);
    }
    sha_begin(state);
    sha_compress(state, w);
    uvec4 tail = headers.at[5u * i + 4u];
    w[0] = BSWAP32(tail.x), w[1] = BSWAP32(tail.y), w[2] = BSWAP32(tail.z), w[3] = BSWAP32(tail.w);
    sha_pad(w, 4, 640u);
    sha_compress(state, w);
    UNROLL for (int k = 0; k < 8; k++) {
        w[k] = state[k];
    }
    sha_pad(w, 8, 256u);
    sha_begin(state);
    sha_compress(state, w);
    hashes.at[2u * i] = uvec4(BSWAP32(state[0]), BSWAP32(state[1]), BSWAP32(state[2]), BSWAP32(state[3]));
    hashes.at[2u * i + 1u] = uvec4(BSWAP32(state[4]), BSWAP32(state[5]), BSWAP32(state[6]), BSWAP32(state[7]));
}
