use std::io::{stdin, Read};

fn final_text(_keys: &str) -> String {
    // TODO: return the text that stands on the page in the end.
    String::new()
}

fn main() {
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let keys = text.split_ascii_whitespace().nth(1).unwrap_or("");
    let result = final_text(keys);
    println!("{}", if result.is_empty() { "(empty)" } else { &result });
}
