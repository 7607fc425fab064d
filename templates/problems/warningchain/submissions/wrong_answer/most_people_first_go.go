package main

import "sort"

// Mistake: calls those first who have most people below them, however quickly these can be warned.
func warnAll(caller, minutes []int) int {
	n := len(caller)
	below, warned := make([]int, n), make([]int, n)
	lists := make([][]int, n)
	for person := n - 1; person > 0; person-- {
		below[caller[person]] += below[person] + 1
		lists[caller[person]] = append(lists[caller[person]], person)
	}
	last := 0
	for person, list := range lists {
		sort.Slice(list, func(i, j int) bool { return below[list[i]] > below[list[j]] })
		now := warned[person]
		for _, called := range list {
			now += minutes[called]
			warned[called] = now
		}
		if now > last {
			last = now
		}
	}
	return last
}
