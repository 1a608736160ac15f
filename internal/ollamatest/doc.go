// Package ollamatest runs a real Ollama server with made-up weights, for tests. Mocks answer as we think that Ollama does; the
// real server truncates prompts, ignores formats, loses runners and queues requests in ways of its own.
//
// [Binary] builds the server once per user, from source and without weights or a GPU. [Start] runs it on a free port.
// [Model] is a language model of some hundred kilobytes that we write ourselves: its replies are nonsense in the form that
// the request's schema asks for, or a fixed text.
package ollamatest
