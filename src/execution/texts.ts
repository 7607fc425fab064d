const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes as text: bad sequences become U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** What may be stored and shown: NUL becomes U+FFFD, other control characters stay. */
export function showText(bytes: Uint8Array): string {
  return decodeText(bytes).replaceAll('\0', '\uFFFD');
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

/** Length of the UTF-8 sequence that a byte starts, 1 for anything that starts none. */
function sequenceLength(byte: number): number {
  if (byte >= 0xf0 && byte <= 0xf4) return 4;
  if (byte >= 0xe0) return byte <= 0xef ? 3 : 1;
  return byte >= 0xc2 && byte <= 0xdf ? 2 : 1;
}

/** Where to cut so that no character is split: at `end` or up to 3 bytes before it. */
function characterBoundary(bytes: Uint8Array, end: number): number {
  let start = end - 1;
  while (start > 0 && end - start < 4 && isContinuation(bytes[start])) start--;
  const length = sequenceLength(bytes[start] ?? 0);
  return length > end - start ? start : end;
}

/** The first `maxBytes` bytes as text, cut at a character boundary; `isCut` says that more followed `bytes`. */
export function headText(bytes: Uint8Array, maxBytes: number, isCut: boolean): string {
  if (bytes.length <= maxBytes && !isCut) return showText(bytes);
  const end = Math.min(bytes.length, maxBytes);
  return showText(bytes.subarray(0, end === 0 ? 0 : characterBoundary(bytes, end)));
}

/** The last `maxBytes` bytes as text, cut at a character boundary; `isCut` says that more came before `bytes`. */
export function tailText(bytes: Uint8Array, maxBytes: number, isCut: boolean): string {
  if (bytes.length <= maxBytes && !isCut) return showText(bytes);
  let start = Math.max(0, bytes.length - maxBytes);
  const last = Math.min(bytes.length, start + 3);
  while (start < last && isContinuation(bytes[start])) start++;
  return showText(bytes.subarray(start));
}
