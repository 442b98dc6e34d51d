/**
 * Finds the Multiboot headers of a file and chooses the protocol: Multiboot 2 if both are there (as GRUB's users write
 * `multiboot2` for such kernels), unless the caller insists on one.
 */
import { missingHeader, type Protocol, type SearchScope } from './header-search.ts';
import { LoaderError } from './loader-error.ts';
import { MULTIBOOT1_RULES, type Multiboot1Header, readMultiboot1Header } from './multiboot1/header.ts';
import { MULTIBOOT2_RULES, type Multiboot2Header, readMultiboot2Header } from './multiboot2/header.ts';

/** What was found of each protocol: a header, why there is none, or nothing that resembles one. */
export interface FoundHeaders {
  readonly multiboot1: Multiboot1Header | LoaderError | undefined;
  readonly multiboot2: Multiboot2Header | LoaderError | undefined;
}

/** Looks for both headers; through the whole file only if neither is where it should be. Never throws. */
export function findHeaders(bytes: Uint8Array): FoundHeaders {
  const find = (scope: SearchScope) => ({
    multiboot1: readMultiboot1Header(bytes, scope),
    multiboot2: readMultiboot2Header(bytes, scope),
  });
  const found = find('window');
  return validHeaders(found).length > 0 ? found : find('file');
}

/** The valid ones, in the order of preference. */
export function validHeaders(found: FoundHeaders): (Multiboot1Header | Multiboot2Header)[] {
  return [found.multiboot2, found.multiboot1].flatMap((header) =>
    header === undefined || header instanceof LoaderError ? [] : [header],
  );
}

/** The header to boot by, or the error that explains best why there is none. */
export function chooseHeader(
  bytes: Uint8Array,
  found: FoundHeaders,
  protocol: Protocol | undefined,
): Multiboot1Header | Multiboot2Header | LoaderError {
  const candidates = protocol === undefined ? [found.multiboot2, found.multiboot1] : [insisted(bytes, found, protocol)];
  const valid = candidates.find((candidate) => candidate !== undefined && !(candidate instanceof LoaderError));
  if (valid !== undefined) return valid;
  const problem = candidates.find((candidate) => candidate !== undefined);
  if (problem !== undefined) return problem;
  const rules = { multiboot1: MULTIBOOT1_RULES, multiboot2: MULTIBOOT2_RULES };
  return missingHeader(bytes, protocol === undefined ? [rules.multiboot2, rules.multiboot1] : [rules[protocol]]);
}

/** The header of the protocol that the caller insists on; the other one's presence must not cut the search short. */
function insisted(bytes: Uint8Array, found: FoundHeaders, protocol: Protocol) {
  if (found[protocol] !== undefined) return found[protocol];
  return protocol === 'multiboot1' ? readMultiboot1Header(bytes) : readMultiboot2Header(bytes);
}
