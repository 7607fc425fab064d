import type { SupportedLanguage } from '../../../src/generated/api.ts';
import type { Tab } from './guest.ts';

export type Typing = {
  /** Letters typed so far. */
  typed(): number;
  /** Stops, and gives how many letters were typed in all. */
  stop(): Promise<number>;
};

/** Breaks between bursts are long enough for acknowledgements to catch up. */
const BURST = 6;
const LETTER_MS = 15;
const BREAK_MS = 150;

/** Types one letter over and over at random places, in bursts as people do, whether connected or not. */
export function startTyping(
  tab: Tab,
  letter: string,
  options: { random?: () => number; language?: SupportedLanguage } = {},
): Typing {
  const { random = Math.random, language = 'python' } = options;
  let typed = 0;
  let isOver = false;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const done = (async () => {
    while (!isOver) {
      for (let at = 0; at < BURST && !isOver; at++) {
        const text = tab.text(language);
        text.insert(Math.floor(random() * (text.length + 1)), letter);
        typed += 1;
        await pause(LETTER_MS);
      }
      await pause(BREAK_MS);
    }
  })();
  return {
    typed: () => typed,
    stop: async () => {
      isOver = true;
      await done;
      return typed;
    },
  };
}
