import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { explainChoice } from './jail-host.ts';

const choose = (driver: string) => loadConfig({ flags: { 'sandbox.driver': driver } }).config;

describe('why a driver is used', () => {
  it.each([
    ['it was chosen', 'bubblewrap', [], 'sandbox.driver is bubblewrap'],
    ['nsjail comes first', 'auto', [], 'nsjail is installed and keeps every limit'],
    [
      'nsjail cannot be used',
      'auto',
      [{ name: 'nsjail', why: 'nsjail is not installed' } as const],
      'nsjail is not installed',
    ],
  ])('%s', (_, driver, passedOver, words) => {
    expect(explainChoice(choose(driver), passedOver)).toBe(words);
  });
});
