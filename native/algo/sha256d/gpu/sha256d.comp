// sha256d.comp - sha256d.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "sha256d_body.h"

layout(push_constant, std430) uniform Parameters {
    Words constants;
    uvec2 first;
    uint count;
    uint slots;
    Hits hits;
};

#define ROW(i) constants.at[32u * first.y + i]

void main() {
    uint i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    uint nonce = first.x + i;
    SHA_HASH_TOP(top, BSWAP32(nonce), ROW)
    if (i < count && top <= ROW(24)) {
        uint place = atomicAdd(hits.count, 1u);
        if (place < slots) {
            hits.nonce[place] = uvec2(nonce, first.y);
        }
    }
}
