import { type Bound, type Document, listOperations } from '../../../tools/contract/document.ts';
import type { Wire } from './wire.ts';

export type Operation = Bound;

/** What a server says it serves: its own OpenAPI document, as anybody may read it. */
export type Served = {
  readonly document: Document;
  readonly operations: readonly Operation[];
  operation(id: string): Operation;
};

/** Reads the document that the server gives out. */
export async function readServed(wire: Wire): Promise<Served> {
  const { status, body } = await wire.ask({ method: 'GET', path: '/openapi.json' });
  if (status !== 200) throw new Error(`no document: ${status}`);
  const document = body as Document;
  const operations = listOperations(document);
  return {
    document,
    operations,
    operation(id) {
      const found = operations.find((one) => one.id === id);
      if (!found) throw new Error(`${id} is not served`);
      return found;
    },
  };
}

/** The path with its parameters filled in; those not given stay as they are. */
export function fillPath(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (whole, name: string) => params[name] ?? whole);
}
