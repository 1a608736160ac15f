package main

import "fmt"

// unreadable is what of a role's replies in a stage could not be read. Each was asked for again, or failed its request: a judge that
// never answers costs money and decides nothing, which nothing else shows where the next judge does its work.
type unreadable struct {
	Role       string `json:"role"`
	Model      string `json:"model"`
	Stage      string `json:"stage"`
	Replies    int64  `json:"replies"`
	Unreadable int64  `json:"unreadable"`
}

func (u unreadable) String() string {
	return fmt.Sprintf("%s: %d of %d replies of %s (%s) could not be read", u.Stage, u.Unreadable, u.Replies, u.Role, u.Model)
}

// A person is warned when more than this share of so many replies can't be read.
const (
	warnReplies = 20
	warnShare   = 0.2
)

// unreadableRoles are the roles, each with one model, of whose replies since then too many could not be read; the stage is empty.
func (s status) unreadableRoles(since status) (bad []unreadable) {
	var all []unreadable
	add := func(role, model string, replies, n int64) {
		for i, u := range all {
			if u.Role == role && u.Model == model {
				all[i].Replies += replies
				all[i].Unreadable += n
				return
			}
		}
		all = append(all, unreadable{Role: role, Model: model, Replies: replies, Unreadable: n})
	}
	for _, x := range s.spend {
		add(x.Role, x.Model, x.OK, x.Unreadable)
	}
	for _, x := range since.spend {
		add(x.Role, x.Model, -x.OK, -x.Unreadable)
	}
	for _, u := range all {
		if u.Replies >= warnReplies && float64(u.Unreadable) > warnShare*float64(u.Replies) {
			bad = append(bad, u)
		}
	}
	return bad
}

// warnOfUnreadable warns once of each role.
func (p *progress) warnOfUnreadable(s status) {
	for _, u := range s.unreadableRoles(p.first) {
		if p.warned[u.Role] {
			continue
		}
		p.warned[u.Role] = true
		p.r.warn(fmt.Sprintf("warning: %d of %d replies (%d %%) of models.%s (%s) could not be read: each is asked for again and paid for twice, and what stays "+
			"unreadable decides nothing; `gen why ID` shows them, `gen doctor` whether the model can answer as it is asked",
			u.Unreadable, u.Replies, 100*u.Unreadable/u.Replies, u.Role, u.Model))
	}
}
