import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs that come with the product. Paths on the host; null: not there. */
export type ProductFiles = {
  /** The jail's supervisor and init, built at the installation. */
  readonly jailBinary: string | null;
  readonly node: string | null;
  readonly esbuild: string | null;
};

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'x64', arm64: 'arm64' };
const MIN_NODE_MAJOR = 24;

/** The folder with package.json, seen from the sources and from the bundle in dist/. */
function productRoot(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../' : '../', import.meta.url));
}

/** A file of an installed package; null when the package is not installed. */
function packageFile(packageName: string, file: string): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
    const path = join(dirname(manifest), file);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/** Finds them; the Node that runs the server stands in where the product's own is not installed. */
export function findProductFiles(): ProductFiles {
  const architecture = ARCHITECTURES[process.arch] ?? process.arch;
  const jailBinary = join(productRoot(), 'sandbox/build/syncode-jail');
  const major = Number(process.versions.node.split('.')[0]);
  return {
    jailBinary: existsSync(jailBinary) ? jailBinary : null,
    node:
      packageFile(`node-linux-${architecture}`, 'bin/node') ??
      (major >= MIN_NODE_MAJOR ? process.execPath : null),
    esbuild: packageFile(`@esbuild/linux-${architecture}`, 'bin/esbuild'),
  };
}
