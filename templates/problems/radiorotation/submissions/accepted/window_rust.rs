use std::collections::HashMap;
use std::io::{stdin, Read};

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let k: usize = words[1].parse().expect("k is a number");
    let artists = &words[2..];
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let (mut left, mut best, mut start) = (0, 0, 0);
    for (right, artist) in artists.iter().enumerate() {
        *counts.entry(artist).or_default() += 1;
        while counts[artist] > k {
            *counts.get_mut(artists[left]).expect("counted before") -= 1;
            left += 1;
        }
        if right + 1 - left > best {
            best = right + 1 - left;
            start = left + 1;
        }
    }
    println!("{best} {start}");
}
