import { type Language, pathOf, plainFiles } from './language.ts';
import { native } from './native.ts';

export const rust: Language = {
  ...native,
  name: 'rust',
  programs: ['rustc'],
  versionCommand: (programs) => ({ argv: [pathOf(programs, 'rustc'), '--version'] }),
  files: plainFiles('rs'),
  // A driver has `mod solution;`.
  compile: (programs) => ({
    argv: [pathOf(programs, 'rustc'), '--edition', '2021', '-O', '-o', '/box/main', 'main.rs'],
    output: 'main',
  }),
  sample: `fn main() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    println!("{}", line.trim().to_uppercase());
}
`,
};
