package main

import "fmt"

type state struct{ used, end int }

type step struct{ length, domino, other int }

// Mistake: has no place for halves without pips.
var fitting [6][]step
var known = map[state]step{}

func longest(at state) step {
	if best, found := known[at]; found {
		return best
	}
	best := step{}
	for _, one := range fitting[at.end-1] {
		if at.used>>one.domino&1 == 0 {
			one.length = 1 + longest(state{at.used | 1<<one.domino, one.other}).length
			if one.length > best.length {
				best = one
			}
		}
	}
	known[at] = best
	return best
}

func main() {
	var n int
	fmt.Scan(&n)
	for i := 0; i < n; i++ {
		var a, b int
		fmt.Scan(&a, &b)
		fitting[a-1] = append(fitting[a-1], step{domino: i, other: b})
		fitting[b-1] = append(fitting[b-1], step{domino: i, other: a})
	}
	at := state{0, 1}
	for number := 2; number <= 6; number++ {
		if longest(state{0, number}).length > longest(at).length {
			at.end = number
		}
	}
	fmt.Println(longest(at).length)
	for next := longest(at); next.length > 0; next = longest(at) {
		fmt.Println(at.end, next.other)
		at = state{at.used | 1<<next.domino, next.other}
	}
}
