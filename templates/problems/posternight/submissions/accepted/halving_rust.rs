use std::io::{stdin, Read};

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i64> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let (needed, printers) = (numbers[1], &numbers[2..]);
    let finished = |minute: i64| -> i64 {
        printers.chunks_exact(3).map(|one| one[2].min((minute - one[0]).max(0) / one[1])).sum()
    };
    let (mut low, mut high) = (0, 1_000_000_001_000_000);
    if finished(high) < needed {
        println!("-1");
        return;
    }
    while low < high {
        let middle = (low + high) / 2;
        if finished(middle) >= needed {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    println!("{low}");
}
