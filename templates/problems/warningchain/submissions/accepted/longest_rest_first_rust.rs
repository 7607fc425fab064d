use std::cmp::Reverse;

pub fn warn_all(caller: &[usize], minutes: &[u64]) -> u64 {
    let mut calls: Vec<Vec<(u64, u64)>> = vec![Vec::new(); caller.len()];
    let mut rest = 0;
    for person in (0..caller.len()).rev() {
        let mut own = std::mem::take(&mut calls[person]);
        own.sort_unstable_by_key(|&call| Reverse(call));
        let mut now = 0;
        rest = 0;
        for (after, length) in own {
            now += length;
            rest = rest.max(now + after);
        }
        if person > 0 {
            calls[caller[person]].push((rest, minutes[person]));
        }
    }
    rest
}
