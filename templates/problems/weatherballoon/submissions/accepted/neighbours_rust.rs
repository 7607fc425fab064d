use std::io::{stdin, Read};

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i32> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let mut signals: Vec<(i32, i32)> = numbers[1..].chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    signals.sort_unstable();
    let best = signals
        .windows(2)
        .map(|pair| f64::from(pair[1].1 - pair[0].1) / f64::from(pair[1].0 - pair[0].0))
        .fold(f64::NEG_INFINITY, f64::max);
    println!("{best:.9}");
}
