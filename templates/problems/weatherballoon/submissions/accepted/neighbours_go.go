package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"sort"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	var n int
	fmt.Fscan(in, &n)
	signals := make([]struct{ time, altitude int }, n)
	for i := range signals {
		fmt.Fscan(in, &signals[i].time, &signals[i].altitude)
	}
	sort.Slice(signals, func(i, j int) bool { return signals[i].time < signals[j].time })
	best := math.Inf(-1)
	for i := 1; i < n; i++ {
		climb := float64(signals[i].altitude - signals[i-1].altitude)
		best = math.Max(best, climb/float64(signals[i].time-signals[i-1].time))
	}
	fmt.Printf("%.9f\n", best)
}
