package ollamatest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a running Ollama server. Its methods are for one goroutine.
type Server struct {
	URL string // http://127.0.0.1:PORT

	t        testing.TB
	binary   string
	dir      string
	env      []string
	cmd      *exec.Cmd
	guard    *exec.Cmd
	lifeline io.Closer
}

// patience bounds what takes no time on an idle machine.
const patience = 2 * time.Minute

// Start runs a server on a free port, with the models that are created in it and nothing else. env are more settings, such as
// OLLAMA_NUM_PARALLEL=4. The server and its runners end with the test, even if the test is killed.
func Start(t testing.TB, env ...string) *Server {
	t.Helper()
	s := &Server{t: t, binary: Binary(t), dir: t.TempDir(), env: env}
	s.serve("127.0.0.1:0")
	t.Cleanup(s.Stop)
	return s
}

// settings keep the server to itself: no network, no other models, no unloading, and the runner's threads do not spin.
func (s *Server) settings(host string) []string {
	fixed := []string{"OLLAMA_HOST=" + host, "HOME=" + s.dir, "OLLAMA_MODELS=" + filepath.Join(s.dir, "models"), "TMPDIR=" + os.TempDir(),
		"PATH=" + os.Getenv("PATH"), "OLLAMA_NO_CLOUD=1", "OLLAMA_CONTEXT_LENGTH=8192", "OLLAMA_KEEP_ALIVE=-1", "OLLAMA_FLASH_ATTENTION=0",
		"OLLAMA_NUM_PARALLEL=1"}
	return append(fixed, s.env...)
}

func (s *Server) serve(host string) {
	s.t.Helper()
	log, err := os.Create(s.log())
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	s.cmd = exec.Command(s.binary, "serve")
	s.cmd.Dir, s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = s.dir, s.settings(host), log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // runners are in the group of their server
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.watch()
	s.await("the server to listen", func() bool {
		port, ok := s.port()
		s.URL = "http://127.0.0.1:" + port
		return ok && answers(s.URL)
	})
}

// watch starts a process that ends the server's group when this process does, however it does: the pipe closes.
func (s *Server) watch() {
	s.t.Helper()
	s.guard = exec.Command("sh", "-c", `cat >/dev/null; kill -s KILL -- "-$0" 2>/dev/null`, strconv.Itoa(s.cmd.Process.Pid))
	s.guard.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := s.guard.StdinPipe()
	if err == nil {
		err = s.guard.Start()
	}
	if err != nil {
		_ = s.cmd.Process.Kill()
		s.t.Fatal(err)
	}
	s.lifeline = pipe
}

var listening = regexp.MustCompile(`Listening on 127\.0\.0\.1:(\d+)`)

func (s *Server) port() (string, bool) {
	m := listening.FindStringSubmatch(s.Log())
	if m == nil {
		return "", false
	}
	return m[1], true
}

func answers(url string) bool {
	resp, err := http.Get(url + "/api/version")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func (s *Server) log() string { return filepath.Join(s.dir, "server.log") }

// Log is what the server has written since it was started.
func (s *Server) Log() string {
	b, err := os.ReadFile(s.log())
	if err != nil {
		return ""
	}
	return string(b)
}

// Create makes a model. parameters are lines of a Modelfile, such as "num_ctx 512".
func (s *Server) Create(name string, m Model, parameters ...string) {
	s.t.Helper()
	gguf, file := filepath.Join(s.dir, name+".gguf"), filepath.Join(s.dir, name+".Modelfile")
	// more threads than free processors wait for one another in loops, and a reply takes seconds
	lines := []string{"FROM " + gguf, `TEMPLATE """` + m.template() + `"""`, "PARAMETER num_thread 1"}
	for _, p := range parameters {
		lines = append(lines, "PARAMETER "+p)
	}
	if err := errors.Join(os.WriteFile(gguf, m.GGUF(), 0o600), os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600)); err != nil {
		s.t.Fatal(err)
	}
	c := exec.Command(s.binary, "create", name, "-f", file)
	c.Env = s.settings(strings.TrimPrefix(s.URL, "http://"))
	if out, err := c.CombinedOutput(); err != nil {
		s.t.Fatalf("ollama create: %v\n%s", err, out)
	}
}

// Kill ends the server as a crash does: its runners stay behind. Restart or Stop ends them.
func (s *Server) Kill() {
	s.t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	_ = s.cmd.Wait()
}

// Restart starts the server again, on its port and with its models, after Kill.
func (s *Server) Restart() {
	s.t.Helper()
	s.release()
	s.serve(strings.TrimPrefix(s.URL, "http://"))
}

// Stop ends the server and its runners.
func (s *Server) Stop() {
	if s.t.Failed() {
		s.t.Logf("the server's log ends:\n%s", tail(s.Log(), 3000))
	}
	s.release()
}

// release ends what there is of the server's group.
func (s *Server) release() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) // runners of a killed server are still there, or nothing is
	_ = s.cmd.Wait()                                      // killed, or waited for by Kill
	_ = s.lifeline.Close()
	_ = s.guard.Wait() // it finds nothing to kill
}

// await waits for a condition.
func (s *Server) await(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("waited %s for %s\n%s", patience, what, tail(s.Log(), 3000))
		}
	}
}

// template is how the server makes a prompt of messages. A model that thinks is known by its template.
func (m Model) template() string {
	end := "<|user|>"
	if len(m.Reply) > 0 {
		end = trigger
	}
	said := "{{ .Content }}"
	if m.Thinks {
		said = "{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}{{ .Content }}"
	}
	return fmt.Sprintf("{{ range .Messages }}{{ if eq .Role \"system\" }}<|system|>%s{{ else }}<|user|>%s{{ end }}{{ end }}%s", "{{ .Content }}", said, end)
}
