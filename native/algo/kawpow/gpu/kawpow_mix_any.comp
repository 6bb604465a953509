// kawpow_mix_any.comp - kawpow_mix_any.cu for Vulkan; specialisation constant 1 is the number of pieces the dataset
// has, 1 or up to 8. Groups of at most 64, so that the registers fit 32 KiB of shared memory with L1.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "kawpow_body.h"
#include "kawpow_any.h"

layout(constant_id = 1) const uint PIECES = 1u;
// A piece has 2^22 items of 256 bytes, which is what Vulkan promises of one; tests have smaller ones.
layout(constant_id = 2) const uint PIECE_BITS = 22u;

layout(push_constant, std430) uniform Parameters {
    Words states;
    Words mixes;
    Quads pieces[8];
    uint items;
    uint magic;
    uint count;
    Words program;
};

shared uint l1[4096];
EXCHANGE(words);
SHFL_OF(words)

shared uint registers[32u * gl_WorkGroupSize.x];
#define REGISTER(i) registers[(i) * GROUP_SIZE + LOCAL_ID]

void main() {
    for (uint i = LOCAL_ID; i < 1024u; i += GROUP_SIZE) {
        uvec4 v = pieces[0].at[i];
        l1[4u * i] = v.x, l1[4u * i + 1u] = v.y, l1[4u * i + 2u] = v.z, l1[4u * i + 3u] = v.w;
    }
    BARRIER();
    uint lane = LOCAL_ID & 15u, together = GROUP_SIZE >> 4;
    UNROLL_1 for (uint base = GROUP_ID * together; base < count; base += GROUPS * together) {
        uint hash = base + (LOCAL_ID >> 4);
        uint from = min(hash, count - 1u);
        uint m[32];
        KAWPOW_FILL(m, states.at[8u * from], states.at[8u * from + 1u], lane)
        UNROLL for (int i = 0; i < 32; i++) {
            REGISTER(uint(i)) = m[i];
        }
        UNROLL_1 for (uint r = 0u; r < 64u; r++) {
            uint item = SHFL(words, 16u, REGISTER(0u), r & 15u);
            REDUCE(item, items, magic)
            uint part = (lane ^ r) & 15u;
            uvec4 dag;
            if (PIECES == 1u) {
                dag = pieces[0].at[(item << 4) + part];
            } else {
                dag = pieces[item >> PIECE_BITS].at[((item & ((1u << PIECE_BITS) - 1u)) << 4) + part];
            }
            UNROLL_1 for (uint step = 0u; step < KAWPOW_ANY_STEPS; step++) {
                uint op = program.at[step], kind = ANY_KIND(op), x = REGISTER(ANY_A(op)), y = REGISTER(ANY_B(op));
                uint v = l1[x & 4095u], place = ANY_D(op);
                if (kind == 1u) {
                    ANY_MATH(v, ANY_MATH_OF(op), x, y)
                } else if (kind == 2u) {
                    v = dag[ANY_B(op) & 3u];
                }
                uint d = REGISTER(place);
                ANY_MERGE(d, v, ANY_MERGE_OF(op), ANY_ROT(op))
                REGISTER(place) = d;
            }
        }
        uint digest = KAWPOW_FNV_BASIS;
        UNROLL for (int i = 0; i < 32; i++) {
            digest = FNV1A(digest, REGISTER(uint(i)));
        }
        uint other = SHFL(words, 16u, digest, lane ^ 8u);
        if (lane < 8u && hash < count) {
            uint word = FNV1A(KAWPOW_FNV_BASIS, digest);
            mixes.at[8u * hash + lane] = FNV1A(word, other);
        }
    }
}
