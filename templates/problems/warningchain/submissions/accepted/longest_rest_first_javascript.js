exports.warnAll = (caller, minutes) => {
  const rest = new Array(caller.length).fill(0);
  const lists = rest.map(() => []);
  for (let person = caller.length - 1; person >= 0; person--) {
    let now = 0;
    for (const called of lists[person].sort((a, b) => rest[b] - rest[a])) {
      now += minutes[called];
      rest[person] = Math.max(rest[person], now + rest[called]);
    }
    if (person > 0) lists[caller[person]].push(person);
  }
  return rest[0];
};
