import type { RoomStatus } from '../generated/api.ts';
import type { DocumentKind } from './names.ts';

export type Access = 'read-write' | 'readonly';
export type AccessByKind = Record<DocumentKind, Access>;

/** What decides over writing, beside the member's capabilities. */
export type RoomFlags = {
  readonly phase: RoomStatus;
  readonly isLocked: boolean;
  /** The disk refuses what is written: nobody may write until it takes it again. */
  readonly isStorageDegraded: boolean;
};

const CAPABILITY: Record<DocumentKind, string> = {
  code: 'code:edit',
  board: 'whiteboard:draw',
  notes: 'whiteboard:annotate',
};

/** Whether capabilities and phase let somebody write the document at all, the lock and the disk aside. */
export function mayEver(kind: DocumentKind, capabilities: ReadonlySet<string>, phase: RoomStatus): boolean {
  return phase !== 'finished' && capabilities.has(CAPABILITY[kind]);
}

/** Whether the document may be written now. The lock stops code only, whatever the role. */
export function mayWrite(kind: DocumentKind, capabilities: ReadonlySet<string>, flags: RoomFlags): boolean {
  if (flags.isStorageDegraded || (kind === 'code' && flags.isLocked)) return false;
  return mayEver(kind, capabilities, flags.phase);
}

/** Access to the three documents as clients are told it. */
export function accessOf(capabilities: ReadonlySet<string>, flags: RoomFlags): AccessByKind {
  const access = (kind: DocumentKind): Access =>
    mayWrite(kind, capabilities, flags) ? 'read-write' : 'readonly';
  return { code: access('code'), board: access('board'), notes: access('notes') };
}
