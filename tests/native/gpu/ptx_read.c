/* ptx_read.c - from PTX text to instructions. Reference: NVIDIA's PTX ISA 7.0, the part that we use. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ptx_parts.h"

enum { NAMES_MAX = 65536, LABELS_MAX = 4096, LABEL_BYTES = 40, TOKEN_BYTES = 96, SCOPES_MAX = 8 };

typedef enum name_kind { NAME_ROW, NAME_SHARED, NAME_CONSTANT, NAME_PARAMETER } name_kind;

/* A register range %r<n> is one name with a count. */
typedef struct name {
    char text[TOKEN_BYTES];
    name_kind kind;
    uint32_t first, count; /* row and rows; or the offset */
} name;

typedef struct label {
    char text[LABEL_BYTES];
    uint32_t place; /* of the label; or of the branch that wants it */
    uint32_t line;
} label;

typedef struct reader {
    const char *at, *end;
    uint32_t line;
    char token[TOKEN_BYTES];
    ptx_module *module;
    ptx_entry *entry;
    uint32_t code_room, entry_room, fill_room, constant_room;
    name *names;
    uint32_t name_count, scope[SCOPES_MAX], scopes;
    label *labels, *wanted;
    uint32_t label_count, wanted_count;
    char *error;
} reader;

static int fail(reader *r, const char *format, ...) {
    char what[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (r->error[0] == 0) {
        snprintf(r->error, PTX_ERROR_MAX, "PTX line %u: %s", r->line, what);
    }
    return 0;
}

/* Makes room for one more element. */
static void *grow(void *list, uint32_t count, uint32_t *room, size_t size) {
    if (count < *room) {
        return list;
    }
    *room = *room == 0 ? 64 : 2 * *room;
    return realloc(list, *room * size);
}

/* ---- tokens -------------------------------------------------------------------------------- */

static void skip_space(reader *r) {
    while (r->at < r->end) {
        if (*r->at == '\n') {
            r->line++;
            r->at++;
        } else if (isspace((unsigned char)*r->at)) {
            r->at++;
        } else if (r->end - r->at >= 2 && r->at[0] == '/' && r->at[1] == '/') {
            while (r->at < r->end && *r->at != '\n') {
                r->at++;
            }
        } else {
            return;
        }
    }
}

static int word_char(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '%' || c == '$' || c == '.';
}

/* The next word, number or sign into token; 0 at the end of the text. */
static int next(reader *r) {
    size_t length = 0;
    skip_space(r);
    r->token[0] = 0;
    if (r->at >= r->end) {
        return 0;
    }
    if (!word_char(*r->at)) {
        r->token[0] = *r->at++;
        r->token[1] = 0;
        return 1;
    }
    while (r->at < r->end && word_char(*r->at) && length + 1 < sizeof r->token) {
        r->token[length++] = *r->at++;
    }
    r->token[length] = 0;
    return 1;
}

static int is(const reader *r, const char *text) {
    return strcmp(r->token, text) == 0;
}

static int expect(reader *r, const char *text) {
    next(r);
    return is(r, text) || fail(r, "\"%s\" where \"%s\" has to be", r->token, text);
}

static int peek_is(reader *r, char sign) {
    skip_space(r);
    return r->at < r->end && *r->at == sign;
}

static void skip_to(reader *r, const char *sign) {
    while (!is(r, sign) && next(r)) {
    }
}

/* ---- names --------------------------------------------------------------------------------- */

static int add_name(reader *r, const char *text, name_kind kind, uint32_t first, uint32_t count) {
    if (r->name_count == NAMES_MAX) {
        return fail(r, "more than %d names", NAMES_MAX);
    }
    name *n = &r->names[r->name_count++];
    snprintf(n->text, sizeof n->text, "%s", text);
    n->kind = kind;
    n->first = first;
    n->count = count;
    return 1;
}

/* The innermost name that fits: itself, or the range %r<n> a register %r7 is of. */
static const name *find_name(const reader *r, const char *text, uint32_t *row) {
    size_t stem = strlen(text);
    while (stem > 0 && isdigit((unsigned char)text[stem - 1])) {
        stem--;
    }
    for (uint32_t i = r->name_count; i-- > 0;) {
        const name *n = &r->names[i];
        if (n->count <= 1 && strcmp(n->text, text) == 0) {
            *row = n->first;
            return n;
        }
        if (n->count > 1 && text[stem] != 0 && strlen(n->text) == stem && strncmp(n->text, text, stem) == 0 &&
            strtoul(text + stem, NULL, 10) < n->count) {
            *row = n->first + (uint32_t)strtoul(text + stem, NULL, 10);
            return n;
        }
    }
    return NULL;
}

static uint32_t add_fill(reader *r, int what, uint64_t number) {
    for (uint32_t i = 0; i < r->entry->fill_count; i++) {
        const ptx_fill *fill = &r->entry->fills[i];
        if ((int)fill->what == what && fill->number == number) {
            return fill->row;
        }
    }
    r->entry->fills = grow(r->entry->fills, r->entry->fill_count, &r->fill_room, sizeof *r->entry->fills);
    ptx_fill *fill = &r->entry->fills[r->entry->fill_count++];
    memset(fill, 0, sizeof *fill);
    fill->row = r->entry->rows++;
    *(int *)&fill->what = what;
    fill->number = number;
    return fill->row;
}

static int parse_number(const char *text, uint64_t *number) {
    char *end;
    *number = strtoull(text, &end, 0);
    if (*end == 'U') {
        end++;
    }
    return isdigit((unsigned char)text[0]) && *end == 0;
}

/* The row of what token says: a register, a special one, a number (after a sign perhaps), an address. */
static int operand_row(reader *r, uint32_t *row) {
    static const char *const special[] = {"%tid.x", "%ctaid.x", "%ntid.x", "%nctaid.x"};
    uint64_t number;
    if (is(r, "-")) {
        next(r);
        if (!parse_number(r->token, &number)) {
            return fail(r, "\"-%s\" is no number", r->token);
        }
        *row = add_fill(r, PTX_FILL_NUMBER, 0 - number);
        return 1;
    }
    if (parse_number(r->token, &number)) {
        *row = add_fill(r, PTX_FILL_NUMBER, number);
        return 1;
    }
    for (int i = 0; i < 4; i++) {
        if (is(r, special[i])) {
            *row = add_fill(r, PTX_FILL_TID + i, 0);
            return 1;
        }
    }
    const name *n = find_name(r, r->token, row);
    if (n == NULL) {
        return fail(r, "nothing is called %s", r->token);
    }
    if (n->kind != NAME_ROW) {
        *row = add_fill(r, PTX_FILL_NUMBER, n->first);
    }
    return 1;
}

/* ---- instructions -------------------------------------------------------------------------- */

static const char *const bases[] = {"add", "sub",  "mul",  "mad",  "and", "or",   "xor",  "not",
                                    "neg", "shl",  "shr",  "shf",  "clz", "popc", "min",  "max",
                                    "bfe", "prmt", "setp", "selp", "mov", "cvt",  "cvta", "ld",
                                    "st",  "atom", "shfl", "bar",  "bra", "ret",  "trap"};

static int set_type(ptx_instruction *in, const char *part) {
    static const struct {
        const char *text;
        uint8_t bits, is_signed;
    } types[] = {{"u8", 8, 0},   {"b8", 8, 0},   {"s8", 8, 1},   {"u16", 16, 0}, {"b16", 16, 0},
                 {"s16", 16, 1}, {"u32", 32, 0}, {"b32", 32, 0}, {"s32", 32, 1}, {"u64", 64, 0},
                 {"b64", 64, 0}, {"s64", 64, 1}, {"pred", 1, 0}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(part, types[i].text) == 0) {
            in->from_bits = types[i].bits; /* the last type named; cvt names two */
            in->from_signed = types[i].is_signed;
            if (in->bits == 0) {
                in->bits = types[i].bits;
                in->is_signed = types[i].is_signed;
            }
            return 1;
        }
    }
    return 0;
}

static int set_compare(ptx_instruction *in, const char *part) {
    static const char *const words[] = {"eq", "ne", "lt", "le", "gt", "ge"};
    for (uint8_t i = 0; i < 6; i++) {
        if (strcmp(part, words[i]) == 0) {
            in->compare = i;
            return 1;
        }
    }
    return 0;
}

static int set_space(ptx_instruction *in, const char *part) {
    static const char *const words[] = {"generic", "global", "shared", "const", "param"};
    for (uint8_t i = 1; i < 5; i++) {
        if (strcmp(part, words[i]) == 0) {
            in->space = i;
            return 1;
        }
    }
    return 0;
}

typedef struct modifiers {
    int lo, hi, wide, left, right, wrap, sync, idx, inc, plus, exch, to;
} modifiers;

static int set_modifier(reader *r, ptx_instruction *in, modifiers *m, const char *part) {
    const struct {
        const char *text;
        int *flag;
    } flags[] = {{"lo", &m->lo},   {"hi", &m->hi},     {"wide", &m->wide}, {"l", &m->left},
                 {"r", &m->right}, {"wrap", &m->wrap}, {"sync", &m->sync}, {"idx", &m->idx},
                 {"inc", &m->inc}, {"add", &m->plus},  {"exch", &m->exch}, {"to", &m->to}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(part, flags[i].text) == 0) {
            *flags[i].flag = 1;
            return 1;
        }
    }
    if (strcmp(part, "nc") == 0 || strcmp(part, "uni") == 0) {
        return 1;
    }
    if (strcmp(part, "v2") == 0 || strcmp(part, "v4") == 0) {
        in->vector = (uint8_t)(part[1] - '0');
        return 1;
    }
    return set_type(in, part) || set_compare(in, part) || set_space(in, part) ||
           fail(r, "\".%s\" of an instruction is not known", part);
}

static int set_op(reader *r, ptx_instruction *in, const char *base, const modifiers *m) {
    static const ptx_op ops[] = {
        PTX_ADD, PTX_SUB,      PTX_MUL_LO,   PTX_MAD_LO, PTX_AND, PTX_OR,   PTX_XOR, PTX_NOT,
        PTX_NEG, PTX_SHL,      PTX_SHR,      PTX_SHF_L,  PTX_CLZ, PTX_POPC, PTX_MIN, PTX_MAX,
        PTX_BFE, PTX_PRMT,     PTX_SETP,     PTX_SELP,   PTX_MOV, PTX_CVT,  PTX_MOV, PTX_LD,
        PTX_ST,  PTX_ATOM_INC, PTX_SHFL_IDX, PTX_BAR,    PTX_BRA, PTX_RET,  PTX_TRAP};
    size_t i = 0;
    while (i < sizeof bases / sizeof bases[0] && strcmp(base, bases[i]) != 0) {
        i++;
    }
    if (i == sizeof bases / sizeof bases[0]) {
        return fail(r, "instruction %s is not known", base);
    }
    in->op = ops[i];
    int known = 1;
    switch (in->op) {
    case PTX_MUL_LO:
        in->op = m->hi ? PTX_MUL_HI : m->wide ? PTX_MUL_WIDE : PTX_MUL_LO;
        known = m->lo + m->hi + m->wide == 1;
        break;
    case PTX_MAD_LO:
        in->op = m->wide ? PTX_MAD_WIDE : PTX_MAD_LO;
        known = m->lo + m->wide == 1 && !m->hi;
        break;
    case PTX_SHF_L:
        in->op = m->right ? PTX_SHF_R : PTX_SHF_L;
        known = m->wrap && m->left + m->right == 1 && in->bits == 32;
        break;
    case PTX_MOV: /* cvta: only shared memory has addresses of its own */
        if (base[0] == 'c' && in->space == PTX_SHARED) {
            in->op = m->to ? PTX_CVTA_TO_SHARED : PTX_CVTA_SHARED;
        }
        break;
    case PTX_ATOM_INC:
        in->op = m->plus ? PTX_ATOM_ADD : m->exch ? PTX_ATOM_EXCH : PTX_ATOM_INC;
        known = m->inc + m->plus + m->exch == 1 && in->bits == 32;
        break;
    case PTX_SHFL_IDX:
        known = m->sync && m->idx && in->bits == 32;
        break;
    case PTX_BAR:
        known = m->sync;
        break;
    default:
        break;
    }
    return known || fail(r, "this form of %s is not known", base);
}

static int add_operand(reader *r, ptx_instruction *in) {
    if (in->operands == PTX_OPERANDS_MAX) {
        return fail(r, "too many operands");
    }
    return operand_row(r, &in->operand[in->operands++]);
}

/* [register], [register+4], [name+4] */
static int read_address(reader *r, ptx_instruction *in) {
    next(r);
    if (!add_operand(r, in)) {
        return 0;
    }
    next(r);
    if (is(r, "+") || is(r, "-")) {
        uint64_t number;
        int negative = is(r, "-");
        next(r);
        if (is(r, "-")) {
            negative = !negative;
            next(r);
        }
        if (!parse_number(r->token, &number)) {
            return fail(r, "\"%s\" is no offset", r->token);
        }
        in->offset = negative ? -(int64_t)number : (int64_t)number;
        next(r);
    }
    return is(r, "]") || fail(r, "\"%s\" in an address", r->token);
}

static int want_label(reader *r) {
    if (r->wanted_count == LABELS_MAX) {
        return fail(r, "more than %d branches", LABELS_MAX);
    }
    label *w = &r->wanted[r->wanted_count++];
    snprintf(w->text, sizeof w->text, "%.*s", (int)sizeof w->text - 1, r->token);
    w->place = r->module->code_count;
    w->line = r->line;
    return 1;
}

/* Everything up to the semicolon. Braces stand for a vector, and for the two halves of a mov. */
static int read_operands(reader *r, ptx_instruction *in) {
    uint32_t braces_at = PTX_NONE;
    int bar = 0;
    while (next(r) && !is(r, ";")) {
        int good = 1;
        if (is(r, ",") || is(r, "}")) {
            continue;
        }
        if (is(r, "|")) {
            bar = 1; /* the predicate of a shuffle, which says what is checked anyway */
        } else if (is(r, "{")) {
            braces_at = in->operands;
        } else if (is(r, "[")) {
            good = read_address(r, in);
        } else if (in->op == PTX_BRA) {
            good = want_label(r);
        } else if (bar) {
            bar = 0;
        } else {
            good = add_operand(r, in);
        }
        if (!good) {
            return 0;
        }
    }
    if (in->op == PTX_MOV && braces_at != PTX_NONE) {
        in->op = braces_at == 0 ? PTX_UNPACK : PTX_PACK;
        return (in->operands == 3 && in->bits == 64) || fail(r, "only two words to or from 64 bits");
    }
    return 1;
}

static int check_operands(reader *r, const ptx_instruction *in) {
    static const uint8_t wanted[] = {
        [PTX_ADD] = 3,      [PTX_SUB] = 3,    [PTX_MUL_LO] = 3,      [PTX_MUL_HI] = 3,
        [PTX_MUL_WIDE] = 3, [PTX_MAD_LO] = 4, [PTX_MAD_WIDE] = 4,    [PTX_AND] = 3,
        [PTX_OR] = 3,       [PTX_XOR] = 3,    [PTX_NOT] = 2,         [PTX_SHL] = 3,
        [PTX_NEG] = 2,      [PTX_BFE] = 4,    [PTX_ATOM_ADD] = 3,    [PTX_ATOM_EXCH] = 3,
        [PTX_SHR] = 3,      [PTX_SHF_L] = 4,  [PTX_SHF_R] = 4,       [PTX_CLZ] = 2,
        [PTX_POPC] = 2,     [PTX_MIN] = 3,    [PTX_MAX] = 3,         [PTX_PRMT] = 4,
        [PTX_SETP] = 3,     [PTX_SELP] = 4,   [PTX_MOV] = 2,         [PTX_PACK] = 3,
        [PTX_UNPACK] = 3,   [PTX_CVT] = 2,    [PTX_CVTA_SHARED] = 2, [PTX_CVTA_TO_SHARED] = 2,
        [PTX_LD] = 2,       [PTX_ST] = 2,     [PTX_ATOM_INC] = 3,    [PTX_SHFL_IDX] = 5,
        [PTX_BAR] = 1,      [PTX_BRA] = 0,    [PTX_RET] = 0,         [PTX_TRAP] = 0};
    uint32_t count = wanted[in->op];
    if (in->op == PTX_LD || in->op == PTX_ST) {
        count += in->vector - 1u;
    }
    return in->operands == count || fail(r, "%u operands where %u belong", in->operands, count);
}

static int read_instruction(reader *r) {
    ptx_module *m = r->module;
    ptx_instruction in = {.guard = PTX_NONE, .vector = 1, .target = PTX_NONE};
    modifiers flags = {0};
    char words[TOKEN_BYTES], *rest = NULL;
    if (is(r, "@")) {
        next(r);
        if (is(r, "!")) {
            in.negated = 1;
            next(r);
        }
        if (!operand_row(r, &in.guard)) {
            return 0;
        }
        next(r);
    }
    in.line = r->line;
    snprintf(words, sizeof words, "%s", r->token);
    const char *base = strtok_r(words, ".", &rest);
    for (const char *part; base != NULL && (part = strtok_r(NULL, ".", &rest)) != NULL;) {
        if (!set_modifier(r, &in, &flags, part)) {
            return 0;
        }
    }
    if (base == NULL || !set_op(r, &in, base, &flags) || !read_operands(r, &in) || !check_operands(r, &in)) {
        return 0;
    }
    m->code = grow(m->code, m->code_count, &r->code_room, sizeof *m->code);
    m->code[m->code_count++] = in;
    return 1;
}

/* ---- declarations -------------------------------------------------------------------------- */

/* .reg .b32 %r<9>;  or  .reg .b32 t, a; */
static int read_registers(reader *r) {
    next(r); /* the type: every row has 64 bits */
    do {
        char text[TOKEN_BYTES];
        uint64_t count = 1;
        next(r);
        snprintf(text, sizeof text, "%s", r->token);
        next(r);
        if (is(r, "<")) {
            next(r);
            if (!parse_number(r->token, &count) || count > NAMES_MAX || !expect(r, ">")) {
                return fail(r, "\"%s\" is no count of registers", r->token);
            }
            count += count == 1; /* a range, not a name */
            next(r);
        }
        add_name(r, text, NAME_ROW, r->entry->rows, (uint32_t)count);
        r->entry->rows += (uint32_t)count;
    } while (is(r, ","));
    return is(r, ";") || fail(r, "\"%s\" among registers", r->token);
}

static int read_constants(reader *r, uint32_t at, uint32_t bytes) {
    ptx_module *m = r->module;
    uint32_t place = at;
    m->constants = realloc(m->constants, at + bytes);
    memset(m->constants + m->constant_bytes, 0, at + bytes - m->constant_bytes);
    m->constant_bytes = at + bytes;
    next(r);
    if (is(r, "=")) {
        expect(r, "{");
        while (next(r) && !is(r, "}")) {
            uint64_t number;
            if (is(r, ",")) {
                continue;
            }
            if (!parse_number(r->token, &number) || place >= at + bytes) {
                return fail(r, "\"%s\" among constants", r->token);
            }
            m->constants[place++] = (uint8_t)number;
        }
        next(r);
    }
    return is(r, ";") || fail(r, "\"%s\" behind constants", r->token);
}

/* .shared .align 16 .b8 name[4096];  .shared .u32 name;  .const the same with = {...} */
static int read_memory(reader *r, int constant) {
    uint64_t align = 1, count = 4;
    char text[TOKEN_BYTES];
    next(r);
    if (is(r, ".align")) {
        next(r);
        parse_number(r->token, &align);
        next(r);
    }
    int is_word = is(r, ".u32");
    if (!is_word && !is(r, ".b8")) {
        return fail(r, "memory of type %s is not known", r->token);
    }
    next(r);
    snprintf(text, sizeof text, "%s", r->token);
    if (!is_word && (!expect(r, "[") || !next(r) || !parse_number(r->token, &count) || !expect(r, "]"))) {
        return fail(r, "no size of %s", text);
    }
    uint32_t *bytes = constant ? &r->module->constant_bytes : &r->module->shared_bytes;
    uint32_t at = (*bytes + (uint32_t)align - 1) / (uint32_t)align * (uint32_t)align;
    add_name(r, text, constant ? NAME_CONSTANT : NAME_SHARED, at, 1);
    if (constant) {
        return read_constants(r, at, (uint32_t)count);
    }
    *bytes = at + (uint32_t)count;
    return expect(r, ";");
}

/* ( .param .u64 name, .param .u32 name ) */
static int read_parameters(reader *r) {
    uint32_t at = 0;
    expect(r, "(");
    while (next(r) && !is(r, ")")) {
        if (is(r, ",") || is(r, ".param")) {
            continue;
        }
        uint32_t bytes = is(r, ".u64") || is(r, ".b64") ? 8 : is(r, ".u32") || is(r, ".b32") ? 4 : 0;
        next(r);
        if (bytes == 0 || r->entry->parameters == PTX_PARAMETERS_MAX) {
            return fail(r, "parameter %s is not known", r->token);
        }
        at = (at + bytes - 1) / bytes * bytes;
        add_name(r, r->token, NAME_PARAMETER, at, 1);
        r->entry->parameter_bytes[r->entry->parameters] = bytes;
        r->entry->parameter_at[r->entry->parameters++] = at;
        at += bytes;
    }
    return 1;
}

static int resolve_labels(reader *r) {
    for (uint32_t i = 0; i < r->wanted_count; i++) {
        uint32_t j = 0;
        while (j < r->label_count && strcmp(r->labels[j].text, r->wanted[i].text) != 0) {
            j++;
        }
        if (j == r->label_count) {
            r->line = r->wanted[i].line;
            return fail(r, "no label %s", r->wanted[i].text);
        }
        r->module->code[r->wanted[i].place].target = r->labels[j].place;
    }
    r->wanted_count = r->label_count = 0;
    return 1;
}

static int read_label(reader *r) {
    if (r->label_count == LABELS_MAX) {
        return fail(r, "more than %d labels", LABELS_MAX);
    }
    label *l = &r->labels[r->label_count++];
    snprintf(l->text, sizeof l->text, "%.*s", (int)sizeof l->text - 1, r->token);
    l->place = r->module->code_count;
    return expect(r, ":");
}

static int read_statement(reader *r) {
    if (is(r, ".reg")) {
        return read_registers(r);
    }
    if (is(r, ".shared")) {
        return read_memory(r, 0);
    }
    if (is(r, ".pragma")) {
        skip_to(r, ";");
        return 1;
    }
    if (r->token[0] == '.') {
        return fail(r, "%s inside a kernel is not known", r->token); /* .local: a kernel that spills */
    }
    return peek_is(r, ':') ? read_label(r) : read_instruction(r);
}

static int read_body(reader *r) {
    r->scopes = 0;
    r->scope[r->scopes++] = r->name_count;
    while (r->scopes > 0) {
        if (!next(r)) {
            return fail(r, "the text ends inside a kernel");
        }
        if (is(r, "{")) {
            if (r->scopes == SCOPES_MAX) {
                return fail(r, "blocks within blocks");
            }
            r->scope[r->scopes++] = r->name_count;
        } else if (is(r, "}")) {
            r->name_count = r->scope[--r->scopes];
        } else if (!read_statement(r)) {
            return 0;
        }
    }
    return resolve_labels(r);
}

static int read_entry(reader *r) {
    ptx_module *m = r->module;
    uint32_t outer = r->name_count;
    m->entries = grow(m->entries, m->entry_count, &r->entry_room, sizeof *m->entries);
    r->entry = &m->entries[m->entry_count++];
    memset(r->entry, 0, sizeof *r->entry);
    r->fill_room = 0;
    next(r);
    snprintf(r->entry->name, sizeof r->entry->name, "%s", r->token);
    r->entry->begin = m->code_count;
    if (!read_parameters(r)) {
        return 0;
    }
    while (next(r) && !is(r, "{")) {
        uint64_t number;
        if (is(r, ".maxntid")) {
            next(r);
            if (parse_number(r->token, &number)) {
                r->entry->threads_max = (uint32_t)number;
            }
        }
    }
    if (!read_body(r)) {
        return 0;
    }
    r->entry->end = m->code_count;
    r->name_count = outer;
    return 1;
}

static int read_module(reader *r) {
    while (next(r)) {
        if (is(r, ".version") || is(r, ".target") || is(r, ".address_size")) {
            next(r);
        } else if (is(r, ".entry")) {
            if (!read_entry(r)) {
                return 0;
            }
        } else if (is(r, ".const") || is(r, ".shared")) {
            if (!read_memory(r, is(r, ".const"))) {
                return 0;
            }
        } else if (!is(r, ".visible")) {
            return fail(r, "\"%s\" is not known here", r->token);
        }
    }
    return r->module->entry_count > 0 || fail(r, "no kernel");
}

ptx_module *ptx_read(const char *text, size_t length, char error[PTX_ERROR_MAX]) {
    reader r = {.at = text, .end = text + length, .line = 1, .error = error};
    error[0] = 0;
    r.module = calloc(1, sizeof *r.module);
    r.names = calloc(NAMES_MAX, sizeof *r.names);
    r.labels = calloc(LABELS_MAX, sizeof *r.labels);
    r.wanted = calloc(LABELS_MAX, sizeof *r.wanted);
    int good = read_module(&r);
    free(r.names);
    free(r.labels);
    free(r.wanted);
    if (!good) {
        ptx_free(r.module);
        return NULL;
    }
    r.module->ran = calloc(r.module->code_count + 1, 1);
    return r.module;
}
