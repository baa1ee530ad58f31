package nixos

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// listen takes what arrives at each port, on the host and where the host sends to.
func (w *world) listen(packets []packet) {
	done := map[string]bool{}
	for _, p := range packets {
		for _, space := range []string{"host", "internet", "node"} {
			key := fmt.Sprint(space, p.Proto, p.Port)
			if done[key] || p.Proto == "ping" {
				continue
			}
			done[key] = true
			w.in(space, func() {
				where := fmt.Sprintf(":%d", p.Port)
				if p.Proto == "tcp" {
					l, err := net.Listen("tcp", where)
					if err != nil {
						w.t.Errorf("listen: %v", err)
						return
					}
					w.t.Cleanup(func() { l.Close() })
					return
				}
				conn, err := net.ListenPacket("udp", where)
				if err != nil {
					w.t.Errorf("listen: %v", err)
					return
				}
				w.t.Cleanup(func() { conn.Close() })
				go w.take(conn)
			})
		}
	}
}

func (w *world) take(conn net.PacketConn) {
	buffer := make([]byte, 10000)
	for {
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		host, _, _ := net.SplitHostPort(from.String())
		w.mu.Lock()
		w.arrived[strings.TrimRight(string(buffer[:n]), "\x00")] = host
		w.mu.Unlock()
	}
}

// send sends every packet, and tells of those that arrive and must not, or must and do not.
func (w *world) send(packets []packet) []string {
	var wait sync.WaitGroup
	wrong := make([]string, len(packets))
	for i, p := range packets {
		wait.Go(func() {
			w.in(p.From, func() {
				as, why := w.reach(p, fmt.Sprint("packet ", i))
				switch {
				case p.Arrives != (why == ""):
					wrong[i] = fmt.Sprintf("%s: arrives: %v, %s", p, why == "", why)
				case p.As != "" && p.As != as:
					wrong[i] = fmt.Sprintf("%s: comes from %s, not %s", p, as, p.As)
				}
			})
		})
	}
	wait.Wait()
	return slices.DeleteFunc(wrong, func(s string) bool { return s == "" })
}

// reach sends one packet; why is "" where it arrives.
func (w *world) reach(p packet, id string) (as, why string) {
	patience := time.Second
	if p.Arrives {
		patience = w.patience
	}
	to := netip.AddrPortFrom(netip.MustParseAddr(p.To), uint16(p.Port))
	if p.Proto == "ping" {
		return "", ping(p, patience)
	}
	dialer := net.Dialer{Timeout: patience, Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			if p.Size > 0 { // IP_PMTUDISC_DO: not cut
				syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_MTU_DISCOVER, 2)
			}
		})
	}}
	if p.Source != "" {
		if source := net.ParseIP(p.Source); p.Proto == "tcp" {
			dialer.LocalAddr = &net.TCPAddr{IP: source}
		} else {
			dialer.LocalAddr = &net.UDPAddr{IP: source}
		}
	}
	conn, err := dialer.DialContext(context.Background(), p.Proto, to.String())
	if err != nil {
		return "", err.Error()
	}
	defer conn.Close()
	if p.Proto == "tcp" {
		return "", ""
	}
	data := make([]byte, max(len(id), p.Size-28))
	copy(data, id)
	if _, err := conn.Write(data); err != nil {
		return "", err.Error()
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		w.mu.Lock()
		as, ok := w.arrived[id]
		w.mu.Unlock()
		if ok {
			return as, ""
		}
	}
	return "", "nothing arrived"
}

// ping wants an echo.
func ping(p packet, patience time.Duration) string {
	network, request, reply := "ip4:icmp", []byte{8, 0, 0xf7, 0xff, 0, 0, 0, 0}, byte(0)
	if strings.Contains(p.To, ":") {
		network, request, reply = "ip6:ipv6-icmp", []byte{128, 0, 0, 0, 0, 0, 0, 0}, 129
	}
	conn, err := net.ListenPacket(network, p.Source)
	if err != nil {
		return err.Error()
	}
	defer conn.Close()
	if _, err := conn.WriteTo(request, &net.IPAddr{IP: net.ParseIP(p.To)}); err != nil {
		return err.Error()
	}
	conn.SetReadDeadline(time.Now().Add(patience))
	for buffer := make([]byte, 1500); ; {
		n, _, err := conn.ReadFrom(buffer)
		if err != nil {
			return err.Error()
		}
		if n > 0 && buffer[0] == reply {
			return ""
		}
	}
}
