export type { CollabDoor, RoomDeps, RoomKernel, RoomNeighbours, RoomSettings, UserName } from './deps.ts';
export { isProblemSelectedFor } from './queries/rooms.ts';
export { createRooms, type RoomDoor, type Rooms } from './rooms.ts';
