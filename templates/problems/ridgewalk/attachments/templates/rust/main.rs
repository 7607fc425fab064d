use std::io::{stdin, Read};

fn best_walk(_trail: &[(i64, i64)]) -> i64 {
    // TODO: return the largest sum of points of stops that are each strictly higher than the one before.
    0
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i64> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    // One pair (altitude, points) for each viewpoint.
    let trail: Vec<(i64, i64)> = numbers[1..].chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    println!("{}", best_walk(&trail));
}
