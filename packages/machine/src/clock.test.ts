import { expect, test } from 'vitest';
import { InstructionClock } from './clock.ts';

test('alarms ring when due, in order of time and then of setting, and can be cancelled', () => {
  let instructions = 0;
  const clock = new InstructionClock(() => instructions);
  const rung: string[] = [];
  clock.schedule(20, () => rung.push('b'));
  clock.schedule(10, () => rung.push('a'));
  clock.schedule(20, () => rung.push('c'));
  clock.schedule(15, () => rung.push('cancelled')).cancel();
  expect(clock.instructionsToNextAlarm).toBe(10);
  instructions = 9;
  clock.ringDueAlarms();
  expect(rung).toEqual([]);
  instructions = 25;
  clock.ringDueAlarms();
  expect(rung).toEqual(['a', 'b', 'c']);
  expect(clock.instructionsToNextAlarm).toBe(Infinity);
});

test('sleeping moves time to the next alarm without instructions', () => {
  const clock = new InstructionClock(() => 5);
  let rung = 0;
  clock.schedule(1000, () => rung++);
  expect(clock.sleepToNextAlarm()).toBe(true);
  expect(clock.nowNanos).toBe(1005);
  clock.ringDueAlarms();
  expect(rung).toBe(1);
  expect(clock.sleepToNextAlarm()).toBe(false);
});

test('an alarm may set the next one', () => {
  let instructions = 0;
  const clock = new InstructionClock(() => instructions);
  const times: number[] = [];
  const tick = () => {
    times.push(clock.nowNanos);
    clock.schedule(10, tick);
  };
  clock.schedule(10, tick);
  for (instructions = 0; instructions <= 30; instructions++) clock.ringDueAlarms();
  expect(times).toEqual([10, 20, 30]);
});
