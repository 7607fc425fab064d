package main

import (
	"bufio"
	"fmt"
	"os"
)

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
	neighbours := make([][]int, n+1)
	supplied := make([]bool, n+1)
	supplied[1] = true
	lost := make([]int, n+1)
	for day := m; day > 0; day-- {
		a, b := bridges[day-1][0], bridges[day-1][1]
		neighbours[a] = append(neighbours[a], b)
		neighbours[b] = append(neighbours[b], a)
		if supplied[a] == supplied[b] {
			continue
		}
		fresh := []int{a}
		if supplied[a] {
			fresh[0] = b
		}
		supplied[fresh[0]] = true
		for len(fresh) > 0 {
			island := fresh[len(fresh)-1]
			fresh = fresh[:len(fresh)-1]
			lost[island] = day
			for _, other := range neighbours[island] {
				if !supplied[other] {
					supplied[other] = true
					fresh = append(fresh, other)
				}
			}
		}
	}
	for _, day := range lost[2:] {
		fmt.Fprintln(out, day)
	}
}
