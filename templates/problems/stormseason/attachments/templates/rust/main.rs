use std::io::{stdin, Read};

fn days_of_loss(n: usize, _bridges: &[(usize, usize)]) -> Vec<usize> {
    // TODO: return the days of loss by island; places 0 and 1 are not used.
    vec![0; n + 1]
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let numbers: Vec<usize> = text
        .split_ascii_whitespace()
        .map(|word| word.parse().expect("a whole number"))
        .collect();
    let bridges: Vec<(usize, usize)> = numbers[2..].chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let days = days_of_loss(numbers[0], &bridges);
    let lines: Vec<String> = days[2..].iter().map(usize::to_string).collect();
    println!("{}", lines.join("\n"));
}
