/** The group that root makes for a user who runs the service: instances of that user lie below it. */
export function handedGroupName(uid: number): string {
  return `syncode-user-${uid}`;
}
