/** Bytes that stand in a body as they are, JSON or not. */
export type RawText = { readonly raw: Buffer };
/** An object by its members in order: doubled keys and keys that no literal can have. */
export type Members = { readonly members: readonly (readonly [key: string, value: Part])[] };
/** A body to be written: JSON values with parts that JSON.stringify cannot write. */
export type Part = string | number | boolean | null | RawText | Members | readonly Part[];

export function raw(text: string | Buffer): RawText {
  return { raw: Buffer.from(text as string) };
}

/** JSON data as a part; objects become lists of members. */
export function toPart(value: unknown): Part {
  if (Array.isArray(value)) return value.map(toPart);
  if (value !== null && typeof value === 'object') {
    return { members: Object.entries(value).map(([key, entry]) => [key, toPart(entry)] as const) };
  }
  return value as Part;
}

/** The bytes of a body. */
export function encode(part: Part): Buffer {
  const pieces: Buffer[] = [];
  const say = (text: string) => pieces.push(Buffer.from(text));
  const visit = (one: Part): void => {
    if (Array.isArray(one)) {
      say('[');
      one.forEach((entry, at) => {
        if (at > 0) say(',');
        visit(entry as Part);
      });
      say(']');
    } else if (typeof one === 'object' && one !== null && 'raw' in one) pieces.push(one.raw);
    else if (typeof one === 'object' && one !== null && 'members' in one) {
      say('{');
      one.members.forEach(([key, value], at) => {
        say(`${at > 0 ? ',' : ''}${JSON.stringify(key)}:`);
        visit(value);
      });
      say('}');
    } else say(JSON.stringify(one));
  };
  visit(part);
  return Buffer.concat(pieces);
}

/** Where a part stands in a body: keys and indexes from the root. */
export type Place = readonly (string | number)[];

/** The body with another part at a place; undefined removes a member or an entry. */
export function replaceAt(body: Part, place: Place, part: Part | undefined): Part {
  const [step, ...rest] = place;
  if (step === undefined) return part as Part;
  if (Array.isArray(body)) {
    const next =
      part === undefined && rest.length === 0 ? [] : [replaceAt(body[step as number] as Part, rest, part)];
    return [...body.slice(0, step as number), ...next, ...body.slice((step as number) + 1)];
  }
  const { members } = body as Members;
  const changed = members.flatMap(([key, value]) => {
    if (key !== step) return [[key, value] as const];
    return part === undefined && rest.length === 0 ? [] : [[key, replaceAt(value, rest, part)] as const];
  });
  return { members: changed };
}

/** The body with more members in the object at a place. */
export function addMembers(body: Part, place: Place, more: Members['members']): Part {
  const [step, ...rest] = place;
  if (step === undefined) return { members: [...(body as Members).members, ...more] };
  if (Array.isArray(body)) {
    return body.map((entry, at) => (at === step ? addMembers(entry as Part, rest, more) : entry)) as Part[];
  }
  const { members } = body as Members;
  return {
    members: members.map(([key, value]) => [key, key === step ? addMembers(value, rest, more) : value]),
  };
}
