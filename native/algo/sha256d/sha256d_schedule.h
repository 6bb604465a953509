/*
 * sha256d_schedule.h - the message schedules of both hashes as straight-line code over vectors, for the
 * flavours that hold one word of many nonces per register. Each word goes to use(rotation, word, index)
 * as soon as it exists, so that the includer decides between a round and a store.
 */
#ifndef OTD_ALGO_SHA256D_SCHEDULE_H
#define OTD_ALGO_SHA256D_SCHEDULE_H

#include "sha256d_prepare.h"

/* W + K of a word held in w. */
#define OTD_WK(w, i) OTD_ADD(w, OTD_SET(otd_sha256_k[i]))

/* The schedule's next word, in place of the one sixteen before. */
#define OTD_NEXT(w0, w1, w9, w14) w0 = OTD_ADD(OTD_ADD(w0, w9), OTD_ADD(OTD_SMALL0(w1), OTD_SMALL1(w14)))

/* Sixteen of them, each handed to `use` as soon as it exists. */
#define OTD_NEXT16(use, i)                                                                                   \
    OTD_NEXT(w0, w1, w9, w14);                                                                               \
    use(0, w0, (i));                                                                                         \
    OTD_NEXT(w1, w2, w10, w15);                                                                              \
    use(1, w1, (i) + 1);                                                                                     \
    OTD_NEXT(w2, w3, w11, w0);                                                                               \
    use(2, w2, (i) + 2);                                                                                     \
    OTD_NEXT(w3, w4, w12, w1);                                                                               \
    use(3, w3, (i) + 3);                                                                                     \
    OTD_NEXT(w4, w5, w13, w2);                                                                               \
    use(4, w4, (i) + 4);                                                                                     \
    OTD_NEXT(w5, w6, w14, w3);                                                                               \
    use(5, w5, (i) + 5);                                                                                     \
    OTD_NEXT(w6, w7, w15, w4);                                                                               \
    use(6, w6, (i) + 6);                                                                                     \
    OTD_NEXT(w7, w8, w0, w5);                                                                                \
    use(7, w7, (i) + 7);                                                                                     \
    OTD_NEXT(w8, w9, w1, w6);                                                                                \
    use(0, w8, (i) + 8);                                                                                     \
    OTD_NEXT(w9, w10, w2, w7);                                                                               \
    use(1, w9, (i) + 9);                                                                                     \
    OTD_NEXT(w10, w11, w3, w8);                                                                              \
    use(2, w10, (i) + 10);                                                                                   \
    OTD_NEXT(w11, w12, w4, w9);                                                                              \
    use(3, w11, (i) + 11);                                                                                   \
    OTD_NEXT(w12, w13, w5, w10);                                                                             \
    use(4, w12, (i) + 12);                                                                                   \
    OTD_NEXT(w13, w14, w6, w11);                                                                             \
    use(5, w13, (i) + 13);                                                                                   \
    OTD_NEXT(w14, w15, w7, w12);                                                                             \
    use(6, w14, (i) + 14);                                                                                   \
    OTD_NEXT(w15, w0, w8, w13);                                                                              \
    use(7, w15, (i) + 15)

/* Words 18..63 of the second header block, which all versions share. Constant parts come from job. */
#define OTD_FIRST_WORDS(use, job, nonces)                                                                    \
    const otd_v c17 = OTD_SET(job->w17);                                                                     \
    otd_v w2 = OTD_ADD(OTD_SMALL0(nonces), OTD_SET(job->c18));                                               \
    otd_v w3 = OTD_ADD(nonces, OTD_SET(job->c19));                                                           \
    otd_v w4 = OTD_ADD(OTD_SMALL1(w2), OTD_SET(0x80000000u));                                                \
    otd_v w5 = OTD_SMALL1(w3);                                                                               \
    otd_v w6 = OTD_ADD(OTD_SMALL1(w4), OTD_SET(640));                                                        \
    otd_v w7 = OTD_ADD(OTD_SMALL1(w5), OTD_SET(job->w16));                                                   \
    otd_v w8 = OTD_ADD(OTD_SMALL1(w6), c17);                                                                 \
    otd_v w9 = OTD_ADD(OTD_SMALL1(w7), w2);                                                                  \
    otd_v w10 = OTD_ADD(OTD_SMALL1(w8), w3);                                                                 \
    otd_v w11 = OTD_ADD(OTD_SMALL1(w9), w4);                                                                 \
    otd_v w12 = OTD_ADD(OTD_SMALL1(w10), w5);                                                                \
    otd_v w13 = OTD_ADD(OTD_SMALL1(w11), w6);                                                                \
    otd_v w14 = OTD_ADD(OTD_ADD(OTD_SMALL1(w12), w7), OTD_SET(OTD_SMALL0_640));                              \
    otd_v w15 = OTD_ADD(OTD_ADD(OTD_SMALL1(w13), w8), OTD_SET(job->c31));                                    \
    use(0, w2, 18);                                                                                          \
    use(0, w3, 19);                                                                                          \
    use(0, w4, 20);                                                                                          \
    use(0, w5, 21);                                                                                          \
    use(0, w6, 22);                                                                                          \
    use(0, w7, 23);                                                                                          \
    use(0, w8, 24);                                                                                          \
    use(0, w9, 25);                                                                                          \
    use(0, w10, 26);                                                                                         \
    use(0, w11, 27);                                                                                         \
    use(0, w12, 28);                                                                                         \
    use(0, w13, 29);                                                                                         \
    use(0, w14, 30);                                                                                         \
    use(0, w15, 31);                                                                                         \
    otd_v w0 = OTD_ADD(OTD_ADD(OTD_SMALL1(w14), w9), OTD_SET(job->c32));                                     \
    otd_v w1 = OTD_ADD(OTD_ADD(OTD_SMALL1(w15), w10), OTD_ADD(OTD_SMALL0(w2), c17));                         \
    use(0, w0, 32);                                                                                          \
    use(0, w1, 33);                                                                                          \
    OTD_NEXT(w2, w3, w11, w0);                                                                               \
    use(0, w2, 34);                                                                                          \
    OTD_NEXT(w3, w4, w12, w1);                                                                               \
    use(0, w3, 35);                                                                                          \
    OTD_NEXT(w4, w5, w13, w2);                                                                               \
    use(0, w4, 36);                                                                                          \
    OTD_NEXT(w5, w6, w14, w3);                                                                               \
    use(0, w5, 37);                                                                                          \
    OTD_NEXT(w6, w7, w15, w4);                                                                               \
    use(0, w6, 38);                                                                                          \
    OTD_NEXT(w7, w8, w0, w5);                                                                                \
    use(0, w7, 39);                                                                                          \
    OTD_NEXT(w8, w9, w1, w6);                                                                                \
    use(0, w8, 40);                                                                                          \
    OTD_NEXT(w9, w10, w2, w7);                                                                               \
    use(0, w9, 41);                                                                                          \
    OTD_NEXT(w10, w11, w3, w8);                                                                              \
    use(0, w10, 42);                                                                                         \
    OTD_NEXT(w11, w12, w4, w9);                                                                              \
    use(0, w11, 43);                                                                                         \
    OTD_NEXT(w12, w13, w5, w10);                                                                             \
    use(0, w12, 44);                                                                                         \
    OTD_NEXT(w13, w14, w6, w11);                                                                             \
    use(0, w13, 45);                                                                                         \
    OTD_NEXT(w14, w15, w7, w12);                                                                             \
    use(0, w14, 46);                                                                                         \
    OTD_NEXT(w15, w0, w8, w13);                                                                              \
    use(0, w15, 47);                                                                                         \
    OTD_NEXT16(use, 48)

/*
 * Words 1..60 of the second hash from w0..w7; w0 itself is the includer's first round. pad() stands for
 * words 8..15: 80000000, six zeros, 256. They leave most of 16..31 short. last0..last3 take 57..60.
 */
#define OTD_SECOND_WORDS(use, pad, last0, last1, last2, last3)                                               \
    use(1, w1, 1);                                                                                           \
    use(2, w2, 2);                                                                                           \
    use(3, w3, 3);                                                                                           \
    use(4, w4, 4);                                                                                           \
    use(5, w5, 5);                                                                                           \
    use(6, w6, 6);                                                                                           \
    use(7, w7, 7);                                                                                           \
    pad();                                                                                                   \
    w0 = OTD_ADD(w0, OTD_SMALL0(w1));                                                                        \
    use(0, w0, 16);                                                                                          \
    w1 = OTD_ADD(OTD_ADD(w1, OTD_SET(OTD_SMALL1_256)), OTD_SMALL0(w2));                                      \
    use(1, w1, 17);                                                                                          \
    w2 = OTD_ADD(OTD_ADD(w2, OTD_SMALL0(w3)), OTD_SMALL1(w0));                                               \
    use(2, w2, 18);                                                                                          \
    w3 = OTD_ADD(OTD_ADD(w3, OTD_SMALL0(w4)), OTD_SMALL1(w1));                                               \
    use(3, w3, 19);                                                                                          \
    w4 = OTD_ADD(OTD_ADD(w4, OTD_SMALL0(w5)), OTD_SMALL1(w2));                                               \
    use(4, w4, 20);                                                                                          \
    w5 = OTD_ADD(OTD_ADD(w5, OTD_SMALL0(w6)), OTD_SMALL1(w3));                                               \
    use(5, w5, 21);                                                                                          \
    w6 = OTD_ADD(OTD_ADD(OTD_ADD(w6, OTD_SET(256)), OTD_SMALL0(w7)), OTD_SMALL1(w4));                        \
    use(6, w6, 22);                                                                                          \
    w7 = OTD_ADD(OTD_ADD(OTD_ADD(w7, OTD_SET(OTD_SMALL0_BIT31)), w0), OTD_SMALL1(w5));                       \
    use(7, w7, 23);                                                                                          \
    otd_v w8 = OTD_ADD(OTD_ADD(w1, OTD_SET(0x80000000u)), OTD_SMALL1(w6));                                   \
    use(0, w8, 24);                                                                                          \
    otd_v w9 = OTD_ADD(w2, OTD_SMALL1(w7));                                                                  \
    use(1, w9, 25);                                                                                          \
    otd_v w10 = OTD_ADD(w3, OTD_SMALL1(w8));                                                                 \
    use(2, w10, 26);                                                                                         \
    otd_v w11 = OTD_ADD(w4, OTD_SMALL1(w9));                                                                 \
    use(3, w11, 27);                                                                                         \
    otd_v w12 = OTD_ADD(w5, OTD_SMALL1(w10));                                                                \
    use(4, w12, 28);                                                                                         \
    otd_v w13 = OTD_ADD(w6, OTD_SMALL1(w11));                                                                \
    use(5, w13, 29);                                                                                         \
    otd_v w14 = OTD_ADD(OTD_ADD(w7, OTD_SET(OTD_SMALL0_256)), OTD_SMALL1(w12));                              \
    use(6, w14, 30);                                                                                         \
    otd_v w15 = OTD_ADD(OTD_ADD(OTD_ADD(w8, OTD_SET(256)), OTD_SMALL0(w0)), OTD_SMALL1(w13));                \
    use(7, w15, 31);                                                                                         \
    OTD_NEXT16(use, 32);                                                                                     \
    OTD_NEXT(w0, w1, w9, w14);                                                                               \
    use(0, w0, 48);                                                                                          \
    OTD_NEXT(w1, w2, w10, w15);                                                                              \
    use(1, w1, 49);                                                                                          \
    OTD_NEXT(w2, w3, w11, w0);                                                                               \
    use(2, w2, 50);                                                                                          \
    OTD_NEXT(w3, w4, w12, w1);                                                                               \
    use(3, w3, 51);                                                                                          \
    OTD_NEXT(w4, w5, w13, w2);                                                                               \
    use(4, w4, 52);                                                                                          \
    OTD_NEXT(w5, w6, w14, w3);                                                                               \
    use(5, w5, 53);                                                                                          \
    OTD_NEXT(w6, w7, w15, w4);                                                                               \
    use(6, w6, 54);                                                                                          \
    OTD_NEXT(w7, w8, w0, w5);                                                                                \
    use(7, w7, 55);                                                                                          \
    OTD_NEXT(w8, w9, w1, w6);                                                                                \
    use(0, w8, 56);                                                                                          \
    OTD_NEXT(w9, w10, w2, w7);                                                                               \
    last0(w9, 57);                                                                                           \
    OTD_NEXT(w10, w11, w3, w8);                                                                              \
    last1(w10, 58);                                                                                          \
    OTD_NEXT(w11, w12, w4, w9);                                                                              \
    last2(w11, 59);                                                                                          \
    OTD_NEXT(w12, w13, w5, w10);                                                                             \
    last3(w12, 60)

#endif /* OTD_ALGO_SHA256D_SCHEDULE_H */
