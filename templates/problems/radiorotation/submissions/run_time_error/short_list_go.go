package main

import (
	"bufio"
	"fmt"
	"os"
)

// Mistake: has room for ten thousand songs only.
var artists [10000]string

func main() {
	in := bufio.NewReader(os.Stdin)
	var n, k int
	fmt.Fscan(in, &n, &k)
	counts := make(map[string]int)
	left, best, start := 0, 0, 0
	for right := 0; right < n; right++ {
		fmt.Fscan(in, &artists[right])
		counts[artists[right]]++
		for counts[artists[right]] > k {
			counts[artists[left]]--
			left++
		}
		if right-left+1 > best {
			best, start = right-left+1, left+1
		}
	}
	fmt.Println(best, start)
}
