package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
)

const last = 1000000001000000

func main() {
	in := bufio.NewReader(os.Stdin)
	var n, needed int
	fmt.Fscan(in, &n, &needed)
	printers := make([]struct{ w, p, c int }, n)
	for i := range printers {
		fmt.Fscan(in, &printers[i].w, &printers[i].p, &printers[i].c)
	}
	minute := sort.Search(last+1, func(minute int) bool {
		posters := 0
		for _, one := range printers {
			if minute <= one.w {
				continue
			}
			own := (minute - one.w) / one.p
			if own > one.c {
				own = one.c
			}
			posters += own
		}
		return posters >= needed
	})
	if minute > last {
		minute = -1
	}
	fmt.Println(minute)
}
