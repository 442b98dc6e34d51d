// Placeholder until exception delivery lands: every exception ends the run loudly.
import { EXIT_UNIMPLEMENTED, abandon } from "../fault";

export function deliverPending(): void {
  abandon(0, EXIT_UNIMPLEMENTED);
}

export function deliverExternalInterrupt(): void {
  abandon(0, EXIT_UNIMPLEMENTED);
}

export function singleStepTrap(): void {
  abandon(0, EXIT_UNIMPLEMENTED);
}
