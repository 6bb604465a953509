/*
 * sha256d_body.h - the two compressions of a nonce search, shared by all four dialects. References: FIPS
 * 180-4; what depends on no nonce comes ready in a row of constants (sha256d_row.h).
 *
 * The first compression starts after round 3. Of the second only the last word of the hash is wanted:
 * IV[7] + e after round 60, and e needs no a of rounds 57..60. The schedule keeps 16 words, w0..w15: word i
 * of it is w(i mod 16), brought up to date right before its round.
 *
 * Everything is straight-line: schedules walked by a loop over a table are not folded by every compiler.
 */
#define SHA_ROTR(x, n) ROTL32((x), 32 - (n))
#define SHA_BIG0(x) (SHA_ROTR(x, 2) ^ SHA_ROTR(x, 13) ^ SHA_ROTR(x, 22))
#define SHA_BIG1(x) (SHA_ROTR(x, 6) ^ SHA_ROTR(x, 11) ^ SHA_ROTR(x, 25))
#define SHA_SMALL0(x) (SHA_ROTR(x, 7) ^ SHA_ROTR(x, 18) ^ ((x) >> 3))
#define SHA_SMALL1(x) (SHA_ROTR(x, 17) ^ SHA_ROTR(x, 19) ^ ((x) >> 10))

/* One round on renamed variables: d becomes the new e, h the new a. kw = K + W. */
#define SHA_ROUND(a, b, c, d, e, f, g, h, kw)                                                                \
    h += SHA_BIG1(e) + SELECT_BITS(e, f, g) + (kw);                                                          \
    d += h;                                                                                                  \
    h += SHA_BIG0(a) + MAJORITY(a, b, c);

/* The same without the new a. */
#define SHA_ROUND_E(a, b, c, d, e, f, g, h, kw) d += h + SHA_BIG1(e) + SELECT_BITS(e, f, g) + (kw);

/* FIPS 180-4, 4.2.2: cube roots of the first primes. */
#define SHA_K0 0x428a2f98u
#define SHA_K1 0x71374491u
#define SHA_K2 0xb5c0fbcfu
#define SHA_K3 0xe9b5dba5u
#define SHA_K4 0x3956c25bu
#define SHA_K5 0x59f111f1u
#define SHA_K6 0x923f82a4u
#define SHA_K7 0xab1c5ed5u
#define SHA_K8 0xd807aa98u
#define SHA_K9 0x12835b01u
#define SHA_K10 0x243185beu
#define SHA_K11 0x550c7dc3u
#define SHA_K12 0x72be5d74u
#define SHA_K13 0x80deb1feu
#define SHA_K14 0x9bdc06a7u
#define SHA_K15 0xc19bf174u
#define SHA_K16 0xe49b69c1u
#define SHA_K17 0xefbe4786u
#define SHA_K18 0x0fc19dc6u
#define SHA_K19 0x240ca1ccu
#define SHA_K20 0x2de92c6fu
#define SHA_K21 0x4a7484aau
#define SHA_K22 0x5cb0a9dcu
#define SHA_K23 0x76f988dau
#define SHA_K24 0x983e5152u
#define SHA_K25 0xa831c66du
#define SHA_K26 0xb00327c8u
#define SHA_K27 0xbf597fc7u
#define SHA_K28 0xc6e00bf3u
#define SHA_K29 0xd5a79147u
#define SHA_K30 0x06ca6351u
#define SHA_K31 0x14292967u
#define SHA_K32 0x27b70a85u
#define SHA_K33 0x2e1b2138u
#define SHA_K34 0x4d2c6dfcu
#define SHA_K35 0x53380d13u
#define SHA_K36 0x650a7354u
#define SHA_K37 0x766a0abbu
#define SHA_K38 0x81c2c92eu
#define SHA_K39 0x92722c85u
#define SHA_K40 0xa2bfe8a1u
#define SHA_K41 0xa81a664bu
#define SHA_K42 0xc24b8b70u
#define SHA_K43 0xc76c51a3u
#define SHA_K44 0xd192e819u
#define SHA_K45 0xd6990624u
#define SHA_K46 0xf40e3585u
#define SHA_K47 0x106aa070u
#define SHA_K48 0x19a4c116u
#define SHA_K49 0x1e376c08u
#define SHA_K50 0x2748774cu
#define SHA_K51 0x34b0bcb5u
#define SHA_K52 0x391c0cb3u
#define SHA_K53 0x4ed8aa4au
#define SHA_K54 0x5b9cca4fu
#define SHA_K55 0x682e6ff3u
#define SHA_K56 0x748f82eeu
#define SHA_K57 0x78a5636fu
#define SHA_K58 0x84c87814u
#define SHA_K59 0x8cc70208u
#define SHA_K60 0x90befffau
#define SHA_K61 0xa4506cebu
#define SHA_K62 0xbef9a3f7u
#define SHA_K63 0xc67178f2u

/* Words of a general schedule, from the one with index i - 16 in the same place. */
#define SHA_NEXT(w, w1, w9, w14) w += SHA_SMALL1(w14) + w9 + SHA_SMALL0(w1);

/* ---- first compression: rounds 4..63 of the header's second block ----------------------------- */

/* Words 4..15 are padding: 80000000, ten zeros, 640. Words 16 and 17 are in the row. */
#define SHA_FIRST_W4
#define SHA_FIRST_W5
#define SHA_FIRST_W6
#define SHA_FIRST_W7
#define SHA_FIRST_W8
#define SHA_FIRST_W9
#define SHA_FIRST_W10
#define SHA_FIRST_W11
#define SHA_FIRST_W12
#define SHA_FIRST_W13
#define SHA_FIRST_W14
#define SHA_FIRST_W15
#define SHA_FIRST_W16
#define SHA_FIRST_W17
#define SHA_FIRST_W18 w2 = c18 + SHA_SMALL0(w3);
#define SHA_FIRST_W19 w3 = c19 + w3;
#define SHA_FIRST_W20 w4 = SHA_SMALL1(w2) + 0x80000000u;
#define SHA_FIRST_W21 w5 = SHA_SMALL1(w3);
#define SHA_FIRST_W22 w6 = SHA_SMALL1(w4) + 640u;
#define SHA_FIRST_W23 w7 = SHA_SMALL1(w5) + w0;
#define SHA_FIRST_W24 w8 = SHA_SMALL1(w6) + w1;
#define SHA_FIRST_W25 w9 = SHA_SMALL1(w7) + w2;
#define SHA_FIRST_W26 w10 = SHA_SMALL1(w8) + w3;
#define SHA_FIRST_W27 w11 = SHA_SMALL1(w9) + w4;
#define SHA_FIRST_W28 w12 = SHA_SMALL1(w10) + w5;
#define SHA_FIRST_W29 w13 = SHA_SMALL1(w11) + w6;
#define SHA_FIRST_W30 w14 = SHA_SMALL1(w12) + w7 + 0x00a00055u; /* small sigma 0 of 640 */
#define SHA_FIRST_W31 w15 = SHA_SMALL1(w13) + w8 + c31;
#define SHA_FIRST_W32 w0 = SHA_SMALL1(w14) + w9 + c32;
#define SHA_FIRST_W33 SHA_NEXT(w1, w2, w10, w15)
#define SHA_FIRST_W34 SHA_NEXT(w2, w3, w11, w0)
#define SHA_FIRST_W35 SHA_NEXT(w3, w4, w12, w1)
#define SHA_FIRST_W36 SHA_NEXT(w4, w5, w13, w2)
#define SHA_FIRST_W37 SHA_NEXT(w5, w6, w14, w3)
#define SHA_FIRST_W38 SHA_NEXT(w6, w7, w15, w4)
#define SHA_FIRST_W39 SHA_NEXT(w7, w8, w0, w5)
#define SHA_FIRST_W40 SHA_NEXT(w8, w9, w1, w6)
#define SHA_FIRST_W41 SHA_NEXT(w9, w10, w2, w7)
#define SHA_FIRST_W42 SHA_NEXT(w10, w11, w3, w8)
#define SHA_FIRST_W43 SHA_NEXT(w11, w12, w4, w9)
#define SHA_FIRST_W44 SHA_NEXT(w12, w13, w5, w10)
#define SHA_FIRST_W45 SHA_NEXT(w13, w14, w6, w11)
#define SHA_FIRST_W46 SHA_NEXT(w14, w15, w7, w12)
#define SHA_FIRST_W47 SHA_NEXT(w15, w0, w8, w13)
#define SHA_FIRST_W48 SHA_NEXT(w0, w1, w9, w14)
#define SHA_FIRST_W49 SHA_NEXT(w1, w2, w10, w15)
#define SHA_FIRST_W50 SHA_NEXT(w2, w3, w11, w0)
#define SHA_FIRST_W51 SHA_NEXT(w3, w4, w12, w1)
#define SHA_FIRST_W52 SHA_NEXT(w4, w5, w13, w2)
#define SHA_FIRST_W53 SHA_NEXT(w5, w6, w14, w3)
#define SHA_FIRST_W54 SHA_NEXT(w6, w7, w15, w4)
#define SHA_FIRST_W55 SHA_NEXT(w7, w8, w0, w5)
#define SHA_FIRST_W56 SHA_NEXT(w8, w9, w1, w6)
#define SHA_FIRST_W57 SHA_NEXT(w9, w10, w2, w7)
#define SHA_FIRST_W58 SHA_NEXT(w10, w11, w3, w8)
#define SHA_FIRST_W59 SHA_NEXT(w11, w12, w4, w9)
#define SHA_FIRST_W60 SHA_NEXT(w12, w13, w5, w10)
#define SHA_FIRST_W61 SHA_NEXT(w13, w14, w6, w11)
#define SHA_FIRST_W62 SHA_NEXT(w14, w15, w7, w12)
#define SHA_FIRST_W63 SHA_NEXT(w15, w0, w8, w13)

/* K + W, where W is padding or in the row. */
#define SHA_FIRST_KW4 0xb956c25bu
#define SHA_FIRST_KW5 SHA_K5
#define SHA_FIRST_KW6 SHA_K6
#define SHA_FIRST_KW7 SHA_K7
#define SHA_FIRST_KW8 SHA_K8
#define SHA_FIRST_KW9 SHA_K9
#define SHA_FIRST_KW10 SHA_K10
#define SHA_FIRST_KW11 SHA_K11
#define SHA_FIRST_KW12 SHA_K12
#define SHA_FIRST_KW13 SHA_K13
#define SHA_FIRST_KW14 SHA_K14
#define SHA_FIRST_KW15 0xc19bf3f4u
#define SHA_FIRST_KW16 k16
#define SHA_FIRST_KW17 k17
#define SHA_FIRST_KW18 (SHA_K18 + w2)
#define SHA_FIRST_KW19 (SHA_K19 + w3)
#define SHA_FIRST_KW20 (SHA_K20 + w4)
#define SHA_FIRST_KW21 (SHA_K21 + w5)
#define SHA_FIRST_KW22 (SHA_K22 + w6)
#define SHA_FIRST_KW23 (SHA_K23 + w7)
#define SHA_FIRST_KW24 (SHA_K24 + w8)
#define SHA_FIRST_KW25 (SHA_K25 + w9)
#define SHA_FIRST_KW26 (SHA_K26 + w10)
#define SHA_FIRST_KW27 (SHA_K27 + w11)
#define SHA_FIRST_KW28 (SHA_K28 + w12)
#define SHA_FIRST_KW29 (SHA_K29 + w13)
#define SHA_FIRST_KW30 (SHA_K30 + w14)
#define SHA_FIRST_KW31 (SHA_K31 + w15)
#define SHA_FIRST_KW32 (SHA_K32 + w0)
#define SHA_FIRST_KW33 (SHA_K33 + w1)
#define SHA_FIRST_KW34 (SHA_K34 + w2)
#define SHA_FIRST_KW35 (SHA_K35 + w3)
#define SHA_FIRST_KW36 (SHA_K36 + w4)
#define SHA_FIRST_KW37 (SHA_K37 + w5)
#define SHA_FIRST_KW38 (SHA_K38 + w6)
#define SHA_FIRST_KW39 (SHA_K39 + w7)
#define SHA_FIRST_KW40 (SHA_K40 + w8)
#define SHA_FIRST_KW41 (SHA_K41 + w9)
#define SHA_FIRST_KW42 (SHA_K42 + w10)
#define SHA_FIRST_KW43 (SHA_K43 + w11)
#define SHA_FIRST_KW44 (SHA_K44 + w12)
#define SHA_FIRST_KW45 (SHA_K45 + w13)
#define SHA_FIRST_KW46 (SHA_K46 + w14)
#define SHA_FIRST_KW47 (SHA_K47 + w15)
#define SHA_FIRST_KW48 (SHA_K48 + w0)
#define SHA_FIRST_KW49 (SHA_K49 + w1)
#define SHA_FIRST_KW50 (SHA_K50 + w2)
#define SHA_FIRST_KW51 (SHA_K51 + w3)
#define SHA_FIRST_KW52 (SHA_K52 + w4)
#define SHA_FIRST_KW53 (SHA_K53 + w5)
#define SHA_FIRST_KW54 (SHA_K54 + w6)
#define SHA_FIRST_KW55 (SHA_K55 + w7)
#define SHA_FIRST_KW56 (SHA_K56 + w8)
#define SHA_FIRST_KW57 (SHA_K57 + w9)
#define SHA_FIRST_KW58 (SHA_K58 + w10)
#define SHA_FIRST_KW59 (SHA_K59 + w11)
#define SHA_FIRST_KW60 (SHA_K60 + w12)
#define SHA_FIRST_KW61 (SHA_K61 + w13)
#define SHA_FIRST_KW62 (SHA_K62 + w14)
#define SHA_FIRST_KW63 (SHA_K63 + w15)

#define SHA_FIRST_ROUND(a, b, c, d, e, f, g, h, i)                                                           \
    SHA_FIRST_W##i SHA_ROUND(a, b, c, d, e, f, g, h, SHA_FIRST_KW##i)

/* use(a..h in the roles of that round, its number) */
#define SHA_FIRST_ROUNDS(use)                                                                                        \
    use(e, f, g, h, a, b, c, d, 4) use(d, e, f, g, h, a, b, c, 5) use(c, d, e, f, g, h, a, b, 6)                     \
        use(b, c, d, e, f, g, h, a, 7) use(a, b, c, d, e, f, g, h, 8) use(h, a, b, c, d, e, f, g, 9) use(            \
            g, h, a, b, c, d, e, f, 10) use(f, g, h, a, b, c, d, e, 11) use(e, f, g, h, a, b, c, d, 12)              \
            use(d, e, f, g, h, a, b, c, 13) use(c, d, e, f, g, h, a, b, 14) use(b, c, d, e, f, g, h, a, 15)          \
                use(a, b, c, d, e, f, g, h, 16) use(h, a, b, c, d, e, f, g, 17)                                      \
                    use(g, h, a, b, c, d, e, f, 18) use(f, g, h, a, b, c, d, e, 19)                                  \
                        use(e, f, g, h, a, b, c, d, 20) use(d, e, f, g, h, a, b, c, 21)                              \
                            use(c, d, e, f, g, h, a, b, 22) use(b, c, d, e, f, g, h, a, 23)                          \
                                use(a, b, c, d, e, f, g, h, 24) use(h, a, b, c, d, e, f,                             \
                                                                    g, 25) use(g, h, a, b, c, d, e, f, 26)           \
                                    use(f, g, h, a, b, c, d, e, 27) use(e, f, g, h, a, b, c, d, 28)                  \
                                        use(d, e, f, g, h, a, b, c, 29) use(c, d, e, f, g, h, a, b, 30) use(         \
                                            b, c, d, e,                                                              \
                                            f, g, h, a,                                                              \
                                            31) use(a, b, c, d, e, f, g, h, 32)                                      \
                                            use(h, a, b, c, d, e, f, g,                                              \
                                                33) use(g, h, a, b, c, d, e, f, 34)                                  \
                                                use(f, g, h, a, b, c, d, e,                                          \
                                                    35) use(e, f, g, h, a, b, c, d, 36)                              \
                                                    use(d, e, f, g, h, a, b, c,                                      \
                                                        37) use(c, d, e, f, g, h, a, b, 38)                          \
                                                        use(b, c, d, e, f, g, h, a, 39) use(                         \
                                                            a, b, c, d,                                              \
                                                            e, f, g, h,                                              \
                                                            40) use(h, a, b, c, d, e, f, g, 41)                      \
                                                            use(g, h, a, b, c, d, e, f, 42) use(                     \
                                                                f, g, h, a,                                          \
                                                                b, c, d, e,                                          \
                                                                43) use(e, f, g, h, a, b, c, d, 44)                  \
                                                                use(d, e, f, g, h, a, b, c, 45) use(                 \
                                                                    c, d, e, f,                                      \
                                                                    g, h, a, b,                                      \
                                                                    46) use(b, c, d, e, f, g, h, a, 47)              \
                                                                    use(a, b, c, d, e, f, g, h, 48) use(             \
                                                                        h, a, b, c,                                  \
                                                                        d, e, f, g,                                  \
                                                                        49) use(g, h, a, b, c, d, e, f, 50)          \
                                                                        use(f, g, h, a, b, c, d, e, 51) use(         \
                                                                            e, f, g, h,                              \
                                                                            a, b, c, d,                              \
                                                                            52) use(d, e, f, g, h, a, b, c, 53)      \
                                                                            use(c, d, e, f, g, h, a, b, 54) use(     \
                                                                                b, c, d, e,                          \
                                                                                f, g, h, a,                          \
                                                                                55) use(a, b, c, d, e, f, g, h, 56)  \
                                                                                use(h, a, b, c, d, e, f, g, 57) use( \
                                                                                    g, h, a, b,                      \
                                                                                    c, d, e, f,                      \
                                                                                    58)                              \
                                                                                    use(f, g, h, a, b, c, d,         \
                                                                                        e, 59)                       \
                                                                                        use(e, f, g, h, a,           \
                                                                                            b, c, d, 60)             \
                                                                                            use(d, e, f, g,          \
                                                                                                h, a, b, c,          \
                                                                                                61)                  \
                                                                                                use(c, d, e,         \
                                                                                                    f, g, h,         \
                                                                                                    a, b,            \
                                                                                                    62)              \
                                                                                                    use(b,           \
                                                                                                        c,           \
                                                                                                        d,           \
                                                                                                        e,           \
                                                                                                        f,           \
                                                                                                        g,           \
                                                                                                        h,           \
                                                                                                        a,           \
                                                                                                        63)

/* ---- second compression: rounds 1..60 over the first hash -------------------------------------- */

/* Words 0..7 are the hash, 8..15 padding: 80000000, six zeros, 256. */
#define SHA_SECOND_W1
#define SHA_SECOND_W2
#define SHA_SECOND_W3
#define SHA_SECOND_W4
#define SHA_SECOND_W5
#define SHA_SECOND_W6
#define SHA_SECOND_W7
#define SHA_SECOND_W8
#define SHA_SECOND_W9
#define SHA_SECOND_W10
#define SHA_SECOND_W11
#define SHA_SECOND_W12
#define SHA_SECOND_W13
#define SHA_SECOND_W14
#define SHA_SECOND_W15
#define SHA_SECOND_W16 w0 += SHA_SMALL0(w1);
#define SHA_SECOND_W17 w1 += SHA_SMALL0(w2) + 0x00a00000u; /* small sigma 1 of 256 */
#define SHA_SECOND_W18 w2 += SHA_SMALL0(w3) + SHA_SMALL1(w0);
#define SHA_SECOND_W19 w3 += SHA_SMALL0(w4) + SHA_SMALL1(w1);
#define SHA_SECOND_W20 w4 += SHA_SMALL0(w5) + SHA_SMALL1(w2);
#define SHA_SECOND_W21 w5 += SHA_SMALL0(w6) + SHA_SMALL1(w3);
#define SHA_SECOND_W22 w6 += SHA_SMALL0(w7) + SHA_SMALL1(w4) + 256u;
#define SHA_SECOND_W23 w7 += w0 + SHA_SMALL1(w5) + 0x11002000u; /* small sigma 0 of 80000000 */
#define SHA_SECOND_W24 w8 = w1 + SHA_SMALL1(w6) + 0x80000000u;
#define SHA_SECOND_W25 w9 = w2 + SHA_SMALL1(w7);
#define SHA_SECOND_W26 w10 = w3 + SHA_SMALL1(w8);
#define SHA_SECOND_W27 w11 = w4 + SHA_SMALL1(w9);
#define SHA_SECOND_W28 w12 = w5 + SHA_SMALL1(w10);
#define SHA_SECOND_W29 w13 = w6 + SHA_SMALL1(w11);
#define SHA_SECOND_W30 w14 = w7 + SHA_SMALL1(w12) + 0x00400022u; /* small sigma 0 of 256 */
#define SHA_SECOND_W31 w15 = w8 + SHA_SMALL1(w13) + SHA_SMALL0(w0) + 256u;
#define SHA_SECOND_W32 SHA_NEXT(w0, w1, w9, w14)
#define SHA_SECOND_W33 SHA_NEXT(w1, w2, w10, w15)
#define SHA_SECOND_W34 SHA_NEXT(w2, w3, w11, w0)
#define SHA_SECOND_W35 SHA_NEXT(w3, w4, w12, w1)
#define SHA_SECOND_W36 SHA_NEXT(w4, w5, w13, w2)
#define SHA_SECOND_W37 SHA_NEXT(w5, w6, w14, w3)
#define SHA_SECOND_W38 SHA_NEXT(w6, w7, w15, w4)
#define SHA_SECOND_W39 SHA_NEXT(w7, w8, w0, w5)
#define SHA_SECOND_W40 SHA_NEXT(w8, w9, w1, w6)
#define SHA_SECOND_W41 SHA_NEXT(w9, w10, w2, w7)
#define SHA_SECOND_W42 SHA_NEXT(w10, w11, w3, w8)
#define SHA_SECOND_W43 SHA_NEXT(w11, w12, w4, w9)
#define SHA_SECOND_W44 SHA_NEXT(w12, w13, w5, w10)
#define SHA_SECOND_W45 SHA_NEXT(w13, w14, w6, w11)
#define SHA_SECOND_W46 SHA_NEXT(w14, w15, w7, w12)
#define SHA_SECOND_W47 SHA_NEXT(w15, w0, w8, w13)
#define SHA_SECOND_W48 SHA_NEXT(w0, w1, w9, w14)
#define SHA_SECOND_W49 SHA_NEXT(w1, w2, w10, w15)
#define SHA_SECOND_W50 SHA_NEXT(w2, w3, w11, w0)
#define SHA_SECOND_W51 SHA_NEXT(w3, w4, w12, w1)
#define SHA_SECOND_W52 SHA_NEXT(w4, w5, w13, w2)
#define SHA_SECOND_W53 SHA_NEXT(w5, w6, w14, w3)
#define SHA_SECOND_W54 SHA_NEXT(w6, w7, w15, w4)
#define SHA_SECOND_W55 SHA_NEXT(w7, w8, w0, w5)
#define SHA_SECOND_W56 SHA_NEXT(w8, w9, w1, w6)
#define SHA_SECOND_W57 SHA_NEXT(w9, w10, w2, w7)
#define SHA_SECOND_W58 SHA_NEXT(w10, w11, w3, w8)
#define SHA_SECOND_W59 SHA_NEXT(w11, w12, w4, w9)
#define SHA_SECOND_W60 SHA_NEXT(w12, w13, w5, w10)

#define SHA_SECOND_KW1 (SHA_K1 + w1)
#define SHA_SECOND_KW2 (SHA_K2 + w2)
#define SHA_SECOND_KW3 (SHA_K3 + w3)
#define SHA_SECOND_KW4 (SHA_K4 + w4)
#define SHA_SECOND_KW5 (SHA_K5 + w5)
#define SHA_SECOND_KW6 (SHA_K6 + w6)
#define SHA_SECOND_KW7 (SHA_K7 + w7)
#define SHA_SECOND_KW8 0x5807aa98u
#define SHA_SECOND_KW9 SHA_K9
#define SHA_SECOND_KW10 SHA_K10
#define SHA_SECOND_KW11 SHA_K11
#define SHA_SECOND_KW12 SHA_K12
#define SHA_SECOND_KW13 SHA_K13
#define SHA_SECOND_KW14 SHA_K14
#define SHA_SECOND_KW15 0xc19bf274u
#define SHA_SECOND_KW16 (SHA_K16 + w0)
#define SHA_SECOND_KW17 (SHA_K17 + w1)
#define SHA_SECOND_KW18 (SHA_K18 + w2)
#define SHA_SECOND_KW19 (SHA_K19 + w3)
#define SHA_SECOND_KW20 (SHA_K20 + w4)
#define SHA_SECOND_KW21 (SHA_K21 + w5)
#define SHA_SECOND_KW22 (SHA_K22 + w6)
#define SHA_SECOND_KW23 (SHA_K23 + w7)
#define SHA_SECOND_KW24 (SHA_K24 + w8)
#define SHA_SECOND_KW25 (SHA_K25 + w9)
#define SHA_SECOND_KW26 (SHA_K26 + w10)
#define SHA_SECOND_KW27 (SHA_K27 + w11)
#define SHA_SECOND_KW28 (SHA_K28 + w12)
#define SHA_SECOND_KW29 (SHA_K29 + w13)
#define SHA_SECOND_KW30 (SHA_K30 + w14)
#define SHA_SECOND_KW31 (SHA_K31 + w15)
#define SHA_SECOND_KW32 (SHA_K32 + w0)
#define SHA_SECOND_KW33 (SHA_K33 + w1)
#define SHA_SECOND_KW34 (SHA_K34 + w2)
#define SHA_SECOND_KW35 (SHA_K35 + w3)
#define SHA_SECOND_KW36 (SHA_K36 + w4)
#define SHA_SECOND_KW37 (SHA_K37 + w5)
#define SHA_SECOND_KW38 (SHA_K38 + w6)
#define SHA_SECOND_KW39 (SHA_K39 + w7)
#define SHA_SECOND_KW40 (SHA_K40 + w8)
#define SHA_SECOND_KW41 (SHA_K41 + w9)
#define SHA_SECOND_KW42 (SHA_K42 + w10)
#define SHA_SECOND_KW43 (SHA_K43 + w11)
#define SHA_SECOND_KW44 (SHA_K44 + w12)
#define SHA_SECOND_KW45 (SHA_K45 + w13)
#define SHA_SECOND_KW46 (SHA_K46 + w14)
#define SHA_SECOND_KW47 (SHA_K47 + w15)
#define SHA_SECOND_KW48 (SHA_K48 + w0)
#define SHA_SECOND_KW49 (SHA_K49 + w1)
#define SHA_SECOND_KW50 (SHA_K50 + w2)
#define SHA_SECOND_KW51 (SHA_K51 + w3)
#define SHA_SECOND_KW52 (SHA_K52 + w4)
#define SHA_SECOND_KW53 (SHA_K53 + w5)
#define SHA_SECOND_KW54 (SHA_K54 + w6)
#define SHA_SECOND_KW55 (SHA_K55 + w7)
#define SHA_SECOND_KW56 (SHA_K56 + w8)
#define SHA_SECOND_KW57 (SHA_K57 + w9)
#define SHA_SECOND_KW58 (SHA_K58 + w10)
#define SHA_SECOND_KW59 (SHA_K59 + w11)
#define SHA_SECOND_KW60 (SHA_K60 + w12)

#define SHA_SECOND_ROUND(a, b, c, d, e, f, g, h, i)                                                          \
    SHA_SECOND_W##i SHA_ROUND(a, b, c, d, e, f, g, h, SHA_SECOND_KW##i)
#define SHA_SECOND_ROUND_E(a, b, c, d, e, f, g, h, i)                                                        \
    SHA_SECOND_W##i SHA_ROUND_E(a, b, c, d, e, f, g, h, SHA_SECOND_KW##i)

#define SHA_SECOND_ROUNDS(use, last)                                                                                 \
    use(h, a, b, c, d, e, f, g, 1) use(g, h, a, b, c, d, e, f, 2) use(f, g, h, a, b, c, d, e, 3)                     \
        use(e, f, g, h, a, b, c, d, 4) use(d, e, f, g, h, a, b, c, 5) use(c, d, e, f, g, h, a, b, 6) use(            \
            b, c, d, e, f, g, h, a, 7) use(a, b, c, d, e, f, g, h, 8) use(h, a, b, c, d, e, f, g, 9)                 \
            use(g, h, a, b, c, d, e, f, 10) use(f, g, h, a, b, c, d, e, 11) use(e, f, g, h, a, b, c, d, 12)          \
                use(d, e, f, g, h, a, b, c, 13) use(c, d, e, f, g, h, a, b, 14)                                      \
                    use(b, c, d, e, f, g, h, a, 15) use(a, b, c, d, e, f, g, h, 16)                                  \
                        use(h, a, b, c, d, e, f, g, 17) use(g, h, a, b, c, d, e, f, 18)                              \
                            use(f, g, h, a, b, c, d, e, 19) use(e, f, g, h, a, b, c, d, 20)                          \
                                use(d, e, f, g, h, a, b, c, 21) use(c, d, e, f, g, h, a,                             \
                                                                    b, 22) use(b, c, d, e, f, g, h, a, 23)           \
                                    use(a, b, c, d, e, f, g, h, 24) use(h, a, b, c, d, e, f, g, 25)                  \
                                        use(g, h, a, b, c, d, e, f, 26) use(f, g, h, a, b, c, d, e, 27) use(         \
                                            e, f, g, h,                                                              \
                                            a, b, c, d,                                                              \
                                            28) use(d, e, f, g, h, a, b, c, 29)                                      \
                                            use(c, d, e, f, g, h, a, b,                                              \
                                                30) use(b, c, d, e, f, g, h, a, 31)                                  \
                                                use(a, b, c, d, e, f, g, h,                                          \
                                                    32) use(h, a, b, c, d, e, f, g, 33)                              \
                                                    use(g, h, a, b, c, d, e, f,                                      \
                                                        34) use(f, g, h, a, b, c, d, e, 35)                          \
                                                        use(e, f, g, h, a, b, c, d, 36) use(                         \
                                                            d, e, f, g,                                              \
                                                            h, a, b, c,                                              \
                                                            37) use(c, d, e, f, g, h, a, b, 38)                      \
                                                            use(b, c, d, e, f, g, h, a, 39) use(                     \
                                                                a, b, c, d,                                          \
                                                                e, f, g, h,                                          \
                                                                40) use(h, a, b, c, d, e, f, g, 41)                  \
                                                                use(g, h, a, b, c, d, e, f, 42) use(                 \
                                                                    f, g, h, a,                                      \
                                                                    b, c, d, e,                                      \
                                                                    43) use(e, f, g, h, a, b, c, d, 44)              \
                                                                    use(d, e, f, g, h, a, b, c, 45) use(             \
                                                                        c, d, e, f,                                  \
                                                                        g, h, a, b,                                  \
                                                                        46) use(b, c, d, e, f, g, h, a, 47)          \
                                                                        use(a, b, c, d, e, f, g, h, 48) use(         \
                                                                            h, a, b, c,                              \
                                                                            d, e, f, g,                              \
                                                                            49) use(g, h, a, b, c, d, e, f, 50)      \
                                                                            use(f, g, h, a, b, c, d, e, 51) use(     \
                                                                                e, f, g, h,                          \
                                                                                a, b, c, d,                          \
                                                                                52) use(d, e, f, g, h, a, b, c, 53)  \
                                                                                use(c, d, e, f, g, h, a, b, 54) use( \
                                                                                    b, c, d, e,                      \
                                                                                    f, g, h, a,                      \
                                                                                    55)                              \
                                                                                    use(a, b, c, d, e, f, g,         \
                                                                                        h, 56)                       \
                                                                                        last(                        \
                                                                                            h, a, b,                 \
                                                                                            c, d, e,                 \
                                                                                            f, g, 57)                \
                                                                                            last(                    \
                                                                                                g, h,                \
                                                                                                a, b,                \
                                                                                                c, d, e,             \
                                                                                                f, 58)               \
                                                                                                last(                \
                                                                                                    f, g, h,         \
                                                                                                    a, b, c,         \
                                                                                                    d, e,            \
                                                                                                    59)              \
                                                                                                    last(e,          \
                                                                                                         f,          \
                                                                                                         g,          \
                                                                                                         h,          \
                                                                                                         a,          \
                                                                                                         b,          \
                                                                                                         c,          \
                                                                                                         d,          \
                                                                                                         60)

/* ---- one nonce ---------------------------------------------------------------------------------- */

/*
 * From the header's word 19 (the nonce, byte-swapped) to the most significant word of the hash, as a number.
 * row(i) = word i of the row of constants.
 */
#define SHA_HASH_TOP(top, nonce_word, row)                                                                   \
    u32 top;                                                                                                 \
    {                                                                                                        \
        u32 w0 = row(18), w1 = row(19), w2, w3 = (nonce_word), w4, w5, w6, w7;                               \
        u32 w8, w9, w10, w11, w12, w13, w14, w15;                                                            \
        u32 k16 = row(16), k17 = row(17), c18 = row(20), c19 = row(21), c31 = row(22), c32 = row(23);        \
        u32 f = row(8), g = row(9), h = row(10), b = row(11), c = row(12), d = row(13);                      \
        u32 a = row(14) + w3, e = row(15) + w3;                                                              \
        SHA_FIRST_ROUNDS(SHA_FIRST_ROUND)                                                                    \
        w0 = row(0) + a;                                                                                     \
        w1 = row(1) + b;                                                                                     \
        w2 = row(2) + c;                                                                                     \
        w3 = row(3) + d;                                                                                     \
        w4 = row(4) + e;                                                                                     \
        w5 = row(5) + f;                                                                                     \
        w6 = row(6) + g;                                                                                     \
        w7 = row(7) + h;                                                                                     \
        /* FIPS 180-4's initial state after round 0, whose word alone is not constant. */                    \
        a = 0x6a09e667u, b = 0xbb67ae85u, c = 0x3c6ef372u, d = 0x98c7e2a2u + w0;                             \
        e = 0x510e527fu, f = 0x9b05688cu, g = 0x1f83d9abu, h = 0xfc08884du + w0;                             \
        SHA_SECOND_ROUNDS(SHA_SECOND_ROUND, SHA_SECOND_ROUND_E)                                              \
        h += 0x5be0cd19u;                                                                                    \
        top = BSWAP32(h);                                                                                    \
    }
