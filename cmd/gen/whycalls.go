package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/llm"
	"hardneg/store"
)

// spent is what calls that were shown cost together.
type spent struct {
	calls, failed     int
	cost, unconfirmed hardneg.USD
}

func (s *spent) add(c hardneg.Call) {
	s.calls++
	if c.Failure != "" {
		s.failed++
	}
	s.cost += c.Cost
	s.unconfirmed += c.Unconfirmed
}

func (s spent) String() string {
	out := fmt.Sprintf("%d calls, %d of them failed, %s", s.calls, s.failed, s.cost)
	if s.unconfirmed > 0 {
		out += fmt.Sprintf(" and perhaps %s more, for calls whose answer never came", s.unconfirmed)
	}
	return out
}

// call prints the calls that led to a reply, once; texts that share them refer to them.
func (t *teller) call(ctx context.Context, key hardneg.Key) error {
	if key.IsZero() {
		return nil
	}
	if t.shown[key] {
		fmt.Fprintf(t.w, "  call %s: see above\n", key)
		return nil
	}
	calls, err := collectCalls(t.st.Calls(ctx, key))
	if err != nil || len(calls) == 0 {
		return err
	}
	return t.attempts(ctx, calls)
}

// attempts prints calls of one request, after those of the attempts before and with those after. An attempt is a request of its own,
// with another key, so that only a scan finds the others; where the first attempt was the last there are none.
func (t *teller) attempts(ctx context.Context, calls []hardneg.Call) error {
	one := calls[0]
	last := slices.MaxFunc(calls, func(a, b hardneg.Call) int { return a.Attempt - b.Attempt })
	if last.Attempt > 0 {
		all, err := collectCalls(t.st.CallsFor(ctx, one.Stage, one.Input))
		if err != nil {
			return err
		}
		calls = slices.DeleteFunc(all, func(c hardneg.Call) bool { // of another config, or another sample
			return c.Sample != one.Sample || c.Model != one.Model || c.Prompt != one.Prompt
		})
	}
	var sum spent
	for _, c := range calls {
		t.printCall(c)
		t.shown[c.Key] = true
		sum.add(c)
		t.spent.add(c)
	}
	if len(calls) > 1 {
		fmt.Fprintf(t.w, "  together: %s\n", sum)
	}
	return nil
}

// unanswered prints the calls of a stage that never led to a reply, and that no outcome names therefore: they are among the failed.
func (t *teller) unanswered(ctx context.Context, stage string, mine func(hardneg.Call) bool) error {
	var failed []hardneg.Call
	for c, err := range t.st.FailedCalls(ctx, stage) {
		if err != nil {
			return err
		}
		if !t.shown[c.Key] && mine(c) {
			failed = append(failed, c)
		}
	}
	if len(failed) > 0 {
		fmt.Fprintf(t.w, "\ncalls of stage %s that got no reply:\n", stage)
	}
	for i, c := range failed {
		if t.shown[c.Key] { // since
			continue
		}
		same := slices.DeleteFunc(slices.Clone(failed[i:]), func(o hardneg.Call) bool { return o.Key != c.Key })
		if err := t.attempts(ctx, same); err != nil {
			return err
		}
	}
	return nil
}

// isTasksCall reports whether a call asked for the tasks of which one has an id.
func (t *teller) isTasksCall(c hardneg.Call, id string) bool {
	input, err := generate.TasksInput(id, t.cfg.Generate.Queries.Tasks.PerRequest)
	return err == nil && c.Input == input
}

// thought prints the calls by which the task of a query was thought up.
func (t *teller) thought(ctx context.Context, q store.QueryState) error {
	input, err := generate.TasksInput(q.PassageID, t.cfg.Generate.Queries.Tasks.PerRequest)
	if err != nil {
		return nil //nolint:nilerr // it is no task
	}
	calls, err := collectCalls(t.st.CallsFor(ctx, stageQueries, input))
	calls = slices.DeleteFunc(calls, func(c hardneg.Call) bool { return c.Prompt != q.Origin.Prompt })
	if err != nil || len(calls) == 0 {
		return err
	}
	fmt.Fprintln(t.w, "\nits task was thought up with others before:")
	return t.attempts(ctx, calls)
}

// chosen prints the calls by which it was chosen who asks the query, or for what task, where the kind of its prompt has that turn.
func (t *teller) chosen(ctx context.Context, q store.QueryState) error {
	if generate.QueryKindOf(promptName(q.Origin.Prompt)).Tasks {
		return t.thought(ctx, q)
	}
	if !generate.QueryKindOf(promptName(q.Origin.Prompt)).Personas {
		return nil
	}
	calls, err := collectCalls(t.st.CallsFor(ctx, stageQueries, generate.CharacterInput(q.PassageID)))
	calls = slices.DeleteFunc(calls, func(c hardneg.Call) bool { return c.Sample != q.Sample || c.Prompt != q.Origin.Prompt })
	if err != nil || len(calls) == 0 {
		return err
	}
	fmt.Fprintln(t.w, "\nwho asks it was chosen before:")
	return t.attempts(ctx, calls)
}

// promptName is the name in a prompt's id.
func promptName(id string) string {
	name, _, _ := strings.Cut(id, "@")
	return name
}

// others prints the calls for a query's texts that no text names as its origin: of the turns before the last one, and of checks.
func (t *teller) others(ctx context.Context, q store.QueryState, slots []store.CandidateRow) error {
	type request struct {
		strategy string
		call     hardneg.Key // of the texts; those of a pool that was raised came by another one
	}
	var asked []request
	checked := map[request][]string{}
	inOrder := slices.SortedFunc(slices.Values(slots), func(a, b store.CandidateRow) int { return a.Slot - b.Slot })
	for _, c := range inOrder {
		if c.Made {
			of := request{c.Strategy, c.Origin.Call}
			texts, ok := checked[of]
			if !ok {
				asked = append(asked, of)
			}
			if c.Outcome == hardneg.Done || c.Reason == string(generate.IsAnswered) || c.Reason == string(generate.NotSettled) ||
				c.Was == hardneg.LabelHardQuery && c.Reason == string(generate.NearDuplicate) { // which is found after the checks
				texts = append(texts, c.Text)
			}
			checked[of] = texts
		}
	}
	slices.SortStableFunc(asked, func(a, b request) int { return strings.Compare(a.strategy, b.strategy) })
	told := map[string]bool{}
	for _, of := range asked {
		for _, input := range generate.OtherInputs(of.strategy, q.Text, q.Passage, checked[of]) {
			if told[input] {
				continue
			}
			told[input] = true
			calls, err := collectCalls(t.st.CallsFor(ctx, stageNegatives, input))
			if err != nil || len(calls) == 0 {
				return err
			}
			fmt.Fprintf(t.w, "\nfor all texts of %s:\n", of.strategy)
			if err := t.attempts(ctx, calls); err != nil {
				return err
			}
		}
	}
	return nil
}

// lost prints the calls for a query's negatives and verdicts that never led to a reply.
func (t *teller) lost(ctx context.Context, q store.QueryState, rec store.QueryRecord) error {
	mine := func(c hardneg.Call) bool { return strings.Contains(userPart(c), "\n"+strings.TrimSpace(q.Text)+"\n") }
	for _, s := range []struct {
		stage   string
		missing bool
	}{
		{stageVerify, t.chain.Verify != 0 && unnamed(q.Source)},
		{stageNegatives, unmade(rec.Slots)},
		{stageJudge, slices.ContainsFunc(q.Candidates, func(c store.CandidateRow) bool { return unnamed(c.Verdicts) })},
	} {
		if !s.missing {
			continue
		}
		if err := t.unanswered(ctx, s.stage, mine); err != nil {
			return err
		}
	}
	return nil
}

// unnamed reports whether there is no verdict, or one that names no call.
func unnamed(vs []hardneg.Verdict) bool {
	return len(vs) == 0 || slices.ContainsFunc(vs, func(v hardneg.Verdict) bool { return v.Origin.Call.IsZero() })
}

// unmade reports whether nothing was made for a query, or something that names no call.
func unmade(slots []store.CandidateRow) bool {
	made := 0
	for _, c := range slots {
		if c.Made && c.Origin.Prompt != "" && c.Origin.Call.IsZero() {
			return true
		}
		if c.Made {
			made++
		}
	}
	return made == 0
}

func collectCalls(seq iter.Seq2[hardneg.Call, error]) ([]hardneg.Call, error) {
	var out []hardneg.Call
	for c, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func userPart(c hardneg.Call) string { return saidIn(c).User }

// said is what a request says beside its static part.
type said struct {
	History []llm.Turn `json:"history"`
	User    string     `json:"user"`
}

func saidIn(c hardneg.Call) (s said) {
	_ = json.Unmarshal(c.Request, &s) // our own encoding
	return s
}

func (t *teller) printCall(c hardneg.Call) {
	fmt.Fprintf(t.w, "  call %s: %s %s at %s, prompt %s, attempt %d, %d+%d tokens, %s, %s, %s", c.Key, c.Role, c.Model, c.Endpoint, c.Prompt, c.Attempt,
		c.Usage.Prompt, c.Usage.Completion, c.Cost, c.Latency.Round(1e6), c.At.Format("2006-01-02 15:04:05"))
	if c.Unconfirmed > 0 {
		fmt.Fprintf(t.w, ", perhaps %s more", c.Unconfirmed)
	}
	if c.Failure != "" {
		fmt.Fprintf(t.w, " FAILED: %s (%s)", c.Failure, c.Class)
		if c.HTTPStatus != 0 {
			fmt.Fprintf(t.w, ", HTTP %d", c.HTTPStatus)
		}
	}
	fmt.Fprintln(t.w)
	if t.systems[c.System] {
		fmt.Fprintln(t.w, "    system: as above")
	} else {
		indent(t.w, "system", c.System)
	}
	t.systems[c.System] = true
	request := saidIn(c)
	for _, turn := range request.History {
		indent(t.w, "user, before", turn.User)
		indent(t.w, "reply, before", turn.Assistant)
	}
	indent(t.w, "user", request.User)
	reply := string(c.Reply)
	if c.Failure == "" {
		if r, err := llm.Decode(c.Provider, c.Reply); err == nil {
			reply = r.Content
		}
	}
	indent(t.w, "reply", reply)
}
