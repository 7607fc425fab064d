import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs';
import type { CollabStateBundle, CreateDocumentRequest, SupportedLanguage } from '../generated/api.ts';
import { supportedLanguageValues } from '../generated/enums.ts';
import { codeText } from './content-limits.ts';
import { CollabDocumentTooLarge, CollabInvalidRequest } from './errors.ts';
import { type DocumentKind, documentKinds } from './names.ts';
import type { RoomSource } from './store-queries.ts';

export type ContentByLanguage = Partial<Record<SupportedLanguage, string>>;
export type FirstContent = {
  readonly source: RoomSource;
  readonly states: Record<DocumentKind, Uint8Array>;
};

export type SizeLimits = {
  readonly textLength: number;
  readonly stateBytes: Readonly<Record<DocumentKind, number>>;
};

/** Throws COLLAB_DOCUMENT_TOO_LARGE when a text is longer than a code text may be. */
export function checkTexts(content: ContentByLanguage, limits: SizeLimits): void {
  for (const language of supportedLanguageValues)
    if ((content[language]?.length ?? 0) > limits.textLength)
      throw CollabDocumentTooLarge({ language, maxLength: limits.textLength });
}

/**
 * The first states of a room's documents, from the snapshot, else the starter code, else empty. Throws
 * COLLAB_INVALID_REQUEST for a snapshot that does not decode and COLLAB_DOCUMENT_TOO_LARGE beyond the limits.
 */
export function firstContent(request: CreateDocumentRequest, limits: SizeLimits): FirstContent {
  const content = request.initialContentByLanguage ?? {};
  checkTexts(content, limits);
  const made = request.snapshot
    ? { source: 'snapshot' as const, states: decodeBundle(request.snapshot) }
    : seed(content);
  for (const kind of documentKinds)
    if (made.states[kind].byteLength > limits.stateBytes[kind])
      throw CollabDocumentTooLarge({ document: kind, maxBytes: limits.stateBytes[kind] });
  return made;
}

/** Makes every text the given one (a language left out becomes empty); a text that is equal is not touched. */
export function replaceTexts(document: Doc, content: ContentByLanguage): void {
  for (const language of supportedLanguageValues) {
    const text = codeText(document, language);
    const wanted = content[language] ?? '';
    if (text.toString() === wanted) continue;
    text.delete(0, text.length);
    text.insert(0, wanted);
  }
}

/** Whether replaceTexts() would change anything. */
export function differs(document: Doc, content: ContentByLanguage): boolean {
  return supportedLanguageValues.some(
    (language) => codeText(document, language).toString() !== (content[language] ?? ''),
  );
}

function seed(content: ContentByLanguage): FirstContent {
  const code = new Doc();
  code.transact(() => {
    for (const language of supportedLanguageValues) {
      const text = content[language] ?? '';
      if (text !== '') codeText(code, language).insert(0, text);
    }
  });
  const empty = encodeStateAsUpdate(new Doc());
  const hasText = Object.values(content).some((text) => text !== '');
  return {
    source: hasText ? 'seed' : 'empty',
    states: { code: encodeStateAsUpdate(code), board: empty, notes: empty },
  };
}

function decodeBundle(bundle: CollabStateBundle): Record<DocumentKind, Uint8Array> {
  const decode = (kind: DocumentKind): Uint8Array => {
    const text = bundle[kind];
    const document = new Doc();
    try {
      if (text !== undefined) applyUpdate(document, new Uint8Array(Buffer.from(text, 'base64')));
      return encodeStateAsUpdate(document);
    } catch (error) {
      throw CollabInvalidRequest(
        { document: kind },
        { message: 'The snapshot does not decode', cause: error },
      );
    } finally {
      document.destroy();
    }
  };
  return { code: decode('code'), board: decode('board'), notes: decode('notes') };
}
