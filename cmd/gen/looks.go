package main

import (
	"context"
	"fmt"

	"hardneg"
	"hardneg/store"
)

// lookStatus is what second looks say of a judge. Audit: texts that it did not pass on were drawn and shown to the next one; missed
// are those to which that one gave grade 2 or 3, so that they would have stayed among the negatives wrongly. Swap and repeat: it was
// asked twice.
type lookStatus struct {
	Look   string `json:"look"`  // audit, swap, repeat
	Judge  int    `json:"judge"` // of the cascade, from 1
	Texts  int64  `json:"texts"`
	Unsure int64  `json:"unsure"`
	Failed int64  `json:"failed"`
	Missed *int64 `json:"missed,omitempty"`    // audit
	Differ *int64 `json:"differing,omitempty"` // swap, repeat: of those that did not fail

	Places *placeStatus `json:"places,omitempty"` // swap
}

func newLookStatus(l store.Looks) lookStatus {
	out := lookStatus{Look: l.Role, Judge: l.Step + 1, Texts: l.Texts, Unsure: l.Unsure, Failed: l.Failed}
	if l.Role == hardneg.LookAudit {
		missed := l.Grades[hardneg.Partial.Value()] + l.Grades[hardneg.Answers.Value()]
		out.Judge, out.Missed = l.Step, &missed // it stands beside the verdict of the next one
		return out
	}
	differ := l.Texts - l.Same - l.Failed
	out.Differ = &differ
	return out
}

// lookStatuses reads the second looks of stage judge.
func lookStatuses(ctx context.Context, st *store.Store, rs []store.Recipe) ([]lookStatus, error) {
	recipe := chainOf(rs).Judge
	if recipe <= 0 {
		return nil, nil
	}
	looks, err := st.Looks(ctx, recipe)
	if err != nil {
		return nil, err
	}
	var out []lookStatus
	for _, l := range looks {
		if l.Role == hardneg.LookQuote {
			continue
		}
		s := newLookStatus(l)
		if l.Role == hardneg.LookSwap {
			if s.Places, err = placesOf(ctx, st, recipe, l.Step); err != nil {
				return nil, err
			}
		}
		out = append(out, s)
	}
	return out, nil
}

func (l lookStatus) String() string {
	if l.Missed != nil {
		return fmt.Sprintf("audit of judge %d: of %d texts that it did not pass on, drawn and shown to judge %d, %d were missed (grade 2 or 3)%s%s",
			l.Judge, l.Texts, l.Judge+1, *l.Missed, percent(*l.Missed, l.Texts-l.Failed), l.left())
	}
	how := "in the opposite order"
	if l.Look == hardneg.LookRepeat {
		how = "in the same words"
	}
	text := fmt.Sprintf("judge %d, asked again %s about %d texts, said something else of %d%s%s", l.Judge, how, l.Texts, *l.Differ,
		percent(*l.Differ, l.Texts-l.Failed), l.left())
	if l.Places != nil {
		text += l.Places.String()
	}
	return text
}

func (l lookStatus) left() string {
	if l.Unsure+l.Failed == 0 {
		return ""
	}
	return fmt.Sprintf("; undecided %d, failed %d", l.Unsure, l.Failed)
}

func percent(n, of int64) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprintf(", %.1f %%", 100*float64(n)/float64(of))
}
