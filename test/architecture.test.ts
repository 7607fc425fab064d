import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cruise, type IForbiddenRuleType } from 'dependency-cruiser';
import { afterEach, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** Lower floors first; a folder may import from its own and from lower floors. */
const FLOORS = ['kernel', 'config', 'db', 'ports', 'jobs', 'http'];
const PLANES = ['control', 'collab', 'execution', 'ai'];
const above = (floor: string) => [...FLOORS.slice(FLOORS.indexOf(floor) + 1), ...PLANES, 'server', 'cli'];
const folders = (names: readonly string[]) => `^src/(${names.join('|')})/`;

const floorRules: IForbiddenRuleType[] = FLOORS.map((floor) => ({
  name: `${floor} imports nothing above it`,
  severity: 'error',
  from: { path: `^src/${floor}/` },
  to: { path: folders(above(floor)) },
}));

const planeRules: IForbiddenRuleType[] = PLANES.map((plane) => ({
  name: `${plane} knows no other plane`,
  severity: 'error',
  from: { path: `^src/${plane}/` },
  to: { path: folders([...PLANES.filter((other) => other !== plane), 'server', 'cli']) },
}));

const rules: IForbiddenRuleType[] = [
  ...floorRules,
  ...planeRules,
  { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'a feature is entered by its index',
    severity: 'error',
    from: { path: '^src/control/([^/]+)/' },
    to: {
      path: '^src/control/([^/]+)/',
      pathNot: ['^src/control/$1/', '^src/control/[^/]+/(index|tables)\\.ts$'],
    },
  },
  {
    name: 'only queries join tables of another feature',
    severity: 'error',
    from: { path: '^src/control/([^/]+)/', pathNot: '(queries|tables)[^/]*\\.ts$|/queries/' },
    to: { path: '^src/control/([^/]+)/tables\\.ts$', pathNot: '^src/control/$1/' },
  },
  {
    name: 'server is entered by the command line',
    severity: 'error',
    from: { path: '^src/(?!server/|cli/)' },
    to: { path: '^src/(server|cli)/' },
  },
  {
    name: 'client stands alone',
    severity: 'error',
    from: { path: '^src/client/' },
    to: { path: '^src/(?!client/|generated/)' },
  },
  {
    name: 'drizzle stays in tables, queries, journal, db and jobs',
    severity: 'error',
    from: {
      path: '^src/',
      pathNot: ['(tables|queries|journal)[^/]*\\.ts$', '/queries/', '^src/(db|jobs)/', '\\.test\\.ts$'],
    },
    to: { path: 'node_modules/drizzle-orm' },
  },
  {
    name: 'fastify stays in http and server',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/(http|server)/', 'routes[^/]*\\.ts$'] },
    to: { path: 'node_modules/(fastify|@fastify)/' },
  },
];

async function violations(): Promise<string[]> {
  const result = await cruise(['src'], {
    baseDir: root,
    ruleSet: { forbidden: rules },
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/generated/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  });
  if (typeof result.output === 'string') throw new Error('expected a report object');
  expect(result.output.summary.totalCruised).toBeGreaterThan(50);
  return result.output.summary.violations.map((found) => `${found.rule.name}: ${found.from} -> ${found.to}`);
}

function sourceFiles(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('generated'))
    .map((name) => path.join(folder, name));
}

describe('architecture', () => {
  const planted = path.join(root, 'src/kernel/planted-violation.ts');
  afterEach(() => rmSync(planted, { force: true }));

  it('has no import against the direction of dependencies', async () => {
    expect(await violations()).toEqual([]);
  });

  it('sees a forbidden import that is planted', async () => {
    writeFileSync(
      planted,
      "import type { Caller } from '../ports/callers.ts';\nexport type Planted = Caller;\n",
    );
    expect(await violations()).toContainEqual(
      expect.stringContaining('src/kernel/planted-violation.ts -> src/ports/callers.ts'),
    );
  });

  it('keeps hand-written files within 400 lines, test files within 600', () => {
    const tooLong = [...sourceFiles('src'), ...sourceFiles('test'), ...sourceFiles('tools')]
      .map((file) => ({ file, lines: readFileSync(path.join(root, file), 'utf8').split('\n').length }))
      .filter(
        ({ file, lines }) => lines > (file.startsWith('test/') || file.endsWith('.test.ts') ? 600 : 400),
      );
    expect(tooLong).toEqual([]);
  });

  it('reads environment variables at one place, where the command line gathers what config/load.ts resolves', () => {
    const readers = sourceFiles('src').filter(
      (file) =>
        !file.endsWith('.test.ts') && /process\.env\b/.test(readFileSync(path.join(root, file), 'utf8')),
    );
    const allowed = new Set(['src/cli/context.ts']);
    expect(readers.filter((file) => !allowed.has(file))).toEqual([]);
  });
});
