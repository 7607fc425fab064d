import type { Config } from '../config/schema.ts';
import { explainChoice } from '../execution/jail-host.ts';
import { readHierarchies } from '../execution/sandbox/cgroup-mounts.ts';
import type { LanguageState } from '../ports/steps.ts';
import { describeSandbox, type ShownStatus } from './ask-status.ts';
import { type Finding, fail, ok, warning } from './finding.ts';
import { checkSandbox, type SandboxCheck } from './sandbox-check.ts';

const NO_DRIVER = 'No program is run with this driver. See syncode sandbox test.';

function checkLanguages(
  states: readonly Pick<LanguageState, 'language' | 'available' | 'version' | 'reason'>[],
) {
  return states.map(({ language, available, version, reason }) =>
    available
      ? ok(`language ${language}`, `${version ?? 'works'}: compiled and run`)
      : warning(
          `language ${language}`,
          (reason ?? 'not available').replaceAll(/\s+/g, ' ').trim(),
          /was not found|missing/.test(reason ?? '')
            ? './install.sh installs its toolchain'
            : 'Try it alone: syncode languages',
        ),
  );
}

function checkControlGroups(): Finding {
  const hierarchies = readHierarchies();
  const isFirst = hierarchies.some(({ controllers }) => controllers.includes('memory'));
  if (isFirst) return ok('control groups', 'version 1');
  if (hierarchies.some(({ version }) => version === 2)) return ok('control groups', 'version 2');
  return fail(
    'control groups',
    'None are mounted',
    'Boot with systemd, or mount them: see docs/OPERATIONS.md',
  );
}

/** Which driver a server would take, and why the others are not taken. */
function describeChoice({ drivers, unusable }: SandboxCheck, config: Config): string {
  const broken = (limits: SandboxCheck['drivers'][number]['limits']) =>
    limits.find(({ ok: holds }) => !holds);
  const wanted = config['sandbox.driver'];
  const used = drivers.find(
    ({ driver, limits }) => broken(limits) === undefined && (wanted === 'auto' || wanted === driver),
  );
  if (used === undefined) return 'none keeps every limit';
  const passedOver = [
    ...unusable.map(({ name, why }) => ({ name, why })),
    ...drivers.slice(0, drivers.indexOf(used)).map(({ driver, limits }) => ({
      name: driver,
      why: `${driver} fails its self-test: ${broken(limits)?.limit ?? 'it was not chosen'}`,
    })),
  ].filter(({ name }) => name !== used.driver && name === 'nsjail');
  return `${used.driver} (${explainChoice(config, passedOver)})`;
}

function checkDrivers(check: SandboxCheck, config: Config): Finding[] {
  const findings = check.drivers.map(({ driver, limits }) => {
    const broken = limits.filter((limit) => !limit.ok);
    const names = limits.map(({ limit }) => limit).join(', ');
    if (broken.length === 0) return ok(`sandbox ${driver}`, `holds against hostile programs: ${names}`);
    const detail = broken.map(({ limit, why }) => `${limit}: ${why}`).join('; ');
    return fail(`sandbox ${driver}`, `Limits that do not hold: ${detail}`, NO_DRIVER);
  });
  return [ok('sandbox', describeChoice(check, config)), ...findings];
}

/** What the running server says of its own jails, which it put to the test at its start. */
function fromServer(status: ShownStatus, why: string): Finding[] {
  return [
    ok('sandbox', `${describeSandbox(status.sandbox)}; so says the running server. From here: ${why}`),
    ...checkLanguages(status.languages as LanguageState[]),
  ];
}

function checkServer({ sandbox }: ShownStatus): Finding[] {
  if (sandbox.state === 'broken')
    return [
      fail(
        'sandbox of the server',
        sandbox.why ?? 'it does not hold',
        'See the checks below; the server tries again every minute: syncode status',
      ),
    ];
  if (sandbox.state === 'disabled')
    return [
      warning(
        'sandbox of the server',
        'This server runs no programs',
        'Start it without --planes: syncode serve',
      ),
    ];
  return [];
}

/** Tries jails, drivers and languages here; `status` is that of the running server, null without one. */
export async function examineSandbox(
  config: Config,
  status: ShownStatus | null,
  hasService: boolean,
): Promise<Finding[]> {
  const groups = checkControlGroups();
  const server = status === null ? [] : checkServer(status);
  const check = await checkSandbox({ config, driver: null, languages: true });
  if (check.refusal === null)
    return [groups, ...server, ...checkDrivers(check, config), ...checkLanguages(check.languages)];
  const { why, remedy } = check.refusal;
  if (status?.sandbox.state === 'ok') return [groups, ...fromServer(status, why)];
  // A service has control groups of its own, which nobody outside of it may use.
  if (hasService && status === null && /control groups|cgroup/.test(why))
    return [
      groups,
      warning(
        'sandbox',
        `It could not be tried outside of the service: ${why}`,
        'systemctl start syncode; syncode doctor',
      ),
    ];
  return [groups, ...server, fail('sandbox', `No jail can be made: ${why}`, remedy)];
}
