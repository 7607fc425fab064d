use std::io::{stdin, Read};

fn largest_rate(_signals: &[(i32, i32)]) -> f64 {
    // TODO: return the largest climb rate; a signal is a pair (time, altitude).
    0.0
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i32> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let signals: Vec<(i32, i32)> = numbers[1..].chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    println!("{:.9}", largest_rate(&signals));
}
