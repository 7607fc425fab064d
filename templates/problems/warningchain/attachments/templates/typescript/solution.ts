export function warnAll(caller: number[], minutes: number[]): number {
  // TODO: return the number of minutes until everybody has been warned.
  return -1;
}
