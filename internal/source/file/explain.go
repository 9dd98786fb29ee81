package file

import (
	"archive/tar"
	"archive/zip"
	"errors"
	"io"
	"io/fs"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Explain returns what an error means to the person whose file it is, and
// what may help.
func Explain(err error) (reason, hint string) {
	var f *fault
	var path *fs.PathError
	var corrupt flate.CorruptInputError
	switch {
	case errors.As(err, &f):
		return f.reason, f.hint
	case errors.Is(err, fs.ErrPermission):
		return "permission denied", "run as a user who may read it"
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or directory", ""
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the compressed data ends too early; what came before was read", "is the file cut off?"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zip.ErrChecksum), errors.Is(err, zstd.ErrCRCMismatch):
		return "the checksum does not match: the data is damaged", "fetch the file again"
	case errors.Is(err, gzip.ErrHeader):
		return "data behind the compressed part that is not gzip", ""
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return "zstd data that needs more memory to unpack than is allowed", "pack it again without --long"
	case errors.Is(err, zip.ErrFormat):
		return "a zip archive without its directory", "is the file cut off?"
	case errors.Is(err, zip.ErrAlgorithm):
		return "a zip entry packed in a way that is not read", "pack it again with deflate"
	case errors.Is(err, tar.ErrHeader):
		return "a tar archive with a damaged header", ""
	case errors.As(err, &corrupt):
		return "the compressed data is damaged", "fetch the file again"
	case errors.As(err, &path):
		return path.Err.Error(), ""
	}
	return err.Error(), ""
}
