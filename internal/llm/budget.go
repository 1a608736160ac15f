package llm

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"hardneg"
)

// Limits bound what a run may use; 0 is no limit.
type Limits struct {
	USD    hardneg.USD
	Calls  int64
	Tokens int64
}

// Spent is what was used, unconfirmed calls at their upper bound.
type Spent struct {
	USD    hardneg.USD
	Calls  int64
	Tokens int64
}

func (s *Spent) add(o Spent, sign int64) {
	s.USD += o.USD * hardneg.USD(sign)
	s.Calls += o.Calls * sign
	s.Tokens += o.Tokens * sign
}

// BudgetReached says that a budget allows no further call. The run stops cleanly. Next is what the next one may use at most, where it
// is that which does not fit any more; Batch is how many requests that is, if they are asked together.
type BudgetReached struct {
	What, Limit, Spent, Next string
	Batch                    int64
}

func (e *BudgetReached) Error() string {
	switch {
	case e.Batch > 0:
		return fmt.Sprintf("run.budget.%s has no room for a batch of %d requests: %s of %s are used, and it may take up to %s", e.What, e.Batch, e.Spent, e.Limit, e.Next)
	case e.Next == "":
		return fmt.Sprintf("run.budget.%s is reached: %s of %s", e.What, e.Spent, e.Limit)
	}
	return fmt.Sprintf("run.budget.%s has no room for another call: %s of %s are used, and the next call may take up to %s", e.What, e.Spent, e.Limit, e.Next)
}

// Budget never lets the calls on their way use more than what is left, at their worst: who does not fit waits as long as others are
// on their way, and is refused when nothing is and it does not fit. What is cheaper goes on meanwhile. A nil *Budget allows everything.
type Budget struct {
	limits Limits

	mu       sync.Mutex
	spent    Spent
	reserved Spent
	waiting  Spent         // what batches at the provider may use at most
	settled  chan struct{} // closed when something was settled
}

// NewBudget returns a budget of which some is spent already.
func NewBudget(l Limits, spent Spent) *Budget {
	return &Budget{limits: l, spent: spent, settled: make(chan struct{})}
}

// take reserves a call's worst case. The returned function settles it: what was used, and whether it was sent.
func (b *Budget) take(ctx context.Context, worst hardneg.Usage, cost hardneg.USD) (func(hardneg.Usage, hardneg.USD, bool), error) {
	if b == nil || b.limits == (Limits{}) {
		return func(hardneg.Usage, hardneg.USD, bool) {}, nil
	}
	need := Spent{USD: cost, Calls: 1, Tokens: worst.Prompt + worst.Completion}
	for {
		b.mu.Lock()
		if b.fits(need, b.reserved) == nil {
			b.reserved.add(need, 1)
			b.mu.Unlock()
			return func(used hardneg.Usage, cost hardneg.USD, sent bool) { b.settle(need, used, cost, sent) }, nil
		}
		var alone error
		if b.reserved == (Spent{}) {
			alone = b.fits(need, Spent{})
		}
		wait := b.settled
		b.mu.Unlock()
		if alone != nil {
			return nil, alone
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// fits reports the first limit that need would break on top of what is spent and also reserved.
func (b *Budget) fits(need, also Spent) error {
	sum := b.spent
	sum.add(b.waiting, 1)
	sum.add(also, 1)
	sum.add(need, 1)
	switch l := b.limits; {
	case l.USD > 0 && sum.USD > l.USD:
		return &BudgetReached{What: "usd", Limit: l.USD.String(), Spent: b.spent.USD.String(), Next: need.USD.String()}
	case l.Calls > 0 && sum.Calls > l.Calls:
		return &BudgetReached{What: "calls", Limit: fmt.Sprint(l.Calls), Spent: fmt.Sprint(b.spent.Calls)}
	case l.Tokens > 0 && sum.Tokens > l.Tokens:
		return &BudgetReached{What: "tokens", Limit: fmt.Sprint(l.Tokens), Spent: fmt.Sprint(b.spent.Tokens), Next: fmt.Sprint(need.Tokens)}
	}
	return nil
}

func (b *Budget) settle(need Spent, used hardneg.Usage, cost hardneg.USD, sent bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reserved.add(need, -1)
	if sent {
		b.spent.add(Spent{USD: cost, Calls: 1, Tokens: used.Prompt + used.Completion}, 1)
	}
	close(b.settled)
	b.settled = make(chan struct{})
}

// Waiting says what batches at the provider may use at most; what they did use is added with used.
func (b *Budget) Waiting(most, used Spent) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = most
	b.spent.add(used, 1)
}

// Fits returns a *BudgetReached if a batch that uses so much at most, on top of what is spent and waited for, would break a limit.
func (b *Budget) Fits(need Spent) error {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	err := b.fits(need, b.reserved)
	var reached *BudgetReached
	if errors.As(err, &reached) {
		reached.Batch = need.Calls
		if reached.What == "calls" {
			reached.Next = fmt.Sprint(need.Calls)
		}
	}
	return err
}
