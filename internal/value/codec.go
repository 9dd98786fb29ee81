package value

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// Append adds v to buf in a form that [Decode] reads back.
func (v Value) Append(buf []byte) []byte {
	buf = append(buf, byte(v.kind))
	switch v.kind {
	case Number, Bool:
		buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v.num))
		fallthrough
	case Text:
		buf = binary.AppendUvarint(buf, uint64(len(v.text)))
		return append(buf, v.text...)
	case Multi:
		buf = binary.AppendUvarint(buf, uint64(len(v.list)))
		for _, e := range v.list {
			buf = e.Append(buf)
		}
	}
	return buf
}

// Decode reads a value that Append wrote and returns the bytes behind it. The
// value shares the memory of data; ok is false if data is damaged.
func Decode(data []byte) (v Value, rest []byte, ok bool) {
	if len(data) == 0 {
		return Value{}, nil, false
	}
	kind := Kind(data[0])
	data = data[1:]
	switch kind {
	case Null:
		return Value{}, data, true
	case Number, Bool:
		if len(data) < 8 {
			return Value{}, nil, false
		}
		v.num = math.Float64frombits(binary.LittleEndian.Uint64(data))
		data = data[8:]
		fallthrough
	case Text:
		n, size := binary.Uvarint(data)
		if size <= 0 || n > uint64(len(data)-size) {
			return Value{}, nil, false
		}
		text := data[size : size+int(n)]
		v.kind, v.text = kind, unsafe.String(unsafe.SliceData(text), len(text))
		return v, data[size+int(n):], true
	case Multi:
		n, size := binary.Uvarint(data)
		if size <= 0 || n < 2 || n > uint64(len(data)) {
			return Value{}, nil, false
		}
		data = data[size:]
		list := make([]Value, n)
		for i := range list {
			if list[i], data, ok = Decode(data); !ok || list[i].kind == Multi {
				return Value{}, nil, false
			}
		}
		return Value{kind: Multi, list: list}, data, true
	}
	return Value{}, nil, false
}
