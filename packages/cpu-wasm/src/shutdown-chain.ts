/**
 * Reads the chain of exceptions that ended in a shutdown (triple fault), and names the features whose lack ended a run.
 * Layout and texts come from gen/delivery.ts.
 */
import {
  chainFields,
  chainRecordBytes,
  deliverySteps,
  eventKinds,
  unimplementedFeatures,
} from './generated/delivery.ts';

/** `deliveringVector` while nothing is being delivered. */
export const deliveryNone = 256n;

/** Why a delivery failed. */
export type DeliveryStep = (typeof deliverySteps)[number]['name'];
/** Where an event came from. */
export type EventKind = (typeof eventKinds)[number]['name'];
/** What a run needed that this core lacks. */
export type UnimplementedFeature = (typeof unimplementedFeatures)[number]['name'];

/** One event of the chain, as at the moment it was raised. */
export interface FaultRecord {
  readonly vector: number;
  /** Undefined for vectors without one. */
  readonly errorCode: number | undefined;
  readonly kind: EventKind;
  /** RIP that its frame would have held: the faulting instruction, or the next one for traps. */
  readonly rip: bigint;
  readonly rsp: bigint;
  readonly rflags: bigint;
  readonly cr2: bigint;
  readonly cs: number;
  readonly ss: number;
  /** Raised while the event before it was being delivered. */
  readonly inDelivery: boolean;
  /** Why its own delivery failed; `none` for an exception that became part of a double fault. */
  readonly failedStep: DeliveryStep;
  /** `failedStep` in words. */
  readonly failure: string;
}

/** Reads `count` records of the chain at `start` in linear memory, oldest first. */
export function readShutdownChain(view: DataView, start: number, count: number): FaultRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const base = start + index * chainRecordBytes;
    const word = (name: keyof typeof chainFields): number => view.getUint32(base + chainFields[name].offset, true);
    const quad = (name: keyof typeof chainFields): bigint => view.getBigUint64(base + chainFields[name].offset, true);
    const step = deliverySteps[word('step')] ?? deliverySteps[0];
    return {
      vector: word('vector'),
      errorCode: word('hasErrorCode') === 1 ? word('errorCode') : undefined,
      kind: eventKinds[word('kind')]?.name ?? 'exception',
      rip: quad('rip'),
      rsp: quad('rsp'),
      rflags: quad('rflags'),
      cr2: quad('cr2'),
      cs: word('csSelector'),
      ss: word('ssSelector'),
      inDelivery: word('inDelivery') === 1,
      failedStep: step.name,
      failure: step.doc,
    };
  });
}

/** Name and description of an `unimplementedFeature` number. */
export function unimplementedFeature(index: number): { readonly name: UnimplementedFeature; readonly doc: string } {
  return unimplementedFeatures[index] ?? unimplementedFeatures[0];
}
