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

test('sleeping moves time without instructions', () => {
  const clock = new InstructionClock(() => 5);
  let rung = 0;
  clock.schedule(1000, () => rung++);
  expect(clock.nextAlarmNanos).toBe(1005);
  clock.sleep(1000);
  expect([clock.nowNanos, clock.sleptNanos]).toEqual([1005, 1000]);
  clock.ringDueAlarms();
  expect(rung).toBe(1);
  expect(clock.nextAlarmNanos).toBe(Infinity);
});

test('tells when an alarm is set, in whole nanoseconds', () => {
  const set: number[] = [];
  const clock = new InstructionClock(
    () => 5,
    (due) => set.push(due),
  );
  clock.schedule(10.2, () => {});
  clock.schedule(-3, () => {});
  expect(set).toEqual([16, 6]);
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
