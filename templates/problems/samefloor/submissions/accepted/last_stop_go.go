package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	var n int
	fmt.Fscan(in, &n)
	last := make(map[int]int, n)
	best := -1
	for i := 0; i < n; i++ {
		var floor int
		fmt.Fscan(in, &floor)
		if before, seen := last[floor]; seen && (best == -1 || i-before < best) {
			best = i - before
		}
		last[floor] = i
	}
	fmt.Println(best)
}
