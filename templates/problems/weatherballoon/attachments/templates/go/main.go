package main

import (
	"bufio"
	"fmt"
	"os"
)

type signal struct{ time, altitude int }

func largestRate(signals []signal) float64 {
	// TODO: return the largest climb rate.
	return 0
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var n int
	fmt.Fscan(in, &n)
	signals := make([]signal, n)
	for i := range signals {
		fmt.Fscan(in, &signals[i].time, &signals[i].altitude)
	}
	fmt.Printf("%.9f\n", largestRate(signals))
}
