package main

import (
	"bufio"
	"fmt"
	"os"
)

func longestBlock(artists []string, k int) (length, start int) {
	// TODO: return the length of the longest allowed block and the number of its first song (from 1).
	return 0, 0
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var n, k int
	fmt.Fscan(in, &n, &k)
	artists := make([]string, n)
	for i := range artists {
		fmt.Fscan(in, &artists[i])
	}
	fmt.Println(longestBlock(artists, k))
}
