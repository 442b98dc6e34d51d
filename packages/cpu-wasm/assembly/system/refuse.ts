// Faults of system instructions and deliveries that name their cause. The step is kept in `deliveryStep`, so that the post
// mortem of a triple fault can say why a handler was not reached; outside a delivery nobody looks at it.

import { cpu } from '../generated/state';
import { faultWithCode } from '../fault';

/** Raises `vector` with an error code because of `step`. Does not return. */
export function refuse(r: usize, step: u32, vector: u32, errorCode: u32): void {
  cpu.deliveryStep = step;
  faultWithCode(r, vector, errorCode);
}
