package main

// promptWords are words that one prompt says and no other: by them what is sent is told apart.
var promptWords = map[string]string{
	"query":                  "What kind of query to write, and how long, is said after the passage.",
	"query-few-shot":         "Write a query for it as those of the examples were written for theirs.",
	"query-persona":          "In the second turn you write the query of this character",
	"query-only":             "You get one search query and nothing else. Work in two steps",
	"query-only-elicited":    "You help to train search engines, and answer in JSON.",
	"query-positive":         `"need": in one sentence, what the person wants to find out, and which words of the passage tell them.`,
	"decompose":              "You are told, by their numbers, which requirement each passage breaks and how.",
	"triplet":                "Which of the documents answers must not show from their manner",
	"query-task":             "You make training examples for a search engine from nothing but your own knowledge.",
	"query-triplet":          "one document more that answers that query",
	"twin":                   "You write passages for training a search engine, each of which answers a search query.",
	"perturb":                "a few words of the passage are changed, so that it reads as before",
	"hard-query":             "You write hard negative queries for training a search engine",
	"hard-query-check":       "You check which search queries a passage answers.",
	"hard-query-check-again": "You are a reader who has one passage, and is asked questions.",
	"grade":                  "3  The passage answers the query. Somebody who reads only this passage has what they asked for.",
	"rlhn":                   "Say of each labelled passage how it compares with the known answers",
	"snippet":                "You look in passages for the words that answer a search query, and quote them.",
	"rank":                   "You put passages in order by how directly each of them answers a search query.",
	"answerable":             "You decide whether passages answer a search query, yes or no.",
	"two-prompt":             "For each passage you say whether the person can stop searching once they have read it.",
}

// inverse is recipeGrade with the grades of a query's own passage and of others like it in each other's place.
func inverse(query, passage string) string {
	return map[string]string{"3": "2", "2": "3", "1": "1"}[recipeGrade(query, passage)]
}

// recipes are worked out for twelve passages, all of which get their queries, and all of those are answered by their passages. With one
// query a passage, two of the queries share no word with any other passage, so that BM25 finds nothing for them. A plan knows nothing of
// that. One to forward_at: 1 in stage verify is taken to be a tenth of the passages, of twelve: 1.
var recipes = map[string]recipe{
	"arhn": {
		texts: 20,
		plan:  []string{"queries writer 12", "judge judge 20"}, // of 12 queries .66 are taken to have a snippet to rank: 12 + 8
		calls: []string{"queries query writer 12", "judge rank judge 2", "judge snippet judge 10"},
		rows:  "mined", made: "mined"},
	"bica": {
		texts: 10, topic: true,
		plan:  []string{"queries writer 12", "index encoder 1", "negatives encoder 1", "judge judge 12"}, // twelve passages are one request
		calls: []string{"index vectors of passages encoder 1", "queries query writer 12", "negatives vectors of queries encoder 1", "judge grade judge 12"},
		rows:  "mined", made: "mined"},
	"causalneg": {
		texts: 18,
		plan:  []string{"queries writer 12", "negatives writer 24", "judge judge 12"}, // two turns; 18 texts, one slate
		calls: []string{"queries query writer 12", "negatives decompose writer 12", "negatives decompose/2 writer 12", "judge grade judge 12"},
		says:  []string{"decompose: rewritten from text 1"},
		rows:  "mined written", made: "mined written"},
	"degla": {
		texts: 4,
		plan:  []string{"queries writer 12", "verify judge 12", "negatives writer 12", "judge judge 12"}, // rules ask nobody
		calls: []string{"queries query writer 12", "verify grade judge 12", "negatives perturb writer 12", "judge grade judge 12"},
		rows:  "written", made: "written"},
	"docrerank": {
		texts: 9,
		plan:  []string{"queries writer 12", "verify judge 24", "negatives writer 12", "negatives judge 24", "judge judge 168"}, // both prompts; 6 hard queries and one slate of 3 texts
		calls: []string{"queries query writer 12", "verify answerable judge 12", "verify two-prompt judge 12", "negatives hard-query writer 12",
			"negatives hard-query-check judge 12", "negatives hard-query-check-again judge 12", "judge answerable judge 82", "judge two-prompt judge 82"}, // 72 hard queries, 10 slates
		rows: "hard-queries mined"},
	"dont-retrieve-v1": {
		texts: 1,
		plan:  []string{"queries writer 12", "negatives writer 12", "judge judge 12"},
		calls: []string{"queries query writer 12", "negatives query-only-elicited writer 1", "negatives query-only-elicited/2 writer 12", "judge grade judge 12"}, // the definition once a run
		says:  []string{"query-only-elicited: What is a hard negative in information retrieval?"},
		rows:  "written", made: "written"},
	"dont-retrieve-v3": {
		texts: 2,
		plan:  []string{"queries writer 12", "negatives qwen3_4b 3", "negatives llama3_8b 3", "negatives phi4_14b 3", "negatives qwen3_30b 3", "judge judge 12"},
		calls: []string{"queries query writer 12", "negatives query-positive llama3_8b 5", "negatives query-positive phi4_14b 2", "negatives query-positive qwen3_30b 3",
			"negatives query-positive qwen3_4b 2", "judge grade judge 12"}, // a quarter each, as drawn
		rows: "mined written", made: "mined written"},
	"e5-mistral": {
		texts: 1, tasks: true,
		plan:  []string{"queries writer 13", "verify judge 12", "negatives writer 0", "judge judge 12"}, // one request for twelve tasks, and one for each of them; negatives come with the queries
		calls: []string{"queries query-task writer 13", "verify grade judge 12", "judge grade judge 12"},
		says:  []string{"query-task: First step. Think up 20 search tasks, at least half of them to do with ", "query-task: Documents: for readers with a ", "query-task: a document of 50 to 60 words that "},
		rows:  "written", made: "written"},
	"gecko": {
		texts: 20,
		plan:  []string{"queries writer 12", "verify judge 24", "judge judge 24"}, // two questions, each with 20 texts at once
		calls: []string{"queries query writer 12", "verify answerable judge 12", "verify grade judge 12", "judge answerable judge 10", "judge grade judge 10"},
		grade: inverse, rows: "mined", made: "mined other-positive"},
	"enterprise-hn": {
		texts: 1,
		plan:  []string{"queries writer 12", "index encoder 1", "negatives encoder 1", "judge judge 12"},                                                   // twelve passages are one request
		calls: []string{"index vectors of passages encoder 1", "queries query writer 12", "negatives vectors of queries encoder 1", "judge grade judge 3"}, // for nine queries no passage meets both conditions
		rows:  "mined", made: "mined"},
	"nv-retriever": {
		texts: 4,
		plan:  []string{"queries writer 12", "index teacher 1", "negatives teacher 1", "judge judge 12"},                                                    // twelve passages are one request
		calls: []string{"index vectors of passages teacher 1", "queries query writer 12", "negatives vectors of queries teacher 1", "judge grade judge 11"}, // one query has none below the limit
		rows:  "mined", made: "mined"},
	"promptagator": {
		texts: 4,
		plan:  []string{"queries writer 24", "judge judge 24"},
		calls: []string{"queries query-few-shot writer 24", "judge grade judge 24"},
		says:  []string{"query-few-shot: hoya weser bridge rebuilt", "query-few-shot: in the manner of the examples. Language: English."},
		rows:  "mined", made: "mined"},
	"qwen3-embedding": {
		texts: 4,
		plan:  []string{"queries writer 48", "verify judge 24", "judge judge 24"}, // two turns of two queries a passage
		calls: []string{"queries query-persona writer 24", "queries query-persona/2 writer 24", "verify answerable judge 24", "judge answerable judge 22"},
		says:  []string{"query-persona: <<<characters ", "query-persona: Difficulty: "},
		rows:  "mined", made: "mined"},
	"r2anker": {
		texts: 9,
		plan:  []string{"queries writer_a 12", "verify judge 12", "negatives writer_a 8", "negatives writer_b 8", "negatives writer_c 8", "judge judge 12"}, // a third each, of two entries; 9 texts, one slate
		calls: []string{"queries query writer_a 12", "verify grade judge 12", "negatives query-only writer_a 3", "negatives query-only writer_b 3", "negatives query-only writer_c 6",
			"negatives query-positive writer_a 2", "negatives query-positive writer_b 4", "negatives query-positive writer_c 6", "judge grade judge 12"},
		rows: "mined written", made: "mined written"},
	"recommended": {
		texts: 7,
		plan:  []string{"queries writer 12", "verify judge_small 12", "verify judge_large 1", "negatives writer 24", "judge judge_small 12", "judge judge_large 12"}, // of 7 texts 6.3 go on, one slate
		calls: []string{"queries query writer 12", "verify grade judge_small 12", "negatives query-only writer 12", "negatives twin writer 12", "judge grade judge_large 12",
			"judge grade judge_small 12"},
		rows: "mined other-positive written"},
	"rlhn": {
		texts: 25,
		plan:  []string{"queries writer 12", "judge judge_small 12", "judge judge_large 8"}, // .66 of the queries go on, with all their texts
		calls: []string{"queries query writer 12", "judge rlhn judge_large 2", "judge rlhn judge_small 10"},
		says:  []string{"rlhn: <<<known answer 1 "},
		rows:  "mined", made: "mined"},
	"syneg": {
		texts: 5,
		plan:  []string{"queries writer 12", "negatives writer 12", "judge judge 12"},
		calls: []string{"queries query writer 12", "negatives query-positive writer 12", "judge grade judge 12"},
		rows:  "mined written", made: "mined written"},
	"unime-v2": {
		texts: 50,
		plan:  []string{"queries writer 12", "verify judge 12", "judge judge 60"},                             // 50 texts, 5 slates of 10
		calls: []string{"queries query writer 12", "verify answerable judge 12", "judge answerable judge 13"}, // 3 queries have an eleventh text
		rows:  "mined", made: "mined"},
}
