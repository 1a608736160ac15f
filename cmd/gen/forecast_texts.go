package main

// reading is a strategy whose texts came with the queries. It has to ask for those of queries of the user's own.
func (o *outlook) reading(g generator, place int, queries stream) estimate {
	r := request{g.role, g.Writer.Settings, float64(len(g.Writer.System)) + 500, float64(g.Count)*(o.chars+150) + 400}
	own := float64(o.whole.ownQueries) / float64(max(1, o.whole.stage(stageQueries).Planned))
	known := o.replays.stages[stageNegatives].asks[place]
	return o.estimate(stageNegatives, r, queries.n*float64(g.Count), o.toSend(stream{queries.n * own, queries.sure}, known, 1, own == 0), known)
}

// checking is what the checks of a strategy's texts take. Its items are counted with who writes them.
func (o *outlook) checking(g generator, place int, queries stream, had float64) estimate {
	n := float64(len(g.Checks))
	r := o.checkingOf(g, float64(g.Slots()))
	known := o.replays.stages[stageNegatives].asks[len(o.p.generators())+place]
	ratio, sure := o.callsPer(stageNegatives, r, had*n*g.Share, n, known)
	return o.estimate(stageNegatives, r, 0, o.toSend(queries, known, ratio, sure), known)
}

// sharing is how many requests a query takes of one role in stage negatives, if each is answered at once.
func (o *outlook) sharing(r request) (n float64) {
	for _, g := range o.p.generators() {
		if g.Writer != nil && g.role == r.role && g.Writer.Settings.Model == r.settings.Model {
			n += float64(g.Calls) * g.Share
		}
	}
	return n
}

// writingOf is a request for so many texts, and checkingOf one that has them checked.
func (o *outlook) writingOf(g generator, texts float64) request {
	return request{g.role, g.Writer.Settings, float64(len(g.Writer.System)) + 500, texts*(o.chars+150) + 400}
}

func (o *outlook) checkingOf(g generator, texts float64) request {
	return request{g.check, g.Checks[0].Settings, float64(len(g.Checks[0].System)) + o.chars + 100*texts, 14 * texts}
}
