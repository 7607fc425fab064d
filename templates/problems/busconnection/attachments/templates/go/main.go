package main

import (
	"bufio"
	"fmt"
	"os"
)

func connect(seats, walk int, arrivals, buses []int) (left, waiting int) {
	// TODO: return how many hikers leave by bus and their minutes of waiting in all.
	return -1, -1
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var n, m, seats, walk int
	fmt.Fscan(in, &n, &m, &seats, &walk)
	arrivals := make([]int, n)
	buses := make([]int, m)
	for i := range arrivals {
		fmt.Fscan(in, &arrivals[i])
	}
	for i := range buses {
		fmt.Fscan(in, &buses[i])
	}
	fmt.Println(connect(seats, walk, arrivals, buses))
}
