use std::io::{stdin, Read};

/// Left and right half.
type Domino = (i32, i32);

fn longest_trail(_dominoes: &[Domino]) -> Vec<Domino> {
    // TODO: return a longest trail from left to right.
    vec![(-1, -1)]
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i32> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let dominoes: Vec<Domino> = numbers[1..].chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let trail = longest_trail(&dominoes);
    println!("{}", trail.len());
    for (left, right) in trail {
        println!("{left} {right}");
    }
}
