package main

import "fmt"

type domino struct{ left, right int }

func longestTrail(dominoes []domino) []domino {
	// TODO: return a longest trail from left to right.
	return []domino{{-1, -1}}
}

func main() {
	var n int
	fmt.Scan(&n)
	dominoes := make([]domino, n)
	for i := range dominoes {
		fmt.Scan(&dominoes[i].left, &dominoes[i].right)
	}
	trail := longestTrail(dominoes)
	fmt.Println(len(trail))
	for _, one := range trail {
		fmt.Println(one.left, one.right)
	}
}
