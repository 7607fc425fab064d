import { describe, expect, it } from 'vitest';
import { findJavaEntry } from './java-entry.ts';

const main = 'public static void main(String[] args) {}';

describe('java entry', () => {
  it.each([
    ['a public class', `public class Solution { ${main} }`, 'Solution.java', 'Solution'],
    ['a class without public', `class Foo { ${main} }`, 'Main.java', 'Foo'],
    ['the class with main, not the first', `class A { int x; } class B { ${main} }`, 'Main.java', 'B'],
    [
      'the public class, not the first with main',
      `class A { ${main} } public class B { ${main} }`,
      'B.java',
      'B',
    ],
    ['modifiers', `public final strictfp class Foo { ${main} }`, 'Foo.java', 'Foo'],
    [
      'annotations with braces and texts',
      `@Author({"a", "} public class No {"}) public class Yes { ${main} }`,
      'Yes.java',
      'Yes',
    ],
    ['a record', `public record P(int x) { ${main} }`, 'P.java', 'P'],
    ['an enum', `public enum E { A, B; ${main} }`, 'E.java', 'E'],
    ['an interface', `public interface I { static void main(String[] a) {} }`, 'I.java', 'I'],
    [
      'generics and imports',
      `import java.util.*;\npublic class G<T extends Comparable<T>> { ${main} }`,
      'G.java',
      'G',
    ],
    [
      'comments',
      `// public class No {\n/* public class Neither { */ class Foo { ${main} }`,
      'Main.java',
      'Foo',
    ],
    ['texts', `class A { String s = "class B { static void main("; } class C { ${main} }`, 'Main.java', 'C'],
    [
      'text blocks',
      `class A { String s = """\n } public class B {\n"""; } class C { ${main} }`,
      'Main.java',
      'C',
    ],
    [
      'character literals',
      `class A { char c = '{'; char d = '\\''; } public class C { ${main} }`,
      'C.java',
      'C',
    ],
    [
      'main of a nested class only',
      `class A { static class B { ${main} } } class C { ${main} }`,
      'Main.java',
      'C',
    ],
    ['a public nested class', `class A { public static class B {} ${main} }`, 'Main.java', 'A'],
    [
      'varargs main with annotations',
      `class A {} class B { public static final void main(final String... x) {} }`,
      'Main.java',
      'B',
    ],
    ['a package', `package a . b ;\nclass A { ${main} }`, 'Main.java', 'a.b.A'],
    ['no class at all', 'void main() {}', 'Main.java', 'Main'],
    ['no main anywhere', 'class A {} class B {}', 'Main.java', 'A'],
    ['an unfinished class', `public class Foo { ${main}`, 'Foo.java', 'Foo'],
    ['unfinished texts and comments', 'class A { String s = "abc\n } class B /* ', 'Main.java', 'A'],
    ['nothing', '', 'Main.java', 'Main'],
    ['letters beyond ASCII', `public class Lösung { ${main} }`, 'Lösung.java', 'Lösung'],
  ])('%s', (_, source, fileName, mainClass) => {
    expect(findJavaEntry(source)).toEqual({ fileName, mainClass });
  });

  it('keeps too long a name out of the file name', () => {
    expect(findJavaEntry(`public class ${'A'.repeat(300)} {}`).fileName).toBe('Main.java');
  });

  it.each(['static ', 'class ', '"', '/*', '{', "'", 'package ', '\\"', '\n '])(
    'reads 256 KiB of %j in no noticeable time',
    (piece) => {
      const source = `class A { ${piece.repeat((256 * 1024) / piece.length)}`;
      expect(findJavaEntry(source).fileName).toBe('Main.java');
    },
    5000,
  );
});
