package main

import (
	"bufio"
	"fmt"
	"os"
)

type square struct{ y, x int }

func main() {
	in := bufio.NewReader(os.Stdin)
	var rows, columns int
	fmt.Fscan(in, &rows, &columns)
	plan := make([]string, rows)
	distance := make([][]int, rows)
	var queue []square
	for y := range plan {
		fmt.Fscan(in, &plan[y])
		distance[y] = make([]int, columns)
		for x := range distance[y] {
			distance[y][x] = -1
			if plan[y][x] == 'E' {
				distance[y][x] = 0
				queue = append(queue, square{y, x})
			}
		}
	}
	moves := []square{{-1, 0}, {1, 0}, {0, -1}, {0, 1}}
	for head := 0; head < len(queue); head++ {
		at := queue[head]
		for _, move := range moves {
			y, x := at.y+move.y, at.x+move.x
			if y < 0 || y >= rows || x < 0 || x >= columns || plan[y][x] == '#' || distance[y][x] >= 0 {
				continue
			}
			distance[y][x] = distance[at.y][at.x] + 1
			queue = append(queue, square{y, x})
		}
	}
	out, steps, longest := 0, 0, 0
	for y := range plan {
		for x, walk := range distance[y] {
			if plan[y][x] == 'P' && walk >= 0 {
				out++
				steps += walk
				if walk > longest {
					longest = walk
				}
			}
		}
	}
	fmt.Printf("out: %d\nsteps: %d\nlongest: %d\n", out, steps, longest)
}
