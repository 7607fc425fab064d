package main

import "sort"

func warnAll(caller, minutes []int) int {
	rest := make([]int, len(caller))
	lists := make([][]int, len(caller))
	for person := len(caller) - 1; person >= 0; person-- {
		list := lists[person]
		sort.Slice(list, func(i, j int) bool { return rest[list[i]] > rest[list[j]] })
		now := 0
		for _, called := range list {
			now += minutes[called]
			if now+rest[called] > rest[person] {
				rest[person] = now + rest[called]
			}
		}
		if person > 0 {
			lists[caller[person]] = append(lists[caller[person]], person)
		}
	}
	return rest[0]
}
