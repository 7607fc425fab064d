package main

import (
	"bufio"
	"fmt"
	"os"
)

func bestWalk(altitudes, points []int) int {
	// TODO: return the largest sum of points of stops that are each strictly higher than the one before.
	return 0
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var n int
	fmt.Fscan(in, &n)
	altitudes := make([]int, n)
	points := make([]int, n)
	for i := range altitudes {
		fmt.Fscan(in, &altitudes[i], &points[i])
	}
	fmt.Println(bestWalk(altitudes, points))
}
