package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The kernel counts the time of processes in hundredths of a second (USER_HZ).
const tick = 10 * time.Millisecond

// process is one whose processor time is counted, threads and all.
type process struct {
	name string
	pid  int
}

// processes reads NAME=PID,NAME=PID.
func processes(text string) ([]process, error) {
	var all []process
	for part := range strings.SplitSeq(text, ",") {
		name, number, _ := strings.Cut(part, "=")
		pid, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("%q is not NAME=PID", part)
		}
		all = append(all, process{name, pid})
	}
	return all, nil
}

// used is the processor time that the process has had since it began.
func (p process) used() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		return 0, fmt.Errorf("%s has ended: %w", p.name, err)
	}
	// The name of the program, in parentheses, may have blanks in it.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	user, first := strconv.ParseInt(fields[11], 10, 64)
	system, second := strconv.ParseInt(fields[12], 10, 64)
	if first != nil || second != nil {
		return 0, fmt.Errorf("the times of %s cannot be read", p.name)
	}
	return time.Duration(user+system) * tick, nil
}

// memory is what the process has in memory, in MiB.
func (p process) memory() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		return 0, fmt.Errorf("%s has ended: %w", p.name, err)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if amount, found := strings.CutPrefix(line, "VmRSS:"); found {
			kilobytes, err := strconv.ParseFloat(strings.Fields(amount)[0], 64)
			return kilobytes / 1024, err
		}
	}
	return 0, fmt.Errorf("the memory of %s cannot be read", p.name)
}

// times are those of each process.
type times []time.Duration

func usedBy(all []process) (times, error) {
	used := make(times, len(all))
	for index, one := range all {
		var err error
		if used[index], err = one.used(); err != nil {
			return nil, err
		}
	}
	return used, nil
}

func (t times) since(before times) times {
	gone := make(times, len(t))
	for index := range t {
		gone[index] = t[index] - before[index]
	}
	return gone
}

func (t times) sum() time.Duration {
	var sum time.Duration
	for _, one := range t {
		sum += one
	}
	return sum
}

// So many times at most: a server that was just started computes for minutes what its record has that it has not seen.
const patientlyIdle = 180

// quiet is how long processes are looked at to say whether they do nothing more than they do for nobody.
const quiet = time.Second

// idle waits until the processes have the same little to do twice, and gives what each does in a second then.
func idle(all []process) (times, error) {
	var before times
	for range patientlyIdle {
		rate, err := during(all, quiet)
		if err != nil {
			return nil, err
		}
		if before != nil && (rate.sum()-before.sum()).Abs() <= 2*tick && rate.sum() < 200*time.Millisecond {
			for index := range rate {
				rate[index] = (rate[index] + before[index]) / 2
			}
			return rate, nil
		}
		before = rate
	}
	return before, nil
}

func during(all []process, span time.Duration) (times, error) {
	before, err := usedBy(all)
	if err != nil {
		return nil, err
	}
	time.Sleep(span)
	after, err := usedBy(all)
	if err != nil {
		return nil, err
	}
	return after.since(before), nil
}

// settle waits until the processes do no more than before the load, and says whether they came to that.
func settle(all []process, rate times, longest time.Duration) (bool, error) {
	for end := time.Now().Add(longest); time.Now().Before(end); {
		now, err := during(all, quiet)
		if err != nil {
			return false, err
		}
		if now.sum() <= rate.sum()*3/2+4*tick {
			return true, nil
		}
	}
	return false, nil
}

// own is the processor time of the load itself.
func own() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
