use std::io::{stdin, Read};

fn closest_return(_floors: &[i64]) -> i64 {
    // TODO: return the smallest distance between two stops at the same floor, or -1.
    -1
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i64> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    println!("{}", closest_return(&numbers[1..]));
}
