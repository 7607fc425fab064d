import { resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../../test/attacks');

/** The suites of this project: one that others have too, and what it does not see. */
export const attackFiles = ['attacks.json', 'extended.json'].map((name) => resolve(folder, name));
