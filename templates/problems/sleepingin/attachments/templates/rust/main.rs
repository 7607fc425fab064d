use std::io::{stdin, Read};

/// a, b, s, p, k and d of a bus line.
type Line = [i64; 6];

fn latest_start(_n: usize, _t: i64, _lines: &[Line]) -> i64 {
    // TODO: return the latest minute at which Nora can board her first bus, or -1.
    -2
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i64> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let lines: Vec<Line> = numbers[3..]
        .chunks_exact(6)
        .map(|line| [line[0], line[1], line[2], line[3], line[4], line[5]])
        .collect();
    println!("{}", latest_start(numbers[0] as usize, numbers[2], &lines));
}
