/*
 * kawpow_body.h - the small functions of KawPow's kernels, shared by all four dialects.
 */
#define KAWPOW_FNV_PRIME 0x01000193u
#define KAWPOW_FNV_BASIS 0x811c9dc5u
#define FNV1(a, b) ((a)*KAWPOW_FNV_PRIME ^ (b))
#define FNV1A(a, b) (((a) ^ (b)) * KAWPOW_FNV_PRIME)

/* x mod n for any x, with magic = floor(2^32 / n): the quotient is at most one too small. */
#define REDUCE(x, n, magic)                                                                                  \
    x -= MULHI32(x, magic) * (n);                                                                            \
    x -= x >= (n) ? (n) : 0u;

/* keccak512 of the 64 bytes of m, in place; needs keccak_body.h. */
#define KECCAK512(m)                                                                                         \
    {                                                                                                        \
        u64 a[25];                                                                                           \
        UNROLL for (int k = 0; k < 8; k++) {                                                                 \
            a[k] = U64(m[2 * k], m[2 * k + 1]);                                                              \
        }                                                                                                    \
        UNROLL for (int k = 8; k < 25; k++) {                                                                \
            a[k] = U64(0u, 0u);                                                                              \
        }                                                                                                    \
        a[8] = U64(1u, 0x80000000u);                                                                         \
        KECCAK_F1600(a)                                                                                      \
        UNROLL for (int k = 0; k < 8; k++) {                                                                 \
            m[2 * k] = LOW32(a[k]);                                                                          \
            m[2 * k + 1] = HIGH32(a[k]);                                                                     \
        }                                                                                                    \
    }

/* "rAVENCOINKAWPOW", a letter for each word from lane `at` on; as many as fit into the 25 lanes. */
#define KAWPOW_PAD9(a, at)                                                                                   \
    a[at] = 0x72u, a[at + 1] = 0x41u, a[at + 2] = 0x56u, a[at + 3] = 0x45u, a[at + 4] = 0x4eu;               \
    a[at + 5] = 0x43u, a[at + 6] = 0x4fu, a[at + 7] = 0x49u, a[at + 8] = 0x4eu;
#define KAWPOW_PAD15(a, at)                                                                                  \
    KAWPOW_PAD9(a, at)                                                                                       \
    a[at + 9] = 0x4bu, a[at + 10] = 0x41u, a[at + 11] = 0x57u, a[at + 12] = 0x50u, a[at + 13] = 0x4fu;       \
    a[at + 14] = 0x57u;

/* The registers of lane `lane`: 32 numbers of KISS99, seeded by two words of the state and the lane. */
#define KAWPOW_FILL(m, s0, s1, lane)                                                                         \
    {                                                                                                        \
        u32 z = FNV1A(KAWPOW_FNV_BASIS, s0), w = FNV1A(z, s1);                                               \
        u32 jsr = FNV1A(w, lane), jcong = FNV1A(jsr, lane);                                                  \
        UNROLL for (int i = 0; i < 32; i++) {                                                                \
            z = 36969u * (z & 0xffffu) + (z >> 16);                                                          \
            w = 18000u * (w & 0xffffu) + (w >> 16);                                                          \
            jsr ^= jsr << 17;                                                                                \
            jsr ^= jsr >> 13;                                                                                \
            jsr ^= jsr << 5;                                                                                 \
            jcong = 69069u * jcong + 1234567u;                                                               \
            m[i] = (((z << 16) + w) ^ jcong) + jsr;                                                          \
        }                                                                                                    \
    }

/* The words a program is written in (splice.c): operands, and merges of an operand into register d. */
#define CACHE(s) l1[m[s] & 4095u]
#define MATH0(a, b) (m[a] + m[b])
#define MATH1(a, b) (m[a] * m[b])
#define MATH2(a, b) MULHI32(m[a], m[b])
#define MATH3(a, b) (m[a] < m[b] ? m[a] : m[b])
#define MATH4(a, b) ROTL32_ANY(m[a], m[b])
#define MATH5(a, b) ROTL32_ANY(m[a], 0u - m[b])
#define MATH6(a, b) (m[a] & m[b])
#define MATH7(a, b) (m[a] | m[b])
#define MATH8(a, b) (m[a] ^ m[b])
#define MATH9(a, b) (CLZ32(m[a]) + CLZ32(m[b]))
#define MATH10(a, b) (POPC32(m[a]) + POPC32(m[b]))
#define DAG0 dag.x
#define DAG1 dag.y
#define DAG2 dag.z
#define DAG3 dag.w
#define MERGE0(d, v, x) m[d] = m[d] * 33u + (v);
#define MERGE1(d, v, x) m[d] = (m[d] ^ (v)) * 33u;
#define MERGE2(d, v, x) m[d] = ROTL32(m[d], x) ^ (v);
#define MERGE3(d, v, x) m[d] = ROTL32(m[d], 32 - (x)) ^ (v);
