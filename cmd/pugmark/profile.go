package main

import (
	"errors"
	"os"
	"runtime"
	"runtime/pprof"
)

// profileFlags write where the program spends its time and memory, for go tool
// pprof. Help leaves them out: they are for those who work on pugmark.
type profileFlags struct {
	CPUProfile string `name:"cpuprofile" hidden:"" placeholder:"FILE" help:"Write where the time goes."`
	MemProfile string `name:"memprofile" hidden:"" placeholder:"FILE" help:"Write what was allocated and what is held."`
}

// start begins to measure. What it returns ends that and writes the files; it
// is to be called once.
func (f *profileFlags) start() (stop func() error, err error) {
	cpu := func() error { return nil }
	if f.CPUProfile != "" {
		file, err := os.Create(f.CPUProfile)
		if err != nil {
			return nil, err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		cpu = func() error {
			pprof.StopCPUProfile()
			return file.Close()
		}
	}
	return func() error { return errors.Join(cpu(), f.writeMemory()) }, nil
}

// writeMemory writes all allocations so far, and those that are still in use.
func (f *profileFlags) writeMemory() error {
	if f.MemProfile == "" {
		return nil
	}
	file, err := os.Create(f.MemProfile)
	if err != nil {
		return err
	}
	runtime.GC() // so that what is in use is what is held
	return errors.Join(pprof.Lookup("allocs").WriteTo(file, 0), file.Close())
}
