import type { TextPlan } from '../../src/http/operation-table.ts';
import { type Document, flatten, type Parameter, resolve, type Schema, typesOf } from './document.ts';

/** How the strings below a schema are normalised; null where there is none that is. */
export function planTexts(document: Document, schema: Schema): TextPlan | null {
  const own = flatten(document, schema);
  if (own.oneOf) {
    const real = own.oneOf.filter((one) => one.type !== 'null');
    if (real.length !== 1) throw new Error('no text rule for a union in a request');
    return planTexts(document, real[0] ?? {});
  }
  if (own.items) {
    const items = planTexts(document, own.items);
    return items && { items, max: own.maxItems ?? 0 };
  }
  if (own.properties) return planFields(document, own.properties, own.additionalProperties === false);
  if (typeof own.additionalProperties === 'object') return planMap(document, own, own.additionalProperties);
  return planString(own);
}

/** The plan of the parameters in one place. */
export function planParameters(document: Document, parameters: Parameter[]): TextPlan | null {
  const schemas = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
  return planFields(document, schemas, false);
}

function planFields(
  document: Document,
  properties: Record<string, Schema>,
  closed: boolean,
): TextPlan | null {
  const fields = Object.entries(properties).map(
    ([name, field]) => [name, planTexts(document, field)] as const,
  );
  if (closed) return { fields: Object.fromEntries(fields), closed };
  const texts = fields.filter(([, plan]) => plan !== null);
  return texts.length > 0 ? { fields: Object.fromEntries(texts), closed } : null;
}

function planMap(document: Document, schema: Schema, values: Schema): TextPlan | null {
  const plan = planTexts(document, values);
  const keys = schema.propertyNames && resolve(document, schema.propertyNames).enum;
  return plan && { values: plan, max: schema.maxProperties ?? keys?.length ?? 0 };
}

function planString(schema: Schema): TextPlan | null {
  if (!typesOf(schema).includes('string') || schema['x-raw'] || schema.enum || schema.const !== undefined)
    return null;
  if (schema.contentEncoding) return null;
  if (schema.format === 'uuid') return { text: 'l', max: 36 };
  const text = `${schema['x-trim'] ? 't' : ''}${schema['x-lower'] ? 'l' : ''}` as '' | 't' | 'l' | 'tl';
  return { text, max: schema.maxLength ?? 64 };
}
