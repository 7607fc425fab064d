package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	var n, k int
	fmt.Fscan(in, &n, &k)
	artists := make([]string, n)
	counts := make(map[string]int)
	left, best, start := 0, 0, 0
	for right := range artists {
		fmt.Fscan(in, &artists[right])
		artist := artists[right]
		counts[artist]++
		for counts[artist] > k {
			counts[artists[left]]--
			left++
		}
		if right-left+1 > best {
			best, start = right-left+1, left+1
		}
	}
	fmt.Println(best, start)
}
