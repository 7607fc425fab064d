// Mistake: a recursion as deep as the longest chain of calls.
exports.warnAll = (caller, minutes) => {
  const lists = caller.map(() => []);
  for (let person = 1; person < caller.length; person++) lists[caller[person]].push(person);

  function restOf(person) {
    const calls = lists[person].map((called) => ({ length: minutes[called], rest: restOf(called) }));
    calls.sort((a, b) => b.rest - a.rest);
    let now = 0;
    return calls.reduce((rest, call) => {
      now += call.length;
      return Math.max(rest, now + call.rest);
    }, 0);
  }

  return restOf(0);
};
