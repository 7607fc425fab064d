package main

import (
	"bufio"
	"fmt"
	"os"
)

type printer struct{ w, p, c int }

func firstMinute(needed int, printers []printer) int {
	// TODO: return the first minute at which enough posters are finished, or -1.
	return -2
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var n, needed int
	fmt.Fscan(in, &n, &needed)
	printers := make([]printer, n)
	for i := range printers {
		fmt.Fscan(in, &printers[i].w, &printers[i].p, &printers[i].c)
	}
	fmt.Println(firstMinute(needed, printers))
}
