/** What one check of the doctor found; `remedy` is a sentence or command to paste. */
export type Finding = {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'fail';
  readonly detail: string;
  readonly remedy: string | null;
};

export const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail, remedy: null });
export const warning = (check: string, detail: string, remedy: string): Finding => ({
  check,
  state: 'warning',
  detail,
  remedy,
});
export const fail = (check: string, detail: string, remedy: string): Finding => ({
  check,
  state: 'fail',
  detail,
  remedy,
});
