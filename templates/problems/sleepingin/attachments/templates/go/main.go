package main

import (
	"bufio"
	"fmt"
	"os"
)

type line struct{ a, b, s, p, k, d int }

func latestStart(n, t int, lines []line) int {
	// TODO: return the latest minute at which Nora can board her first bus, or -1.
	return -2
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var n, m, t int
	fmt.Fscan(in, &n, &m, &t)
	lines := make([]line, m)
	for i := range lines {
		one := &lines[i]
		fmt.Fscan(in, &one.a, &one.b, &one.s, &one.p, &one.k, &one.d)
	}
	fmt.Println(latestStart(n, t, lines))
}
