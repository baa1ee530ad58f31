package tree

import (
	"errors"
	"io/fs"
	"os"
)

// why is what the system says of an operation that failed, without the name of its
// call and of the temporary file or the folder that it was made in: the message
// around it names the file that people know.
func why(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
