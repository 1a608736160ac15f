package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"hardneg/store"
)

// print writes the status for people.
func (s status) print(w io.Writer) {
	fmt.Fprintf(w, "%s: %s", filepath.Join(s.Dir, store.FileName), s.State)
	if s.Owner != nil {
		fmt.Fprintf(w, " (process %d on %s since %s)", s.Owner.PID, s.Owner.Host, s.Owner.Since.Format(time.TimeOnly))
	}
	fmt.Fprintln(w)
	s.table(w)
	s.spendTable(w)
	for _, d := range s.Declared {
		fmt.Fprintln(w, d)
	}
	if s.estimate != "" {
		fmt.Fprintln(w, s.estimate)
	}
}

// table writes the counts per stage, reasons below.
func (s status) table(w io.Writer) {
	fmt.Fprintf(w, "\n%-10s %9s %9s %9s %9s %9s\n", "stage", "planned", "done", "rejected", "failed", "pending")
	for _, st := range s.counted() {
		fmt.Fprintf(w, "%-10s %9d %9d %9d %9d %9d\n", st.Stage, st.Planned, st.Done, st.Rejected, st.Failed, st.Pending)
	}
	for _, st := range s.counted() {
		var parts []string
		for _, r := range st.Reasons {
			parts = append(parts, fmt.Sprintf("%s %d", r.label(), r.N))
		}
		if len(parts) > 0 {
			fmt.Fprintf(w, "  %-9s %s\n", st.Stage, strings.Join(parts, ", "))
		}
	}
	for _, l := range s.Looks {
		fmt.Fprintf(w, "  %s\n", l)
	}
	fmt.Fprintf(w, "\ncalls %d ok, %d failed, %d repaired, %d unreadable; tokens %d in (%s), %d out; cost $%.4f", s.Calls.OK, s.Calls.Failed,
		s.Calls.Repaired, s.Calls.Unreadable, s.Tokens.Prompt, s.Tokens.caches(), s.Tokens.Completion, s.Cost)
	if s.Unconfirmed > 0 {
		fmt.Fprintf(w, " (and up to $%.4f for calls whose answer never came)", s.Unconfirmed)
	}
	if s.Rate > 0 && s.State == "running" {
		fmt.Fprintf(w, "; %.1f calls/s", s.Rate)
		if s.ETA > 0 {
			fmt.Fprintf(w, ", about %s left", secondsText(s.ETA))
		}
	}
	if s.AtProvider > 0 {
		fmt.Fprintf(w, "; %d requests in batches at the provider", s.AtProvider)
	}
	fmt.Fprintln(w)
	for _, u := range s.Unreadable {
		fmt.Fprintf(w, "  %s\n", u)
	}
}

// label names a reason with its outcome where that is not clear from it.
func (r reasonCount) label() string {
	if r.Outcome == "done" {
		return r.Reason
	}
	return r.Outcome + " " + r.Reason
}
