package main

import (
	"bufio"
	"fmt"
	"os"
)

func finalText(keys string) string {
	// TODO: return the text that stands on the page in the end.
	return ""
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var n int
	var keys string
	fmt.Fscan(in, &n, &keys)
	text := finalText(keys)
	if text == "" {
		text = "(empty)"
	}
	fmt.Println(text)
}
