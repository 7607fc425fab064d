use std::collections::BTreeMap;
use std::io::{stdin, Read};

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i64> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    // Best sums by altitude of the last stop; kept so that a higher altitude always has a larger sum.
    let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
    for viewpoint in numbers[1..].chunks_exact(2) {
        let (altitude, points) = (viewpoint[0], viewpoint[1]);
        let total = points + sums.range(..altitude).next_back().map_or(0, |(_, &sum)| sum);
        if total <= sums.range(..=altitude).next_back().map_or(0, |(_, &sum)| sum) {
            continue;
        }
        sums.insert(altitude, total);
        while let Some((&higher, &sum)) = sums.range(altitude + 1..).next() {
            if sum > total {
                break;
            }
            sums.remove(&higher);
        }
    }
    println!("{}", sums.values().next_back().unwrap_or(&0));
}
