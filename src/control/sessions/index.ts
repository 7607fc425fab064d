export {
  admitToSession,
  changeSessionRole,
  closeSession,
  followRoom,
  leaveSession,
  openSession,
  readSessionStats,
} from './record.ts';
export { type NewSnapshot, recordBoard, recordSnapshot } from './snapshots.ts';
export { type EventFacts, recordEvent, type TimelineEvent } from './timeline.ts';
