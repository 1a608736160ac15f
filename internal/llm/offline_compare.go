package llm

// answerSlate says yes of each passage that answers in full, and no of the others.
func answerSlate(blocks []fencedBlock, schema offlineSchema) map[string]string {
	s := readSlate(blocks)
	return s.say(schema, func(text string) string {
		switch s.need.grade(text, s.closely()) {
		case "3":
			return "yes"
		case "unsure":
			return "unsure"
		}
		return "no"
	})
}

// compareSlate holds each passage against the best of the known answers: better is what answers and covers as much of the query as
// that does, worse what answers less well or in part.
func compareSlate(blocks []fencedBlock, schema offlineSchema) map[string]string {
	s := readSlate(blocks)
	best := 0.0
	for _, text := range s.known {
		score, _ := s.need.read(text, s.closely())
		best = max(best, score)
	}
	return s.say(schema, func(text string) string {
		score, _ := s.need.read(text, s.closely())
		switch s.need.grade(text, s.closely()) {
		case "3":
			if score >= best {
				return "better"
			}
			return "worse"
		case "2":
			return "worse"
		case "unsure":
			return "unsure"
		}
		return "none"
	})
}
