package llm

import "fmt"

// ollamaFingerprint stands in every reply of Ollama's OpenAI-compatible endpoint, which can't be told not to cut prompts.
const ollamaFingerprint = `"system_fingerprint":"fp_ollama"`

// truncated finds prompts that the server cut silently, as Ollama does where it does not know `truncate`: it counts as many tokens
// as its context has, which leaves no room for a reply, or far fewer than the prompt must have. Short prompts are left alone,
// because estimates of them are poor. context is 0 if it is not known.
func truncated(req *Request, resp *Response, context int) *Error {
	estimate := estimatePromptOf(req)
	counted := resp.Usage.Prompt
	full := context > 0 && counted >= int64(context)
	if counted == 0 || !full && (counted >= estimate*6/10 || estimate < 1000) {
		return nil
	}
	return &Error{Class: Item, Reason: "prompt_truncated", Status: 200,
		Err: fmt.Errorf("the server read only %d tokens of a prompt of about %d; give the model a longer context (num_ctx), if it has one", counted, max(estimate, counted))}
}
