/* Context switches: four tasks with a stack each pass a number around. A switch (switch.S) saves the registers that calls preserve,
 * changes stacks and returns into the other task, so every return goes somewhere else than the last call came from. */
#include "guest.h"

#define TASKS 4
#define STACK_WORDS 512
#define SAVED_REGISTERS 6

void switch_stack(void **save, void *load);

static uintptr_t stacks[TASKS][STACK_WORDS] __attribute__((aligned(16)));
static void *task_stack[TASKS], *caller_stack;
static uint64_t baton, left;

static void task_body(uint32_t number) {
  for (uint32_t turn = number;; turn++) {
    baton = mix(baton, turn ^ number);
    if (left-- == 0) switch_stack(&task_stack[number], caller_stack);
    /* Mostly round, sometimes across. */
    uint32_t next = (number + 1 + (uint32_t)(baton >> 62 == 0)) % TASKS;
    switch_stack(&task_stack[number], task_stack[next]);
  }
}

static void task_0(void) { task_body(0); }
static void task_1(void) { task_body(1); }
static void task_2(void) { task_body(2); }
static void task_3(void) { task_body(3); }
static void (*const entries[TASKS])(void) = {task_0, task_1, task_2, task_3};

uint64_t coroutine(uint64_t size) {
  baton = 0;
  left = size;
  for (int i = 0; i < TASKS; i++) {
    /* As if the task had called switch_stack at its very beginning; its own return address would come next. */
    uintptr_t *top = &stacks[i][STACK_WORDS - 2];
    *top = (uintptr_t)entries[i];
    task_stack[i] = top - SAVED_REGISTERS;
  }
  switch_stack(&caller_stack, task_stack[0]);
  return baton;
}
