import { candidateFirst, type Language, pathOf, plainFiles } from './language.ts';
import { native } from './native.ts';

const MEMORY_SHARE = 0.9;
const CACHE = '/opt/go-cache';

/** Packages of the standard library that solutions use; others are built within the compile step. */
const PRELOADED = [
  ...[
    'bufio',
    'bytes',
    'cmp',
    'container/heap',
    'container/list',
    'container/ring',
    'context',
    'errors',
    'flag',
  ],
  ...[
    'fmt',
    'hash/fnv',
    'io',
    'iter',
    'log',
    'maps',
    'math',
    'math/big',
    'math/bits',
    'math/cmplx',
    'math/rand',
  ],
  ...[
    'math/rand/v2',
    'os',
    'reflect',
    'regexp',
    'runtime',
    'runtime/debug',
    'slices',
    'sort',
    'strconv',
    'strings',
  ],
  ...['sync', 'sync/atomic', 'text/tabwriter', 'time', 'unicode', 'unicode/utf8', 'encoding/json', 'unsafe'],
];

const environment = (cache: string) => ({
  GO111MODULE: 'off',
  CGO_ENABLED: '0',
  GOTOOLCHAIN: 'local',
  GOPATH: '/box/go',
  GOCACHE: cache,
});

export const go: Language = {
  ...native,
  name: 'go',
  memoryFloorMb: 64,
  programs: ['go'],
  versionCommand: (programs) => ({
    argv: [pathOf(programs, 'go'), 'version'],
    env: environment('/box/cache'),
  }),
  files: plainFiles('go'),
  compile: (programs, sources) => ({
    argv: [
      pathOf(programs, 'go'),
      'build',
      '-trimpath',
      '-p',
      '2',
      '-o',
      '/box/main',
      ...candidateFirst(sources),
    ],
    env: environment(CACHE),
    output: 'main',
  }),
  run: (_, entry, memoryMb) => ({
    argv: [`/app/${entry}`],
    env: { GOMAXPROCS: '1', GOMEMLIMIT: `${Math.floor(memoryMb * MEMORY_SHARE)}MiB` },
  }),
  preload: {
    target: CACHE,
    sources: [{ name: 'main.go', text: 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println() }\n' }],
    command: (programs) => ({
      // Linking once makes the rest of what every program needs; packages newer than the toolchain are passed over.
      // Only files are brought out of the jail, but go wants all its folders.
      argv: [
        '/bin/sh',
        '-c',
        'go=$0; "$go" build -trimpath -p 2 -o /box/main main.go && "$go" list -e -f "{{if not .Error}}{{.ImportPath}}{{end}}" "$@" > /box/list && "$go" build -trimpath -p 2 $(cat /box/list) && for folder in /box/cache/??; do : > "$folder/keep"; done',
        pathOf(programs, 'go'),
        ...PRELOADED,
      ],
      env: environment('/box/cache'),
      output: 'cache',
    }),
  },
  sample: `package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

func main() {
	line, _ := bufio.NewReader(os.Stdin).ReadString('\\n')
	fmt.Println(strings.ToUpper(strings.TrimSpace(line)))
}
`,
};
