use std::io::{stdin, Read};

fn first_minute(_needed: i64, _printers: &[(i64, i64, i64)]) -> i64 {
    // TODO: return the first minute at which enough posters are finished, or -1; a printer is (w, p, c).
    -2
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i64> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let printers: Vec<(i64, i64, i64)> = numbers[2..].chunks_exact(3).map(|one| (one[0], one[1], one[2])).collect();
    println!("{}", first_minute(numbers[1], &printers));
}
