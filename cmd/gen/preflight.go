package main

import (
	"context"
	"fmt"
	"math"
	"syscall"

	"hardneg"
	"hardneg/store"
)

func dollars(usd float64) hardneg.USD { return hardneg.USD(math.Round(usd * 1e9)) }

// bytesPerCall is a generous guess of what one call takes on disk, with its outcome and index entries.
const bytesPerCall = 6 << 10

// preflight checks what would stop the work later: space on the disk, open files, and a budget that can't be kept.
func (r *runner) preflight(ctx context.Context) error {
	for role, m := range r.cfg.Models {
		if r.cfg.Run.Budget.USD > 0 && m.Provider == "openai" && m.Price == (hardneg.Price{}) && r.uses(role) && !local(m.Endpoints()) {
			return usage(fmt.Sprintf("set models.%s.price (USD per million tokens), or use run.budget.tokens", role),
				"run.budget.usd is set and models.%s has no price: the budget could not be kept", role)
		}
	}
	s, err := r.status(ctx)
	if err != nil {
		return err
	}
	if free, err := store.FreeBytes(r.cfg.Run.Dir); err == nil { // it is not known on every system
		if err := r.room(ctx, s, free); err != nil {
			return err
		}
	}
	return raiseFileLimit(r.openFiles())
}

// room checks that what is free on the disk holds what is pending.
func (r *runner) room(ctx context.Context, s status, free int64) error {
	vectors, err := r.bytesOfVectors(ctx, s)
	if err != nil {
		return err
	}
	need := float64(s.pending()*bytesPerCall/4+16<<20) + vectors
	if float64(free) >= need {
		return nil
	}
	return &store.Error{Op: "start", Err: fmt.Errorf("%d MB are free in %s; about %.0f MB are needed, %.0f MB of them for vectors", free>>20, r.cfg.Run.Dir, need/(1<<20), vectors/(1<<20)),
		Hint: "free some space, or set run.dir to another disk"}
}

func (r *runner) uses(role string) bool { return r.p.uses(role) }

// openFiles is how many files and connections may be open at once.
func (r *runner) openFiles() uint64 {
	n := 64
	for _, role := range r.p.roles() {
		n += r.cfg.Models[role].Concurrency
	}
	return uint64(n)
}

// raiseFileLimit raises the soft limit of open files to what is needed, as far as the hard one allows.
func raiseFileLimit(need uint64) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil || l.Cur >= need {
		return nil //nolint:nilerr // a limit that can't be read is no reason not to start
	}
	if l.Max < need {
		return usage("lower models.*.concurrency, or raise the limit: ulimit -n "+fmt.Sprint(need),
			"%d files may be open at once, %d are needed for the concurrency that is set", l.Max, need)
	}
	l.Cur = need
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return usage("ulimit -n "+fmt.Sprint(need), "the limit of open files could not be raised to %d: %v", need, err)
	}
	return nil
}

// ready checks what can be known before the run is touched.
func (r *runner) ready(ctx context.Context) error {
	if err := refuseShardedMining(r.cfg, r.shard); err != nil {
		return err
	}
	next := r.again(r.flags)
	r.next.Store(&next)
	if r.want[stageExport] {
		if err := checkExportPlace(r.cfg); err != nil {
			return err
		}
	}
	return r.checkSecrets(ctx, r.cfg, r.want)
}
