import { describe, expect, it } from 'vitest';
import type { RoomCapability, RoomRole } from '../../../generated/api.ts';
import { roomCapabilityValues } from '../../../generated/enums.ts';
import { capabilitiesOf, hasCapability } from './capabilities.ts';

/** The table of rights: interviewer, candidate, observer, host override. */
const table: Record<RoomCapability, [boolean, boolean, boolean, boolean]> = {
  'code:view': [true, true, true, false],
  'code:edit': [true, true, false, false],
  'code:run': [true, true, false, false],
  'code:submit': [true, true, false, false],
  'code:change-language': [true, true, false, true],
  'whiteboard:view': [true, true, true, false],
  'whiteboard:draw': [true, true, false, false],
  'whiteboard:annotate': [true, true, true, false],
  'media:audio': [true, true, false, false],
  'media:video': [true, true, false, false],
  'media:screenshare': [true, true, false, false],
  'chat:send': [true, true, true, false],
  'room:change-phase': [true, false, false, true],
  'room:select-problem': [false, false, false, true],
  'room:settings': [false, false, false, true],
  'participant:invite': [false, false, false, true],
  'participant:kick': [false, false, false, true],
  'participant:assign-role': [false, false, false, true],
  'recording:toggle': [false, false, false, true],
  'recording:replay': [true, true, true, true],
  'ai:request-hint': [true, true, false, false],
  'ai:request-review': [true, false, false, false],
};
const roles: RoomRole[] = ['interviewer', 'candidate', 'observer'];

describe('capabilities', () => {
  it.each(roomCapabilityValues)('grants %s to exactly the roles of the table', (capability) => {
    roles.forEach((role, column) => {
      const byRole = table[capability][column] ?? false;
      const override = table[capability][3];
      const guest = { role, isHost: false, mode: 'peer' } as const;
      expect(hasCapability(guest, capability), `${role}`).toBe(byRole);
      expect(hasCapability({ ...guest, isHost: true }, capability), `${role} as host`).toBe(
        byRole || override,
      );
    });
  });

  it('lets the candidate ask for a review before the AI interviewer only', () => {
    const candidate = { role: 'candidate', isHost: false } as const;
    expect(hasCapability({ ...candidate, mode: 'ai' }, 'ai:request-review')).toBe(true);
    expect(hasCapability({ ...candidate, mode: 'peer' }, 'ai:request-review')).toBe(false);
    expect(hasCapability({ ...candidate, role: 'observer', mode: 'ai' }, 'ai:request-review')).toBe(false);
  });

  it('lists the effective set once, in the order of the contract', () => {
    const set = capabilitiesOf({ role: 'observer', isHost: true, mode: 'peer' });
    expect(set).toEqual(roomCapabilityValues.filter((name) => table[name][2] || table[name][3]));
  });
});
