package generate

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"hardneg"
	"hardneg/internal/llm"
	"hardneg/prompts"
)

// Tasks are search tasks that a model thinks up, Number of them in a request: the first step of E5-mistral (arXiv 2401.00368). They are numbered
// from 0; a task is asked for with its neighbours when the first of them is needed.
type Tasks struct {
	Number    int      // of a request
	Languages []string // ISO 639-1, of which a query has one

	mu    sync.Mutex
	lists map[int]*taskList // by the number of the request
}

// taskList is what came of one request. While it is under way, others wait for it: it would be paid for once for each.
type taskList struct {
	mu    sync.Mutex
	tasks []string // nil: it was not answered
}

// mostLists is how many lists are at hand; others are read from the store again.
const mostLists = 200

// TaskID is the id under which a task stands in a run.
func TaskID(n int) string { return fmt.Sprintf("task-%07d", n) }

// taskNumber is the number in the id of a task.
func taskNumber(id string) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "task-"))
	if err != nil || n < 0 || TaskID(n) != id {
		return 0, fmt.Errorf("%q is not the id of a task", id)
	}
	return n, nil
}

// TasksInput names the request that a task comes from.
func TasksInput(id string, number int) (string, error) {
	n, err := taskNumber(id)
	return tasksInput(n / max(1, number)), err
}

func tasksInput(request int) string {
	return hardneg.KeyOf(StageQueries, "tasks", strconv.Itoa(request)).String()
}

// areas are what the requests differ in: asked the same, models say the same. One is drawn for each.
var areas = []string{"medicine and nursing", "law and government", "mathematics and statistics", "physics and astronomy", "chemistry and materials", "biology and ecology",
	"history and archaeology", "literature and languages", "music and the performing arts", "painting, design and architecture", "software and computing", "electronics and repair",
	"building and crafts", "farming and gardening", "food and cooking", "travel and geography", "sports and games", "business and accounting", "money and consumers' rights",
	"teaching and learning", "psychology and everyday life", "religion and philosophy", "news and politics", "engineering and transport", "weather, energy and climate", "families and children",
	"job applications and work", "shopping and product reviews", "claims and the evidence for and against them", "standards, manuals and safety"}

type tasksReply struct {
	Tasks []string `json:"tasks"`
}

func (r tasksReply) check(llm.Response) error {
	if len(r.Tasks) == 0 {
		return errors.New("there is no task in it")
	}
	return nil
}

// TasksSchema names the schema of the requests for tasks.
const TasksSchema = "tasks"

func tasksSchema(n int) llm.Schema {
	return llm.Schema{Name: TasksSchema, JSON: []byte(fmt.Sprintf(`{"type":"object","properties":{"tasks":{"type":"array","minItems":%d,"maxItems":%d,`+
		`"items":{"type":"string","maxLength":400}}},"required":["tasks"],"additionalProperties":false}`, n, n))}
}

// tokensOfTask is what a sentence may take.
const tokensOfTask = 60

// task is a task by its id. One that the list does not have is missing, one that stands in it before is a duplicate.
func (c *Composer) task(ctx context.Context, id string, retries int) (string, Rule, error) {
	n, err := taskNumber(id)
	if err != nil {
		return "", "", err
	}
	list, err := c.Tasks.list(n / c.Tasks.Number).of(func() ([]string, error) { return c.think(ctx, n/c.Tasks.Number, retries) })
	if err != nil {
		return "", "", err
	}
	at := n % c.Tasks.Number
	if at >= len(list) || list[at] == "" {
		return "", Missing, nil
	}
	for _, before := range list[:at] {
		if QueryKey(before) == QueryKey(list[at]) {
			return "", Duplicate, nil
		}
	}
	return list[at], "", nil
}

// list is the list of a request, which may be still to be answered.
func (t *Tasks) list(request int) *taskList {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lists == nil || len(t.lists) >= mostLists && t.lists[request] == nil {
		t.lists = map[int]*taskList{}
	}
	if t.lists[request] == nil {
		t.lists[request] = &taskList{}
	}
	return t.lists[request]
}

func (l *taskList) of(ask func() ([]string, error)) (_ []string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tasks == nil {
		l.tasks, err = ask()
	}
	return l.tasks, err
}

// think asks for the tasks of a request.
func (c *Composer) think(ctx context.Context, request, retries int) ([]string, error) {
	input, number := tasksInput(request), c.Tasks.Number
	area := areas[c.draw("area", strconv.Itoa(request))%uint64(len(areas))]
	answer, err := llm.Ask(ctx, c.Client, retries, func(attempt int) (llm.Question[tasksReply], error) {
		asked, err := c.Prompt.First(prompts.TasksData{Number: number, Area: area})
		if err == nil && asked == "" {
			err = errors.New(`it needs {{define "first"}}…{{end}}, which asks for tasks`)
		}
		if err != nil {
			return llm.Question[tasksReply]{}, fmt.Errorf("prompt %s: %w", c.Prompt.Name, err)
		}
		r := c.request(StageQueries, input, asked, tasksSchema(number), request, attempt)
		r.Cap(func(n int) int { return max(n, min(tokensOfTask*number, 2*n)) })
		return llm.Question[tasksReply]{Request: r, Check: tasksReply.check}, nil
	})
	if err != nil {
		return nil, err
	}
	tasks := answer.Value.Tasks
	for i, t := range tasks {
		tasks[i] = strings.Join(strings.Fields(t), " ")
	}
	return tasks, nil
}
