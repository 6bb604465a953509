/*
 * kawpow_any.h - a step of a KawPow program as one word, for the kernel that reads its program
 * (kawpow_mix_any.cu), in all four dialects and in the host's C (otd_kawpow_any_step in kawpow_row.h makes
 * it).
 *
 *   bits 0..1 kind (0 cache, 1 math, 2 dataset), 2..6 register a, 7..11 register b or word of the dataset,
 *   12..16 register d, 17..21 rotation, 22..25 which math, 26..27 which merge
 */
#define KAWPOW_ANY_STEPS 33u
#define ANY_KIND(op) ((op)&3u)
#define ANY_A(op) ((op) >> 2 & 31u)
#define ANY_B(op) ((op) >> 7 & 31u)
#define ANY_D(op) ((op) >> 12 & 31u)
#define ANY_ROT(op) ((op) >> 17 & 31u)
#define ANY_MATH_OF(op) ((op) >> 22 & 15u)
#define ANY_MERGE_OF(op) ((op) >> 26 & 3u)

#define ANY_MATH(v, which, x, y)                                                                             \
    switch (which) {                                                                                         \
    case 0u:                                                                                                 \
        v = x + y;                                                                                           \
        break;                                                                                               \
    case 1u:                                                                                                 \
        v = x * y;                                                                                           \
        break;                                                                                               \
    case 2u:                                                                                                 \
        v = MULHI32(x, y);                                                                                   \
        break;                                                                                               \
    case 3u:                                                                                                 \
        v = x < y ? x : y;                                                                                   \
        break;                                                                                               \
    case 4u:                                                                                                 \
        v = ROTL32_ANY(x, y);                                                                                \
        break;                                                                                               \
    case 5u:                                                                                                 \
        v = ROTL32_ANY(x, 0u - y);                                                                           \
        break;                                                                                               \
    case 6u:                                                                                                 \
        v = x & y;                                                                                           \
        break;                                                                                               \
    case 7u:                                                                                                 \
        v = x | y;                                                                                           \
        break;                                                                                               \
    case 8u:                                                                                                 \
        v = x ^ y;                                                                                           \
        break;                                                                                               \
    case 9u:                                                                                                 \
        v = CLZ32(x) + CLZ32(y);                                                                             \
        break;                                                                                               \
    default:                                                                                                 \
        v = POPC32(x) + POPC32(y);                                                                           \
        break;                                                                                               \
    }

#define ANY_MERGE(d, v, which, rot)                                                                          \
    switch (which) {                                                                                         \
    case 0u:                                                                                                 \
        d = d * 33u + v;                                                                                     \
        break;                                                                                               \
    case 1u:                                                                                                 \
        d = (d ^ v) * 33u;                                                                                   \
        break;                                                                                               \
    case 2u:                                                                                                 \
        d = ROTL32_ANY(d, rot) ^ v;                                                                          \
        break;                                                                                               \
    default:                                                                                                 \
        d = ROTL32_ANY(d, 0u - (rot)) ^ v;                                                                   \
        break;                                                                                               \
    }
