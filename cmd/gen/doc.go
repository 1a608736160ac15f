// Command gen turns passages into training data for dense retrievers and rerankers. This is the tour of the program.
//
// # What flows
//
// The vocabulary is in the root package (hardneg.go): a Passage gets a Query; the query gets Candidates, texts proposed as its
// hard negatives; judges give Verdicts; relabelling makes a Decision of each; the export writes Examples. A Call is one request
// to a model, the unit of money.
//
// # How it flows
//
// pipeline.go is the pipeline on one page. Each stage is a feed of pending items, a function that does one, and a save:
//
//	stage      item      does                                             saves
//	queries    passage   generate.Queries.Write                           queries
//	verify     query     judge.Cascade.Verify on its own passage          verdicts
//	negatives  query     generate.Negatives.Make                          candidates
//	judge      query     judge.Cascade.Judge on its candidates            verdicts
//	relabel    query     relabel.Rules.Decide                             decisions
//
// similarity.go compares what was judged with its query by an encoder, where the config has one: a feed of queries beside stage relabel, with
// a recipe and counts of its own (Chain.Similarity), that leaves all stages as they are.
//
// What several judges of one step said, and second looks, are kept as opinions beside the verdicts (store/opinions.go); they decide
// nothing by themselves.
//
// internal/work runs all stages at once, each following the outcomes of the one before. Pending is derived: an item has input
// and lacks an outcome. Nothing is marked as running, so a kill leaves nothing to clean up.
//
// # Why nothing is paid twice
//
// Every request is a value (internal/llm, Request) whose hash is its key. internal/llm/stack.go wraps each provider in
// cache(retry(limit(record(provider)))): the raw reply is committed to the store before anybody reads it, and a key that has a
// reply is never sent again. A task whose outcome was not saved is done anew after a kill; its calls are answered from the store.
//
// # How batches fit in
//
// A model with mode: batch has the client cache(plan) (internal/llm/plan.go): what the store does not answer is planned and the call
// returns llm.ErrPlanned, on which its item stays pending. When the stages have nothing left to plan, batching.go puts the planned
// requests into files and batches (batchpush.go), collects what has ended (batchtake.go), and lets the stages run again: they find
// the answers in the store. There is no other path for a batch's answer than that of a single call.
//
// Where one server would have to load one model after the other, stages run one by one, and in each the models take turns
// (internal/llm/turns.go): what is asked of a model whose turn it is not returns llm.ErrPlanned too, and the stage is run again (pass.go).
//
// # Why the result is the same whatever happens
//
// All that is drawn (kinds of queries, lengths, labels, fences) is a hash of the run's seed and of what it is drawn for. What
// depends on several replies (duplicates, slates) is decided when all of them are there, in key order. The export reads verdicts
// in key order and decides anew (exporter.go), so that a policy can be changed without a call.
//
// exporter.go makes the rows and exporttexts.go sorts their texts; what else decides on a row has a file of its own: splits.go,
// decontaminate.go, where.go. internal/export writes them, one file a format, and checks what it wrote before it is put in place;
// internal/hub pushes.
//
// # Where the texts come from
//
// internal/corpus reads files, one file a format: passages, own queries with qrels, or rows of training sets. importer.go brings them into
// the store, importrows.go those of training sets: a row's first positive is the passage of its query, the others are candidates, which
// the judges see as they see generated ones.
//
// # Why a change does not mix
//
// chain.go: every stage has a recipe, the hash of all that decides its outcomes, chained to the recipe of the stage before.
// Outcomes belong to a recipe. A changed config is another chain; what was made under the old one stays.
// A change that was declared (declared.go, --reuse-ignoring) is no other chain: outcomes and calls stay known by the old values, and
// what is asked from then on is sent with the new ones.
//
// # How queries are made
//
// The name of the prompt tells the kind (generate/query_kinds.go): what is drawn, shown and asked in how many turns. examples.go reads what the
// config names for it. A query can be looked for in the corpus (generate/round_trip.go), which binds stage queries to it as mining does.
// A reply can hold documents beside the query (generate/composed.go), which strategy triplet reads when its turn comes, by the same request;
// where it was asked for a task and no passage, the document that answers stands in place of one (store/composed.go), wherever a stage or an
// export reads the passage of a query. tasks.go gives a run its tasks. docs/queries.md is for users.
//
// # How negatives are made
//
// generate/strategy.go lists the strategies; each has a file of its own, and gets what its interface has room for and no more: FromQuery the
// query, FromPair the passage too, FromCorpus the passages of the run, through Library, which ranks them
// (internal/bm25, and internal/dense by the vectors of an Encoder, which encoding.go has made before the stages begin). A strategy makes
// texts for slots, and what it makes is checked (checks_negative.go) and judged like any other; further positives and hard queries are
// candidates that were meant as something else than negatives (Candidate.Was). generators.go makes the entries of the config into strategies,
// mining.go binds those that read the corpus to it, hardqueries.go turns the judges' question round. docs/strategies.md is for users.
//
// # Where the rest is
//
// wire.go puts the parts together; run.go is `gen run` from import to export; store keeps it all in one SQLite file; exit.go maps
// errors to exit codes. One file per command.
package main
