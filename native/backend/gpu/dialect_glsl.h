/*
 * dialect_glsl.h - the words of dialect_cuda.h that GLSL can share: what works on values. A .comp file has
 * no pointers; its buffers are references whose addresses come as push constants, in the order and layout of
 * the kernel's parameters in the .cu file beside it. A u64 is a uvec2, lower word first.
 */
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require

#define GPU_GLSL 1

#define u32 uint
#define u64 uvec2
#define u16 uint
#define u32x4 uvec4
#define ARRAY(type, name, count) inout type name[count]
#define CONSTANT_ARRAY(type, name, count) const type name[count]
#define DEV
#define UNROLL_1 [[dont_unroll]]
#define UNROLL [[unroll]]

/* The size of the group is specialisation constant 0. */
layout(local_size_x_id = 0) in;

#define LOCAL_ID gl_LocalInvocationID.x
/* A launch of more groups than a device counts in one dimension comes in rows (vulkan/launch.c). */
#define GROUP_ID (gl_WorkGroupID.y * 32768u + gl_WorkGroupID.x)
#define GROUP_SIZE gl_WorkGroupSize.x
#define GROUPS (gl_NumWorkGroups.x * gl_NumWorkGroups.y)

layout(buffer_reference, std430, buffer_reference_align = 16) buffer Words {
    uint at[];
};

layout(buffer_reference, std430, buffer_reference_align = 16) buffer Quads {
    uvec4 at[];
};

layout(buffer_reference, std430, buffer_reference_align = 16) buffer Pairs {
    uvec2 at[];
};

layout(buffer_reference, std430, buffer_reference_align = 16) buffer Hits {
    uint count;
    uint pad;
    uvec2 nonce[];
};

/* For a .cu file that is read as GLSL too. */
#define SHARED_ARRAY(type, name, count) shared type name[count]
#define PUT16(x) (x)
#define WORD(buffer, i) (buffer).at[i]
#define LOAD4(buffer, i) (buffer).at[i]
#define STORE4(buffer, i, v) (buffer).at[i] = (v)
#define LOAD2(buffer, i) (buffer).at[i]
#define STORE2(buffer, i, v) (buffer).at[i] = (v)
#define MAKE4(a, b, c, d) uvec4((a), (b), (c), (d))
#define ATOMIC_ADD(place, v) atomicAdd((place), (v))
#define ATOMIC_SWAP(place, v) atomicExchange((place), (v))
#define SWAP64(x) (x).yx

uvec2 ADD64(uvec2 a, uvec2 b) {
    uint carry, low = uaddCarry(a.x, b.x, carry);
    return uvec2(low, a.y + b.y + carry);
}

#define U64(low, high) uvec2((low), (high))
#define LOW32(pair) (pair).x
#define HIGH32(pair) (pair).y
/* Turned by n - 32 with the words swapped, where n is above 32. */
#define ROTL64(x, n) ((n) < 32 ? TURN64(x, n) : TURN64((x).yx, n))
#define TURN64(x, n) ((x) << ((n)&31) | (x).yx >> (-(n)&31))
#define ROTL32(x, n) ((x) << (n) | (x) >> (32 - (n)))
#define ROTL32_ANY(x, n) ((x) << ((n)&31u) | (x) >> ((32u - (n)) & 31u))

uint MULHI32(uint a, uint b) {
    uint high, low;
    umulExtended(a, b, high, low);
    return high;
}

#define CLZ32(x) (31u - uint(findMSB(x)))
#define POPC32(x) uint(bitCount(x))
#define BSWAP32(x) (((x) << 24) | (((x)&0xff00u) << 8) | (((x) >> 8) & 0xff00u) | ((x) >> 24))
#define SELECT_BITS(mask, a, b) ((((a) ^ (b)) & (mask)) ^ (b))
#define MAJORITY(a, b, c) (((a) & (b)) | (((a) | (b)) & (c)))

#define BARRIER() barrier()
/* Declared at file scope by a kernel that uses SHFL. */
#define EXCHANGE(name) shared uint name[gl_WorkGroupSize.x]
/* The first barrier lets everybody have read what was exchanged before. */
#define SHFL_OF(name)                                                                                        \
    uint exchange_words(uint width, uint v, uint from) {                                                     \
        barrier();                                                                                           \
        name[LOCAL_ID] = v;                                                                                  \
        barrier();                                                                                           \
        return name[(LOCAL_ID & ~(width - 1u)) | (from & (width - 1u))];                                     \
    }
#define SHFL(name, width, v, from) exchange_words(width, v, from)
