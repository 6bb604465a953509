// ceiling_integer.comp - ceiling_integer.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "ceiling_body.h"

layout(push_constant, std430) uniform Parameters {
    Quads memory;
    Words out_;
    uint places;
    uint magic;
    uint rounds;
    uint seed;
};

void main() {
    uint item = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    uint sum = 0u;
    uint x[8];
    UNROLL for (int k = 0; k < 8; k++) {
        x[k] = CEILING_MIX(8u * item + uint(k) + seed);
    }
    UNROLL_1 for (uint r = 0u; r < rounds; r++) {
        UNROLL for (int k = 0; k < 8; k++) {
            x[k] = ROTL32(x[k], 7) ^ x[(k + 1) & 7] ^ x[(k + 2) & 7];
        }
    }
    UNROLL for (int k = 0; k < 8; k++) {
        sum += x[k];
    }
    out_.at[item] = sum;
}
