package llm

import (
	"fmt"
	"strconv"
	"strings"
)

// tasksReply is the reply of schema "tasks".
type tasksReply struct {
	Tasks []string `json:"tasks"`
}

// What the rules think up tasks about. Queries are made of the same words.
var (
	taskThings  = []string{"bridge", "library", "canal", "lighthouse", "observatory", "mill", "school", "museum", "railway", "orchard", "theatre", "hospital", "harbour", "reservoir"}
	taskAspects = []string{"opening", "repair", "budget", "closing", "staffing", "design", "purchase", "inspection", "expansion", "lighting"}
)

// thinkUp names as many tasks as the schema demands, in the way in which models do: a few of them twice.
func thinkUp(d dice, schema offlineSchema) tasksReply {
	list := schema.property("tasks")
	var reply tasksReply
	for range list.MinItems {
		if len(reply.Tasks) > 0 && d.chance(badQueries) {
			reply.Tasks = append(reply.Tasks, d.one(reply.Tasks))
			continue
		}
		reply.Tasks = append(reply.Tasks, fmt.Sprintf("Given a question about the %s of a %s, find the record that answers it.", d.one(taskAspects), d.one(taskThings)))
	}
	return reply
}

// composedReply is the reply of schema "composed".
type composedReply struct {
	Query string `json:"user_query"`
	tripletReply
}

// compose writes a query for a passage, or of a task, and its documents.
func compose(d dice, blocks []fencedBlock, prompt string, schema offlineSchema) composedReply {
	var query string
	if task := blockNamed(blocks, "task", ""); task != "" {
		query = queryOfTask(d, task, prompt)
	} else {
		query = writeQuery(d, blocks, "Kind: "+lengthAsked(prompt), offlineSchema{Properties: map[string]*offlineSchema{"query": {MaxLength: schema.property("user_query").MaxLength}}}).Query
	}
	return composedReply{query, writeTriplet(d, []fencedBlock{{"query", query}}, prompt, schema)}
}

// lengthAsked is the length of the query that a prompt asks for, in a form that the writer of queries reads.
func lengthAsked(prompt string) string {
	switch {
	case strings.Contains(prompt, "fewer than 5 words"):
		return "keywords, 2 to 4 words"
	case strings.Contains(prompt, "at least 10 words"):
		return "a question, 10 to 18 words"
	}
	return "a question, 5 to 15 words"
}

// queryOfTask asks about something of the task's kind that has a name.
func queryOfTask(d dice, task, prompt string) string {
	aspect, thing := d.one(taskAspects), d.one(taskThings)
	for _, w := range splitWords(task) {
		if oneOf(w.low, taskAspects...) {
			aspect = w.low
		}
		if oneOf(w.low, taskThings...) {
			thing = w.low
		}
	}
	named := newNegativeWriter(d, task).invented() + " " + thing
	switch asked := lengthAsked(prompt); {
	case strings.HasPrefix(asked, "keywords"):
		return strings.ToLower(named + " " + aspect)
	case strings.Contains(asked, "10 to 18"):
		return "what was the reason for the " + aspect + " of the " + named + " that was given to the public"
	}
	return "when was the " + aspect + " of the " + named + " decided"
}

// firstLength is the length that a prompt asks for of its first text.
func firstLength(prompt string) (lo, hi int) {
	lo, hi = 90, 120
	if m := lengthLine.FindStringSubmatch(prompt); m != nil {
		lo, _ = strconv.Atoi(m[2])
		hi, _ = strconv.Atoi(m[3])
	}
	return lo, hi
}

// afterFirst is a prompt without the line of its first text.
func afterFirst(prompt string) string {
	if at := lengthLine.FindStringIndex(prompt); at != nil {
		return prompt[:at[0]] + prompt[at[1]:]
	}
	return prompt
}
