package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"hardneg/internal/config"
	"hardneg/internal/corpus"
	"hardneg/internal/export"
	"hardneg/internal/llm"
	"hardneg/store"
)

// The exit codes; see CONTRACT "Exit codes" and `gen --help`.
const (
	exitOK       = 0
	exitBug      = 1
	exitUsage    = 2
	exitInput    = 3
	exitPartial  = 4
	exitProvider = 5
	exitStorage  = 6
	exitInUse    = 7
	exitBudget   = 8
)

// failure is an error with its exit code and what to do next.
type failure struct {
	code int
	err  error
	hint string
	last string // printed after the hint: what is kept and how to go on
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usage is an error in how a command was used.
func usage(hint, format string, args ...any) error {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// codeOf maps an error to its exit code.
func codeOf(err error) int {
	var f *failure
	var stop *stopped
	var conflict *store.Conflict
	var input *corpus.Error
	var inUse *store.InUse
	var storage *store.Error
	var call *llm.Error
	var budget *llm.BudgetReached
	var conf config.Errors
	var rejects *tooManyRejects
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &f) && f.code != 0:
		return f.code
	case errors.As(err, &stop):
		return stop.code()
	case errors.As(err, &inUse), errors.Is(err, export.ErrBusy):
		return exitInUse
	case errors.As(err, &storage):
		return exitStorage
	case errors.As(err, &input) && input.Rule == "choice": // of the config, not of the data
		return exitUsage
	case errors.As(err, &conflict), errors.As(err, &input):
		return exitInput
	case errors.As(err, &budget), errors.As(err, &rejects):
		return exitBudget
	case errors.As(err, &call):
		return exitProvider
	case isDisk(err):
		return exitStorage
	case errors.As(err, &conf), errors.Is(err, store.ErrNoRun), isExportUsage(err):
		return exitUsage
	case errors.Is(err, export.ErrNoRows):
		return exitPartial
	case errors.Is(err, context.Canceled):
		return 130
	}
	return exitBug
}

// isDisk reports that the disk is at fault, not what the user named.
func isDisk(err error) bool {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS, syscall.EIO} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// isExportUsage reports that an export was asked for that can't be, or can't be there.
func isExportUsage(err error) bool {
	for _, e := range []error{export.ErrExists, export.ErrUnknownFormat, export.ErrForeign, export.ErrNoFolder, export.ErrID, export.ErrTwoTexts, export.ErrNoScore, export.ErrNoSimilarity} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// hintOf finds what an error says to do next.
func hintOf(err error) string {
	var f *failure
	if errors.As(err, &f) && f.hint != "" {
		return f.hint
	}
	var storage *store.Error
	if errors.As(err, &storage) && storage.Hint != "" {
		return storage.Hint
	}
	var input *corpus.Error
	if errors.As(err, &input) && input.Hint != "" {
		return input.Hint
	}
	var inUse *store.InUse
	var conflict *store.Conflict
	var budget *llm.BudgetReached
	var rejects *tooManyRejects
	switch {
	case errors.As(err, &rejects):
		return "`gen status` has the reasons and `gen why ID` what a model said; put right what changed, then run the same command: it goes on where it stopped " +
			"and looks at the next items; a higher --max-reject-rate, or none, lets it pass"
	case lacksModel(err):
		return "`gen doctor` shows which models the server has; `gen doctor --pull` makes an Ollama server get the one that it lacks"
	case lacksBatches(err):
		return "write mode: live for this model; an offline engine such as `vllm run-batch` takes the files of `gen batch write` in any mode"
	case errors.As(err, &inUse):
		return "wait for it, stop it, or use another run.dir; `gen status` works meanwhile"
	case errors.As(err, &conflict):
		return "give the texts different ids, or take the passage out of one of the files; nothing of this file was imported"
	case errors.As(err, &budget):
		if budget.Batch > 0 {
			return "raise run.budget and run the same command, or make smaller files by run.batch.requests: a file is submitted as a whole or not at all; a request " +
				"counts with its prompt and all of its model's max_tokens until it is answered, so a lower models.*.max_tokens makes room too"
		}
		if budget.Next != "" {
			return "raise run.budget and run the same command: it goes on where it stopped; a call counts with its prompt and all of its model's max_tokens until " +
				"it is answered, so a lower models.*.max_tokens makes room too"
		}
		return "raise run.budget in the config and run the same command: it goes on where it stopped"
	case isDisk(err):
		return "make room on the disk, or name a folder on another one that can be written to; what was complete before still is"
	case errors.Is(err, store.ErrNoRun):
		return "`gen run` starts one; --config and run.dir say where it is"
	case errors.Is(err, export.ErrExists):
		return "--force replaces it when the new one is complete"
	case errors.Is(err, export.ErrNoScore):
		return noScoreHint
	case errors.Is(err, export.ErrNoSimilarity):
		return noSimilarityHint
	case errors.Is(err, export.ErrBusy):
		return "wait until it has ended, or name another folder"
	case errors.Is(err, export.ErrForeign):
		return "name another folder (--out, export.dir), or move away what is there"
	case errors.Is(err, export.ErrID):
		return "leave beir out (--format, export.formats): the other formats hold such an id; or give the passage another one; what was exported before stands"
	case errors.Is(err, export.ErrTwoTexts):
		return "leave beir and mteb out (--format, export.formats): the other formats have the texts in their rows; or import them anew under different ids; what was exported before stands"
	case errors.Is(err, export.ErrNoFolder):
		return "name a folder that exists or can be made (--out, export.dir), and that you may write to"
	case errors.Is(err, export.ErrNoRows):
		return "`gen status` shows what was rejected or is missing, `gen why ID` the reasons; no file of it was written"
	}
	return ""
}

// report prints an error and returns the exit code.
func (a *app) report(err error) int {
	code := codeOf(err)
	if err == nil {
		return code
	}
	if code == exitBug {
		fmt.Fprintf(a.err, "gen: internal error: %v\n", err)
		fmt.Fprintln(a.err, "hint: this is a bug; everything that was saved is kept, and the same command goes on from there")
	} else {
		fmt.Fprintf(a.err, "gen: %v\n", err)
	}
	if h := hintOf(err); h != "" {
		fmt.Fprintln(a.err, "hint: "+h)
	}
	var f *failure
	if errors.As(err, &f) && f.last != "" {
		fmt.Fprintln(a.err, f.last)
	}
	return code
}
