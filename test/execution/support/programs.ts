import type { SupportedLanguage } from '../../../src/generated/api.ts';

/** One language's programs, each with one way to end. All but `right` and `wrong` ignore their input. */
export type Programs = {
  /** Prints the sum of the numbers of its input. */
  readonly right: string;
  /** Prints one too many. */
  readonly wrong: string;
  readonly broken: string;
  /** Ends with status 3. */
  readonly exits: string;
  readonly loops: string;
  readonly hoards: string;
  /** Reads its input by opening /dev/stdin. */
  readonly device: string;
  /** A function problem: the driver prints what `solve` says of the input's numbers. */
  readonly driver: string;
  readonly solution: string;
};

const python: Programs = {
  right: 'import sys\nprint(sum(map(int, sys.stdin.read().split())))\n',
  wrong: 'import sys\nprint(sum(map(int, sys.stdin.read().split())) + 1)\n',
  broken: 'def f(:\n  pass\n',
  exits: 'import sys\nsys.exit(3)\n',
  loops: 'while True:\n  pass\n',
  hoards: 'kept = []\nwhile True:\n  kept.append(bytearray(b"x" * (1 << 20)))\n',
  device: 'print(sum(map(int, open("/dev/stdin").read().split())))\n',
  driver: `import os, sys
answer = os.dup(1)
os.dup2(2, 1)
from solution import solve
result = solve([int(word) for word in sys.stdin.read().split()])
os.write(answer, str(result).encode())
`,
  solution: 'def solve(numbers):\n  print("debugging")\n  return sum(numbers)\n',
};

const readNumbers = "require('fs').readFileSync(0, 'utf8').trim().split(/\\s+/).map(Number)";
const javascript: Programs = {
  right: `console.log(${readNumbers}.reduce((a, b) => a + b));\n`,
  wrong: `import fs from 'fs';\nconst numbers = fs.readFileSync(0, 'utf8').trim().split(/\\s+/).map(Number);\nconsole.log(1 + numbers.reduce((a, b) => a + b));\n`,
  broken: 'let x = ;\n',
  exits: 'process.exit(3);\n',
  loops: 'for (;;);\n',
  hoards: 'const kept = [];\nfor (let i = 0; ; i++) kept.push(new Array(1000).fill(i + 0.5));\n',
  device: `console.log(require('fs').readFileSync('/dev/stdin', 'utf8').trim().split(/\\s+/).map(Number).reduce((a, b) => a + b));\n`,
  driver: `const out = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
const { solve } = require('./solution.js');
out(String(solve(${readNumbers})));
`,
  solution:
    'exports.solve = (numbers) => {\n  console.log("debugging");\n  return numbers.reduce((a, b) => a + b);\n};\n',
};

const typescript: Programs = {
  right: `import { readFileSync } from 'node:fs';
enum Kind { Sum }
const numbers: number[] = readFileSync(0, 'utf8').trim().split(/\\s+/).map(Number);
const notChecked: string = 5 as unknown as string;
if (Kind.Sum === 0 && notChecked) console.log(numbers.reduce((a: number, b) => a + b));
`,
  wrong: `const fs = require('fs');
const numbers: number[] = fs.readFileSync(0, 'utf8').trim().split(/\\s+/).map(Number);
console.log(1 + numbers.reduce((a, b) => a + b));
`,
  broken: 'let x: number = ;\n',
  exits: 'process.exit(3 as number);\n',
  loops: 'for (;;);\n',
  hoards: 'const kept: number[][] = [];\nfor (let i = 0; ; i++) kept.push(new Array(1000).fill(i + 0.5));\n',
  device: `import { readFileSync } from 'fs';
console.log(readFileSync('/dev/stdin', 'utf8').trim().split(/\\s+/).map(Number).reduce((a, b) => a + b));
`,
  driver: `import { readFileSync } from 'node:fs';
const out = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
const { solve } = await import('./solution.js');
out(String(solve(readFileSync(0, 'utf8').trim().split(/\\s+/).map(Number))));
`,
  solution: `export function solve(numbers: number[]): number {
  console.log('debugging');
  return numbers.reduce((a, b) => a + b);
}
`,
};

const javaSum = (extra: string, source: string) => `
    java.util.Scanner in = new java.util.Scanner(${source});
    long sum = 0;
    while (in.hasNextLong()) sum += in.nextLong();
    System.out.println(sum${extra});
`;
const javaMain = (body: string) => `public static void main(String[] args) throws Exception {${body}}`;
const java: Programs = {
  right: `public class Solution { ${javaMain(javaSum('', 'System.in'))} }\n`,
  wrong: `class Helper { int x; }\nclass Second { ${javaMain(javaSum(' + 1', 'System.in'))} }\n`,
  broken: 'public class Main { int x = ; }\n',
  exits: `class Main { ${javaMain('System.exit(3);')} }\n`,
  loops: `class Main { ${javaMain('for (;;);')} }\n`,
  hoards: `class Main { ${javaMain('var kept = new java.util.ArrayList<byte[]>(); for (;;) kept.add(new byte[1 << 20]);')} }\n`,
  device: `class Main { ${javaMain(javaSum('', 'new java.io.File("/dev/stdin")'))} }\n`,
  driver: `public class Main {
  public static void main(String[] args) {
    java.io.PrintStream answer = System.out;
    System.setOut(System.err);
    java.util.Scanner in = new java.util.Scanner(System.in);
    java.util.List<Integer> numbers = new java.util.ArrayList<>();
    while (in.hasNextInt()) numbers.add(in.nextInt());
    answer.print(new Solution().solve(numbers));
  }
}
`,
  solution: `class Solution {
  int solve(java.util.List<Integer> numbers) {
    System.out.println("debugging");
    return numbers.stream().mapToInt(x -> x).sum();
  }
}
`,
};

const cppSum = (extra: string, source: string) =>
  `#include <fstream>\n#include <iostream>\nint main() { ${source} long long sum = 0, x; while (in >> x) sum += x; std::cout << sum${extra}; }\n`;
const cpp: Programs = {
  right: cppSum('', 'std::istream &in = std::cin;'),
  wrong: cppSum(' + 1', 'std::istream &in = std::cin;'),
  broken: 'int main() { return x; }\n',
  exits: 'int main() { return 3; }\n',
  loops: 'int main() { volatile int x = 0; for (;;) x = x + 1; }\n',
  hoards: `#include <cstring>
#include <vector>
int main() { std::vector<char *> kept; for (;;) { char *p = new char[1 << 20]; std::memset(p, 1, 1 << 20); kept.push_back(p); } }
`,
  device: cppSum('', 'std::ifstream in("/dev/stdin");'),
  driver: `#include <iostream>
#include <vector>
#include <unistd.h>
#include "solution.cpp"
int main() {
  int answer = dup(1);
  dup2(2, 1);
  std::vector<int> numbers;
  for (int x; std::cin >> x;) numbers.push_back(x);
  std::string text = std::to_string(solve(numbers));
  std::cout.flush();
  if (write(answer, text.data(), text.size()) < 0) return 1;
}
`,
  solution: `#include <numeric>
int solve(const std::vector<int> &numbers) {
  std::cout << "debugging" << std::endl;
  return std::accumulate(numbers.begin(), numbers.end(), 0);
}
`,
};

const cSum = (extra: string, source: string) =>
  `#include <stdio.h>\nint main(void) { FILE *in = ${source}; long sum = 0, x; while (fscanf(in, "%ld", &x) == 1) sum += x; printf("%ld\\n", sum${extra}); return 0; }\n`;
const c: Programs = {
  right: cSum('', 'stdin'),
  wrong: cSum(' + 1', 'stdin'),
  broken: 'int main(void) { return x; }\n',
  exits: 'int main(void) { return 3; }\n',
  loops: 'int main(void) { volatile int x = 0; for (;;) x = x + 1; }\n',
  hoards:
    '#include <stdlib.h>\n#include <string.h>\nint main(void) { for (;;) memset(malloc(1 << 20), 1, 1 << 20); }\n',
  device: cSum('', 'fopen("/dev/stdin", "r")'),
  driver: `#include <stdio.h>
#include <unistd.h>
#include "solution.c"
int main(void) {
  int answer = dup(1), numbers[100], count = 0;
  dup2(2, 1);
  while (count < 100 && scanf("%d", &numbers[count]) == 1) count++;
  int result = solve(numbers, count);
  fflush(stdout);
  dprintf(answer, "%d", result);
  return 0;
}
`,
  solution:
    'int solve(const int *numbers, int count) {\n  int sum = 0;\n  printf("debugging\\n");\n  for (int i = 0; i < count; i++) sum += numbers[i];\n  return sum;\n}\n',
};

const goMain = (imports: string, body: string) =>
  `package main\nimport (${imports
    .split(' ')
    .map((one) => `"${one}"`)
    .join(';')})\nfunc main() { ${body} }\n`;
const goSum = (extra: string, source: string) =>
  goMain(
    'fmt os',
    `in := ${source}; sum := 0; for { var x int; if _, err := fmt.Fscan(in, &x); err != nil { break }; sum += x }; fmt.Println(sum${extra})`,
  );
const go: Programs = {
  right: goSum('', 'os.Stdin'),
  wrong: goSum(' + 1', 'os.Stdin'),
  broken: goMain('fmt', 'fmt.Println(x)'),
  exits: goMain('os', 'os.Exit(3)'),
  loops: 'package main\nfunc main() { x := 0; for { x++ } }\n',
  hoards: goMain(
    'fmt',
    'kept := [][]byte{}; for { b := make([]byte, 1<<20); for i := range b { b[i] = 1 }; kept = append(kept, b); if len(kept) < 0 { fmt.Println() } }',
  ),
  device: goMain(
    'fmt os',
    'in, _ := os.Open("/dev/stdin"); sum := 0; for { var x int; if _, err := fmt.Fscan(in, &x); err != nil { break }; sum += x }; fmt.Println(sum)',
  ),
  driver: `package main

import (
	"fmt"
	"os"
)

func main() {
	answer := os.Stdout
	os.Stdout = os.Stderr
	numbers := []int{}
	for {
		var x int
		if _, err := fmt.Scan(&x); err != nil {
			break
		}
		numbers = append(numbers, x)
	}
	fmt.Fprint(answer, solve(numbers))
}
`,
  solution:
    'package main\n\nimport "fmt"\n\nfunc solve(numbers []int) int {\n\tfmt.Println("debugging")\n\tsum := 0\n\tfor _, x := range numbers {\n\t\tsum += x\n\t}\n\treturn sum\n}\n',
};

const rustSum = (extra: string, source: string) =>
  `use std::io::Read;\nfn main() { let mut text = String::new(); ${source}.read_to_string(&mut text).unwrap(); let sum: i64 = text.split_whitespace().map(|word| word.parse::<i64>().unwrap()).sum(); println!("{}", sum${extra}); }\n`;
const rust: Programs = {
  right: rustSum('', 'std::io::stdin()'),
  wrong: rustSum(' + 1', 'std::io::stdin()'),
  broken: 'fn main() { let x: i32 = "text"; }\n',
  exits: 'fn main() { std::process::exit(3) }\n',
  loops: 'fn main() { let mut x = 0u64; loop { x = std::hint::black_box(x + 1); } }\n'.replace(
    'std::hint::black_box(x + 1)',
    'x.wrapping_add(std::env::args().count() as u64)',
  ),
  hoards: 'fn main() { let mut kept = Vec::new(); loop { kept.push(vec![1u8; 1 << 20]); } }\n',
  device: rustSum('', 'std::fs::File::open("/dev/stdin").unwrap()'),
  driver: `use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::io::FromRawFd;
mod solution;

extern "C" {
    fn dup(fd: i32) -> i32;
    fn dup2(from: i32, to: i32) -> i32;
}

fn main() {
    let mut answer = unsafe {
        let kept = dup(1);
        dup2(2, 1);
        File::from_raw_fd(kept)
    };
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let numbers: Vec<i64> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
    write!(answer, "{}", solution::solve(&numbers)).unwrap();
}
`,
  solution:
    'pub fn solve(numbers: &[i64]) -> i64 {\n    println!("debugging");\n    numbers.iter().sum()\n}\n',
};

/** Programs of every language. */
export const programs: Readonly<Record<SupportedLanguage, Programs>> = {
  python,
  javascript,
  typescript,
  java,
  cpp,
  c,
  go,
  rust,
};
