package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// How long an answer is waited for.
const patience = 30 * time.Second

var errForm = errors.New("the answer is not HTTP as it is understood here")

// connection is one that is kept alive. It knows of HTTP what the contestants speak, because a client that knows all of
// it takes the processor from them.
type connection struct {
	address string
	socket  net.Conn
	from    *bufio.Reader
	head    []byte
	body    []byte
	cookies []string // what the last answer set
}

func dial(address string) (*connection, error) {
	socket, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return nil, err
	}
	return &connection{address: address, socket: socket, from: bufio.NewReaderSize(socket, 8<<10)}, nil
}

func (c *connection) close() { c.socket.Close() }

// post sends a body to /graphql and waits for the answer, whose bytes are good until the next call.
func (c *connection) post(cookie string, body []byte) (status int, answer []byte, err error) {
	c.head = append(c.head[:0], "POST /graphql HTTP/1.1\r\nHost: "...)
	c.head = append(c.head, c.address...)
	c.head = append(c.head, "\r\nContent-Type: application/json\r\n"...)
	if cookie != "" {
		c.head = append(c.head, "Cookie: "...)
		c.head = append(c.head, cookie...)
		c.head = append(c.head, "\r\n"...)
	}
	c.head = append(c.head, "Content-Length: "...)
	c.head = strconv.AppendInt(c.head, int64(len(body)), 10)
	c.head = append(c.head, "\r\n\r\n"...)
	c.head = append(c.head, body...)
	return c.exchange()
}

// get asks for a path.
func (c *connection) get(path string) (status int, answer []byte, err error) {
	c.head = append(c.head[:0], "GET "...)
	c.head = append(c.head, path...)
	c.head = append(c.head, " HTTP/1.1\r\nHost: "...)
	c.head = append(c.head, c.address...)
	c.head = append(c.head, "\r\n\r\n"...)
	return c.exchange()
}

func (c *connection) exchange() (int, []byte, error) {
	if err := c.socket.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, nil, err
	}
	if _, err := c.socket.Write(c.head); err != nil {
		return 0, nil, err
	}
	line, err := c.line()
	if err != nil {
		return 0, nil, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, nil, errForm
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, nil, errForm
	}
	length, chunked := 0, false
	c.cookies = c.cookies[:0]
	for {
		if line, err = c.line(); err != nil {
			return 0, nil, err
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch value = bytes.TrimSpace(value); {
		case bytes.EqualFold(name, []byte("content-length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, nil, errForm
			}
		case bytes.EqualFold(name, []byte("transfer-encoding")):
			chunked = true
		case bytes.EqualFold(name, []byte("set-cookie")):
			pair, _, _ := bytes.Cut(value, []byte(";"))
			c.cookies = append(c.cookies, string(pair))
		}
	}
	c.body = c.body[:0]
	if !chunked {
		err := c.more(length)
		return status, c.body, err
	}
	for {
		if line, err = c.line(); err != nil {
			return 0, nil, err
		}
		size, err := strconv.ParseInt(string(line), 16, 32)
		if err != nil {
			return 0, nil, errForm
		}
		if err := c.more(int(size)); err != nil {
			return 0, nil, err
		}
		if _, err := c.line(); err != nil {
			return 0, nil, err
		}
		if size == 0 {
			return status, c.body, nil
		}
	}
}

func (c *connection) line() ([]byte, error) {
	line, err := c.from.ReadSlice('\n')
	if err != nil {
		return nil, fmt.Errorf("the connection was lost: %w", err)
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

func (c *connection) more(count int) error {
	start := len(c.body)
	c.body = append(c.body, make([]byte, count)...)
	_, err := io.ReadFull(c.from, c.body[start:])
	return err
}
