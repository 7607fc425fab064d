package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	var n int
	fmt.Fscan(in, &n)
	altitudes, points := make([]int, n), make([]int, n)
	for i := range altitudes {
		fmt.Fscan(in, &altitudes[i], &points[i])
	}
	sorted := append([]int(nil), altitudes...)
	sort.Ints(sorted)
	// Equal altitudes share the rank of the first one; ranks that stay unused do no harm.
	tree := make([]int, n+1)
	best := 0
	for k, altitude := range altitudes {
		rank := sort.SearchInts(sorted, altitude) + 1
		total := 0
		for i := rank - 1; i > 0; i &= i - 1 {
			if tree[i] > total {
				total = tree[i]
			}
		}
		total += points[k]
		if total > best {
			best = total
		}
		for i := rank; i <= n; i += i & -i {
			if tree[i] < total {
				tree[i] = total
			}
		}
	}
	fmt.Println(best)
}
