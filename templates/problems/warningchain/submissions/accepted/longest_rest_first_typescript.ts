type Call = { length: number; rest: number };

function lastWarned(calls: Call[]): number {
  let now = 0;
  let last = 0;
  for (const { length, rest } of calls.sort((a, b) => b.rest - a.rest)) {
    now += length;
    last = Math.max(last, now + rest);
  }
  return last;
}

export function warnAll(caller: number[], minutes: number[]): number {
  const calls: Call[][] = caller.map(() => []);
  for (let person = caller.length - 1; person > 0; person--) {
    const rest = lastWarned(calls[person] ?? []);
    calls[caller[person] ?? 0]?.push({ length: minutes[person] ?? 0, rest });
  }
  return lastWarned(calls[0] ?? []);
}
