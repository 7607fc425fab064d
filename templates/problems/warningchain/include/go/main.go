package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	// The answer goes to the real standard output, whatever the solution prints to standard error.
	answer := os.Stdout
	os.Stdout = os.Stderr
	in := bufio.NewReader(os.Stdin)
	var n int
	fmt.Fscan(in, &n)
	caller, minutes := make([]int, n), make([]int, n)
	for i := 1; i < n; i++ {
		fmt.Fscan(in, &caller[i])
	}
	for i := 1; i < n; i++ {
		fmt.Fscan(in, &minutes[i])
	}
	fmt.Fprintln(answer, warnAll(caller, minutes))
}
