using System.Net;
using Otedama.Wire;

namespace Otedama;

/// <summary>The pool's end of a simulated connection.</summary>
internal sealed class SimConnection : TransportConnection
{
    private readonly SimTransport _transport;
    private readonly SimWire _wire;
    private readonly List<byte> _output = [];
    private long _unread; // bytes nobody takes, of a wire that was cut
    private bool _closed;

    public SimConnection(SimTransport transport, SimWire wire, IPEndPoint remote, int port)
    {
        _transport = transport;
        _wire = wire;
        Remote = remote;
        LocalPort = port;
    }

    public SimLife Life => _transport.Life;

    public override bool IsClosed => _closed;

    public override bool Write(ReadOnlySpan<byte> bytes)
    {
        if (_closed || Life.IsOver)
        {
            return false;
        }
        _output.AddRange(bytes);
        if (_output.Count + _unread > _transport.Options.OutputBytesMax)
        {
            Close(CloseReason.SlowReader);
        }
        return !_closed;
    }

    public override void Flush()
    {
        if (_closed || Life.IsOver || _output.Count == 0)
        {
            return;
        }
        if (_wire.IsCut)
        {
            _unread += _output.Count;
            _transport.CloseUnread(this);
        }
        else
        {
            _wire.SendToMiner([.. _output]);
        }
        _output.Clear();
    }

    public override void Close(CloseReason reason)
    {
        if (!_closed && !Life.IsOver)
        {
            Flush();
            End(reason);
            _wire.EndedAtPool();
        }
    }

    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (!_closed)
        {
            _transport.Handler.OnReceived(this, bytes);
            Flush();
        }
    }

    /// <summary>The other end is gone.</summary>
    public void End(CloseReason reason)
    {
        if (!_closed)
        {
            _closed = true;
            _transport.Forget(this);
            _transport.Handler.OnClosed(this, reason);
        }
    }
}
