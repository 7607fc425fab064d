use std::collections::BinaryHeap;
use std::io::{stdin, Read};

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<i64> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let n = numbers[0] as usize;
    let mut into: Vec<Vec<&[i64]>> = vec![Vec::new(); n + 1];
    for line in numbers[3..].chunks_exact(6) {
        into[line[1] as usize].push(line);
    }
    let mut late = vec![-1; n + 1];
    let mut queue = BinaryHeap::from([(numbers[2], n)]);
    late[n] = numbers[2];
    while let Some((minute, town)) = queue.pop() {
        if minute < late[town] {
            continue;
        }
        for line in &into[town] {
            let (a, s, p, k, d) = (line[0] as usize, line[2], line[3], line[4], line[5]);
            if minute - d < s {
                continue;
            }
            let start = s + (k - 1).min((minute - d - s) / p) * p;
            if start > late[a] {
                late[a] = start;
                queue.push((start, a));
            }
        }
    }
    println!("{}", late[1]);
}
