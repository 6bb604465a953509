// verthash.comp - verthash.cu for Vulkan. With groups of 64 the seeds take 32 KiB, the least that Vulkan
// devices in use have.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "keccak_body.h"
#include "verthash_body.h"

#define READ(place, n) file.at[(place) + (n)]
#define ROW(i) constants.at[432u * first.y + uint(i)]

layout(push_constant, std430) uniform Parameters {
    Words constants;
    uvec2 first;
    uint count;
    uint slots;
    Hits hits;
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
    uint nonce = first.x + i;
    u64 a[25];
    UNROLL_1 for (uint part = 0u; part < 8u; part++) {
        UNROLL for (int k = 0; k < 25; k++) {
            a[k] = U64(ROW(50u * part + uint(2 * k)), ROW(50u * part + uint(2 * k + 1)));
        }
        a[0] ^= U64(ROW(418), nonce);
        a[1] ^= U64(0x06u, 0u);
        a[8] ^= U64(0u, 0x80000000u);
        KECCAK_F1600(a)
        VERTHASH_KEEP(seeds, part, a)
    }
    UNROLL for (int k = 0; k < 25; k++) {
        a[k] = U64(0u, 0u);
    }
    UNROLL for (int k = 0; k < 9; k++) {
        a[k] = U64(ROW(400 + 2 * k), ROW(400 + 2 * k + 1));
    }
    a[9] = U64(ROW(418), nonce);
    a[10] = U64(0x06u, 0u);
    a[16] = U64(0u, 0x80000000u);
    KECCAK_F1600(a)
    VERTHASH_WALK(p, a, seeds, places, magic, READ)
    if (p[7] <= ROW(420)) {
        uint place = atomicAdd(hits.count, 1u);
        if (place < slots) {
            hits.nonce[place] = uvec2(nonce, first.y);
        }
    }
}
