package main

import (
	"fmt"
	"slices"
)

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

// addUnreadable adds to the sums of a role's model in a stage.
func addUnreadable(all []unreadable, u unreadable) []unreadable {
	for i, x := range all {
		if x.Role == u.Role && x.Model == u.Model && x.Stage == u.Stage {
			all[i].Replies += u.Replies
			all[i].Unreadable += u.Unreadable
			return all
		}
	}
	return append(all, u)
}

// unreadableIn is where replies could not be read, over all endpoints.
func unreadableIn(spend []spendStatus) []unreadable {
	var all []unreadable
	for _, x := range spend {
		all = addUnreadable(all, unreadable{x.Role, x.Model, x.Stage, x.OK, x.Unreadable})
	}
	return slices.DeleteFunc(all, func(u unreadable) bool { return u.Unreadable == 0 })
}

// unreadableRoles are the roles, each with one model, of whose replies since then too many could not be read; the stage is empty.
func (s status) unreadableRoles(since status) []unreadable {
	var all []unreadable
	for _, x := range s.Spend {
		all = addUnreadable(all, unreadable{Role: x.Role, Model: x.Model, Replies: x.OK, Unreadable: x.Unreadable})
	}
	for _, x := range since.Spend {
		all = addUnreadable(all, unreadable{Role: x.Role, Model: x.Model, Replies: -x.OK, Unreadable: -x.Unreadable})
	}
	return slices.DeleteFunc(all, func(u unreadable) bool {
		return u.Replies < warnReplies || float64(u.Unreadable) <= warnShare*float64(u.Replies)
	})
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
