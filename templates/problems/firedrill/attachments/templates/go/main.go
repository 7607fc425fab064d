package main

import (
	"bufio"
	"fmt"
	"os"
)

func drill(plan []string) (out, steps, longest int) {
	// TODO: return how many people get out, the sum of their steps and the longest walk.
	return 0, 0, 0
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var rows, columns int
	fmt.Fscan(in, &rows, &columns)
	plan := make([]string, rows)
	for y := range plan {
		fmt.Fscan(in, &plan[y])
	}
	out, steps, longest := drill(plan)
	fmt.Printf("out: %d\nsteps: %d\nlongest: %d\n", out, steps, longest)
}
