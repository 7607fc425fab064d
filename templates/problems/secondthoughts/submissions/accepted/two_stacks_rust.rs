use std::io::{stdin, Read};

fn main() {
    let mut input = String::new();
    stdin().read_to_string(&mut input).expect("input is text");
    let keys = input.split_ascii_whitespace().nth(1).unwrap_or("");
    let mut text = String::new();
    let mut taken = Vec::new();
    for key in keys.chars() {
        match key {
            '<' => taken.extend(text.pop()),
            '>' => text.extend(taken.pop()),
            _ => {
                text.push(key);
                taken.clear();
            }
        }
    }
    println!("{}", if text.is_empty() { "(empty)" } else { &text });
}
