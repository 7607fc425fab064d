export { isProblemSelectedFor } from './queries/rooms.ts';
export { createRooms, type Rooms } from './rooms.ts';
