// scrypt.comp - scrypt.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "sha256_body.h"

#include "scrypt_body.h"

layout(push_constant, std430) uniform Parameters {
    Words constants;
    uvec2 first;
    uint count;
    uint slots;
    Hits hits;
    Quads pads;
    uint stride;
    uint gap;
};

#define ROW(i) constants.at[32u * first.y + uint(i)]

void main() {
    uint i = GROUP_ID * GROUP_SIZE + LOCAL_ID;
    if (i >= count) {
        return;
    }
    uint nonce = first.x + i, below = (1u << gap) - 1u;
    uint inner[8], outer[8], key[8], tail[4], w[16], x[32];
    UNROLL for (int k = 0; k < 8; k++) {
        key[k] = ROW(k);
    }
    tail[0] = ROW(24), tail[1] = ROW(25), tail[2] = ROW(26), tail[3] = BSWAP32(nonce);
    hmac_begin(inner, outer, key, tail);
    UNROLL for (int k = 0; k < 16; k++) {
        w[k] = ROW(8 + k);
    }
    sha_compress(inner, w);
    UNROLL for (int block = 0; block < 4; block++) {
        UNROLL for (int k = 0; k < 4; k++) {
            w[k] = tail[k];
        }
        w[4] = uint(block) + 1u;
        sha_pad(w, 5, 1184u);
        UNROLL for (int k = 0; k < 8; k++) {
            key[k] = inner[k];
        }
        sha_compress(key, w);
        hmac_end(key, outer);
        UNROLL for (int k = 0; k < 8; k++) {
            x[8 * block + k] = BSWAP32(key[k]);
        }
    }
    UNROLL_1 for (uint j = 0u; j < 1024u; j++) {
        if ((j & below) == 0u) {
            uint at = ((j >> gap) * stride + i) * 8u;
            UNROLL for (int k = 0; k < 8; k++) {
                pads.at[at + uint(k)] = uvec4(x[4 * k], x[4 * k + 1], x[4 * k + 2], x[4 * k + 3]);
            }
        }
        block_mix(x);
    }
    UNROLL_1 for (uint step = 0u; step < 1024u; step++) {
        uint j = x[16] & 1023u, y[32];
        uint at = ((j >> gap) * stride + i) * 8u;
        UNROLL for (int k = 0; k < 8; k++) {
            uvec4 v = pads.at[at + uint(k)];
            y[4 * k] = v.x, y[4 * k + 1] = v.y, y[4 * k + 2] = v.z, y[4 * k + 3] = v.w;
        }
        UNROLL_1 for (uint more = j & below; more > 0u; more--) {
            block_mix(y);
        }
        UNROLL for (int k = 0; k < 32; k++) {
            x[k] ^= y[k];
        }
        block_mix(x);
    }
    UNROLL for (int k = 0; k < 8; k++) {
        key[k] = ROW(k);
    }
    hmac_begin(inner, outer, key, tail);
    UNROLL for (int half_block = 0; half_block < 2; half_block++) {
        UNROLL for (int k = 0; k < 16; k++) {
            w[k] = BSWAP32(x[16 * half_block + k]);
        }
        sha_compress(inner, w);
    }
    w[0] = 1u;
    sha_pad(w, 1, 1568u);
    sha_compress(inner, w);
    hmac_end(inner, outer);
    if (BSWAP32(inner[7]) <= ROW(28)) {
        uint place = atomicAdd(hits.count, 1u);
        if (place < slots) {
            hits.nonce[place] = uvec2(nonce, first.y);
        }
    }
}
