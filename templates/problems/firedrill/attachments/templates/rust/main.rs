use std::io::{stdin, Read};

struct Drill {
    out: u64,
    steps: u64,
    longest: u64,
}

fn drill(_plan: &[&[u8]]) -> Drill {
    // TODO: find how many people get out, the sum of their steps and the longest walk.
    Drill { out: 0, steps: 0, longest: 0 }
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let plan: Vec<&[u8]> = text.lines().skip(1).map(str::as_bytes).collect();
    let result = drill(&plan);
    println!("out: {}", result.out);
    println!("steps: {}", result.steps);
    println!("longest: {}", result.longest);
}
