package main

import (
	"fmt"
	"strings"

	"hardneg"
	"hardneg/generate"
	"hardneg/internal/config"
)

// generator is an entry of generate.negatives in the form that one model is asked by.
type generator struct {
	*generate.Strategy
	no          int    // of the entry
	role, check string // models of the config, "" for none
}

// generators are all forms of all entries, in their order.
func (p *parts) generators() (out []generator) {
	for no := range p.negatives.Strategies {
		c := p.cfg.Generate.Negatives[no]
		roles := append(c.Writers(), "")
		for alt, s := range p.negatives.Strategies[no].All() {
			role := roles[alt]
			if s.Encoder != nil {
				role = c.Encoder
			}
			out = append(out, generator{s, no, role, c.Check})
		}
	}
	return out
}

// placeOf is the place among the generators of the one that an entry leaves a query to.
func (p *parts) placeOf(no int, query hardneg.Key) int {
	place := 0
	for i := range no {
		place += len(p.negatives.Strategies[i].All())
	}
	_, alt := p.negatives.Strategies[no].Of(query)
	return place + alt
}

func (p *parts) addNegatives() error {
	p.negatives = &generate.Negatives{}
	for i, c := range p.cfg.Generate.Negatives {
		forms, err := p.forms(i, c)
		if err != nil {
			return err
		}
		forms[0].Others = forms[1:]
		p.negatives.Strategies = append(p.negatives.Strategies, forms[0])
	}
	return nil
}

// forms makes an entry once for each of its models.
func (p *parts) forms(i int, c config.Strategy) (out []generate.Strategy, err error) {
	roles := c.Writers()
	if len(roles) == 0 {
		roles = []string{""}
	}
	for n, role := range roles {
		kit := generate.Kit{Composer: p.queries.Composer, Card: p.card, Library: p.library, Seed: p.cfg.Run.Seed}
		if role != "" {
			if kit.Writer, err = p.writer(role, c.Prompt); err != nil {
				return nil, err
			}
		}
		if c.Encoder != "" {
			kit.Encoder = p.encoder(c.Encoder)
		}
		for _, prompt := range checksOf(c) {
			check, err := p.writer(c.Check, prompt)
			if err != nil {
				return nil, err
			}
			kit.Checks = append(kit.Checks, check)
		}
		s, ok := generate.NewStrategy(generate.Spec{Name: c.Strategy, Variant: c.Variant, Count: c.Count, Pool: c.Pool, From: c.From, To: c.To, Filter: filterOf(c), Walk: generate.Walk{Paths: c.Paths, Length: c.Length}}, kit)
		if !ok { // the config knows the same names
			return nil, fmt.Errorf("generate.negatives.%d.strategy: there is no strategy %q", i, c.Strategy)
		}
		if len(c.Shares) > 0 {
			s.Share = c.Shares[n]
		}
		out = append(out, s)
	}
	return out, nil
}

// checksOf are the prompts by which the texts of an entry are checked before the judges see them.
func checksOf(s config.Strategy) []string {
	for _, k := range generate.Kinds {
		if k.Name == s.Strategy {
			return k.Checks
		}
	}
	return nil
}

// entryRecipe is what decides the texts of an entry: those of its forms, and their shares.
func (p *parts) entryRecipe(s *generate.Strategy) (about string, own []string) {
	var each []string
	forms := s.All()
	for _, form := range forms {
		says, decides := p.strategyRecipe(*form)
		if len(forms) > 1 {
			says = fmt.Sprintf("%.3g of the queries: %s", form.Share, says)
			decides = append(decides, fmt.Sprint(form.Share))
		}
		each, own = append(each, says), append(own, decides...)
	}
	return strings.Join(each, "; "), own
}
