// A MongoDB-compatible server for tests, where there is no MongoDB: FerretDB on SQLite, behind a proxy that lets one
// command through at a time, unless it only reads. FerretDB finds a document and then writes it, in two statements;
// MongoDB promises that a write of one document is atomic, and the proxy makes it so.
//
//	stand-in ADDRESS FOLDER
//
// ADDRESS is host:port to listen on; FOLDER, which must exist, has the SQLite files and the socket.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
)

const (
	// Of a wire message: its length, its id, the id that it answers, its kind.
	headerBytes = 16
	// What MongoDB takes at most, 48 MB.
	maxMessageBytes = 48_000_000
	// The flag of OP_MSG that no answer is wanted.
	moreToCome = 1 << 1
	opMsg      = 2013
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: stand-in ADDRESS FOLDER")
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(address, folder string) error {
	socket := filepath.Join(folder, "mongodb.sock")
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{Unix: socket},
		Handler:  "sqlite",
		// Not synced: tests kill the process, which takes nothing that it has written, and never the machine.
		SQLiteURL: "file:" + folder + "/?_pragma=synchronous(off)",
	})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()

	if err := untilListening(ctx, socket); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	go serve(listener, socket)
	fmt.Println(listener.Addr())
	err = <-ended
	listener.Close()
	return err
}

func untilListening(ctx context.Context, socket string) error {
	for {
		connection, err := net.Dial("unix", socket)
		if err == nil {
			return connection.Close()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func serve(listener net.Listener, socket string) {
	var turn sync.Mutex
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			if err := forward(client, socket, &turn); err != nil && !errors.Is(err, io.EOF) {
				log.Print(err)
			}
		}()
	}
}

// forward passes the messages of one connection on, each write with its answer before another one has a turn.
func forward(client net.Conn, socket string, turn *sync.Mutex) error {
	defer client.Close()
	server, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	defer server.Close()
	for {
		request, err := readMessage(client)
		if err != nil {
			return err
		}
		answer, err := exchange(server, request, turn)
		if err != nil {
			return err
		}
		if answer == nil {
			continue
		}
		if _, err := client.Write(answer); err != nil {
			return err
		}
	}
}

func exchange(server net.Conn, request []byte, turn *sync.Mutex) ([]byte, error) {
	if !isRead(request) {
		turn.Lock()
		defer turn.Unlock()
	}
	if _, err := server.Write(request); err != nil {
		return nil, err
	}
	if !wantsAnswer(request) {
		return nil, nil
	}
	return readMessage(server)
}

// Commands that change nothing, by their names, which are the first key of their documents.
var reads = map[string]bool{
	"aggregate": true, "buildInfo": true, "count": true, "distinct": true, "endSessions": true, "explain": true,
	"find": true, "getMore": true, "hello": true, "isMaster": true, "ismaster": true, "killCursors": true,
	"listCollections": true, "listDatabases": true, "listIndexes": true, "ping": true,
}

// isRead is false for what it does not know. Of a message: header, flags, the kind of the first section (0: one
// document), the length of that, the type of its first value, the name of that.
func isRead(request []byte) bool {
	const kind, name = headerBytes + 4, headerBytes + 4 + 1 + 4 + 1
	if binary.LittleEndian.Uint32(request[12:]) != opMsg || len(request) <= name || request[kind] != 0 {
		return false
	}
	end := bytes.IndexByte(request[name:], 0)
	return end > 0 && reads[string(request[name:name+end])]
}

func wantsAnswer(request []byte) bool {
	if binary.LittleEndian.Uint32(request[12:]) != opMsg || len(request) < headerBytes+4 {
		return true
	}
	return binary.LittleEndian.Uint32(request[headerBytes:])&moreToCome == 0
}

func readMessage(from io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(from, length[:]); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(length[:])
	if size < headerBytes || size > maxMessageBytes {
		return nil, fmt.Errorf("a message of %d bytes", size)
	}
	message := make([]byte, size)
	copy(message, length[:])
	_, err := io.ReadFull(from, message[4:])
	return message, err
}
