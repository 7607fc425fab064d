package main

import "fmt"

type state struct{ used, end int }

type step struct{ length, domino, other int }

var dominoes [][2]int
var known = map[state]step{}

func longest(at state) step {
	if best, found := known[at]; found {
		return best
	}
	best := step{}
	for i, halves := range dominoes {
		if at.used>>i&1 == 1 {
			continue
		}
		other := halves[1]
		if halves[0] != at.end {
			other = halves[0]
			if halves[1] != at.end {
				continue
			}
		}
		length := 1 + longest(state{at.used | 1<<i, other}).length
		if length > best.length {
			best = step{length, i, other}
		}
	}
	known[at] = best
	return best
}

func main() {
	var n int
	fmt.Scan(&n)
	dominoes = make([][2]int, n)
	for i := range dominoes {
		fmt.Scan(&dominoes[i][0], &dominoes[i][1])
	}
	start := state{}
	for number := 1; number < 7; number++ {
		if longest(state{0, number}).length > longest(start).length {
			start.end = number
		}
	}
	fmt.Println(longest(start).length)
	for at := start; longest(at).length > 0; {
		next := longest(at)
		fmt.Println(at.end, next.other)
		at = state{at.used | 1<<next.domino, next.other}
	}
}
