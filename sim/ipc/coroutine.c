/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/coroutine.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define FIBERS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBERS 1
#endif
#endif
#ifdef FIBERS
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif

#if !defined(__x86_64__) && !defined(__aarch64__)
#define PORTABLE 1
#include <ucontext.h>
#endif

enum { CHUNK = 256, GUARDED = 16384, PAGE = 4096 };
static const uint64_t MARK = 0x62616e79616e2121u;

struct Coroutine {
    CoroutineSlab *slab;
    char *stack;                /* its low end, above the guard */
    size_t size;
    void *here, *back;          /* stack pointers where it and its caller were left */
#ifdef PORTABLE
    ucontext_t own, caller;
#endif
    void (*entry)(void *argument);
    void *argument;
    bool ended;
    bool marked;                /* no guard below: the low end of its stack holds MARK */
    void *fake, *caller_fake;   /* the sanitizer's own stacks */
    const void *caller_stack;
    size_t caller_size;
    unsigned valgrind;
    Coroutine *next_free;
};

struct CoroutineSlab {
    GPtrArray *chunks;          /* mappings of CHUNK stacks */
    GPtrArray *all;             /* of Coroutine * */
    Coroutine *free;
    Coroutine *running;
};

/* The one that is being entered for the first time, by the thread that enters it. */
static _Thread_local Coroutine *entered;

#if defined(__x86_64__)
void coroutine_switch(void **from, void *to) __attribute__((visibility("hidden")));
__asm__(".text\n.globl coroutine_switch\n.hidden coroutine_switch\n.type coroutine_switch, @function\n"
        "coroutine_switch:\n"
        "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
        "  movq %rsp, (%rdi)\n"
        "  movq %rsi, %rsp\n"
        "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
        "  ret\n.size coroutine_switch, .-coroutine_switch\n");
enum { SAVED = 6 };             /* registers below the address to return to */
#elif defined(__aarch64__)
void coroutine_switch(void **from, void *to) __attribute__((visibility("hidden")));
__asm__(".text\n.globl coroutine_switch\n.hidden coroutine_switch\n.type coroutine_switch, %function\n"
        "coroutine_switch:\n"
        "  sub sp, sp, #160\n"
        "  stp x19, x20, [sp, #0]\n  stp x21, x22, [sp, #16]\n  stp x23, x24, [sp, #32]\n"
        "  stp x25, x26, [sp, #48]\n  stp x27, x28, [sp, #64]\n  stp x29, x30, [sp, #80]\n"
        "  stp d8, d9, [sp, #96]\n  stp d10, d11, [sp, #112]\n  stp d12, d13, [sp, #128]\n  stp d14, d15, [sp, #144]\n"
        "  mov x9, sp\n  str x9, [x0]\n  mov sp, x1\n"
        "  ldp x19, x20, [sp, #0]\n  ldp x21, x22, [sp, #16]\n  ldp x23, x24, [sp, #32]\n"
        "  ldp x25, x26, [sp, #48]\n  ldp x27, x28, [sp, #64]\n  ldp x29, x30, [sp, #80]\n"
        "  ldp d8, d9, [sp, #96]\n  ldp d10, d11, [sp, #112]\n  ldp d12, d13, [sp, #128]\n  ldp d14, d15, [sp, #144]\n"
        "  add sp, sp, #160\n  ret\n.size coroutine_switch, .-coroutine_switch\n");
#endif

/* Before and after a switch: tells the sanitizer which stack comes next. */
static inline void leaving(void **fake, const void *bottom, size_t size)
{
#ifdef FIBERS
    __sanitizer_start_switch_fiber(fake, bottom, size);
#else
    (void)fake, (void)bottom, (void)size;
#endif
}

static inline void arrived(void *fake, const void **bottom, size_t *size)
{
#ifdef FIBERS
    __sanitizer_finish_switch_fiber(fake, bottom, size);
#else
    (void)fake, (void)bottom, (void)size;
#endif
}

static inline void switch_in(Coroutine *coroutine)
{
#ifdef PORTABLE
    swapcontext(&coroutine->caller, &coroutine->own);
#else
    coroutine_switch(&coroutine->back, coroutine->here);
#endif
}

static inline void switch_out(Coroutine *coroutine)
{
#ifdef PORTABLE
    swapcontext(&coroutine->own, &coroutine->caller);
#else
    coroutine_switch(&coroutine->here, coroutine->back);
#endif
}

static void begin(void)
{
    Coroutine *coroutine = entered;
    arrived(NULL, &coroutine->caller_stack, &coroutine->caller_size);
    coroutine->entry(coroutine->argument);
    coroutine->ended = true;
    leaving(NULL, coroutine->caller_stack, coroutine->caller_size);     /* NULL: its own stack is no more */
    switch_out(coroutine);
    g_assert_not_reached();
}

CoroutineSlab *coroutine_slab_new(void)
{
    CoroutineSlab *slab = g_new0(CoroutineSlab, 1);
    slab->chunks = g_ptr_array_new();
    slab->all = g_ptr_array_new_with_free_func(g_free);
    return slab;
}

void coroutine_slab_free(CoroutineSlab *slab)
{
    if (!slab) return;
    for (guint i = 0; i < slab->all->len; i++) {
#ifdef VALGRIND_STACK_DEREGISTER
        VALGRIND_STACK_DEREGISTER(((Coroutine *)slab->all->pdata[i])->valgrind);
#endif
    }
    for (guint i = 0; i < slab->chunks->len; i++) {
#ifdef FIBERS
        __asan_unpoison_memory_region(slab->chunks->pdata[i], (size_t)CHUNK * (COROUTINE_STACK + PAGE));
#endif
        (void)munmap(slab->chunks->pdata[i], (size_t)CHUNK * (COROUTINE_STACK + PAGE));
    }
    g_ptr_array_unref(slab->chunks);
    g_ptr_array_unref(slab->all);
    g_free(slab);
}

static void chunk_add(CoroutineSlab *slab)
{
    size_t each = COROUTINE_STACK + PAGE;
    char *chunk = mmap(NULL, CHUNK * each, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (chunk == MAP_FAILED) g_error("no address space left for the stack of a process");
    bool guarded = slab->all->len < GUARDED;
    (void)madvise(chunk, CHUNK * each, MADV_NOHUGEPAGE);        /* a stack uses a page or two of its own */
    g_ptr_array_add(slab->chunks, chunk);
    for (int i = CHUNK - 1; i >= 0; i--) {
        char *low = chunk + (size_t)i * each;
        if (guarded) (void)mprotect(low, PAGE, PROT_NONE);
        Coroutine *coroutine = g_new0(Coroutine, 1);
        *coroutine = (Coroutine){ .slab = slab, .stack = low + PAGE, .size = COROUTINE_STACK, .marked = !guarded,
                                  .next_free = slab->free };
#ifdef VALGRIND_STACK_REGISTER
        coroutine->valgrind = VALGRIND_STACK_REGISTER(coroutine->stack, coroutine->stack + COROUTINE_STACK);
#endif
        slab->free = coroutine;
        g_ptr_array_add(slab->all, coroutine);
    }
}

Coroutine *coroutine_new(CoroutineSlab *slab, void (*entry)(void *argument), void *argument)
{
    if (!slab->free) chunk_add(slab);
    Coroutine *coroutine = slab->free;
    slab->free = coroutine->next_free;
    coroutine->entry = entry;
    coroutine->argument = argument;
    coroutine->ended = false;
    coroutine->fake = NULL;
#ifdef FIBERS
    __asan_unpoison_memory_region(coroutine->stack, coroutine->size);   /* frames of one that was ended midway */
#endif
    if (coroutine->marked) memcpy(coroutine->stack, &MARK, sizeof MARK);
#ifdef PORTABLE
    getcontext(&coroutine->own);
    coroutine->own.uc_stack.ss_sp = coroutine->stack;
    coroutine->own.uc_stack.ss_size = coroutine->size;
    coroutine->own.uc_link = NULL;
    makecontext(&coroutine->own, begin, 0);
#elif defined(__x86_64__)
    void **top = (void **)(coroutine->stack + coroutine->size) - 2;     /* at its entry the stack is 8 past a 16 */
    top[0] = (void *)(uintptr_t)begin;
    top[1] = NULL;
    memset(top - SAVED, 0, SAVED * sizeof *top);
    coroutine->here = top - SAVED;
#else
    void **top = (void **)(coroutine->stack + coroutine->size) - 20;
    memset(top, 0, 20 * sizeof *top);
    top[11] = (void *)(uintptr_t)begin;                                 /* x30, where it returns to */
    coroutine->here = top;
#endif
    return coroutine;
}

void coroutine_free(Coroutine *coroutine)
{
    if (!coroutine) return;
    g_assert(coroutine->slab->running != coroutine);
    coroutine->next_free = coroutine->slab->free;
    coroutine->slab->free = coroutine;
}

bool coroutine_resume(Coroutine *coroutine)
{
    CoroutineSlab *slab = coroutine->slab;
    void *fake = NULL;
    g_assert(!slab->running && !coroutine->ended);
    slab->running = entered = coroutine;
    leaving(&fake, coroutine->stack, coroutine->size);
    switch_in(coroutine);
    arrived(fake, NULL, NULL);
    slab->running = NULL;
    if (G_UNLIKELY(coroutine->marked) && memcmp(coroutine->stack, &MARK, sizeof MARK) != 0)
        g_error("the stack of a process has overflowed its %d bytes", COROUTINE_STACK);
    return !coroutine->ended;
}

void coroutine_suspend(Coroutine *coroutine)
{
    g_assert(coroutine->slab->running == coroutine);
    leaving(&coroutine->fake, coroutine->caller_stack, coroutine->caller_size);
    switch_out(coroutine);
    arrived(coroutine->fake, &coroutine->caller_stack, &coroutine->caller_size);
}
