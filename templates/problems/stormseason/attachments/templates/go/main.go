package main

import (
	"bufio"
	"fmt"
	"os"
)

func daysOfLoss(n int, bridges [][2]int) []int {
	// TODO: return the days of loss by island; places 0 and 1 are not used.
	return make([]int, n+1)
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	var n, m int
	fmt.Fscan(in, &n, &m)
	bridges := make([][2]int, m)
	for i := range bridges {
		fmt.Fscan(in, &bridges[i][0], &bridges[i][1])
	}
	for _, day := range daysOfLoss(n, bridges)[2:] {
		fmt.Fprintln(out, day)
	}
}
