const COMMENTS_AND_TEXTS =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"""[\s\S]*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?/g;
const TYPE = /\b(class|interface|enum|record)\s+([\p{L}_$][\p{L}\p{N}_$]*)/u;
const PACKAGE = /^\s*package\s+(\w[\w.\s]*);/;
// Bounded, since sources are hostile: an open end would take quadratic time.
const MAIN_METHOD = /\bstatic\b[^;{}=]{0,200}\bvoid\s+main\s*\(/;
/** Longer names make no file name; javac then says what is wrong. */
const MAX_NAME = 200;

type JavaType = { readonly name: string; readonly isPublic: boolean; readonly hasMain: boolean };

/** Source text with comments gone and texts empty, so that braces and words mean what they seem to. */
function stripTexts(source: string): string {
  return source.replace(COMMENTS_AND_TEXTS, (match) => (match.startsWith('/') ? ' ' : '""'));
}

/** Text at the given brace depth directly: what is nested deeper is left out. */
function splitTopLevel(code: string): { header: string; body: string }[] {
  const parts: { header: string; body: string }[] = [];
  let depth = 0;
  let header = '';
  let body = '';
  for (const character of code) {
    if (character === '{') depth++;
    if (depth === 0) header += character;
    else if (depth === 1 || (depth === 2 && character === '{')) body += character;
    if (character !== '}' || depth === 0) continue;
    depth--;
    if (depth > 0) continue;
    parts.push({ header, body });
    header = '';
    body = '';
  }
  if (body !== '') parts.push({ header, body });
  return parts;
}

function typeOf({ header, body }: { header: string; body: string }): JavaType | null {
  const own = header.slice(header.lastIndexOf(';') + 1);
  const name = TYPE.exec(own)?.[2];
  if (name === undefined) return null;
  return { name, isPublic: /\bpublic\b/.test(own), hasMain: MAIN_METHOD.test(body) };
}

/** What a Java file is called and what starts it: the public top-level type, else the first with a main method, else Main. */
export function findJavaEntry(source: string): { readonly fileName: string; readonly mainClass: string } {
  const code = stripTexts(source);
  const types = splitTopLevel(code)
    .map(typeOf)
    .filter((type) => type !== null);
  const open = types.find((type) => type.isPublic);
  const main = open ?? types.find((type) => type.hasMain) ?? types[0];
  const packageName = PACKAGE.exec(code)?.[1]?.replace(/\s+/g, '');
  const className = main?.name ?? 'Main';
  return {
    fileName: `${open && open.name.length <= MAX_NAME ? open.name : 'Main'}.java`,
    mainClass: packageName === undefined ? className : `${packageName}.${className}`,
  };
}
