import type { RoomCapability, RoomMode, RoomRole } from '../../../generated/api.ts';
import { roomCapabilityValues } from '../../../generated/enums.ts';

const observer: readonly RoomCapability[] = [
  'code:view',
  'whiteboard:view',
  'whiteboard:annotate',
  'chat:send',
  'recording:replay',
];

const candidate: readonly RoomCapability[] = [
  ...observer,
  'code:edit',
  'code:run',
  'code:submit',
  'code:change-language',
  'whiteboard:draw',
  'media:audio',
  'media:video',
  'media:screenshare',
  'ai:request-hint',
];

const byRole: Record<RoomRole, ReadonlySet<RoomCapability>> = {
  observer: new Set(observer),
  candidate: new Set(candidate),
  interviewer: new Set([...candidate, 'room:change-phase', 'ai:request-review']),
};

/** What the host may do whatever the role; never editing, running or speaking. */
const hostOverride: ReadonlySet<RoomCapability> = new Set([
  'code:change-language',
  'room:change-phase',
  'room:select-problem',
  'room:settings',
  'participant:invite',
  'participant:kick',
  'participant:assign-role',
  'recording:toggle',
  'recording:replay',
]);

/** Whose rights are asked for: role, host flag and the kind of room decide, nothing else. */
export type RightsHolder = { readonly role: RoomRole; readonly isHost: boolean; readonly mode: RoomMode };

/** Whether role or host override grant the capability. */
export function hasCapability({ role, isHost, mode }: RightsHolder, capability: RoomCapability): boolean {
  if (byRole[role].has(capability) || (isHost && hostOverride.has(capability))) return true;
  return capability === 'ai:request-review' && role === 'candidate' && mode === 'ai';
}

/** The effective set, in the order of the contract. */
export function capabilitiesOf(holder: RightsHolder): RoomCapability[] {
  return roomCapabilityValues.filter((capability) => hasCapability(holder, capability));
}
