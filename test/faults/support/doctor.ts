import { configOf } from '../../../src/cli/context.ts';
import { examineInstallation } from '../../../src/server/doctor.ts';
import type { Finding } from '../../../src/server/finding.ts';

/** What the doctor says of one thing of an installation; the whole of it tries every language and takes long. */
export async function findingOf(directory: string, check: string): Promise<Finding> {
  const { config } = configOf(directory);
  const findings = await examineInstallation(directory, config);
  const found = findings.find((one) => one.check === check);
  if (found === undefined) throw new Error(`the doctor does not look at ${check}`);
  return found;
}
