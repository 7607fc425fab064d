package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	var n, m, seats, walk int
	fmt.Fscan(in, &n, &m, &seats, &walk)
	ready := make([]int, n)
	for i := range ready {
		fmt.Fscan(in, &ready[i])
		ready[i] += walk
	}
	left, waiting := 0, 0
	for ; m > 0; m-- {
		var departure int
		fmt.Fscan(in, &departure)
		for seat := 0; seat < seats && left < n && ready[left] <= departure; seat++ {
			waiting += departure - ready[left]
			left++
		}
	}
	fmt.Println(left, waiting)
}
