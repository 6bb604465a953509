// kawpow_items.comp - kawpow_items.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "keccak_body.h"
#include "kawpow_body.h"

layout(push_constant, std430) uniform Parameters {
    Quads light;
    Quads halves;
    uint first;
    uint place;
    uint count;
    uint light_count;
    uint magic;
};

shared uint tile[16u * gl_WorkGroupSize.x];
EXCHANGE(words);
SHFL_OF(words)

void keccak512(inout uint m[16]) {
    u64 a[25];
    UNROLL for (int k = 0; k < 8; k++) {
        a[k] = U64(m[2 * k], m[2 * k + 1]);
    }
    UNROLL for (int k = 8; k < 25; k++) {
        a[k] = U64(0u, 0u);
    }
    a[8] = U64(1u, 0x80000000u);
    KECCAK_F1600(a)
    UNROLL for (int k = 0; k < 8; k++) {
        m[2 * k] = LOW32(a[k]);
        m[2 * k + 1] = HIGH32(a[k]);
    }
}

void main() {
    uint i = GROUP_ID * GROUP_SIZE + LOCAL_ID, part = LOCAL_ID & 3u;
    uint m[16];
    uint at = first + i;
    REDUCE(at, light_count, magic)
    UNROLL for (int k = 0; k < 4; k++) {
        uvec4 v = light.at[4u * at + uint(k)];
        m[4 * k] = v.x, m[4 * k + 1] = v.y, m[4 * k + 2] = v.z, m[4 * k + 3] = v.w;
    }
    m[0] ^= first + i;
    keccak512(m);
    UNROLL for (int k = 0; k < 16; k++) {
        tile[16u * LOCAL_ID + uint(k)] = m[k];
    }
    BARRIER();
    uint own[16];
    UNROLL for (int k = 0; k < 16; k++) {
        own[k] = tile[16u * ((LOCAL_ID & ~3u) + uint(k >> 2)) + 4u * part + uint(k & 3)];
    }
    uint quad = first + (i & ~3u);
    UNROLL_1 for (uint four = 0u; four < 128u; four++) {
        UNROLL for (int k = 0; k < 4; k++) {
            UNROLL for (int h = 0; h < 4; h++) {
                uint word = SHFL(words, 4u, own[4 * h + k], four & 3u);
                uint parent = FNV1((quad + uint(h)) ^ (4u * four + uint(k)), word);
                REDUCE(parent, light_count, magic)
                uvec4 v = light.at[4u * parent + part];
                own[4 * h] = FNV1(own[4 * h], v.x);
                own[4 * h + 1] = FNV1(own[4 * h + 1], v.y);
                own[4 * h + 2] = FNV1(own[4 * h + 2], v.z);
                own[4 * h + 3] = FNV1(own[4 * h + 3], v.w);
            }
        }
    }
    BARRIER();
    UNROLL for (int k = 0; k < 16; k++) {
        tile[16u * ((LOCAL_ID & ~3u) + uint(k >> 2)) + 4u * part + uint(k & 3)] = own[k];
    }
    BARRIER();
    UNROLL for (int k = 0; k < 16; k++) {
        m[k] = tile[16u * LOCAL_ID + uint(k)];
    }
    keccak512(m);
    if (i < count) {
        UNROLL for (int k = 0; k < 4; k++) {
            halves.at[4u * (place + i) + uint(k)] = uvec4(m[4 * k], m[4 * k + 1], m[4 * k + 2], m[4 * k + 3]);
        }
    }
}
