package tree

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestHold: who holds a folder can go on to apply changes to it; another process waits,
// says so, and ends with an error where that takes too long.
func TestHold(t *testing.T) {
	dir := t.TempDir()
	release, err := Hold(dir, func() { t.Error("waits for nobody") })
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	done := make(chan error)
	go func() {
		_, err := lock(root, false)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("a run waits for itself")
	}
	waited := 0
	if _, err = hold(dir, func() { waited++ }, 120*time.Millisecond); waited != 1 || err == nil || !strings.Contains(err.Error(), "another run of gen has not ended in 120ms: nothing was written") {
		t.Errorf("waited %d times, %v", waited, err)
	}
	go func() {
		time.Sleep(200 * time.Millisecond)
		release()
	}()
	release, err = Hold(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	release()
	if release, err = Hold(dir, func() { t.Error("the lock is there still") }); err != nil {
		t.Fatal(err)
	}
	release()
	if release, err = Hold(dir+"/none", nil); err != nil {
		t.Error(err)
	}
	release()
}
