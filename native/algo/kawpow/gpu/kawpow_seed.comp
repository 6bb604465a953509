// kawpow_seed.comp - kawpow_seed.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "keccak_body.h"
#include "kawpow_body.h"

layout(push_constant, std430) uniform Parameters {
    Words constants;
    uvec2 first;
    uint count;
    Quads states;
};

void main() {
    uint i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    uint a[25];
    UNROLL for (int k = 0; k < 8; k++) {
        a[k] = constants.at[k];
    }
    a[8] = first.x + i;
    a[9] = first.y + (a[8] < i ? 1u : 0u);
    KAWPOW_PAD15(a, 10)
    KECCAK_F800(a)
    if (i < count) {
        states.at[2u * i] = uvec4(a[0], a[1], a[2], a[3]);
        states.at[2u * i + 1u] = uvec4(a[4], a[5], a[6], a[7]);
    }
}
