/* host_kernels.c - every kernel file as a function here. */
#include <string.h>

#include "backend/gpu/dialect_host.h"

#include "backend/gpu/keccak_body.h"
#include "backend/gpu/search.h"

#include "runner.h"

#define MEMORY(i) arguments[i].memory
#define NUMBER(i) arguments[i].value

#define KERNEL_NAME sha256d
#include "sha256d/gpu/sha256d_body.h"

#include "sha256d/gpu/sha256d.cu"
#undef KERNEL_NAME
#undef ROW

static void run_sha256d(const argument *arguments) {
    sha256d(MEMORY(0), NUMBER(1), (u32)NUMBER(2), (u32)NUMBER(3), MEMORY(4));
}

host_kernel *host_kernel_of(const char *name) {
    static const struct {
        const char *name;
        host_kernel *run;
    } rows[] = {{"sha256d", run_sha256d}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(name, rows[i].name) == 0) {
            return rows[i].run;
        }
    }
    return NULL;
}
