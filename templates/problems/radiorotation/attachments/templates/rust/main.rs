use std::io::{stdin, Read};

fn longest_block(_artists: &[&str], _k: usize) -> (usize, usize) {
    // TODO: return the length of the longest allowed block and the number of its first song (from 1).
    (0, 0)
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let k: usize = words[1].parse().expect("a whole number");
    let (length, start) = longest_block(&words[2..], k);
    println!("{length} {start}");
}
