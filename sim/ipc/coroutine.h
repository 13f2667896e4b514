/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Code that can be suspended in the middle: stackful coroutines.
 *
 * Stacks come from one slab of address space; memory is taken as a stack grows into
 * it, so a suspended coroutine costs the pages it has touched (8 KiB as a rule).  Below
 * each of the first 16,384 stacks lies a page that must not be touched; a guard splits
 * a mapping, and a default kernel allows a process 65,530.  Beyond, a mark at the end
 * of the stack is looked at on each switch.
 *
 *     operation               cost
 *     coroutine_resume and back   two switches of some 5 ns (x86-64, AArch64); swapcontext
 *                                 elsewhere, 250 ns
 *     coroutine_new               a free stack is reused
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct Coroutine Coroutine;
typedef struct CoroutineSlab CoroutineSlab;

CoroutineSlab *coroutine_slab_new(void);
void coroutine_slab_free(CoroutineSlab *slab);          /* with all its coroutines */

/* Bytes of address space a stack has. */
enum { COROUTINE_STACK = 64 * 1024 };

/* One that calls entry(argument) when first resumed. */
Coroutine *coroutine_new(CoroutineSlab *slab, void (*entry)(void *argument), void *argument);

/* Ends it where it stands: what it holds is not unwound.  Not from within itself. */
void coroutine_free(Coroutine *coroutine);

/* Runs it until it suspends or returns; true while it has not returned.  Not from
 * within a coroutine. */
bool coroutine_resume(Coroutine *coroutine);

/* Back to whoever resumed it; from within it alone. */
void coroutine_suspend(Coroutine *coroutine);
