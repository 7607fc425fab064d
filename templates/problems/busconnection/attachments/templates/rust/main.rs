use std::io::{stdin, Read};

fn connect(_seats: i64, _walk: i64, _arrivals: &[i64], _buses: &[i64]) -> (i64, i64) {
    // TODO: return how many hikers leave by bus and their minutes of waiting in all.
    (-1, -1)
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i64> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let (seats, walk) = (numbers[2], numbers[3]);
    let (arrivals, buses) = numbers[4..].split_at(numbers[0] as usize);
    let (left, waiting) = connect(seats, walk, arrivals, buses);
    println!("{left} {waiting}");
}
