// kawpow_mix_light.comp - kawpow_mix_light.cu for Vulkan.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "dialect_glsl.h"
#include "keccak_body.h"
#include "kawpow_body.h"
#include "kawpow_any.h"

layout(push_constant, std430) uniform Parameters {
    Words states;
    Words mixes;
    Quads light;
    Words program;
    uint light_count;
    uint light_magic;
    uint items;
    uint magic;
    uint count;
};

shared uint l1[4096];
EXCHANGE(words);
SHFL_OF(words)

shared uint registers[32u * gl_WorkGroupSize.x];
shared uint tile[4u * gl_WorkGroupSize.x];
#define REGISTER(i) registers[(i) * GROUP_SIZE + LOCAL_ID]

// keccak512 of the 64 bytes at word `quad` of the tile, in place.
void keccak_tile(uint quad) {
    uint m[16];
    UNROLL for (int k = 0; k < 16; k++) {
        m[k] = tile[quad + uint(k)];
    }
    KECCAK512(m)
    UNROLL for (int k = 0; k < 16; k++) {
        tile[quad + uint(k)] = m[k];
    }
}

void main() {
    for (uint i = LOCAL_ID; i < 1024u; i += GROUP_SIZE) {
        uvec4 v = light.at[4u * light_count + i];
        l1[4u * i] = v.x, l1[4u * i + 1u] = v.y, l1[4u * i + 2u] = v.z, l1[4u * i + 3u] = v.w;
    }
    BARRIER();
    uint lane = LOCAL_ID & 15u, part = LOCAL_ID & 3u, quad = 4u * (LOCAL_ID & ~3u);
    uint together = GROUP_SIZE >> 4;
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
            uint half_item = 4u * item + (lane >> 2);
            if (part == 0u) {
                uint at = half_item;
                REDUCE(at, light_count, light_magic)
                UNROLL for (uint k = 0u; k < 4u; k++) {
                    uvec4 v = light.at[4u * at + k];
                    tile[quad + 4u * k] = v.x, tile[quad + 4u * k + 1u] = v.y;
                    tile[quad + 4u * k + 2u] = v.z, tile[quad + 4u * k + 3u] = v.w;
                }
                tile[quad] ^= half_item;
                keccak_tile(quad);
            }
            BARRIER();
            uint at = quad + 4u * part;
            uvec4 own = uvec4(tile[at], tile[at + 1u], tile[at + 2u], tile[at + 3u]);
            UNROLL_1 for (uint four = 0u; four < 128u; four++) {
                UNROLL for (int k = 0; k < 4; k++) {
                    uint word = SHFL(words, 4u, own[k], four & 3u);
                    uint parent = FNV1(half_item ^ (4u * four + uint(k)), word);
                    REDUCE(parent, light_count, light_magic)
                    own = FNV1(own, light.at[4u * parent + part]);
                }
            }
            tile[at] = own.x, tile[at + 1u] = own.y, tile[at + 2u] = own.z, tile[at + 3u] = own.w;
            BARRIER();
            if (part == 0u) {
                keccak_tile(quad);
            }
            BARRIER();
            uint place = 4u * ((LOCAL_ID & ~15u) + ((lane ^ r) & 15u));
            uvec4 dag = uvec4(tile[place], tile[place + 1u], tile[place + 2u], tile[place + 3u]);
            BARRIER(); // the next round writes there
            UNROLL_1 for (uint step = 0u; step < KAWPOW_ANY_STEPS; step++) {
                uint op = program.at[step], kind = ANY_KIND(op);
                uint x = REGISTER(ANY_A(op)), y = REGISTER(ANY_B(op));
                uint v = l1[x & 4095u], to = ANY_D(op);
                if (kind == 1u) {
                    ANY_MATH(v, ANY_MATH_OF(op), x, y)
                } else if (kind == 2u) {
                    v = dag[ANY_B(op) & 3u];
                }
                uint d = REGISTER(to);
                ANY_MERGE(d, v, ANY_MERGE_OF(op), ANY_ROT(op))
                REGISTER(to) = d;
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
