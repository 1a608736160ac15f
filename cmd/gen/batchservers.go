package main

import (
	"context"
	"strconv"

	"hardneg/internal/llm"
)

// connect gets hold of the server of a role, if the config has it.
func (b *batching) connect(env []string, role string) error {
	if b.servers[role] != nil {
		return nil
	}
	server, err := b.provider(env, role)
	if server != nil {
		b.serve(role, server)
	}
	return err
}

// provider makes the provider of a role; nil if the config has none that takes files. Of several endpoints, which only single
// requests go to, the first one says what requests look like.
func (b *batching) provider(env []string, role string) (*llm.OpenAI, error) {
	m, ok := b.cfg.Models[role]
	if !ok || m.Provider != "openai" {
		return nil, nil
	}
	ps, err := newProviders(m, role, env, b.cfg.Run.Seed, m.Concurrency, b.say)
	if err != nil {
		return nil, err
	}
	server, _ := ps[0].(*llm.OpenAI)
	return server, nil
}

// serve takes a server for a role, with what was learned of it before: finding out again would take another batch, and a day.
func (b *batching) serve(role string, server *llm.OpenAI) {
	if form, err := b.st.Meta(context.Background(), formKey(server, b.cfg.Models[role].Model)); err == nil && form != nil {
		n, _ := strconv.ParseUint(string(form), 10, 32) // nonsense is nothing learned
		server.Resume(uint32(n))
	}
	b.servers[role] = server
}

func formKey(server *llm.OpenAI, model string) string {
	return "form " + server.Endpoint() + " " + model
}

// learn keeps what the servers have refused.
func (b *batching) learn() error {
	forms := map[string][]byte{}
	for role, s := range b.servers {
		if s.Form() != 0 {
			forms[formKey(s, b.cfg.Models[role].Model)] = strconv.AppendUint(nil, uint64(s.Form()), 10)
		}
	}
	if len(forms) == 0 {
		return nil
	}
	return b.st.SetMeta(forms)
}
