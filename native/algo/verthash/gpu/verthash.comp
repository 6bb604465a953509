// verthash.comp - verthash.cu for Vulkan. With groups of 64 the seeds take 32 KiB, the least that Vulkan
// devices in use have.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "keccak_body.h"

#define FNV1A(a, b) (((a) ^ (b)) * 0x01000193u)
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
        UNROLL for (int k = 0; k < 8; k++) {
            seeds[(16u * part + uint(2 * k)) * GROUP_SIZE + LOCAL_ID] = LOW32(a[k]);
            seeds[(16u * part + uint(2 * k + 1)) * GROUP_SIZE + LOCAL_ID] = HIGH32(a[k]);
        }
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
    uint p[8], sum = 0x811c9dc5u;
    UNROLL for (int k = 0; k < 4; k++) {
        p[2 * k] = LOW32(a[k]);
        p[2 * k + 1] = HIGH32(a[k]);
    }
    UNROLL_1 for (uint turn = 0u; turn < 32u; turn++) {
        UNROLL_1 for (uint seed = 0u; seed < 128u; seed++) {
            uint word = seeds[seed * GROUP_SIZE + LOCAL_ID];
            uint at = FNV1A(ROTL32_ANY(word, turn), sum);
            at -= MULHI32(at, magic) * places;
            at -= at >= places ? places : 0u;
            uvec4 v = file.at[at], w = file.at[at + 1u];
            p[0] = FNV1A(p[0], v.x), p[1] = FNV1A(p[1], v.y), p[2] = FNV1A(p[2], v.z), p[3] = FNV1A(p[3], v.w);
            p[4] = FNV1A(p[4], w.x), p[5] = FNV1A(p[5], w.y), p[6] = FNV1A(p[6], w.z), p[7] = FNV1A(p[7], w.w);
            sum = FNV1A(sum, v.x), sum = FNV1A(sum, v.y), sum = FNV1A(sum, v.z), sum = FNV1A(sum, v.w);
            sum = FNV1A(sum, w.x), sum = FNV1A(sum, w.y), sum = FNV1A(sum, w.z), sum = FNV1A(sum, w.w);
        }
    }
    if (p[7] <= ROW(420)) {
        uint place = atomicAdd(hits.count, 1u);
        if (place < slots) {
            hits.nonce[place] = uvec2(nonce, first.y);
        }
    }
}
