package main

import (
	"bufio"
	"fmt"
	"os"
)

func closestReturn(floors []int) int {
	// TODO: return the smallest distance between two stops at the same floor, or -1.
	return -1
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var n int
	fmt.Fscan(in, &n)
	floors := make([]int, n)
	for i := range floors {
		fmt.Fscan(in, &floors[i])
	}
	fmt.Println(closestReturn(floors))
}
