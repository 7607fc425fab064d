use std::io::{stdin, Read};

fn find(parent: &mut [usize], mut island: usize) -> usize {
    while parent[island] != island {
        parent[island] = parent[parent[island]];
        island = parent[island];
    }
    island
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<usize> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let (n, bridges) = (numbers[0], &numbers[2..]);
    let mut parent: Vec<usize> = (0..=n).collect();
    let mut members: Vec<Vec<usize>> = (0..=n).map(|island| vec![island]).collect();
    let mut lost = vec![0; n + 1];
    for (i, bridge) in bridges.chunks_exact(2).enumerate().rev() {
        let mut large = find(&mut parent, bridge[0]);
        let mut small = find(&mut parent, bridge[1]);
        if large == small {
            continue;
        }
        let home = find(&mut parent, 1);
        if large == home || small == home {
            for &island in &members[if large == home { small } else { large }] {
                lost[island] = i + 1;
            }
        }
        if members[large].len() < members[small].len() {
            std::mem::swap(&mut large, &mut small);
        }
        let moved = std::mem::take(&mut members[small]);
        members[large].extend(moved);
        parent[small] = large;
    }
    let lines: Vec<String> = lost[2..].iter().map(usize::to_string).collect();
    println!("{}", lines.join("\n"));
}
