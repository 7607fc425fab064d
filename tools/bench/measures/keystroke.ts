import path from 'node:path';
import {
  type Editor,
  openBareEditors,
  openClientEditors,
  openProductEditors,
  type Seats,
} from '../editors.ts';
import { type Figure, percentile } from '../figures.ts';
import type { Ground, Measure } from '../measure.ts';
import { watchDisk } from '../native.ts';
import {
  cpuMs,
  makeInstallation,
  registerAll,
  residentMib,
  startBaseline,
  startProduct,
} from '../program.ts';
import { typeTogether } from '../typing.ts';

const SEATS = 3;

type Load = { readonly keys: readonly number[]; readonly cpuPerKeyMs: number; readonly residentMib: number };

/** Types through all editors for a while; gives the time of each key to the other documents in ms. */
async function load(rooms: readonly (readonly Editor[])[], pid: number, durationMs: number): Promise<Load> {
  await typeTogether(rooms, Math.min(2000, durationMs));
  const before = cpuMs(pid);
  const keys = await typeTogether(rooms, durationMs);
  const cpuPerKeyMs = (cpuMs(pid) - before) / (keys.length / (SEATS - 1));
  const found = { keys, cpuPerKeyMs, residentMib: residentMib(pid) };
  for (const editor of rooms.flat()) editor.close();
  return found;
}

function figuresOf(name: string, product: Load, bare: Load, syncs: readonly number[]): Figure[] {
  const row = (share: number, spareMs: number): Figure => ({
    what: `${name}: key to the other document, p${share * 100}`,
    measured: percentile(product.keys, share),
    baseline: percentile(bare.keys, share),
    relation: 'difference',
    unit: 'ms',
    target: { atMost: (percentile(syncs, share) ?? 0) + spareMs },
    note: `fdatasync p${share * 100} beside it: ${(percentile(syncs, share) ?? 0).toFixed(2)} ms`,
  });
  return [
    row(0.5, 1),
    row(0.99, 5),
    {
      what: `${name}: CPU time of the server for a key`,
      measured: product.cpuPerKeyMs,
      baseline: bare.cpuPerKeyMs,
      relation: 'ratio',
      unit: 'ms',
    },
  ];
}

async function measureRooms(ground: Ground, count: number): Promise<Figure[]> {
  const { directory, isQuick } = ground;
  const durationMs = isQuick ? 3000 : 20_000;
  const data = path.join(directory, `keystroke-${count}`);
  await makeInstallation(data, []);
  const [server, bare] = [await startProduct(data), await startBaseline('hocuspocus')];
  try {
    const people = await registerAll(server.url, `typist`, count * SEATS);
    const seats: Seats = Array.from({ length: count }, (_, room) =>
      people.slice(room * SEATS, (room + 1) * SEATS),
    );
    const bareLoad = await load(await openBareEditors(bare.url, count, SEATS), bare.pid, durationMs);
    const endWatch = watchDisk(directory);
    const opened = await openProductEditors(seats);
    const productLoad = await load(opened.rooms, server.pid, durationMs);
    const syncs = await endWatch();
    const clientLoad = await load(await openClientEditors(seats, opened.roomIds), server.pid, durationMs);
    const name = `${count} rooms x ${SEATS}`;
    return [
      ...figuresOf(name, productLoad, bareLoad, syncs),
      {
        what: `${name}: key to the other document with the client's own settings, p50`,
        measured: percentile(clientLoad.keys, 0.5),
        baseline: null,
        relation: 'alone',
        unit: 'ms',
        note: 'the client gathers keys for 50 ms',
      },
      {
        what: '... p99',
        measured: percentile(clientLoad.keys, 0.99),
        baseline: null,
        relation: 'alone',
        unit: 'ms',
      },
      {
        what: `${name}: resident memory of the server`,
        measured: clientLoad.residentMib,
        baseline: bareLoad.residentMib,
        relation: 'alone',
        unit: 'MiB',
      },
    ];
  } finally {
    await Promise.all([server.stop(), bare.stop()]);
  }
}

/** A key in one editor until it stands in the others' documents. */
export const keystrokeMeasure: Measure = {
  name: 'keystroke',
  run: async (ground) => [...(await measureRooms(ground, 10)), ...(await measureRooms(ground, 50))],
};
