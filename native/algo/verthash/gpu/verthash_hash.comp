// verthash_hash.comp - verthash_hash.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "keccak_body.h"
#include "verthash_body.h"

#define READ(place, n) file.at[(place) + (n)]
#define HEADER(word) headers.at[20u * i + uint(word)]

layout(push_constant, std430) uniform Parameters {
    Words headers;
    Quads hashes;
    uint count;
    Quads file;
    uint places;
    uint magic;
};

shared uint seeds[128u * gl_WorkGroupSize.x];

void main() {
    uint i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    if (i >= count) {
        return;
    }
    u64 a[25];
    UNROLL_1 for (uint part = 0u; part < 8u; part++) {
        UNROLL for (int k = 0; k < 25; k++) {
            a[k] = U64(0u, 0u);
        }
        UNROLL for (int k = 0; k < 9; k++) {
            a[k] = U64(HEADER(2 * k), HEADER(2 * k + 1));
        }
        uint word = LOW32(a[0]);
        a[0] = U64((word & 0xffffff00u) | ((word + part + 1u) & 0xffu), HIGH32(a[0]));
        KECCAK_F1600(a)
        a[0] ^= U64(HEADER(18), HEADER(19));
        a[1] ^= U64(0x06u, 0u);
        a[8] ^= U64(0u, 0x80000000u);
        KECCAK_F1600(a)
        VERTHASH_KEEP(seeds, part, a)
    }
    UNROLL for (int k = 0; k < 25; k++) {
        a[k] = U64(0u, 0u);
    }
    UNROLL for (int k = 0; k < 10; k++) {
        a[k] = U64(HEADER(2 * k), HEADER(2 * k + 1));
    }
    a[10] = U64(0x06u, 0u);
    a[16] = U64(0u, 0x80000000u);
    KECCAK_F1600(a)
    VERTHASH_WALK(p, a, seeds, places, magic, READ)
    hashes.at[2u * i] = uvec4(p[0], p[1], p[2], p[3]);
    hashes.at[2u * i + 1u] = uvec4(p[4], p[5], p[6], p[7]);
}
