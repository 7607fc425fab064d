import { executionSettings } from './execution-settings.ts';
import { limitSettings } from './limit-settings.ts';
import { serverSettings } from './server-settings.ts';
import type { Setting } from './setting.ts';
import { timerSettings } from './timer-settings.ts';

/** Every configuration key by its dotted name; the dots are tables in config.toml. */
export const settings = {
  ...serverSettings,
  ...timerSettings,
  ...limitSettings,
  ...executionSettings,
} as const;

export type SettingKey = keyof typeof settings;
type ValueOf<Entry> = Entry extends Setting<infer Value> ? Value : never;

/** All settings with their effective values; frozen. */
export type Config = { readonly [Key in SettingKey]: ValueOf<(typeof settings)[Key]> };

export const settingKeys = Object.keys(settings) as SettingKey[];

/** Environment variable of a key: `SYNCODE_` + upper snake, `limits.hostedRooms` is SYNCODE_LIMITS_HOSTED_ROOMS. */
export function environmentName(key: SettingKey): string {
  return `SYNCODE_${key
    .replaceAll('.', '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()}`;
}
