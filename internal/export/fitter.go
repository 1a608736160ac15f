package export

import "hardneg"

// Fitter tells what of examples a format takes, as a Set that is given the same ones does, and writes nothing.
type Fitter struct{ set Set }

// NewFitter takes the options of the Set. The only error is ErrUnknownFormat.
func NewFitter(formatName string, o Options) (*Fitter, error) {
	f, err := lookup(formatName)
	if err != nil {
		return nil, err
	}
	return &Fitter{Set{format: f, opts: o, plans: f.plans(o)}}, nil
}

// Fit returns the example as it is written. Where it has no place, why is the name of the count that has it.
func (f *Fitter) Fit(ex hardneg.Example) (out hardneg.Example, why string) {
	f.set.counts = fitCounts{}
	out, ok := f.set.fit(ex)
	if !ok {
		return ex, f.set.counts.list()[0].Name
	}
	return out, ""
}

// plans are those of the balance by split, nil without one.
func (f *format) plans(o Options) map[string]*mix {
	if o.Origins == nil {
		return nil
	}
	return o.Origins.plan(f.negatives(o))
}
