/*
 * ceiling_body.h - what the kernels of this folder share. They measure what a device can do at most with one
 * pattern of access and nothing else in the way. All have the same parameters:
 *
 *   memory  the footprint
 *   out     copy: as large as memory. Others: a word for each work item, what it read folded together, so
 *           that no compiler leaves out a load and a test sees that all were made
 *   places  in memory where a read may begin (copy, fill: of 16 bytes)
 *   magic   floor(2^32 / places)
 *   rounds  of each work item
 *   seed    of the places
 */
#define CEILING_STEP(x) ((x)*1664525u + 1013904223u)
#define CEILING_MIX(x) (((x) ^ ((x) >> 15)) * 0x2c1b3c6du)
/* y modulo places, for every y. */
#define CEILING_PLACE(y)                                                                                     \
    {                                                                                                        \
        (y) -= MULHI32(y, magic) * places;                                                                   \
        (y) -= (y) >= places ? places : 0u;                                                                  \
    }
