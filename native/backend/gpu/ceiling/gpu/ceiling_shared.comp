// ceiling_shared.comp - ceiling_shared.cu for Vulkan.
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

shared uint words[4096];

void main() {
    uint item = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    uint sum = 0u;
    uint x[8];
    for (uint i = LOCAL_ID; i < 1024u; i += GROUP_SIZE) {
        uvec4 v = memory.at[i];
        words[4u * i] = v.x, words[4u * i + 1u] = v.y, words[4u * i + 2u] = v.z, words[4u * i + 3u] = v.w;
    }
    BARRIER();
    UNROLL for (int k = 0; k < 8; k++) {
        x[k] = CEILING_MIX(8u * item + uint(k) + seed);
    }
    UNROLL_1 for (uint r = 0u; r < rounds; r++) {
        UNROLL for (int k = 0; k < 8; k++) {
            x[k] ^= words[x[k] & 4095u];
        }
    }
    UNROLL for (int k = 0; k < 8; k++) {
        sum += x[k];
    }
    out_.at[item] = sum;
}
