// kawpow_final.comp - kawpow_final.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "keccak_body.h"
#include "kawpow_body.h"

layout(push_constant, std430) uniform Parameters {
    Words constants;
    uvec2 first;
    uint count;
    uint slots;
    Hits hits;
    Quads states;
    Quads mixes;
};

void main() {
    uint i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    if (i >= count) {
        return;
    }
    uint a[25];
    UNROLL for (int k = 0; k < 2; k++) {
        uvec4 v = states.at[2u * i + uint(k)];
        a[4 * k] = v.x, a[4 * k + 1] = v.y, a[4 * k + 2] = v.z, a[4 * k + 3] = v.w;
        v = mixes.at[2u * i + uint(k)];
        a[4 * k + 8] = v.x, a[4 * k + 9] = v.y, a[4 * k + 10] = v.z, a[4 * k + 11] = v.w;
    }
    KAWPOW_PAD9(a, 16)
    KECCAK_F800(a)
    uint top = BSWAP32(a[0]), next = BSWAP32(a[1]);
    if (top < constants.at[8] || (top == constants.at[8] && next <= constants.at[9])) {
        uint low = first.x + i;
        uint place = atomicAdd(hits.count, 1u);
        if (place < slots) {
            hits.nonce[place] = uvec2(low, first.y + (low < i ? 1u : 0u));
        }
    }
}
