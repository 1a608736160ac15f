package ollamatest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// The types of values in a GGUF file.
const (
	ggufUint32  uint32 = 4
	ggufInt32   uint32 = 5
	ggufFloat32 uint32 = 6
	ggufBool    uint32 = 7
	ggufString  uint32 = 8
	ggufArray   uint32 = 9
)

const (
	ggufVersion   = 3
	ggufAlignment = 32
)

// gguf is a file in the making: metadata in the order given, then tensors of 32-bit floats.
type gguf struct {
	kv      bytes.Buffer
	keys    uint64
	tensors []tensor
}

// tensor is a matrix of rows*cols values, row by row; a vector has no rows.
type tensor struct {
	name       string
	cols, rows int
	data       []float32
}

func put(b *bytes.Buffer, v any) {
	if err := binary.Write(b, binary.LittleEndian, v); err != nil {
		panic("ollamatest: " + err.Error()) // only values of fixed size are put, and a buffer takes all
	}
}

func putString(b *bytes.Buffer, s string) {
	put(b, uint64(len(s)))
	b.WriteString(s)
}

// set adds a metadata value.
func (g *gguf) set(key string, value any) {
	g.keys++
	putString(&g.kv, key)
	switch v := value.(type) {
	case uint32:
		put(&g.kv, ggufUint32)
		put(&g.kv, v)
	case float32:
		put(&g.kv, ggufFloat32)
		put(&g.kv, v)
	case bool:
		put(&g.kv, ggufBool)
		put(&g.kv, v)
	case string:
		put(&g.kv, ggufString)
		putString(&g.kv, v)
	case []string:
		g.array(ggufString, len(v))
		for _, s := range v {
			putString(&g.kv, s)
		}
	case []int32:
		g.array(ggufInt32, len(v))
		put(&g.kv, v)
	default:
		panic(fmt.Sprintf("ollamatest: no GGUF value of type %T", value))
	}
}

func (g *gguf) array(kind uint32, n int) {
	put(&g.kv, ggufArray)
	put(&g.kv, kind)
	put(&g.kv, uint64(n))
}

// add adds a tensor.
func (g *gguf) add(t tensor) { g.tensors = append(g.tensors, t) }

// bytes is the whole file: header, metadata, what the tensors are, and their values, each part aligned.
func (g *gguf) bytes() []byte {
	var b bytes.Buffer
	b.WriteString("GGUF")
	put(&b, uint32(ggufVersion))
	put(&b, uint64(len(g.tensors)))
	put(&b, g.keys)
	b.Write(g.kv.Bytes())
	offset := 0
	for _, t := range g.tensors {
		putString(&b, t.name)
		dims := []uint64{uint64(t.cols)}
		if t.rows > 0 {
			dims = append(dims, uint64(t.rows))
		}
		put(&b, uint32(len(dims)))
		put(&b, dims)
		put(&b, uint32(0)) // 32-bit floats
		put(&b, uint64(offset))
		offset = aligned(offset + 4*len(t.data))
	}
	pad(&b)
	for _, t := range g.tensors {
		for _, v := range t.data {
			put(&b, math.Float32bits(v))
		}
		pad(&b)
	}
	return b.Bytes()
}

func aligned(n int) int { return (n + ggufAlignment - 1) / ggufAlignment * ggufAlignment }

func pad(b *bytes.Buffer) { b.Write(make([]byte, aligned(b.Len())-b.Len())) }
