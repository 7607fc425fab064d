import { type Part, raw } from './json-text.ts';

/** A word that no rule of the product contains: it must not come back where texts of clients do not belong. */
export const MARK = 'Zq7mark';

/** JSON string tokens by name, among them such that no JSON writer makes. */
export function hostileTexts(): readonly (readonly [name: string, part: Part])[] {
  const bytes = (hex: string) =>
    raw(Buffer.concat([Buffer.from('"a'), Buffer.from(hex, 'hex'), Buffer.from('b"')]));
  return [
    ['empty', ''],
    ['blank', ' \t \n '],
    ['a lone high surrogate', raw('"a\\ud800b"')],
    ['a lone low surrogate', raw('"\\udc00"')],
    ['NUL', `${MARK}\u0000x`],
    ['an escaped NUL', raw('"a\\u0000b"')],
    ['a bell', 'a\u0007b'],
    ['C1 controls', 'a\u0085\u009fb'],
    ['a raw control character', raw('"a\u0001b"')],
    ['a raw line break', raw('"a\nb"')],
    ['bidi overrides', `\u202e${MARK}\u202c\u2066x\u2069`],
    ['zero width', '\u200b\u200d\ufeff'],
    ['not NFC', 'e\u0301'.repeat(3)],
    ['endless marks', `a${'\u0301\u0316'.repeat(40)}`],
    ['a family', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
    ['no character', '\uffff\ufffe'],
    ['the last plane', '\u{10ffff}'],
    ['an overlong slash', bytes('c0af')],
    ['an overlong NUL', bytes('e08080')],
    ['a surrogate in UTF-8', bytes('eda080')],
    ['above the last plane', bytes('f4908080')],
    ['a cut sequence', bytes('e282')],
    ['0xff', bytes('ff')],
    ['a lone continuation', bytes('80')],
    ['SQL', `'; DROP TABLE users; -- ${MARK}`],
    ['LIKE', '%_\\%'],
    ['a path', '../../../../etc/passwd'],
    ['HTML', `<script>alert("${MARK}")</script>`],
    ['a template', `\${7*7}{{7*7}}#{7*7}${MARK}`],
    ['header breaks', `a\r\nX-Evil: ${MARK}`],
    ['__proto__', '__proto__'],
    ['a bad escape', raw('"\\x41"')],
    ['an open string', raw('"abc')],
    ['single quotes', raw("'abc'")],
    ['digits beyond ASCII', '\u0661\u0662\u0663\u0664\u0665\u0666'],
    ['letters that grow', '\u0130\u0131\u00df\ufb03'.repeat(3)],
  ];
}

/** JSON tokens of numbers, and such as are none. */
export function hostileNumbers(): readonly (readonly [name: string, part: Part])[] {
  return [
    ['-0', raw('-0')],
    ['a fraction', 1.5],
    ['1e308', raw('1e308')],
    ['1e400', raw('1e400')],
    ['-1e400', raw('-1e400')],
    ['1e-400', raw('1e-400')],
    ['2^53', raw('9007199254740992')],
    ['2^53+1', raw('9007199254740993')],
    ['2^63', raw('9223372036854775808')],
    ['400 digits', raw('9'.repeat(400))],
    ['an exponent that is whole', raw('1e1')],
    ['NaN', raw('NaN')],
    ['Infinity', raw('Infinity')],
    ['hexadecimal', raw('0x10')],
    ['a leading zero', raw('01')],
    ['a plus', raw('+1')],
    ['a naked dot', raw('1.')],
    ['an n', raw('1n')],
  ];
}

/** One value of each JSON type, large ones too. */
export function otherTypes(): readonly (readonly [type: string, part: Part])[] {
  return [
    ['null', null],
    ['true', true],
    ['false', false],
    ['0', 0],
    ['1', 1],
    ['a number', 12.5],
    ['a text', MARK],
    ['a number as text', '5'],
    ['a list', []],
    ['a list of one', [1]],
    ['an object', { members: [] }],
    ['an object of one', { members: [['a', 1]] }],
  ];
}

/** Lists or objects in each other, so deep. */
export function nested(depth: number, kind: 'lists' | 'objects'): Part {
  const [open, close] = kind === 'lists' ? ['[', ']'] : ['{"a":', '}'];
  return raw(`${open.repeat(depth)}1${close.repeat(depth)}`);
}
