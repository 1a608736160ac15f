package llm

import "container/heap"

// waiter waits for a slot.
type waiter struct {
	rank, seq, index int
	lane             int  // once it is ready
	doubt            bool // the lane's
	ready            chan struct{}
}

// waiters is a heap: highest rank first, then first come.
type waiters []*waiter

func (w *waiters) add(one *waiter) { heap.Push(w, one) }

func (w *waiters) first() *waiter { return heap.Pop(w).(*waiter) }

// remove takes one out; false if it is not there any more.
func (w *waiters) remove(one *waiter) bool {
	if one.index < 0 {
		return false
	}
	heap.Remove(w, one.index)
	return true
}

func (w waiters) Len() int { return len(w) }
func (w waiters) Less(i, j int) bool {
	if w[i].rank != w[j].rank {
		return w[i].rank > w[j].rank
	}
	return w[i].seq < w[j].seq
}
func (w waiters) Swap(i, j int) { w[i], w[j] = w[j], w[i]; w[i].index, w[j].index = i, j }
func (w *waiters) Push(x any) {
	n := x.(*waiter)
	n.index = len(*w)
	*w = append(*w, n)
}
func (w *waiters) Pop() any {
	old := *w
	n := old[len(old)-1]
	old[len(old)-1] = nil
	*w = old[:len(old)-1]
	n.index = -1
	return n
}
