use std::fs::File;
use std::io::{stdin, Read, Write};
use std::os::unix::io::FromRawFd;

mod solution;

extern "C" {
    fn dup(fd: i32) -> i32;
    fn dup2(from: i32, to: i32) -> i32;
}

fn main() {
    // The answer goes to the real standard output, whatever the solution prints to standard error.
    let mut answer = unsafe {
        let kept = dup(1);
        dup2(2, 1);
        File::from_raw_fd(kept)
    };
    let mut text = String::new();
    stdin().read_to_string(&mut text).expect("input is text");
    let mut numbers = text.split_ascii_whitespace().map(|word| word.parse::<u64>().expect("a whole number"));
    let n = numbers.next().expect("the number of people") as usize;
    let mut caller = vec![0];
    caller.extend(numbers.by_ref().take(n - 1).map(|number| number as usize));
    let mut minutes = vec![0];
    minutes.extend(numbers);
    writeln!(answer, "{}", solution::warn_all(&caller, &minutes)).expect("the answer can be written");
}
