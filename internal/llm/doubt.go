package llm

import "context"

// Same says whether a lane's server still has the weights that this run has used. sure is false where it could not be asked; an error
// says that it has others, and stops the run.
type Same func(ctx context.Context, lane int) (sure bool, err error)

// doubts reports an error after which the server may be another one: the connection was lost or refused, or its engine died.
func doubts(e *Error) bool {
	return e != nil && (e.Class == Unavailable || e.Status == 0 && (e.Reason == "connection" || e.Reason == "cut"))
}

// same asks, before the first request after a connection was lost, whether the server is the same.
func (t *ticket) same(ctx context.Context, ask Same) error {
	if !t.doubt || ask == nil {
		return nil
	}
	sure, err := ask(ctx, t.lane)
	g := t.g
	g.mu.Lock()
	defer g.mu.Unlock()
	if !sure || err != nil {
		g.lanes[t.lane].doubt = true
	}
	if err != nil {
		g.giveBack(t.lane)
	}
	return err
}
