/** Fetching with failures that say what, why and what to do, and with progress. */

import { type Failure, LongModeError, messageOf } from './failure.ts';

/** How far a file has come. `totalBytes` is undefined where the server does not say, or compresses. */
export interface FetchProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number | undefined;
}

/** Fetches. @throws LongModeError made of `failure`, with the reason added to its message */
export async function fetchOrFail(url: string, signal: AbortSignal, failure: Failure): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    throw new LongModeError({ ...failure, message: `${failure.message}: ${messageOf(error)}` });
  }
  if (!response.ok) {
    const status = `${response.status} ${response.statusText}`.trim();
    throw new LongModeError({ ...failure, message: `${failure.message}: the server answers ${status}` });
  }
  return response;
}

/** Fetches a file the page names, such as the kernel. `what` names it in failures. @throws LongModeError */
export async function fetchFile(
  what: string,
  url: string,
  signal: AbortSignal,
  onProgress: (progress: FetchProgress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const failure: Failure = {
    code: `${what}-fetch`,
    message: `the ${what} ${url} could not be fetched`,
    remedy: 'Check the src attribute; a file on another origin needs the header Access-Control-Allow-Origin.',
  };
  const response = await fetchOrFail(url, signal, failure);
  const totalBytes = announcedBytes(response);
  const chunks: Uint8Array[] = [];
  let loadedBytes = 0;
  try {
    const reader = response.body?.getReader();
    for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
      chunks.push(chunk.value);
      loadedBytes += chunk.value.length;
      onProgress({ loadedBytes, totalBytes });
    }
  } catch (error) {
    throw new LongModeError({ ...failure, message: `${failure.message}: it broke off: ${messageOf(error)}` });
  }
  const bytes = new Uint8Array(loadedBytes);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The length of a compressed file says nothing about that of its contents. */
function announcedBytes({ headers }: Response): number | undefined {
  const length = Number(headers.get('content-length') ?? Number.NaN);
  return headers.has('content-encoding') || !Number.isSafeInteger(length) ? undefined : length;
}
