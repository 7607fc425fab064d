package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	var n int
	var keys string
	fmt.Fscan(in, &n, &keys)
	var text, taken []rune
	for _, key := range keys {
		switch {
		case key == '<' && len(text) > 0:
			taken = append(taken, text[len(text)-1])
			text = text[:len(text)-1]
		case key == '>' && len(taken) > 0:
			text = append(text, taken[len(taken)-1])
			taken = taken[:len(taken)-1]
		case key != '<' && key != '>':
			text = append(text, key)
			taken = taken[:0]
		}
	}
	if len(text) == 0 {
		fmt.Println("(empty)")
		return
	}
	fmt.Println(string(text))
}
