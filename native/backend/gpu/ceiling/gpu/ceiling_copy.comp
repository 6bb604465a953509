// ceiling_copy.comp - ceiling_copy.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "ceiling_body.h"

layout(push_constant, std430) uniform Parameters {
    Quads memory;
    Quads out_;
    uint places;
    uint magic;
    uint rounds;
    uint seed;
};

void main() {
    uint item = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    UNROLL_1 for (uint r = 0u; r < rounds; r++) {
        uint at = seed + r * (GROUPS * GROUP_SIZE) + item;
        if (at < places) {
            out_.at[at] = memory.at[at];
        }
    }
}
