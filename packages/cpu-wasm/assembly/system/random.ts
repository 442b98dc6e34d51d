// RDRAND and RDSEED (SDM Vol. 1 7.3.17). The numbers come from a generator in the state, SplitMix64 (Steele, Lea, Flood: "Fast
// splittable pseudorandom number generators", 2014), which the host seeds at RESET: the same seed gives the same run. A number is
// always ready, so CF is always 1. For cryptography they are worth as much as the seed is secret.

import { CF } from '../generated/rflags';
import { writeArithmeticFlags } from '../flags';
import { cpu } from '../generated/state';
import { Reg, write } from '../operands';

function nextRandom(): u64 {
  cpu.randomState += 0x9e3779b97f4a7c15;
  let z = cpu.randomState;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

export function readRandom<T>(r: usize): void {
  write<T, Reg>(r, <T>nextRandom());
  writeArithmeticFlags(CF);
}
