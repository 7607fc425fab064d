use std::io::{stdin, Read};

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i64> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let (seats, walk) = (numbers[2] as usize, numbers[3]);
    let (arrivals, buses) = numbers[4..].split_at(numbers[0] as usize);
    let mut queue = arrivals.iter().map(|arrival| arrival + walk).peekable();
    let (mut left, mut waiting) = (0, 0);
    for &departure in buses {
        for _ in 0..seats {
            match queue.next_if(|&ready| ready <= departure) {
                Some(ready) => {
                    waiting += departure - ready;
                    left += 1;
                }
                None => break,
            }
        }
    }
    println!("{left} {waiting}");
}
