package main

import (
	"bufio"
	"container/heap"
	"fmt"
	"os"
)

type line struct{ a, s, p, k, d int }

type stay struct{ town, minute int }

type queue []stay

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].minute > q[j].minute }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(item any)     { *q = append(*q, item.(stay)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

func main() {
	in := bufio.NewReader(os.Stdin)
	var n, m, t int
	fmt.Fscan(in, &n, &m, &t)
	into := make([][]line, n+1)
	for ; m > 0; m-- {
		var one line
		var b int
		fmt.Fscan(in, &one.a, &b, &one.s, &one.p, &one.k, &one.d)
		into[b] = append(into[b], one)
	}
	settled := make([]bool, n+1)
	waiting := &queue{{n, t}}
	for waiting.Len() > 0 {
		at := heap.Pop(waiting).(stay)
		if settled[at.town] {
			continue
		}
		if at.town == 1 {
			fmt.Println(at.minute)
			return
		}
		settled[at.town] = true
		for _, one := range into[at.town] {
			spare := at.minute - one.d - one.s
			if spare < 0 || settled[one.a] {
				continue
			}
			bus := spare / one.p
			if bus > one.k-1 {
				bus = one.k - 1
			}
			heap.Push(waiting, stay{one.a, one.s + bus*one.p})
		}
	}
	fmt.Println(-1)
}
