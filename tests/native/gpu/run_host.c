/*
 * run_host.c - kernels as C. A work item is a coroutine with a stack of its own, so that a barrier can let
 * the others of its group come up to it: the switch saves the registers that a call keeps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/gpu/dialect_host.h"
#include "runner.h"

enum { STACK_BYTES = 64 << 10 };

otd_gpu_item otd_gpu_now;

#if defined(__x86_64__)
/* switch_to(&save, load): saves where we are, goes on where load left off. */
__asm__(".text\n"
        "switch_to:\n"
        "    pushq %rbp\n    pushq %rbx\n    pushq %r12\n    pushq %r13\n    pushq %r14\n    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n    popq %r14\n    popq %r13\n    popq %r12\n    popq %rbx\n    popq %rbp\n"
        "    ret\n");
void switch_to(void **save, void *load);

typedef struct item {
    void *at; /* its stack pointer */
    int ended;
} item;

static item items[GROUP_MAX];
static uint8_t *stacks;
static void *scheduler;
static host_kernel *running;
static const argument *running_arguments;
static uint32_t current;

static void host_barrier(void) {
    switch_to(&items[current].at, scheduler);
}

static void begin_item(void) {
    running(running_arguments);
    items[current].ended = 1;
    switch_to(&items[current].at, scheduler);
    abort(); /* an ended item is not gone on with */
}

static void prepare_item(uint32_t i) {
    uint64_t *top = (uint64_t *)(void *)(stacks + (size_t)(i + 1) * STACK_BYTES);
    *--top = 0; /* a call finds the stack 8 bytes off alignment */
    *--top = (uint64_t)(uintptr_t)begin_item;
    for (int k = 0; k < 6; k++) {
        *--top = 0;
    }
    items[i].at = top;
    items[i].ended = 0;
}

/* Item after item up to the next barrier, until all have ended. 0 when some ended and others wait. */
static int run_group(uint32_t threads) {
    for (uint32_t i = 0; i < threads; i++) {
        prepare_item(i);
    }
    for (;;) {
        uint32_t ended = 0;
        for (current = 0; current < threads; current++) {
            otd_gpu_now.local_id = current;
            switch_to(&scheduler, items[current].at);
            ended += items[current].ended != 0;
        }
        if (ended == threads) {
            return 1;
        }
        if (ended != 0) {
            printf("%u of %u items wait at a barrier, the others have ended\n", threads - ended, threads);
            return 0;
        }
    }
}

static int host_run(const launch *l) {
    running = host_kernel_of(l->code->name);
    running_arguments = l->arguments;
    if (running == NULL || l->threads > GROUP_MAX) {
        printf("no kernel %s of groups of %u as C\n", l->code->name, l->threads);
        return 0;
    }
    otd_gpu_now = (otd_gpu_item){.group_size = l->threads, .groups = l->groups, .barrier = host_barrier};
    for (uint32_t group = 0; group < l->groups; group++) {
        otd_gpu_now.group_id = group;
        if (!run_group(l->threads)) {
            return 0;
        }
    }
    return 1;
}

static void host_end(void) {
    free(stacks);
    stacks = NULL;
}

const runner *runner_host(int brief) {
    static runner host = {"C", 64, 100, 8, 0, host_run, host_end, 1};
    stacks = aligned_alloc(64, (size_t)GROUP_MAX * STACK_BYTES);
    host.brief = brief;
    return stacks == NULL ? NULL : &host;
}
#else
const runner *runner_host(int brief) {
    (void)brief;
    printf("skipped kernels as C: the switch between work items is written for x86-64\n");
    return NULL;
}
#endif
