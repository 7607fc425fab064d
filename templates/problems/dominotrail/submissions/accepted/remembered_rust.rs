use std::collections::HashMap;
use std::io::{stdin, Read};

/// Length of the longest way to go on from a set of used dominoes and an open number; its first domino and other half.
type Step = (usize, usize, usize);
type Known = HashMap<(usize, usize), Step>;

fn longest(dominoes: &[(usize, usize)], known: &mut Known, used: usize, end: usize) -> Step {
    if let Some(&step) = known.get(&(used, end)) {
        return step;
    }
    let mut best = (0, 0, 0);
    for (i, &(a, b)) in dominoes.iter().enumerate() {
        if used >> i & 1 == 1 || (a != end && b != end) {
            continue;
        }
        let other = if a == end { b } else { a };
        let length = 1 + longest(dominoes, known, used | 1 << i, other).0;
        if length > best.0 {
            best = (length, i, other);
        }
    }
    known.insert((used, end), best);
    best
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<usize> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let dominoes: Vec<(usize, usize)> = numbers[1..].chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let mut known = Known::new();
    let mut end = (0..7)
        .max_by_key(|&number| longest(&dominoes, &mut known, 0, number).0)
        .expect("seven numbers");
    let (mut used, mut step) = (0, longest(&dominoes, &mut known, 0, end));
    println!("{}", step.0);
    while step.0 > 0 {
        let (_, i, other) = step;
        println!("{end} {other}");
        used |= 1 << i;
        end = other;
        step = longest(&dominoes, &mut known, used, end);
    }
}
