use std::collections::VecDeque;
use std::io::{stdin, Read};

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let plan: Vec<&[u8]> = text.lines().skip(1).map(str::as_bytes).collect();
    let mut distance: Vec<Vec<Option<u64>>> = plan.iter().map(|line| vec![None; line.len()]).collect();
    let mut queue = VecDeque::new();
    for (y, line) in plan.iter().enumerate() {
        for (x, &square) in line.iter().enumerate() {
            if square == b'E' {
                distance[y][x] = Some(0);
                queue.push_back((y, x, 0));
            }
        }
    }
    while let Some((y, x, steps)) = queue.pop_front() {
        let around = [(y.wrapping_sub(1), x), (y + 1, x), (y, x.wrapping_sub(1)), (y, x + 1)];
        for (y, x) in around {
            let free = plan.get(y).and_then(|line| line.get(x)).map_or(false, |&square| square != b'#');
            if free && distance[y][x].is_none() {
                distance[y][x] = Some(steps + 1);
                queue.push_back((y, x, steps + 1));
            }
        }
    }
    let walks: Vec<u64> = plan
        .iter()
        .zip(&distance)
        .flat_map(|(line, steps)| line.iter().zip(steps))
        .filter(|(&square, _)| square == b'P')
        .filter_map(|(_, &steps)| steps)
        .collect();
    println!("out: {}", walks.len());
    println!("steps: {}", walks.iter().sum::<u64>());
    println!("longest: {}", walks.iter().max().unwrap_or(&0));
}
