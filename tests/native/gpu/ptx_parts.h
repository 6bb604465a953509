/* ptx_parts.h - what the reader (ptx_read.c) makes and the machine (ptx_run.c) runs. */
#ifndef OTD_TEST_PTX_PARTS_H
#define OTD_TEST_PTX_PARTS_H

#include "ptx.h"

#define PTX_NAME_MAX 96u
#define PTX_OPERANDS_MAX 10u
#define PTX_WARP 32u

typedef enum ptx_op {
    PTX_ADD,
    PTX_SUB,
    PTX_MUL_LO,
    PTX_MUL_HI,
    PTX_MUL_WIDE,
    PTX_MAD_LO,
    PTX_MAD_WIDE,
    PTX_AND,
    PTX_OR,
    PTX_XOR,
    PTX_NOT,
    PTX_NEG,
    PTX_SHL,
    PTX_SHR,
    PTX_SHF_L,
    PTX_SHF_R,
    PTX_CLZ,
    PTX_POPC,
    PTX_MIN,
    PTX_MAX,
    PTX_PRMT,
    PTX_BFE,
    PTX_SETP,
    PTX_SELP,
    PTX_MOV,
    PTX_PACK,
    PTX_UNPACK,
    PTX_CVT,
    PTX_CVTA_SHARED,
    PTX_CVTA_TO_SHARED,
    PTX_LD,
    PTX_ST,
    PTX_ATOM_INC,
    PTX_ATOM_ADD,
    PTX_ATOM_EXCH,
    PTX_SHFL_IDX,
    PTX_BAR,
    PTX_BRA,
    PTX_RET,
    PTX_TRAP
} ptx_op;

typedef enum ptx_space { PTX_GENERIC, PTX_GLOBAL, PTX_SHARED, PTX_CONST, PTX_PARAM } ptx_space;
typedef enum ptx_compare { PTX_EQ, PTX_NE, PTX_LT, PTX_LE, PTX_GT, PTX_GE } ptx_compare;

#define PTX_NONE UINT32_MAX

/*
 * Every operand is the number of a row of 32 values, one for each lane. Numbers and special registers of the
 * text are rows that are filled in before a warp starts.
 */
typedef struct ptx_instruction {
    ptx_op op;
    uint8_t bits, is_signed, vector; /* of the type; elements of a load or store */
    uint8_t from_bits, from_signed;  /* of what a cvt takes */
    uint8_t space, compare, negated; /* negated: of the guard */
    uint32_t guard;                  /* row of the predicate, PTX_NONE when always */
    uint32_t operand[PTX_OPERANDS_MAX], operands;
    int64_t offset;  /* of a load or store, added to the address */
    uint32_t target; /* of a branch */
    uint32_t line;   /* in the text */
} ptx_instruction;

/* A row that does not start as zero. */
typedef struct ptx_fill {
    uint32_t row;
    enum { PTX_FILL_NUMBER, PTX_FILL_TID, PTX_FILL_CTAID, PTX_FILL_NTID, PTX_FILL_NCTAID } what;
    uint64_t number;
} ptx_fill;

struct ptx_entry {
    char name[PTX_NAME_MAX];
    uint32_t begin, end; /* instructions */
    uint32_t rows;
    ptx_fill *fills;
    uint32_t fill_count;
    uint32_t parameters, parameter_bytes[PTX_PARAMETERS_MAX], parameter_at[PTX_PARAMETERS_MAX];
    uint32_t threads_max;
};

struct ptx_module {
    ptx_instruction *code;
    uint8_t *ran;
    uint32_t code_count;
    ptx_entry *entries;
    uint32_t entry_count;
    uint8_t *constants;
    uint32_t constant_bytes, shared_bytes;
};

/* Where shared memory lies among generic addresses. */
#define PTX_SHARED_WINDOW 0x7000000000000000ull

#endif /* OTD_TEST_PTX_PARTS_H */
