package main

import (
	"context"
	"strconv"
	"time"

	"hardneg/internal/llm"
	"hardneg/internal/work"
)

// budget is what is left of run.budget after what was spent before.
func (r *runner) budget(ctx context.Context) (*llm.Budget, error) {
	spend, err := r.st.Spending(ctx)
	if err != nil {
		return nil, err
	}
	var spent llm.Spent
	for _, s := range spend {
		spent.USD += s.Cost + s.Unconfirmed
		spent.Calls += s.OK + s.Failed
		spent.Tokens += s.Usage.Prompt + s.Usage.Completion
	}
	b := r.cfg.Run.Budget
	return llm.NewBudget(llm.Limits{USD: dollars(b.USD), Calls: b.Calls, Tokens: b.Tokens}, spent), nil
}

// wall stops the work when the run's time is over. Time is counted over restarts.
func (r *runner) wall(ctx context.Context) (context.Context, func(), error) {
	b, err := r.st.Meta(ctx, "wall")
	if err != nil {
		return ctx, nil, err
	}
	used, _ := strconv.ParseInt(string(b), 10, 64) // absent: 0
	start := time.Now()
	save := func() {
		n := used + int64(time.Since(start))
		if err := r.st.SetMeta(map[string][]byte{"wall": []byte(strconv.FormatInt(n, 10))}); err != nil {
			r.warn(err.Error())
		}
	}
	limit := r.cfg.Run.Budget.Wall
	if limit == 0 {
		return ctx, save, nil
	}
	reached := &llm.BudgetReached{What: "wall", Limit: limit.String(), Spent: limit.String()}
	if limit <= time.Duration(used) {
		return ctx, nil, reached
	}
	stopSaving := work.Every(10*time.Second, save)
	ctx, cancel := context.WithTimeoutCause(ctx, limit-time.Duration(used), reached)
	return ctx, func() { cancel(); stopSaving(); save() }, nil
}
