use std::collections::HashMap;
use std::io::{stdin, Read};

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let mut last: HashMap<i64, i64> = HashMap::new();
    let mut best = -1;
    for (word, i) in text.split_ascii_whitespace().skip(1).zip(0i64..) {
        let floor: i64 = word.parse().expect("a floor is a number");
        if let Some(before) = last.insert(floor, i) {
            if best == -1 || i - before < best {
                best = i - before;
            }
        }
    }
    println!("{best}");
}
