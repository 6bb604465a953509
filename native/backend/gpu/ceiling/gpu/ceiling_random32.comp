// ceiling_random32.comp - ceiling_random32.cu for Vulkan.
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
    uint x = CEILING_MIX(item + seed);
    UNROLL_1 for (uint r = 0u; r < rounds; r++) {
        UNROLL for (int k = 0; k < 4; k++) {
            x = CEILING_STEP(x);
            uint place = CEILING_MIX(x);
            CEILING_PLACE(place)
            uvec4 v = memory.at[place], w = memory.at[place + 1u];
            sum += v.x ^ v.y ^ v.z ^ v.w ^ w.x ^ w.y ^ w.z ^ w.w;
        }
    }
    out_.at[item] = sum;
}
