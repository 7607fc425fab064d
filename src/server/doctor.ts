import { productVersion } from '../config/product.ts';
import type { Config } from '../config/schema.ts';
import { askStatus, type ShownStatus } from './ask-status.ts';
import { examineAddress, examineReach } from './doctor-address.ts';
import { examineData } from './doctor-data.ts';
import { examineMachine } from './doctor-machine.ts';
import { examinePort } from './doctor-port.ts';
import { examineSandbox } from './doctor-sandbox.ts';
import { type Finding, fail, ok, warning } from './finding.ts';
import { isSystemdRunning, readUnit, unitFile } from './service-unit.ts';

const MINUTE_MS = 60_000;

/** The checks that need no jail and no server: directory, disk, database, and where people reach it. */
export async function examineInstallation(directory: string, config: Config): Promise<Finding[]> {
  return [...(await examineData(directory)), ...examineAddress(config)];
}

type Asked = { readonly status: ShownStatus | null; readonly finding: Finding };

/** Whether a server runs, and whether it is this program. */
async function askServer(directory: string, osUser: string): Promise<Asked> {
  try {
    const status = await askStatus(directory, osUser);
    if (status === null) return { status, finding: ok('server', 'does not run at the moment') };
    const { version, uptimeMs } = status;
    if (version !== productVersion)
      return {
        status,
        finding: warning(
          'server',
          `Version ${version} runs, and this program is ${productVersion}`,
          'Start it again: systemctl restart syncode',
        ),
      };
    const minutes = Math.floor(uptimeMs / MINUTE_MS);
    return {
      status,
      finding: ok('server', `runs for ${minutes} minutes, ${status.usersOnline} people on line`),
    };
  } catch (error) {
    const [what = 'It does not answer', ...lines] = (error as Error).message.split('\n');
    return { status: null, finding: fail('server', what, lines.at(-1) ?? 'systemctl restart syncode') };
  }
}

export type Examination = {
  /** Null: there is no installation here, so that only the machine is looked at. */
  readonly directory: string | null;
  readonly config: Config;
  readonly osUser: string;
};

/** Every check of an installation and of this machine, in the order in which they are shown. */
export async function examine({ directory, config, osUser }: Examination): Promise<Finding[]> {
  const machine = examineMachine(directory);
  const hasService = isSystemdRunning() && readUnit(unitFile).is !== 'absent';
  if (directory === null) {
    const absent = warning('data directory', 'There is none yet', 'syncode init');
    return [
      ...machine,
      absent,
      ...examineAddress(config),
      ...(await examineSandbox(config, null, hasService)),
    ];
  }
  const { status, finding } = await askServer(directory, osUser);
  return [
    ...machine,
    ...(await examineInstallation(directory, config)),
    finding,
    ...(status === null ? [] : await examineReach(config)),
    ...(status === null && finding.state === 'ok' ? await examinePort(config) : []),
    ...(await examineSandbox(config, status, hasService)),
  ];
}
